//! Values that are announced: `password: …`, `API_KEY=…`, `"token" => "…"`, `the password is …`.
//!
//! From the keyword the identifier around it is read, then what stands between it and its value, then the value. All that lies within
//! [`REACH`] bytes, which is also as much as a stream keeps.

use std::ops::Range;

use super::between::{Assigned, REACH, in_name, read};
use super::kind::{Kind, kind};
use super::{connection, stand_in, value};
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::LIKELY;
use crate::text;

/// How far to the left of a keyword its identifier is read, in bytes.
const LEFT: usize = 20;

/// Looks for the value that a keyword announces.
pub(super) fn at_keyword(text: &[u8], keyword: &Range<usize>, sink: &mut Sink<'_>) {
    // The last byte of `pwd=` and its like belongs to what follows.
    let word =
        text::count(text::slice(text, keyword.clone()), 0, |byte| !matches!(byte, b'=' | b':' | b'"' | b'\'' | b' '));
    let keyword = keyword.start..keyword.start + word;
    let head = text::slice(text, keyword.start.saturating_sub(LEFT)..keyword.start);
    let left = head.iter().rev().take_while(|&&byte| in_name(byte)).count();
    let right = text::count(text::slice(text, keyword.end..(keyword.end + REACH).min(text.len())), 0, in_name);
    // A dot or a dash at the end belongs to the sentence.
    let tail = text::slice(text, keyword.end..keyword.end + right);
    let trail = tail.iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    let name = keyword.start - left..keyword.end + right - trail;
    // The last part of a path such as `AWS::IAM::AccessKey` or `arn:…:secret:name`.
    let path = text::before(text, name.start) == b':'
        && (text::before(text, name.start - 1) == b':' || text::at(text, name.end) == b':');
    if path {
        return;
    }
    let Some(kind) = kind(text, &name, &keyword) else { return };
    let Some(assigned) = read(text, &keyword, name) else { return };
    judge(text, kind, &assigned, sink);
}

fn judge(text: &[u8], kind: Kind, assigned: &Assigned, sink: &mut Sink<'_>) {
    let range = assigned.range.clone();
    let bytes = text::slice(text, range.clone());
    match kind {
        Kind::Password => {
            if sink.wants(Detector::ConnectionString)
                && connection::holds(text, assigned)
                && !stand_in::stands_in(bytes)
            {
                sink.emit(Detector::ConnectionString, range, LIKELY);
            } else if value::is_random(bytes) {
                sink.emit(Detector::HighEntropySecret, range, LIKELY);
            } else if let Some(score) = value::password(bytes) {
                sink.emit(Detector::HighEntropySecret, range, score);
            }
        }
        Kind::Key => {
            if text::follows(text, range.end, b"...") {
                // Shortened: nothing is lost.
            } else if let Some(detector) = connection::cloud_key(text, assigned, bytes)
                && sink.wants(detector)
            {
                sink.emit(detector, range, LIKELY);
            } else if value::is_random(bytes) {
                sink.emit(Detector::HighEntropySecret, range, LIKELY);
            }
        }
    }
}
