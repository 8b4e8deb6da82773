//! MAC addresses: EUI-48 and EUI-64 in pairs, or in Cisco's groups of four.

use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use super::score::{CERTAIN, Context, LIKELY, WEAK};
use crate::text;

/// Words beside digits that are an address rather than a time or a number.
pub(super) const CONTEXT: Context = Context::of(&[
    "mac",
    "macs",
    "hwaddr",
    "ether",
    "ethernet",
    "bssid",
    "lladdr",
    "physical address",
    "hardware address",
    "wlan",
    "wifi",
    "bluetooth",
    "nic",
]);

/// The address whose first pair ends in front of the `:` or `-` at `joint`.
pub(super) fn in_pairs(bytes: &[u8], joint: usize, sink: &mut Sink<'_>) -> Option<usize> {
    let separator = text::at(bytes, joint);
    let start = joint.checked_sub(2)?;
    let pair = |at: usize| text::slice(bytes, at..at + 2).iter().all(u8::is_ascii_hexdigit) && at + 2 <= bytes.len();
    let before = text::before(bytes, start);
    if !pair(start) || before.is_ascii_alphanumeric() || before == separator {
        return None;
    }
    let mut end = joint;
    while text::at(bytes, end) == separator && pair(end + 1) {
        end += 3;
    }
    let range = start..end;
    let joined = usize::from(text::at(bytes, end) == separator);
    if !text::at(bytes, end + joined).is_ascii_alphanumeric() && matches!(range.len(), 17 | 23) {
        emit(bytes, range, CERTAIN, sink);
    }
    Some(end)
}

/// The address in Cisco's three groups of four, the first of which ends in front of the dot at `dot`.
pub(super) fn in_quads(bytes: &[u8], dot: usize, sink: &mut Sink<'_>) {
    let Some(start) = dot.checked_sub(4) else { return };
    let range = start..start + 14;
    let quad = |at: usize| text::slice(bytes, at..at + 4).iter().all(u8::is_ascii_hexdigit);
    let whole = quad(start) && quad(start + 5) && text::at(bytes, start + 9) == b'.' && quad(start + 10);
    let apart = text::before(bytes, start) != b'.'
        && !(text::at(bytes, range.end) == b'.' && text::at(bytes, range.end + 1).is_ascii_alphanumeric());
    if whole && apart && range.end <= bytes.len() && text::stands_alone(bytes, &range) {
        emit(bytes, range, LIKELY, sink);
    }
}

/// Looks at a word of twelve hexadecimal digits.
pub(super) fn in_word(bytes: &[u8], range: Range<usize>, sink: &mut Sink<'_>) {
    if range.len() == 12 && text::slice(bytes, range.clone()).iter().all(u8::is_ascii_hexdigit) {
        emit(bytes, range, WEAK, sink);
    }
}

/// Without a letter it may be a number or a time; all zeros or all ones is nobody's.
fn emit(bytes: &[u8], range: Range<usize>, score: u8, sink: &mut Sink<'_>) {
    let address = text::slice(bytes, range.clone());
    let digits = || address.iter().filter(|byte| byte.is_ascii_hexdigit());
    if digits().all(|byte| *byte == b'0') || digits().all(|byte| byte.eq_ignore_ascii_case(&b'f')) {
        return;
    }
    let number = !digits().any(u8::is_ascii_alphabetic) && (address.get(2) != Some(&b':') || time(address));
    let score = if number { WEAK } else { score };
    let score = if score < LIKELY { CONTEXT.weigh(&sink.near(bytes, &range), score) } else { score };
    sink.emit(Detector::MacAddress, range, score);
}

/// Whether pairs of digits start like a time of day.
fn time(pairs: &[u8]) -> bool {
    let starts = |at: usize, most: u8| text::at(pairs, at) <= most;
    matches!(pairs, [b'0' | b'1', ..] | [b'2', b'0'..=b'3', ..])
        && starts(3, b'5')
        && starts(6, b'5')
        && starts(12, b'5')
        && starts(15, b'5')
        && matches!(text::slice(pairs, 9..11), [b'0' | b'1', _] | [b'2', b'0'..=b'3'])
}
