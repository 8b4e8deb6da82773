//! Private key blocks, from the first letters of their first line.

use std::ops::Range;

use memchr::memmem;

use super::base64;
use crate::text;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
/// Longest label between `BEGIN ` and the dashes, in bytes.
const MAX_LABEL: usize = 40;
/// Longest block, in bytes: RSA keys of 16,384 bits take 13 KB.
const MAX_BLOCK: usize = 32 << 10;

/// The first line of a key of SSH Communications' programs (RFC 4716 has it for public keys), and the last.
const SSH2_BEGIN: &[u8] = b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----";
const SSH2_END: &[u8] = b"---- END SSH2 ENCRYPTED PRIVATE KEY ----";
/// How PuTTY's files begin, up to the number of their format, and what their last line begins with.
const PUTTY: &[u8] = b"PuTTY-User-Key-File-";
const PUTTY_MAC: &[u8] = b"Private-MAC: ";
/// `-----BEGIN ` in base64, without the last letter: that depends on what follows.
const ENCODED: &[u8] = b"LS0tLS1CRUdJTi";

/// Reads a key from a place on.
type Read = fn(&[u8], usize) -> Option<Range<usize>>;

/// The first letters of a block, and who reads it from there on.
pub(super) const STARTS: &[(&[u8], Read)] = &[(b"BEGIN ", armoured), (PUTTY, putty), (ENCODED, encoded)];

/// The block whose first letters stand at `place`.
pub(super) fn find(text: &[u8], place: usize) -> Option<Range<usize>> {
    let (_, read) = STARTS.iter().find(|(start, _)| text::follows(text, place, start))?;
    read(text, place)
}

/// A block whose `BEGIN` stands at `begin`, behind dashes.
fn armoured(text: &[u8], begin: usize) -> Option<Range<usize>> {
    let dash = begin.checked_sub(DASHES.len())?;
    if text::follows(text, dash, BEGIN) {
        pem(text, dash)
    } else if text::follows(text, dash, SSH2_BEGIN) {
        Some(dash..up_to(text, dash, SSH2_END))
    } else {
        None
    }
}

fn putty(text: &[u8], start: usize) -> Option<Range<usize>> {
    let hex = |mac: usize| text::count(text, mac, |byte| byte.is_ascii_hexdigit());
    text::at(text, start + PUTTY.len()).is_ascii_digit().then(|| {
        let mac = up_to(text, start, PUTTY_MAC);
        start..mac + hex(mac)
    })
}

/// Behind the first `end` from `start` on. Without one, where the paragraph ends or the text does: so a stream waits for the end.
fn up_to(text: &[u8], start: usize, end: &[u8]) -> usize {
    let block = text::slice(text, start..(start + MAX_BLOCK).min(text.len()));
    let place = memmem::find(block, end).map(|at| at + end.len());
    start + place.or_else(|| memmem::find(block, b"\n\n")).unwrap_or(block.len())
}

/// The base64 of a block, as secrets of Kubernetes hold it.
fn encoded(text: &[u8], start: usize) -> Option<Range<usize>> {
    if text::before(text, start).is_ascii_alphanumeric() {
        return None;
    }
    let window = text::slice(text, start..(start + 2 * MAX_BLOCK).min(text.len()));
    let length = text::count(window, 0, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let label: Vec<u8> = base64::decode(window).take(BEGIN.len() + MAX_LABEL).collect();
    memmem::find(&label, b"PRIVATE KEY")?;
    Some(start..start + length)
}

fn pem(text: &[u8], start: usize) -> Option<Range<usize>> {
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
