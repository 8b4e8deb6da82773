//! Taking escapes out of a string, stretch by stretch.

use std::borrow::Cow;

use memchr::memchr;

/// Decodes what stands between the quotes of a JSON string. A lone surrogate becomes U+FFFD. Never fails: in text that did not
/// come from a parse, a backslash that starts no escape stands for itself.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::new();
    unescape_into(raw, &mut out);
    Cow::Owned(out)
}

pub(super) fn unescape_into(raw: &str, out: &mut String) {
    // Decoding never lengthens, but for a lone backslash, which stays.
    out.reserve(raw.len());
    for piece in Pieces(raw) {
        match piece {
            Piece::Run(run) => out.push_str(run),
            Piece::Escape(decoded, _) => out.push(decoded),
        }
    }
}

/// A stretch of escaped text.
pub(super) enum Piece<'a> {
    /// Stands for itself.
    Run(&'a str),
    /// Stands for this character and takes so many bytes.
    Escape(char, usize),
}

/// The stretches of an escaped text, in order.
pub(super) struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let run = backslash(self.0.as_bytes());
        let (piece, length) = match run {
            0 => {
                let (decoded, length) = escape(self.0.as_bytes());
                (Piece::Escape(decoded, length), length)
            }
            _ => (Piece::Run(self.0.get(..run)?), run),
        };
        self.0 = self.0.get(length..)?;
        Some(piece)
    }
}

/// Where the first backslash stands; the length where there is none. In text with many escapes the next is near, and looking at eight bytes is
/// cheaper than a call.
#[inline]
fn backslash(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    for (index, word) in bytes.as_chunks::<8>().0.iter().take(4).enumerate() {
        let zero = u64::from_le_bytes(*word) ^ (ONES * b'\\' as u64);
        // The high bit of each byte that is zero now; only the lowest means anything, since a borrow may flag those above it.
        let flags = zero.wrapping_sub(ONES) & !zero & (ONES << 7);
        if flags != 0 {
            return index * 8 + flags.trailing_zeros() as usize / 8;
        }
    }
    memchr(b'\\', bytes).unwrap_or(bytes.len())
}

/// The escape that `bytes` starts with, and its length.
fn escape(bytes: &[u8]) -> (char, usize) {
    let short = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        _ => {
            let Some(first) = code_unit(bytes) else { return ('\\', 1) };
            if let Some(decoded) = char::from_u32(first) {
                return (decoded, 6);
            }
            let second = bytes.get(6..).and_then(code_unit);
            return match (first, second) {
                (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
                    let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::REPLACEMENT_CHARACTER, 6),
            };
        }
    };
    (short, 2)
}

/// The UTF-16 code unit of a `\uXXXX` that `bytes` starts with.
fn code_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |code, &digit| Some(code << 4 | (digit as char).to_digit(16)?))
}
