//! Addresses of web pages and files: URLs, and hosts that start with `www.`.

use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use super::score::CERTAIN;
use crate::text;

/// Schemes whose URLs name a host.
const SCHEMES: &[&[u8]] = &[b"http", b"https", b"ftp", b"ftps", b"sftp", b"ws", b"wss"];
/// Longest URL, in bytes; what goes on behind it is left.
const MAX: usize = 8192;
/// Longest without a scheme.
const MAX_BARE: usize = 512;

/// Where [`at_keyword`] is asked.
pub(super) const KEYWORDS: &[&str] = &["www."];
/// The detectors that want it asked.
pub(super) const OF_KEYWORDS: &[Detector] = &[Detector::Url];

/// The URL whose scheme ends in front of the `:` at `colon`.
pub(super) fn find(text: &str, colon: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !text::follows(bytes, colon, b"://") {
        return None;
    }
    let head = text::slice(bytes, colon.saturating_sub(6)..colon);
    let start = colon - head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let scheme = text::slice(bytes, start..colon);
    if !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme))
        || text::before(bytes, start).is_ascii_alphanumeric()
    {
        return None;
    }
    let host = text::char_at(text, colon + 3)?;
    let end = end(text, start, colon + 3, MAX);
    ((host.is_alphanumeric() || host == '[') && end > colon + 3).then_some(start..end)
}

/// Looks for a host that starts with `www.`.
pub(super) fn at_keyword(text: &str, keyword: Range<usize>, sink: &mut Sink<'_>) {
    let bytes = text.as_bytes();
    if matches!(text::before(bytes, keyword.start), b'/' | b'.' | b'@' | b'-' | b'_' | b'0'..=b'9') {
        return;
    }
    let end = end(text, keyword.start, keyword.end, MAX_BARE);
    let address = text::slice(bytes, keyword.end..end);
    let host = address.split(|byte| matches!(byte, b'/' | b':' | b'?' | b'#')).next().unwrap_or_default();
    let mut labels = host.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let named =
        top.len() > 1 && !top.iter().any(u8::is_ascii_digit) && labels.next().is_some_and(|label| !label.is_empty());
    if named {
        sink.emit(Detector::Url, keyword.start..end, CERTAIN);
    }
}

/// Where the URL ends that starts at `start` and is looked at from `at` on. Quotes, brackets and punctuation of the sentence around it stay outside.
fn end(text: &str, start: usize, at: usize, most: usize) -> usize {
    let bytes = text.as_bytes();
    let quoted = text::before(bytes, start) == b'\'';
    let (mut round, mut square) = (0, 0);
    let mut end = at;
    for character in text.get(at..).unwrap_or_default().chars() {
        let part = match character {
            '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^' => false,
            '\'' => !quoted,
            // A bracket that did not open within is the sentence's.
            '(' => counts(&mut round, true),
            ')' => counts(&mut round, false),
            '[' => counts(&mut square, true),
            ']' => counts(&mut square, false),
            // A list of several.
            ',' => ![&b"http"[..], b"www."].iter().any(|next| text::follows(bytes, end + 1, next)),
            ';' => parameter(bytes, end + 1),
            '!'..='~' => true,
            // Scripts that are written without blanks run on behind it.
            _ => character > '\u{a0}' && character < '\u{2e80}' && character.is_alphanumeric(),
        };
        if !part || end - start >= most {
            break;
        }
        end += character.len_utf8();
    }
    while end > at
        && matches!(text::before(bytes, end), b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_' | b'~')
    {
        end -= 1;
    }
    end
}

/// Whether a parameter follows, as in `;jsessionid=1` and `&amp;b=2`; another semicolon parts the fields of a table.
fn parameter(bytes: &[u8], at: usize) -> bool {
    let name = text::slice(bytes, at..(at + 64).min(bytes.len()));
    let length = text::count(name, 0, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    length > 0 && text::at(name, length) == b'='
}

/// Counts open brackets; false at one that closes none.
fn counts(open: &mut usize, opens: bool) -> bool {
    let next = if opens { open.checked_add(1) } else { open.checked_sub(1) };
    *open = next.unwrap_or(0);
    next.is_some()
}
