//! Keys whose prefix has no rare byte, or that have none: from a word with a digit in it, or from the byte that sets their parts apart.

use std::ops::Range;

use super::stand_in;
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::CERTAIN;
use crate::detect::token::distinct;
use crate::detect::word::Word;
use crate::text;

/// The detectors that [`in_word`] is for.
pub(in super::super) const OF_WORDS: &[Detector] =
    &[Detector::VendorToken, Detector::GoogleOauthSecret, Detector::GitlabToken, Detector::AzureKey];

/// Looks at a word of letters and digits.
pub(in super::super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    let bytes = word.bytes();
    if bytes.len() < 4 || !OF_WORDS.iter().any(|&detector| sink.wants(detector)) {
        return;
    }
    let text = word.text();
    if let Some((detector, end)) = prefixed(text, word.start, bytes).or_else(|| of_length(text, word, bytes)) {
        let start = word.start;
        // Behind the longest prefix, if it is that long.
        let body = start + if bytes.len() > 20 { 9 } else { 4 };
        if distinct(text::slice(text, body..end)) >= 5 {
            sink.emit(detector, start..end, CERTAIN);
        }
    } else if bytes.len() == 29
        && text::follows(text, word.end, b"_mmk")
        && text::before(text, word.start) == b'_'
        && let Some(start) = word.start.checked_sub(7)
        && text::slice(text, start..start + 6).iter().all(u8::is_ascii_alphanumeric)
    {
        // MaxMind's licence keys.
        sink.emit(Detector::VendorToken, start..word.end + 4, CERTAIN);
    }
}

/// Keys that go on behind their first word. The end of one.
fn prefixed(text: &[u8], start: usize, bytes: &[u8]) -> Option<(Detector, usize)> {
    let url = |from: usize, least: usize, most: usize| {
        let window = text::slice(text, from..(from + most + 1).min(text.len()));
        let length = text::count(window, 0, is_url);
        (least..=most).contains(&length).then_some(from + length)
    };
    match bytes {
        b"ya29" if text::at(text, start + 4) == b'.' => Some((Detector::GoogleOauthSecret, url(start + 5, 20, 2048)?)),
        b"dt0c01" if text::at(text, start + 6) == b'.' => {
            let secret = text::follows(text, start + 31, b".").then(|| url(start + 32, 64, 64))??;
            Some((Detector::VendorToken, secret))
        }
        [b'G', b'R', b'1', b'3', b'4', b'8', b'9', b'4', b'1', ..] => {
            Some((Detector::GitlabToken, url(start + 9, 20, 20)?))
        }
        // Square.
        [b'E', b'A', b'A', b'A', ..] => Some((Detector::VendorToken, url(start + 4, 22, 64)?)),
        // A bot of Discord: the base64 of its number, of a time, and a signature.
        [b'M' | b'N' | b'O', ..] if (18..=30).contains(&bytes.len()) => {
            let dot = start + bytes.len();
            let parts = text::at(text, dot) == b'.' && text::at(text, dot + 7) == b'.';
            let time = text::slice(text, dot + 1..dot + 7).iter().all(|&byte| is_url(byte));
            Some((Detector::VendorToken, (parts && time).then(|| url(dot + 8, 27, 40))??))
        }
        _ => None,
    }
}

/// Keys of a certain length and start.
fn of_length(text: &[u8], word: &Word<'_>, bytes: &[u8]) -> Option<(Detector, usize)> {
    let hex = |from: usize| text::tail(bytes, from).iter().all(u8::is_ascii_hexdigit);
    let end = word.end;
    let vendor = |end: usize| Some((Detector::VendorToken, end));
    match (bytes.len(), bytes) {
        // Twilio.
        (34, [b'S', b'K', ..]) if hex(2) => vendor(end),
        // Mailchimp, with its data centre.
        (32, _) if hex(0) && text::follows(text, end, b"-us") => {
            let digits = text::count(text, end + 3, |byte| byte.is_ascii_digit());
            (1..=2).contains(&digits).then_some((Detector::VendorToken, end + 3 + digits))
        }
        // Airtable.
        (17, [b'p', b'a', b't', ..]) if text::at(text, end) == b'.' => {
            let secret = text::slice(text, end + 1..end + 65);
            (secret.len() == 64 && secret.iter().all(u8::is_ascii_hexdigit))
                .then_some((Detector::VendorToken, end + 65))
        }
        // NuGet, Databricks, crates.io, Artifactory's two, ClickHouse, Bitbucket, Alibaba Cloud.
        (46, [b'o', b'y', b'2', ..]) => vendor(end),
        (36, [b'd', b'a', b'p', b'i', ..]) if hex(4) => {
            let part = text::at(text, end) == b'-' && text::at(text, end + 1).is_ascii_digit();
            vendor(end + 2 * usize::from(part))
        }
        (35, [b'c', b'i', b'o', ..])
        | (73, [b'A', b'K', b'C', b'p', ..])
        | (64, [b'c', b'm', b'V', b'm', b'd', ..]) => vendor(end),
        (42, [b'4', b'b', b'1', b'd', ..]) | (36, [b'A', b'T', b'B', b'B', ..]) => vendor(end),
        (16 | 24, [b'L', b'T', b'A', b'I', ..]) => vendor(end),
        // The keys of Azure that tell that they are some.
        (84, _) if text::follows(bytes, 52, b"JQQJ99") => Some((Detector::AzureKey, end)),
        _ => None,
    }
}

fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A bot of Telegram, from the colon between its number and its key.
pub(in super::super) fn at_colon(text: &[u8], colon: usize) -> Option<Range<usize>> {
    if text::at(text, colon + 1) != b'A' {
        return None;
    }
    let head = text::slice(text, colon.saturating_sub(17)..colon);
    let digits = head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = colon - digits;
    let key = text::slice(text, colon + 1..colon + 36);
    let whole = key.len() == 35 && key.iter().all(|&byte| is_url(byte)) && !is_url(text::at(text, colon + 36));
    let random = distinct(key) >= 12 && key.iter().any(u8::is_ascii_digit);
    let apart =
        !text::before(text, start).is_ascii_alphabetic() || text::slice(text, start.saturating_sub(3)..start) == b"bot";
    (whole && random && apart && (5..=16).contains(&digits)).then_some(start..colon + 36)
}

/// The secret of a client of Entra ID, from the `~` of its `8Q~`.
pub(in super::super) fn at_tilde(text: &[u8], tilde: usize) -> Option<Range<usize>> {
    let secret = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-');
    let start = tilde.checked_sub(5)?;
    let head = text::slice(text, start..tilde);
    if !head.ends_with(b"Q") || !text::at(text, tilde - 2).is_ascii_digit() || !head.iter().all(|&byte| secret(byte)) {
        return None;
    }
    let mut length = text::count(text::slice(text, tilde + 1..(tilde + 36).min(text.len())), 0, secret);
    while length > 31 && matches!(text::at(text, tilde + length), b'.' | b'-') {
        length -= 1;
    }
    let range = start..tilde + 1 + length;
    let apart = !text::before(text, start).is_ascii_alphanumeric() && !secret(text::at(text, range.end));
    ((31..=34).contains(&length)
        && (apart || text::at(text, range.end) == b'.')
        && distinct(text::slice(text, range.clone())) >= 10)
        .then_some(range)
}

/// A secret access key that directly follows its id, as in `AKIA…:…` and in rows of a table.
pub(in super::super) fn behind_key_id(text: &[u8], end: usize) -> Option<Range<usize>> {
    let apart = text::count(text::slice(text, end..(end + 3).min(text.len())), 0, |byte| {
        matches!(byte, b':' | b',' | b';' | b'|' | b'"' | b'/')
    });
    let start = end + apart;
    let key = text::slice(text, start..start + 40);
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let whole = key.len() == 40 && key.iter().all(|&byte| base64(byte)) && !base64(text::at(text, start + 40));
    (apart > 0 && whole && distinct(key) >= 12).then_some(start..start + 40)
}

/// Tokens whose fixed part ends in a dot.
pub(super) fn at_dotted(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    let fixed = text::slice(text, keyword.clone());
    let count = |from: usize, dots: bool| {
        text::count(text::slice(text, from..(from + 400).min(text.len())), 0, |byte| {
            is_url(byte) || byte == b'=' || (dots && byte == b'.')
        })
    };
    if fixed.eq_ignore_ascii_case(b".atlasv1.") {
        // Terraform Cloud: 14 letters and digits in front, 60 to 70 behind.
        let length = count(keyword.end, false);
        let Some(start) = keyword.start.checked_sub(14) else { return };
        let front = text::slice(text, start..keyword.start).iter().all(u8::is_ascii_alphanumeric);
        if front
            && !text::before(text, start).is_ascii_alphanumeric()
            && (60..=70).contains(&length)
            && distinct(text::slice(text, keyword.end..keyword.end + length)) >= 10
        {
            sink.emit(Detector::VendorToken, start..keyword.end + length, CERTAIN);
        }
        return;
    }
    if text::before(text, keyword.start).is_ascii_alphanumeric() {
        return;
    }
    let (least, most) = match fixed {
        [b'h', b'v', ..] => (24, 400),
        [b'd', b'p', ..] => (40, 44),
        [b's', b'l', ..] => (100, 400),
        _ => return,
    };
    let length = count(keyword.end, true);
    let length = length.saturating_sub(usize::from(text::before(text, keyword.end + length) == b'.'));
    let range = keyword.start..keyword.end + length;
    let key = text::slice(text, keyword.end..range.end);
    if (least..=most).contains(&length)
        && key.iter().any(u8::is_ascii_digit)
        && distinct(key) >= 10
        && !stand_in::stands_in(key)
    {
        sink.emit(Detector::VendorToken, range, CERTAIN);
    }
}
