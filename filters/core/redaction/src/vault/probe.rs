//! Telling placeholders from other text, however a model writes their brackets.

use std::borrow::Cow;

use tollgate_wire::json::escape_into;

use super::{Label, MAX_DIGITS, Vault, number};
use crate::{label, text};

/// The longest placeholder in bytes, in the longest way of writing it: brackets as JSON escapes, a label of underscores, each behind
/// a backslash, and the number.
pub(crate) const LONGEST: usize = 6 + 2 * (label::MAX + 1) + MAX_DIGITS + 6;

/// What stands at a byte that a placeholder may begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Probe<'v> {
    /// A placeholder of this length, and its original, escaped as the placeholder was.
    Placeholder(usize, Cow<'v, str>),
    /// The text ends before that can be told.
    Unfinished,
    /// Something else.
    Other,
}

/// How brackets are written. Underscores may stand behind a backslash in all of them, as Markdown has it.
struct Form {
    open: &'static [u8],
    close: &'static [u8],
    escape: fn(&str) -> Cow<'_, str>,
}

/// As they were made; as HTML, Markdown and JSON write them.
const FORMS: [Form; 4] = [
    Form { open: b"<", close: b">", escape: plain },
    Form { open: b"&lt;", close: b"&gt;", escape: html },
    Form { open: b"\\<", close: b"\\>", escape: plain },
    Form { open: b"\\u003c", close: b"\\u003e", escape: json },
];

fn plain(original: &str) -> Cow<'_, str> {
    Cow::Borrowed(original)
}

fn html(original: &str) -> Cow<'_, str> {
    if !original.contains(['&', '<', '>']) {
        return Cow::Borrowed(original);
    }
    Cow::Owned(original.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

fn json(original: &str) -> Cow<'_, str> {
    let mut escaped = Vec::with_capacity(original.len());
    escape_into(&mut escaped, original);
    Cow::Owned(String::from_utf8(escaped).unwrap_or_default())
}

/// How a text compares with what is looked for.
enum Start {
    /// It starts with it, and so many bytes of the text are that.
    Whole(usize),
    /// It is the beginning of it.
    Part,
    /// It is something else.
    Other,
}

impl Vault {
    /// Looks at a text that starts with `<`, `&` or a backslash.
    pub(crate) fn probe(&self, at: &[u8]) -> Probe<'_> {
        let mut unfinished = false;
        for form in &FORMS {
            let open = match starts(at, form.open) {
                Start::Whole(length) => length,
                Start::Part => {
                    unfinished = true;
                    continue;
                }
                Start::Other => continue,
            };
            for label in &self.labels {
                match self.probe_label(label, form, text::tail(at, open)) {
                    Probe::Other => {}
                    Probe::Unfinished => unfinished = true,
                    Probe::Placeholder(length, original) => return Probe::Placeholder(open + length, original),
                }
            }
        }
        if unfinished { Probe::Unfinished } else { Probe::Other }
    }

    fn probe_label(&self, label: &Label, form: &Form, rest: &[u8]) -> Probe<'_> {
        if label.numbers.is_empty() {
            return Probe::Other;
        }
        let name = match starts_with_name(rest, label.name.as_bytes()) {
            Start::Whole(length) => length,
            Start::Part => return Probe::Unfinished,
            Start::Other => return Probe::Other,
        };
        let tail = text::tail(rest, name);
        let (digits, number) = number(tail);
        if digits > MAX_DIGITS || (digits > 0 && tail.first() == Some(&b'0')) {
            return Probe::Other;
        }
        match starts(text::tail(tail, digits), form.close) {
            // More digits only make it larger.
            Start::Part if number <= label.last && (digits > 0 || tail.is_empty()) => Probe::Unfinished,
            Start::Whole(close) if digits > 0 => match self.value(label, number) {
                Some(original) => Probe::Placeholder(name + digits + close, (form.escape)(original)),
                None => Probe::Other,
            },
            _ => Probe::Other,
        }
    }
}

/// Without regard to ASCII case, since entities and escapes are written in both.
fn starts(text: &[u8], wanted: &[u8]) -> Start {
    let common = text.len().min(wanted.len());
    if !text::slice(text, 0..common).eq_ignore_ascii_case(text::slice(wanted, 0..common)) {
        Start::Other
    } else if common == wanted.len() {
        Start::Whole(common)
    } else {
        Start::Part
    }
}

/// The label and the underscore behind it, where every underscore may have a backslash.
fn starts_with_name(text: &[u8], name: &[u8]) -> Start {
    let mut at = 0;
    for &wanted in name.iter().chain(b"_") {
        if wanted == b'_' && text.get(at) == Some(&b'\\') {
            at += 1;
        }
        match text.get(at) {
            None => return Start::Part,
            Some(&byte) if byte == wanted => at += 1,
            Some(_) => return Start::Other,
        }
    }
    Start::Whole(at)
}
