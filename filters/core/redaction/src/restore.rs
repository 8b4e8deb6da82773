//! Putting originals back: in complete texts, in the strings of a body, and in streams.

use std::borrow::Cow;
use std::convert::Infallible;

use tollgate_policy::redaction::Place;
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use crate::answer::placeholders;
use crate::json;
use crate::lane::Lane;
use crate::report::Report;
use crate::vault::Vault;

#[cfg(test)]
mod tests;

impl Vault {
    /// Puts originals in the place of their placeholders. Borrowed if there are none.
    #[must_use]
    pub fn restore_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut restored = String::new();
        let mut copied = 0;
        placeholders(self, text, 0, |place| {
            restored.push_str(text.get(copied..place.range.start).unwrap_or_default());
            restored.push_str(place.original);
            copied = place.range.end;
        });
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        restored.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(restored)
    }

    /// Puts originals in the place of their placeholders in a string of a body; `edits` gets the replacements by the body's own offsets, escaped
    /// for JSON, and once more in the strings of a text that holds JSON itself (`json_inside`). Placeholders are found however
    /// they are escaped (`\u003cEMAIL_1\u003e`).
    pub fn restore_json_str(&self, text: Str<'_>, json_inside: bool, edits: &mut Edits) {
        // A placeholder takes at least five bytes (`<A_1>`).
        if self.is_empty() || text.raw().len() < 5 {
            return;
        }
        let Ok(()) = json::each_text(text, json_inside, edits, |text, target| self.restore_at(text, target));
    }

    /// Puts originals in the place of their placeholders in all texts of a value, at any depth, keys included.
    pub fn restore_json_value(&self, value: Value<'_>, edits: &mut Edits) {
        if !self.is_empty() {
            let Ok(()) = json::each_text_of_value(value, edits, &mut |text, target| self.restore_at(text, target));
        }
    }

    fn restore_at(&self, text: &json::Text<'_>, target: &mut json::Target<'_, '_>) -> Result<(), Infallible> {
        placeholders(self, text.text, text.from, |place| target.restore(place.range, place.original));
        Ok(())
    }
}

/// Puts originals back in one lane of a streamed answer: one choice's text, or one tool call's arguments.
///
/// Text comes in as the provider's events hold it, decoded, in pieces cut anywhere; the same text goes out whatever the cuts.
/// Held back is only what may still become a placeholder of this vault, at most 77 bytes; what the model writes in other ways
/// (`<email_1>`) is left as it is.
#[derive(Debug, Default)]
pub struct Restorer {
    lane: Lane,
}

impl Restorer {
    /// A lane of plain text, or with `json_inside` of JSON text in pieces, as tool arguments are streamed: originals are escaped within
    /// its strings, and placeholders found however they are escaped there. Such strings are written anew with JSON's shortest
    /// escapes.
    #[must_use]
    pub fn new(json_inside: bool) -> Self {
        Self { lane: Lane::new(Place::ASSISTANT, json_inside) }
    }

    /// Takes the next piece; appends what can be said for certain.
    pub fn push(&mut self, vault: &Vault, text: &str, out: &mut String) {
        // Without rules nothing can block.
        let _ = self.lane.push(None, vault, text, out, &mut Report::new());
    }

    /// Ends the lane; appends what was held back.
    pub fn finish(&mut self, vault: &Vault, out: &mut String) {
        let _ = self.lane.finish(None, vault, out, &mut Report::new());
    }

    /// Whether text is held back.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.lane.is_holding()
    }
}
