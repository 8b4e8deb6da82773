//! The built-in detectors: what each finds, and the one pass that runs them all.
//!
//! A text is scanned once for trigger bytes - `@`, the first digit of a number, the `-` of `sk-`, the `J` of `eyJ` - and only there a
//! detector looks around, verifies what it sees by its own rules (check digits, prefixes, lengths, context words) and reports it or
//! not. Triggers are chosen to be rare in prose, so that most of a text is only looked at by the trigger table. The price: a
//! detector whose trigger were a common letter would slow every text down; such a detector needs a rarer byte to start from.

mod announced;
mod base64;
mod byteset;
mod card;
mod catalogue;
mod country;
mod document;
mod email;
mod iban;
mod ip;
mod jwt;
mod keyword;
mod mac;
mod money;
mod national;
mod number;
mod phone;
mod private_key;
mod registry;
mod scan;
mod score;
mod secret;
mod ssn;
mod token;
mod url;
mod web;
mod word;

#[cfg(test)]
mod tests;

pub use catalogue::{DetectorInfo, detectors, families};
pub use registry::groups;
pub(crate) use registry::{DETECTOR_COUNT, entry, named, names};
pub(crate) use scan::{Candidate, Scanner, Use};
pub(crate) use score::CERTAIN;
