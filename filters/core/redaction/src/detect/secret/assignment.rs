//! Values that are announced: `password: …`, `API_KEY=…`, `"token" => "…"`, `the password is …`.
//!
//! From the keyword the identifier around it is read, then what stands between it and its value, then the value. All that lies within
//! [`REACH`] bytes, which is also as much as a stream keeps.

use std::ops::Range;

use super::kind::{Kind, kind};
use super::{connection, value};
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{LIKELY, WEAK};
use crate::text;

/// How far from its keyword a value may start, in bytes.
const REACH: usize = 44;
/// How far to the left of a keyword its identifier is read, in bytes.
const LEFT: usize = 20;
/// Longest value, in bytes.
const MAX_VALUE: usize = 512;

/// A value and how it stands there.
pub(super) struct Assigned {
    pub range: Range<usize>,
    /// The identifier, keyword included.
    pub name: Range<usize>,
}

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

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn judge(text: &[u8], kind: Kind, assigned: &Assigned, sink: &mut Sink<'_>) {
    let range = assigned.range.clone();
    let bytes = text::slice(text, range.clone());
    let name = text::slice(text, assigned.name.clone());
    match kind {
        Kind::Password => {
            if sink.wants(Detector::ConnectionString) && connection::holds(text, assigned) && !value::stands_in(bytes) {
                sink.emit(Detector::ConnectionString, range, LIKELY);
            } else if let Some(score) = value::password(bytes) {
                sink.emit(Detector::HighEntropySecret, range, score);
            } else if value::is_random(bytes) {
                sink.emit(Detector::HighEntropySecret, range, LIKELY);
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
            } else if bytes.len() >= 10 && has(name, b"secret") && !value::stands_in(bytes) {
                sink.emit(Detector::HighEntropySecret, range, WEAK);
            }
        }
    }
}

fn has(name: &[u8], word: &[u8]) -> bool {
    name.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Reads what stands between an identifier and its value, and the value.
fn read(text: &[u8], keyword: &Range<usize>, name: Range<usize>) -> Option<Assigned> {
    let limit = (keyword.start + REACH).min(text.len());
    let flag = text::follows(text, name.start, b"-") || text::before(text, name.start) == b'-';
    let mut at = name.end;
    // Quotes, brackets and emphasis that close what the identifier stood in.
    let closed = text::count(text, at, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b')' | b'*' | b'\\'));
    at += closed;
    let mut between = Between { set: false, equals: false, blank: false, closed: closed > 0 };
    loop {
        if at >= limit {
            return None;
        }
        let byte = text::at(text, at);
        match byte {
            b' ' | b'\t' => {
                between.blank = true;
                between.set |= flag;
                at += 1;
            }
            b'\n' | b'\r' if between.set && !between.equals => at += 1,
            b'\n' | b'\r' | b','
                if !between.set
                    && let Some(member) = value_member(text, at) =>
            {
                at = member
            }
            b'=' | b':' | b'>' | b'|' | b'?' | b'!' | b'+' | b'.' | b'~' | b',' if !between.set => {
                at += between.operator(text, at)?;
            }
            b'>' if between.set => at += 1,
            b'"' | b'\'' | b'`' if between.set || between.blank || text::before(text, at) == b'(' => {
                return quoted(text, at, name);
            }
            b'\\' if between.set && matches!(text::at(text, at + 1), b'"' | b'\'') => at += 1,
            b'@' | b'b' | b'r' | b'u' | b'f' | b'L'
                if between.set && matches!(text::at(text, at + 1), b'"' | b'\'') =>
            {
                at += 1
            }
            b'(' if matches!(text::at(text, at + 1), b'"' | b'\'') => {
                between.set = true;
                at += 1;
            }
            b'[' => at += skip_brackets(text, at)?,
            b'*' if between.set && text::at(text, at + 1) == b'*' => at += 2,
            b'*' if between.set && between.closed => at += 1,
            // Full-width signs, and `is` of scripts that are written without blanks.
            0xe2.. if !between.set && WIDE.iter().any(|sign| text::follows(text, at, sign.as_bytes())) => {
                between.set = true;
                at += 3;
            }
            _ if between.set => return bare(text, at, name),
            _ if between.blank => {
                let word = text::count(text, at, |byte| in_name(byte) || byte >= 0x80);
                if word == 0 {
                    return None;
                }
                if is_copula(text::slice(text, at..at + word)) {
                    between.set = true;
                }
                at += word;
            }
            _ => return None,
        }
    }
}

/// What has been seen between an identifier and its value.
struct Between {
    /// A value may come.
    set: bool,
    equals: bool,
    blank: bool,
    closed: bool,
}

impl Between {
    /// Takes an operator such as `=`, `:=`, `=>` or `!==`; its length.
    fn operator(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let length =
            text::count(text, at, |byte| matches!(byte, b'=' | b':' | b'>' | b'|' | b'?' | b'!' | b'+' | b'.' | b'~'));
        let operator = text::slice(text, at..at + length);
        if length == 0 {
            // A comma sets arguments apart, if the one in front was quoted.
            self.set = self.closed;
            return self.closed.then_some(1);
        }
        let known = operator.iter().any(|byte| matches!(byte, b'=' | b':' | b'>' | b'|'));
        // What follows a scheme's colon is an address.
        if !known || length > 4 || text::follows(text, at + length, b"//") {
            return None;
        }
        self.set = true;
        self.equals = operator.contains(&b'=');
        Some(length)
    }
}

/// Behind the `value` of `{"name": "DB_PASSWORD", "value": "…"}`, which may be on a line of its own.
fn value_member(text: &[u8], at: usize) -> Option<usize> {
    let between =
        text::count(text, at, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"' | b'\'' | b'-'));
    let end = at + between + b"value".len();
    let member = text::slice(text, at + between..end).eq_ignore_ascii_case(b"value");
    let closed = text::count(text, end, |byte| matches!(byte, b'"' | b'\''));
    (member && matches!(text::at(text, end + closed), b'=' | b':' | b' ')).then_some(end + closed)
}

/// What sets a value apart in Chinese and Japanese; three bytes each.
const WIDE: &[&str] = &["：", "＝", "是", "为", "為", "は"];

/// `is` in several languages, and what one does with passwords.
fn is_copula(word: &[u8]) -> bool {
    const COPULAS: &[&str] = &["is", "to", "was", "ist", "lautet", "est", "es", "jest", "är", "er", "это", "è", "é"];
    COPULAS.iter().any(|copula| word.eq_ignore_ascii_case(copula.as_bytes()))
}

/// `[25]` behind the name of an array, `[None]` in front of a prompt's end.
fn skip_brackets(text: &[u8], at: usize) -> Option<usize> {
    let length = text::count(text::slice(text, at..(at + 10).min(text.len())), 1, |byte| byte.is_ascii_alphanumeric());
    (text::at(text, at + 1 + length) == b']').then_some(length + 2)
}

/// A value within the quotes that open at `quote`. One with a blank in it is a phrase, and not looked at but for a scheme in front.
fn quoted(text: &[u8], quote: usize, name: Range<usize>) -> Option<Assigned> {
    let mark = text::at(text, quote);
    let mut start = quote + 1;
    loop {
        let window = text::slice(text, start..(start + MAX_VALUE).min(text.len()));
        let length = text::count(window, 0, |byte| byte != mark && !byte.is_ascii_whitespace());
        let range = start..start + length - usize::from(length > 0 && window.get(length - 1) == Some(&b'\\'));
        match text::at(text, start + length) {
            b' ' if start == quote + 1 && is_scheme(text::slice(text, range.clone())) => start += length + 1,
            byte if byte == mark || start + length == text.len() => {
                return (!range.is_empty()).then_some(Assigned { range, name });
            }
            _ => return None,
        }
    }
}

/// A value without quotes.
fn bare(text: &[u8], start: usize, name: Range<usize>) -> Option<Assigned> {
    let query = matches!(text::before(text, name.start), b'?' | b'&');
    let window = text::slice(text, start..(start + MAX_VALUE).min(text.len()));
    let mut length = 0;
    for (at, &byte) in window.iter().enumerate() {
        let stop = match byte {
            b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'|' => true,
            b'&' | b'#' => query,
            b'\\' => matches!(window.get(at + 1), Some(b'n' | b'r' | b't' | b'"' | b'\'')),
            // General punctuation, and scripts that are written without blanks.
            0xc2 | 0xe2.. => true,
            _ => byte.is_ascii_whitespace() || byte.is_ascii_control(),
        };
        if stop {
            break;
        }
        length = at + 1;
    }
    let value = text::slice(window, 0..length);
    if is_scheme(value) && text::at(text, start + length) == b' ' {
        return bare(text, start + length + 1, name);
    }
    while let Some(last) = value.get(..length).and_then(<[u8]>::last) {
        let open = match last {
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            b'.' | b':' | b'?' | b'*' => 0,
            _ => break,
        };
        if open != 0 && value.contains(&open) {
            break;
        }
        length -= 1;
    }
    (length > 0).then_some(Assigned { range: start..start + length, name })
}

/// A scheme of the `Authorization` header, in front of what it takes.
fn is_scheme(word: &[u8]) -> bool {
    const SCHEMES: &[&str] = &["bearer", "token", "apikey", "api-key", "api-token", "key", "splunk"];
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}
