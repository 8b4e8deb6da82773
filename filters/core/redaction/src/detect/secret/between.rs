//! What stands between the name of a secret and its value: operators, quotes, `is`.

use std::ops::Range;

use super::value_text::{bare, quoted};
use crate::text;

/// How far from its keyword a value may start, in bytes.
pub(super) const REACH: usize = 44;

/// A value and how it stands there.
pub(super) struct Assigned {
    pub range: Range<usize>,
    /// The identifier, keyword included.
    pub name: Range<usize>,
}

/// Reads what stands between an identifier and its value, and the value.
pub(super) fn read(text: &[u8], keyword: &Range<usize>, name: Range<usize>) -> Option<Assigned> {
    let limit = (keyword.start + REACH).min(text.len());
    let flag = text::follows(text, name.start, b"-") || text::before(text, name.start) == b'-';
    // `pass` is a verb more often, and `password.encode("utf-8")` takes no password.
    let verb = name == *keyword && text::slice(text, keyword.clone()).eq_ignore_ascii_case(b"pass");
    let tail = text::slice(text, keyword.end..name.end);
    let called = tail.contains(&b'.') && !tail.ends_with(b".assign");
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
            b'"' | b'\'' | b'`' if between.set || between.blank && !verb || text::before(text, at) == b'(' => {
                return quoted(text, at, name);
            }
            b'\\' if between.set && matches!(text::at(text, at + 1), b'"' | b'\'') => at += 1,
            b'@' | b'b' | b'r' | b'u' | b'f' | b'L'
                if between.set && matches!(text::at(text, at + 1), b'"' | b'\'') =>
            {
                at += 1
            }
            b'(' if !called && matches!(text::at(text, at + 1), b'"' | b'\'') => {
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
            _ if between.blank && !verb => {
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
            // A comma sets arguments apart, if they are quoted.
            let blank = text::count(text, at, |byte| matches!(byte, b',' | b' '));
            self.set = self.closed && matches!(text::at(text, at + blank), b'"' | b'\'' | b'`');
            return self.set.then_some(1);
        }
        let known = operator.iter().any(|byte| matches!(byte, b'=' | b':' | b'>' | b'|'));
        // What follows a scheme's colon is an address.
        if !known || length > 4 || operator == b"::" || text::follows(text, at + length, b"//") {
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

/// What identifiers are made of.
pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
