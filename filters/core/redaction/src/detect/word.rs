//! Words with digits in them, read once for every detector of identifiers that mix letters and digits.

use std::ops::Range;

use crate::text;

/// Longest word looked at, in bytes; what is longer is an encoded document.
pub(super) const MAX: usize = 128;

/// ASCII letters and digits in a row, a digit among them.
pub(super) struct Word<'a> {
    text: &'a [u8],
    pub start: usize,
    pub end: usize,
}

impl<'a> Word<'a> {
    /// The word around the digit at `digit`; None if it is longer than [`MAX`].
    pub fn around(text: &'a [u8], digit: usize) -> Option<Self> {
        let head = text::slice(text, digit.saturating_sub(MAX)..digit);
        let before = head.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let behind = text::slice(text, digit..(digit + MAX + 1).min(text.len()));
        let length = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        (before + length <= MAX).then(|| Self { text, start: digit - before, end: digit + length })
    }

    /// Where it stands.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        text::slice(self.text, self.range())
    }

    /// The text around it.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether letters are among it.
    pub fn has_letters(&self) -> bool {
        self.bytes().iter().any(u8::is_ascii_alphabetic)
    }
}
