//! The way back from offsets in decoded text to the escaped text it came from.

use std::ops::Range;

use super::unescape::{Piece, Pieces};

/// Maps a byte range of the decoded text to the range of the raw (escaped) text it came from, so that a finding in the one can be
/// replaced in the other. None if a bound lies beyond the text or inside a character. For several ranges of one string use a [`RawCursor`].
pub fn raw_range(raw: &str, decoded: Range<usize>) -> Option<Range<usize>> {
    RawCursor::new(raw).range(decoded)
}

/// Maps decoded byte offsets back to raw ones. Ascending offsets cost one walk over the string altogether; a lower one starts over.
#[derive(Debug, Clone)]
pub struct RawCursor<'a> {
    raw: &'a str,
    /// The same place in both texts.
    raw_at: usize,
    decoded_at: usize,
    /// Up to here the raw text is known to stand for itself.
    run_end: usize,
}

impl<'a> RawCursor<'a> {
    /// At the start of a string's raw text.
    pub fn new(raw: &'a str) -> Self {
        Self { raw, raw_at: 0, decoded_at: 0, run_end: 0 }
    }

    /// The raw range of a decoded one. None if a bound lies beyond the text or inside a character, or if they are swapped.
    pub fn range(&mut self, decoded: Range<usize>) -> Option<Range<usize>> {
        if decoded.start > decoded.end {
            return None;
        }
        Some(self.offset(decoded.start)?..self.offset(decoded.end)?)
    }

    /// The raw offset of a decoded one: of the escape, if the character there is escaped. None beyond the text or inside a character.
    pub fn offset(&mut self, decoded: usize) -> Option<usize> {
        if decoded < self.decoded_at {
            *self = Self::new(self.raw);
        }
        while self.decoded_at < decoded {
            if self.raw_at < self.run_end {
                let step = (self.run_end - self.raw_at).min(decoded - self.decoded_at);
                self.raw_at += step;
                self.decoded_at += step;
                continue;
            }
            match Pieces(self.raw.get(self.raw_at..)?).next()? {
                Piece::Run(run) => self.run_end = self.raw_at + run.len(),
                Piece::Escape(character, length) => {
                    self.raw_at += length;
                    self.decoded_at += character.len_utf8();
                    self.run_end = self.raw_at;
                }
            }
        }
        (self.decoded_at == decoded && self.raw.is_char_boundary(self.raw_at)).then_some(self.raw_at)
    }
}
