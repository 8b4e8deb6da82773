//! Secrets as the web carries them: in headers, in addresses, in the options of `curl`.

use std::ops::Range;

use super::{stand_in, value};
use crate::detect::base64;
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{CERTAIN, LIKELY};
use crate::detect::token::distinct;
use crate::text;

/// Longest credentials of a header, in bytes.
const MAX: usize = 4096;
/// Longest signature, all of it escaped, in bytes.
const MAX_SIGNATURE: usize = 140;
/// Longest path of a webhook, in bytes.
const MAX_PATH: usize = 400;

/// What follows `Bearer ` (RFC 6750 section 2.1).
pub(super) fn at_bearer(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    if text::before(text, keyword.start).is_ascii_alphanumeric() {
        return;
    }
    let range = run(text, keyword.end, MAX, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
    });
    let range = range.start..range.end - usize::from(text::before(text, range.end) == b'.');
    if value::is_random(text::slice(text, range.clone())) {
        sink.emit(Detector::HighEntropySecret, range, LIKELY);
    }
}

/// What follows `Basic `: the base64 of a user, a colon and a password (RFC 7617).
pub(super) fn at_basic(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    if text::before(text, keyword.start).is_ascii_alphanumeric() {
        return;
    }
    let range = run(text, keyword.end, MAX, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let encoded = text::slice(text, range.clone());
    if encoded.len() >= 8
        && encoded.len().is_multiple_of(4)
        && !matches!(text::at(text, range.end), b'.' | b'-' | b'_')
        && holds_colon(encoded)
    {
        sink.emit(Detector::HighEntropySecret, range, CERTAIN);
    }
}

/// Whether base64 is of printable text with a colon in it.
fn holds_colon(encoded: &[u8]) -> bool {
    let stop = base64::decode(encoded).find(|&byte| byte == b':' || byte.is_ascii_control());
    stop == Some(b':')
}

/// What follows `-u` and `--user`: a user and a password with a colon between them.
pub(super) fn at_user(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    let at = keyword.end
        + text::count(text::slice(text, keyword.end..(keyword.end + 8).min(text.len())), 0, |byte| byte == b' ');
    let mark = text::at(text, at);
    let opened = usize::from(matches!(mark, b'"' | b'\''));
    let start = at + opened;
    let mut range = run(text, start, MAX, |byte| byte.is_ascii_graphic() && (opened == 0 || byte != mark));
    // `"user":"password"`, and quotes of either kind within.
    if opened == 1 && text::follows(text, range.end, &[mark, b':']) {
        range.end = run(text, range.end + 1, MAX, |byte| byte.is_ascii_graphic()).end;
    }
    let pair = text::slice(text, range.clone());
    let Some(colon) = pair.iter().position(|&byte| byte == b':').filter(|_| !pair.starts_with(b"<")) else { return };
    let bare = |part: &[u8]| {
        let quotes = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
        let from = part.iter().take_while(|byte| quotes(byte)).count();
        let behind = part.iter().rev().take_while(|byte| quotes(byte)).count();
        from..part.len().saturating_sub(behind).max(from)
    };
    let secret = |part: &[u8]| {
        let part = text::slice(part, bare(part));
        value::password(part).is_some_and(|score| score >= LIKELY) || value::is_random(part)
    };
    let (user, password) = (text::slice(pair, 0..colon), text::tail(pair, colon + 1));
    let within = bare(password);
    if secret(password) {
        let start = range.start + colon + 1;
        sink.emit(Detector::HighEntropySecret, start + within.start..start + within.end, LIKELY);
    } else if within.is_empty() && secret(user) {
        // Some services take the key as the user, with nothing behind the colon.
        let within = bare(user);
        sink.emit(Detector::HighEntropySecret, range.start + within.start..range.start + within.end, LIKELY);
    }
}

/// What follows `sig=` in the address of a shared access signature: an HMAC of 32 bytes in base64, escaped or not.
pub(super) fn at_signature(text: &[u8], start: usize, sink: &mut Sink<'_>) {
    if !matches!(text::before(text, start - 4), b'?' | b'&' | b'"' | b'\'' | b' ' | b';') {
        return;
    }
    let range = run(text, start, MAX_SIGNATURE, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'%' | b'+' | b'/' | b'=' | b'-' | b'_')
    });
    let signature = text::slice(text, range.clone());
    let escapes = signature.iter().filter(|&&byte| byte == b'%').count();
    let plain = signature.len().saturating_sub(2 * escapes);
    if (43..=44).contains(&plain) && distinct(signature) > 12 {
        sink.emit(Detector::AzureKey, range, CERTAIN);
    }
}

/// What follows the host and path of a webhook. Who has it may post there; the host stays readable.
pub(super) fn at_hook(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    let range = run(text, keyword.end, MAX_PATH, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'+' | b'@')
    });
    let path = text::slice(text, range.clone());
    let hook = text::slice(text, keyword.clone());
    let end = range.end - usize::from(path.ends_with(b"/"));
    let secret = path.rsplit(|&byte| byte == b'/').find(|part| !part.is_empty()).unwrap_or_default();
    if distinct(secret) < 5 || stand_in::stands_in(secret) {
        return;
    }
    let of = |prefixes: &[&[u8]]| {
        prefixes.iter().find(|prefix| path.starts_with(prefix)).map(|prefix| range.start + prefix.len())
    };
    let found = match hook.first() {
        Some(b'h' | b'H') if hook.ends_with(b"slack.com/") => {
            let start =
                of(&[b"services/", b"workflows/", b"triggers/"]).filter(|start| end.saturating_sub(*start) >= 30);
            start.map(|start| (Detector::SlackWebhook, start))
        }
        Some(b'h' | b'H') => of(&[b"hooks/catch/"]).map(|start| (Detector::VendorToken, start)),
        _ if hook.len() > b"/webhooks/".len() => (path.len() > 100).then_some((Detector::VendorToken, range.start)),
        _ => {
            let host = text::slice(text, keyword.start.saturating_sub(24)..keyword.start);
            let discord = host.windows(7).any(|seven| seven.eq_ignore_ascii_case(b"discord"));
            (discord && secret.len() >= 60).then_some((Detector::VendorToken, range.start))
        }
    };
    if let Some((detector, start)) = found {
        sink.emit(detector, start..end, CERTAIN);
    }
}

/// What satisfies `wanted` from `start` on, `most` bytes and no more.
fn run(text: &[u8], start: usize, most: usize, wanted: impl Fn(u8) -> bool) -> Range<usize> {
    let window = text::slice(text, start.min(text.len())..(start + most).min(text.len()));
    start..start + text::count(window, 0, wanted)
}
