//! Texts within a JSON string, and the way back from their offsets to the body's.

use std::borrow::Cow;
use std::ops::Range;

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Kind, RawCursor, Str, Value, escape_into, unescape};

use tollgate_policy::redaction::Place;

use crate::keys::{self, Keys};
use crate::text;
use crate::wipe::overwrite;

/// A string of a body that rules look at.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'t> {
    /// The string.
    pub text: Str<'t>,
    /// The key of the member that it is the value of, if that may say what the string is: `password`. The rules see it in front of the
    /// string, and find nothing in it.
    pub key: Option<Str<'t>>,
    /// What it is part of.
    pub place: Place,
    /// The string holds JSON text itself, as the `arguments` of a tool call do.
    pub json_inside: bool,
}

impl<'t> JsonText<'t> {
    /// A string that stands for itself.
    #[must_use]
    pub fn of(text: Str<'t>, place: Place) -> Self {
        Self { text, key: None, place, json_inside: false }
    }

    /// A string that holds JSON text.
    #[must_use]
    pub fn holding_json(text: Str<'t>, place: Place) -> Self {
        Self { json_inside: true, ..Self::of(text, place) }
    }
}

/// A text to be looked at.
pub(crate) struct Text<'t> {
    /// The text, decoded, up to its end. What stands in front of `from` is context only.
    pub text: &'t str,
    /// Where it starts.
    pub from: usize,
    /// It stands outside the strings of JSON: a number or a keyword, which a replacement has to make a string.
    pub bare: bool,
}

/// Where replacements go, for the text at hand.
pub(crate) struct Target<'t, 'e> {
    edits: &'e mut Edits,
    /// The string's content in the body.
    span: Range<usize>,
    outer: RawCursor<'t>,
    /// How long the key is that stands in front of the text.
    context: usize,
    /// Where in the decoded string the text starts without it.
    offset: usize,
    /// Of a string within JSON: its start in the decoded outer text, and the way there.
    inner: Option<(usize, RawCursor<'t>)>,
    /// Up to here numbers have got their quotes.
    quoted: usize,
    /// What a quote is written as.
    quote: &'static str,
}

impl<'t, 'e> Target<'t, 'e> {
    fn new(edits: &'e mut Edits, span: Range<usize>, raw: &'t str, quote: &'static str) -> Self {
        Self { edits, span, outer: RawCursor::new(raw), context: 0, offset: 0, inner: None, quoted: 0, quote }
    }

    /// Puts an original in the place of its placeholder, escaped as often as it must be there. Outside of strings JSON has no
    /// placeholders; in text that is no JSON they are restored as what they are.
    pub fn restore(&mut self, range: Range<usize>, original: &str) {
        self.write(range, original);
    }

    /// Replaces a range in which a rule found something. A number becomes a string.
    pub fn replace(&mut self, at: &Text<'_>, range: Range<usize>, replacement: &str) {
        if at.bare {
            let number = number_around(at.text, &range);
            if number.start >= self.quoted {
                self.insert_quote(number.start);
                self.write(range, replacement);
                self.insert_quote(number.end);
                self.quoted = number.end;
                return;
            }
        }
        self.write(range, replacement);
    }

    fn write(&mut self, range: Range<usize>, replacement: &str) {
        let mut escaped = Vec::with_capacity(replacement.len());
        escape_into(&mut escaped, replacement);
        if self.inner.is_some() {
            let once = String::from_utf8(std::mem::take(&mut escaped)).unwrap_or_default();
            escape_into(&mut escaped, &once);
        }
        let place = self.place(range);
        self.edits.push(place, escaped);
    }

    fn insert_quote(&mut self, position: usize) {
        let place = self.place(position..position);
        self.edits.insert(place.start, self.quote);
    }

    /// Ranges lie between characters of the decoded text, so they have a place in the raw one. If one had none, all of the string would
    /// go rather than a finding stay.
    fn place(&mut self, range: Range<usize>) -> Range<usize> {
        let own = |position: usize| position.saturating_sub(self.context) + self.offset;
        let range = own(range.start)..own(range.end);
        let range = match &mut self.inner {
            Some((start, cursor)) => cursor.range(range).map(|range| *start + range.start..*start + range.end),
            None => Some(range),
        };
        match range.and_then(|range| self.outer.range(range)) {
            Some(range) => self.span.start + range.start..self.span.start + range.end,
            None => self.span.clone(),
        }
    }
}

/// Visits the text of a string; of one that holds JSON the strings in there, each decoded, and what stands between them. Text that is
/// no JSON is visited all the same, cut at its quotes.
pub(crate) fn each_text<E>(
    string: JsonText<'_>,
    edits: &mut Edits,
    visit: impl FnMut(&Text<'_>, &mut Target<'_, '_>) -> Result<(), E>,
) -> Result<(), E> {
    let decoded = string.text.decode();
    let mut target = Target::new(edits, string.text.span(), string.text.raw(), "\\\"");
    let result = match (string.json_inside, string.key) {
        (true, _) => each_inside(&decoded, &mut target, visit),
        (false, Some(key)) => behind(&keys::in_front(&key.decode()), &decoded, false, &mut target, visit),
        (false, None) => behind("", &decoded, false, &mut target, visit),
    };
    if let Cow::Owned(copy) = decoded {
        overwrite(copy);
    }
    result
}

fn each_inside<'t, E>(
    decoded: &'t str,
    target: &mut Target<'t, '_>,
    mut visit: impl FnMut(&Text<'_>, &mut Target<'_, '_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut keys = Keys::default();
    for piece in Pieces::new(decoded) {
        let (Piece::Bare(range) | Piece::String(range)) = &piece;
        let Some(raw) = decoded.get(range.clone()) else { continue };
        if let Piece::Bare(range) = &piece {
            (target.inner, target.offset) = (None, range.start);
            behind(&keys.in_front_of_number(), raw, true, target, &mut visit)?;
            keys.read_between(raw);
        } else {
            let content: Cow<'_, str> = unescape(raw);
            (target.inner, target.offset) = (Some((range.start, RawCursor::new(raw))), 0);
            behind(&keys.in_front_of_string(), &content, false, target, &mut visit)?;
            keys.read_string(&content);
        }
    }
    Ok(())
}

/// Visits a text with what tells what it is in front of it.
fn behind<E>(
    context: &str,
    text: &str,
    bare: bool,
    target: &mut Target<'_, '_>,
    mut visit: impl FnMut(&Text<'_>, &mut Target<'_, '_>) -> Result<(), E>,
) -> Result<(), E> {
    target.context = context.len();
    target.quoted = 0;
    if context.is_empty() {
        return visit(&Text { text, from: 0, bare }, target);
    }
    let joined = [context, text].concat();
    let result = visit(&Text { text: &joined, from: context.len(), bare }, target);
    overwrite(joined);
    result
}

/// Visits every text of a value: strings, the keys and values of objects and arrays at any depth, and numbers. `key` stands in front
/// of it.
pub(crate) fn each_text_of_value<E>(
    value: Value<'_>,
    key: Option<Str<'_>>,
    edits: &mut Edits,
    visit: &mut impl FnMut(&Text<'_>, &mut Target<'_, '_>) -> Result<(), E>,
) -> Result<(), E> {
    // As deep as the parser lets a text be.
    match value.kind() {
        Kind::String => value
            .as_str()
            .map_or(Ok(()), |text| each_text(JsonText { key, ..JsonText::of(text, Place::OTHER) }, edits, visit)),
        Kind::Number => {
            let context = key.map(|key| keys::in_front_of_number(&key.decode())).unwrap_or_default();
            let target = &mut Target::new(edits, value.span(), value.raw(), "\"");
            behind(&context, value.raw(), true, target, visit)
        }
        Kind::Array => value.items().try_for_each(|item| each_text_of_value(item, key, edits, visit)),
        Kind::Object => value.entries().try_for_each(|(key, value)| {
            each_text(JsonText::of(key, Place::OTHER), edits, &mut *visit)?;
            each_text_of_value(value, Some(key), edits, visit)
        }),
        Kind::Null | Kind::Bool => Ok(()),
    }
}

/// The JSON number that the range lies in, or the range itself.
pub(crate) fn number_around(text: &str, range: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let mut start = range.start;
    while part(text::before(bytes, start)) {
        start -= 1;
    }
    start..range.end + text::count(bytes, range.end, part)
}

/// A stretch of JSON text, by its range.
enum Piece {
    /// Between strings.
    Bare(Range<usize>),
    /// The content of a string, still escaped; to the end of the text if it is not closed.
    String(Range<usize>),
}

/// The strings of a JSON text and what stands between them. Only quotes and backslashes are looked at, so that text which is cut off, or no JSON at
/// all, is covered as well.
struct Pieces<'a> {
    text: &'a [u8],
    at: usize,
    inside: bool,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, inside: false }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let mut end = start;
        if self.inside {
            while let Some(found) = memchr::memchr2(b'"', b'\\', text::tail(self.text, end)) {
                end += found;
                if text::at(self.text, end) == b'"' {
                    break;
                }
                end = (end + 2).min(self.text.len());
            }
            if text::at(self.text, end) != b'"' || end >= self.text.len() {
                end = self.text.len();
            }
        } else {
            end += memchr::memchr(b'"', text::tail(self.text, end)).unwrap_or(self.text.len() - end);
        }
        self.at = end + 1;
        let piece = if self.inside { Piece::String(start..end) } else { Piece::Bare(start..end) };
        self.inside = !self.inside;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let content = |piece: Piece| match piece {
            Piece::Bare(range) => format!("b:{}", text.get(range).unwrap()),
            Piece::String(range) => format!("s:{}", text.get(range).unwrap()),
        };
        Pieces::new(text).map(content).collect()
    }

    #[test]
    fn strings_and_what_is_between() {
        assert_eq!(pieces(r#"{"a":"b\"c"}"#), ["b:{", "s:a", "b::", r#"s:b\"c"#, "b:}"]);
        assert_eq!(pieces(r#""a\\""#), ["b:", r"s:a\\"]);
        assert_eq!(pieces(r#"1 "open\"#), ["b:1 ", r"s:open\"]);
        assert_eq!(pieces(r#""open"#), ["b:", "s:open"]);
        assert_eq!(pieces("plain"), ["b:plain"]);
    }
}
