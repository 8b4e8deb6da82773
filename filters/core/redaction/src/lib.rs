//! Detectors, actions, the reversible vault and streaming restore.
//!
//! A [`Policy`] is compiled once from its rules and then only read. It finds what they name in a text and acts on it: masks it,
//! hashes it, blocks the request, or puts a placeholder in its place. What placeholders stand for is kept in a [`Vault`], one per
//! request. A [`ResponseFilter`] puts it back into a streamed answer and applies the rules to the model's own words; it holds back no
//! more of the stream than may still become a placeholder or a finding ([`Policy::hold_back`]). A [`Report`] tells what was found.
//!
//! ```
//! use tollgate_policy::redaction::{Action, Direction, Place, RedactionSpec, Rule};
//! use tollgate_redaction::{Policy, Vault};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rule = Rule { detect: vec!["email".into()], ..Rule::new(Action::Pseudonymize) };
//! let spec = RedactionSpec { rules: vec![rule], apply: vec![Direction::Request], ..RedactionSpec::default() };
//! let policy = Policy::compile("pii", &spec, b"key")?;
//!
//! let mut vault = Vault::default();
//! let sent = policy.redact_text(&mut vault, "mail jane@example.com", Direction::Request, Place::USER)?;
//! assert_eq!(sent.text, "mail <EMAIL_1>");
//! assert_eq!(vault.restore_text("I wrote to <EMAIL_1>."), "I wrote to jane@example.com.");
//! # Ok(())
//! # }
//! ```
//!
//! Decisions, and their price:
//! - Detectors verify what they find (check digits, issued prefixes, country lengths, context words) and are written by hand over
//!   bytes, started by rare trigger bytes; see [`detectors`]. A new one is more work than a pattern, and costs less per byte.
//! - Where findings overlap, the longest wins, then `allow`, then the higher priority, then the earlier rule. What a losing finding
//!   covers beyond the winner stays. Rules in shadow mode are settled by themselves and take nothing from the others.
//! - Texts are read folded: full-width letters, other scripts' digits, odd spaces and dashes as ASCII, invisible characters left out.
//!   JSON's escapes are decoded before. HTML entities, percent-encoding, base64 and look-alike letters are not seen through.
//! - Placeholders are restored as they were made, `<EMAIL_1>`, or as HTML, Markdown and JSON escape them. A model that writes
//!   `<email_1>` or `EMAIL_1` instead is not second-guessed: the reader sees what it wrote, and no original appears where none was put.
//! - A value is the text that was found, byte for byte: `Jane@example.com` gets another placeholder, and another hash, than
//!   `jane@example.com`. Making them one would give the reader back what the model never saw.
//! - Originals are overwritten when a request ends, in the vault, in folded copies and in what streams hold back. Copies in
//!   the host's buffers, and what a growing string leaves behind, are beyond a library without `unsafe`.

mod answer;
mod detect;
mod finding;
mod fold;
mod hmac;
mod json;
mod keys;
mod label;
mod lane;
mod policy;
mod report;
mod response;
mod restore;
mod segment;
#[cfg(test)]
mod testing;
mod text;
mod user;
mod vault;
mod wipe;

pub use detect::{DetectorInfo, detectors, families, groups};
pub use finding::{Finding, RuleId};
pub use json::JsonText;
pub use policy::{CompileError, Policy, RedactError, Redacted};
pub use report::{Count, Report};
pub use response::ResponseFilter;
pub use vault::{Vault, VaultFull, VaultLimits};
