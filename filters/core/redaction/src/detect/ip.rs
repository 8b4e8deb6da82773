//! IP addresses.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::number::{Run, Separator};
use super::registry::Detector;
use super::scan::Sink;
use super::score::CERTAIN;
use crate::text;

/// Longest text form of an IPv6 address, in bytes (RFC 4291 section 2.2, form 3).
const MAX_V6: usize = 45;
/// How far in front of four numbers the word `version` is looked for, in bytes.
const CONTEXT: usize = 16;
/// Words in front of four numbers that are no address.
pub(super) const VERSION: &[&str] = &["version", "ver.", "release"];

/// Reports the IPv4 addresses of a run.
pub(super) fn find_v4(run: &Run<'_>, sink: &mut Sink<'_>) {
    for first in 0..run.len() {
        let window = run.window(first, first + 3);
        if window.groups.len() != 4 || window.uniform() != Some(Separator::Dot) {
            continue;
        }
        // A fifth part makes it an object identifier or a version; so does a dot in front without a number.
        if window.before() == Some(Separator::Dot) || window.after == Some(Separator::Dot) {
            continue;
        }
        let range = window.range();
        let octets = window.groups.iter().all(|group| octet(window.text, group.start..group.end));
        if octets
            && window.stands_alone()
            && text::before(window.text, range.start) != b'.'
            && !sink.near(window.text, &range).has_within(VERSION, CONTEXT)
        {
            sink.emit(Detector::IpAddress, range, CERTAIN);
        }
    }
}

/// A decimal of at most 255 without leading zeros (RFC 6943 section 3.1.1 tells what happens where they are let in).
fn octet(text: &[u8], range: Range<usize>) -> bool {
    let digits = text::slice(text, range);
    if digits.len() > 3 || (digits.len() > 1 && digits.first() == Some(&b'0')) {
        return false;
    }
    text::decimal(digits) <= 255
}

/// The IPv6 address that has its first colon at `colon`.
pub(super) fn find_v6(text: &str, colon: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = colon;
    while colon - start < 5 && text::before(bytes, start).is_ascii_hexdigit() {
        start -= 1;
    }
    if text::before(bytes, start).is_ascii_alphanumeric() || matches!(text::before(bytes, start), b':' | b'.') {
        return None;
    }
    let window = text::slice(bytes, start..(start + MAX_V6 + 1).min(bytes.len()));
    let mut end = start + text::count(window, 0, |byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.');
    // A sentence's own full stop or colon.
    while end > colon
        && (text::before(bytes, end) == b'.'
            || (text::before(bytes, end) == b':' && text::before(bytes, end - 1) != b':'))
    {
        end -= 1;
    }
    if end - start > MAX_V6 || text::at(bytes, end).is_ascii_alphanumeric() {
        return None;
    }
    let address = text.get(start..end)?;
    address.parse::<Ipv6Addr>().ok()?;
    // Eight pairs are a MAC address of 64 bits.
    if address.len() == 23 && address.split(':').all(|group| group.len() == 2) {
        return None;
    }
    // What has no digit may be a path in C++ or Rust (`a::b`), and what ends in colons with little in front is a word (`1::`).
    let hexadecimal = address.bytes().filter(u8::is_ascii_hexdigit).count();
    let plausible = address.bytes().any(|byte| byte.is_ascii_digit()) && (hexadecimal > 2 || address.starts_with("::"));
    plausible.then_some(start..end)
}
