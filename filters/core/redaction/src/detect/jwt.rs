//! JSON web tokens, from their `eyJ`, which is how `{"` begins in base64url.

use std::ops::Range;

use memchr::memmem;

use super::base64;
use crate::text;

/// Longest header looked at, in bytes of base64url.
const MAX_HEADER: usize = 4096;
/// Longest token, in bytes: four times what servers take in a header line.
const MAX_TOKEN: usize = 32 << 10;

/// How a token begins.
pub(super) const PREFIX: &[u8] = b"eyJ";

/// The token whose [`PREFIX`] stands at `start`.
pub(super) fn find(text: &[u8], start: usize) -> Option<Range<usize>> {
    if is_part(text::before(text, start)) {
        return None;
    }
    let limit = (start + MAX_TOKEN).min(text.len());
    let text = text::slice(text, 0..limit);
    let header_end = start + text::count(text, start, is_part);
    if header_end - start > MAX_HEADER || text::at(text, header_end) != b'.' {
        return None;
    }
    // JWS has three parts (RFC 7515), its signature empty where `alg` is `none`; JWE has five (RFC 7516), its second empty with `dir`.
    let mut end = header_end;
    let mut dots = 0;
    let mut content = 0;
    while dots < 4 && text::at(text, end) == b'.' {
        let length = text::count(text, end + 1, is_part);
        if length == 0 && dots == 2 {
            break;
        }
        content += length;
        end += 1 + length;
        dots += 1;
    }
    // Without a signature, of which a paste may have been cut, the second part has to look like an object as well.
    if dots == 0 || content < 8 || (dots == 1 && !text::follows(text, header_end + 1, b"eyJ")) {
        return None;
    }
    let header: Vec<u8> = base64::decode(text::slice(text, start..header_end)).collect();
    memmem::find(&header, b"\"alg\"")?;
    Some(start..end)
}

/// Whether a token may have this byte between its dots.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
