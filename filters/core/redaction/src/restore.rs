//! Putting originals back in a text that is there as a whole. Streams go through a [`ResponseFilter`](crate::ResponseFilter).

use std::borrow::Cow;

use crate::answer::placeholders;
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
            restored.push_str(&place.original);
            copied = place.range.end;
        });
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        restored.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(restored)
    }
}
