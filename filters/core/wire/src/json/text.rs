//! A JSON string as it was read: still escaped, compared and decoded on demand.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::unescape::{Piece, Pieces, unescape, unescape_into};

/// A string in a parsed text: what stands between the quotes, still escaped. Compares by its decoded content.
#[derive(Clone, Copy)]
pub struct Str<'a> {
    pub(super) raw: &'a str,
    pub(super) start: usize,
    pub(super) escaped: bool,
}

impl<'a> Str<'a> {
    /// A string of one's own, where one from a text is expected. `raw` must be what may stand between the quotes; its
    /// [`span`](Self::span) is nowhere.
    #[must_use]
    pub fn from_escaped(raw: &'a str) -> Self {
        Self { raw, start: 0, escaped: raw.contains('\\') }
    }

    /// What stands between the quotes, still escaped.
    #[inline]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Where that is in the input, without the quotes.
    #[inline]
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.raw.len()
    }

    /// Whether it holds no escape, so that raw and decoded are the same.
    #[inline]
    pub fn is_plain(&self) -> bool {
        !self.escaped
    }

    /// Whether there is nothing between the quotes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The content, borrowed when [plain](Self::is_plain). A lone surrogate becomes U+FFFD.
    #[inline]
    pub fn decode(&self) -> Cow<'a, str> {
        if self.escaped { unescape(self.raw) } else { Cow::Borrowed(self.raw) }
    }

    /// Appends the content to `out`, for callers that keep a buffer.
    pub fn decode_into(&self, out: &mut String) {
        if self.escaped { unescape_into(self.raw, out) } else { out.push_str(self.raw) }
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.raw)
    }
}

impl PartialEq<str> for Str<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        if self.escaped { equal(self.raw, other) } else { self.raw == other }
    }
}

impl PartialEq<&str> for Str<'_> {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for Str<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.escaped, other.escaped) {
            (false, false) => self.raw == other.raw,
            (true, false) => equal(self.raw, other.raw),
            (false, true) => equal(other.raw, self.raw),
            (true, true) => equal(self.raw, &unescape(other.raw)),
        }
    }
}

impl Eq for Str<'_> {}

/// Whether `raw` decodes to `other`, without allocating.
fn equal(raw: &str, mut other: &str) -> bool {
    for piece in Pieces(raw) {
        let rest = match piece {
            Piece::Run(run) => other.strip_prefix(run),
            Piece::Escape(decoded, _) => other.strip_prefix(decoded),
        };
        match rest {
            Some(rest) => other = rest,
            None => return false,
        }
    }
    other.is_empty()
}
