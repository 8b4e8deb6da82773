//! Rules and restoring on one lane of a streamed answer.

use tollgate_policy::redaction::Place;

use crate::lane::Lane;
use crate::policy::{Policy, RedactError};
use crate::report::Report;
use crate::vault::Vault;

#[cfg(test)]
mod tests;

/// Puts originals back and applies a policy's rules to one lane of a streamed answer: one choice's text, or one tool call's arguments.
///
/// Text comes in as the provider's events hold it, decoded, in pieces cut anywhere; the same text goes out whatever the cuts. Rules
/// see the model's words, not the originals that are put back. What `pseudonymize` finds is masked (`[EMAIL]`): the model made
/// it up, so there is no original to come back.
///
/// What is held back is the word that is being written, since it may become an address; around numbers up to 64 bytes more; the
/// longest match of those user rules that can run across blanks (256 bytes where that has no bound), and the room for words that
/// have to stand near; a private key until its end. Never more than [`Policy::hold_back`]: of a finding longer than that the end may
/// be missed, and so may the end of a match of an unbounded rule behind its first 256 bytes. Where no rule looks at this place of
/// answers, only what may still become a placeholder of this vault is held.
///
/// Placeholders are found as they were made, `<EMAIL_1>`, and the way models escape them: `&lt;EMAIL_1&gt;`, `<EMAIL\_1>`,
/// `\<EMAIL_1\>`, `\u003cEMAIL_1\u003e`. What a model writes in other ways (`<email_1>`, `EMAIL_1`) is left as it is.
#[derive(Debug, Default)]
pub struct ResponseFilter {
    lane: Lane,
}

impl ResponseFilter {
    /// A lane of plain text, or with `json_inside` of JSON text in pieces, as tool arguments are streamed: its strings are decoded for
    /// the rules and written anew, and a number in which something is found becomes a string.
    #[must_use]
    pub fn new(place: Place, json_inside: bool) -> Self {
        Self { lane: Lane::new(place, json_inside) }
    }

    /// Takes the next piece; appends what can be said for certain. Policy and vault must be the same ones for the whole lane.
    ///
    /// # Errors
    /// A rule blocks the text. Nothing of what is still held back comes out then, now or later, and every further call fails alike.
    pub fn push(
        &mut self,
        policy: &Policy,
        vault: &Vault,
        text: &str,
        out: &mut String,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        self.lane.push(policy, vault, text, out, report)
    }

    /// Ends the lane; appends what was held back.
    ///
    /// # Errors
    /// A rule blocks the text.
    pub fn finish(
        &mut self,
        policy: &Policy,
        vault: &Vault,
        out: &mut String,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        self.lane.finish(policy, vault, out, report)
    }

    /// Whether text is held back.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.lane.is_holding()
    }
}
