//! JSON web tokens, from their `eyJ`, which is how `{"` begins in base64url.

use std::ops::Range;

use memchr::memmem;

use crate::text;

/// Longest header looked at, in bytes of base64url.
const MAX_HEADER: usize = 4096;
/// Longest token, in bytes: four times what servers take in a header line.
const MAX_TOKEN: usize = 32 << 10;

/// How a token begins.
pub(super) const PREFIX: &[u8] = b"eyJ";

/// The token whose [`PREFIX`] stands at `start`.
pub(super) fn find(text: &[u8], start: usize) -> Option<Range<usize>> {
    if base64url(text::before(text, start)) {
        return None;
    }
    let limit = (start + MAX_TOKEN).min(text.len());
    let text = text::slice(text, 0..limit);
    let header_end = start + text::count(text, start, base64url);
    if header_end - start > MAX_HEADER || text::at(text, header_end) != b'.' {
        return None;
    }
    // JWS has three parts (RFC 7515), its signature empty where `alg` is `none`; JWE has five (RFC 7516), its second empty with `dir`.
    let mut end = header_end;
    let mut dots = 0;
    let mut content = 0;
    while dots < 4 && text::at(text, end) == b'.' {
        let length = text::count(text, end + 1, base64url);
        if length == 0 && dots == 2 {
            break;
        }
        content += length;
        end += 1 + length;
        dots += 1;
    }
    if dots < 2 || content < 8 {
        return None;
    }
    let header = decode(text::slice(text, start..header_end));
    memmem::find(&header, b"\"alg\"")?;
    Some(start..end)
}

fn base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Decodes base64url without padding (RFC 4648 section 5); bits left over at the end are dropped.
fn decode(encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len() / 4 * 3 + 2);
    let mut bits: u32 = 0;
    let mut count = 0;
    for &byte in encoded {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    decoded
}
