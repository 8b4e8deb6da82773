//! Where a value ends, within quotes and without.

use std::ops::Range;

use super::between::Assigned;
use crate::text;

/// Longest value, in bytes.
const MAX_VALUE: usize = 512;

/// A value within the quotes that open at `quote`. One with a blank in it is a phrase, and not looked at but for a scheme in front.
pub(super) fn quoted(text: &[u8], quote: usize, name: Range<usize>) -> Option<Assigned> {
    let mark = text::at(text, quote);
    let mut start = quote + 1;
    loop {
        let window = text::slice(text, start..(start + MAX_VALUE).min(text.len()));
        let length = text::count(window, 0, |byte| byte != mark && !byte.is_ascii_whitespace());
        let range = start..start + length - usize::from(length > 0 && window.get(length - 1) == Some(&b'\\'));
        match text::at(text, start + length) {
            b' ' if start == quote + 1 && is_scheme(text::slice(text, range.clone())) => start += length + 1,
            byte if byte == mark || start + length == text.len() => {
                return (!range.is_empty()).then_some(Assigned { range, name });
            }
            _ => return None,
        }
    }
}

/// A value without quotes.
pub(super) fn bare(text: &[u8], start: usize, name: Range<usize>) -> Option<Assigned> {
    let query = matches!(text::before(text, name.start), b'?' | b'&');
    let window = text::slice(text, start..(start + MAX_VALUE).min(text.len()));
    let mut length = 0;
    for (at, &byte) in window.iter().enumerate() {
        let stop = match byte {
            b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'|' => true,
            b'&' | b'#' => query,
            b'\\' => matches!(window.get(at + 1), Some(b'n' | b'r' | b't' | b'"' | b'\'')),
            // General punctuation, and scripts that are written without blanks.
            0xc2 | 0xe2.. => true,
            _ => byte.is_ascii_whitespace() || byte.is_ascii_control(),
        };
        if stop {
            break;
        }
        length = at + 1;
    }
    // The longest value may end within a character.
    while length > 0 && matches!(text::at(text, start + length), 0x80..=0xbf) {
        length -= 1;
    }
    let value = text::slice(window, 0..length);
    if is_scheme(value) && text::at(text, start + length) == b' ' {
        return bare(text, start + length + 1, name);
    }
    while let Some(last) = value.get(..length).and_then(<[u8]>::last) {
        let open = match last {
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            b'.' | b':' | b'?' | b'*' => 0,
            _ => break,
        };
        if open != 0 && value.contains(&open) {
            break;
        }
        length -= 1;
    }
    (length > 0).then_some(Assigned { range: start..start + length, name })
}

/// A scheme of the `Authorization` header, in front of what it takes.
fn is_scheme(word: &[u8]) -> bool {
    const SCHEMES: &[&str] = &["bearer", "token", "apikey", "api-key", "api-token", "key", "splunk"];
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}
