//! Credentials in URLs, from their `@`.

use std::ops::Range;

use super::secret;
use crate::text;

/// How far from its `@` the `://` of a URL is looked for, in bytes. Tokens used as passwords are long.
const WINDOW: usize = 512;

/// The user and password in front of the `@` at `sign`, if they stand in a URL (RFC 3986 section 3.2.1).
pub(super) fn find(text: &str, sign: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !text::at(bytes, sign + 1).is_ascii_alphanumeric() && text::at(bytes, sign + 1) != b'[' {
        return None;
    }
    let from = sign.saturating_sub(WINDOW);
    let mut colon = None;
    let mut at = sign;
    while at > from {
        at -= 1;
        match text::at(bytes, at) {
            b':' => colon = Some(at),
            // Only an unescaped slash ends the authority; it must be the second one of `://`.
            b'/' => {
                let start = at + 1;
                let authority = text::follows(bytes, at.saturating_sub(2), b"://")
                    && text::before(bytes, at.saturating_sub(2)).is_ascii_alphanumeric();
                let password = colon.is_some_and(|colon| {
                    colon > start && colon + 1 < sign && !secret::template(text::slice(bytes, colon + 1..sign))
                });
                return (authority && password).then_some(start..sign);
            }
            byte if byte <= b' ' || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'?' | b'#' | b'@') => return None,
            _ => {}
        }
    }
    None
}
