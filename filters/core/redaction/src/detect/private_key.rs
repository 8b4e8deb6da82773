//! Private key blocks, from the dashes of their BEGIN line.

use std::ops::Range;

use memchr::memmem;

use crate::text;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
/// Longest label between `BEGIN ` and the dashes, in bytes.
const MAX_LABEL: usize = 40;
/// Longest block, in bytes: RSA keys of 16,384 bits take 13 KB.
const MAX_BLOCK: usize = 32 << 10;

/// The block that begins at `start`.
pub(super) fn find(text: &[u8], start: usize) -> Option<Range<usize>> {
    if !text::follows(text, start, BEGIN) {
        return None;
    }
    let label_at = start + BEGIN.len();
    let limit = (label_at + MAX_LABEL + DASHES.len()).min(text.len());
    let label_length = memmem::find(text::slice(text, label_at..limit), DASHES)?;
    let label = text::slice(text, label_at..label_at + label_length);
    let private = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
    if !private {
        return None;
    }
    let body = label_at + label_length + DASHES.len();
    let limit = (body + MAX_BLOCK).min(text.len());
    let content = text::slice(text, body..limit);
    // The first dashes behind BEGIN are END's, or there is no END.
    let dashes = memmem::find(content, DASHES);
    if let Some(at) = dashes
        && text::follows(content, at, b"-----END ")
    {
        let behind = at + b"-----END ".len();
        let line = text::slice(content, behind..(behind + MAX_LABEL + DASHES.len()).min(content.len()));
        if let Some(end) = memmem::find(line, DASHES) {
            return Some(start..body + behind + end + DASHES.len());
        }
    }
    // No END line: cut off by a length limit, or by whoever pasted it. What looks like a key's text is still a key.
    let cut = dashes.unwrap_or(content.len());
    Some(start..body + text::count(text::slice(content, 0..cut), 0, key_text))
}

/// Base64, line ends (also as `\n` in source code), and the headers of RFC 1421.
fn key_text(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\' | b':' | b',' | b'-' | b' ' | b'\t')
}
