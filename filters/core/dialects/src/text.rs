//! The strings of a body that policies look at.

mod shape;
mod tokens;
mod words;

pub(crate) use tollgate_policy::redaction::Place;
use tollgate_wire::json::{Kind, Str, Value};

use crate::canonical::unsealed;
use crate::response::ResponseFacts;
pub use tokens::Tokens;

/// One string that the other side would see, still escaped: its [span](Str::span) is where it stands in the body.
#[derive(Debug, Clone, Copy)]
pub struct TextSpan<'a> {
    /// The string.
    pub text: Str<'a>,
    /// The key in front of it, where that is the client's or a tool's own and may say what the string is.
    pub key: Option<Str<'a>>,
    /// What it is part of.
    pub place: Place,
    /// Whether the string is JSON text itself, as tool arguments are: a replacement in it is escaped twice.
    pub json_inside: bool,
}

/// A number that stands where anything may: the digits of a card are one without quotes.
#[derive(Debug, Clone, Copy)]
pub struct NumberSpan<'a> {
    /// The number.
    pub value: Value<'a>,
    /// The key in front of it; see [`TextSpan::key`].
    pub key: Option<Str<'a>>,
    /// What it is part of.
    pub place: Place,
}

/// A file that travels as base64 and begins as text does, whatever its media type says.
#[derive(Debug, Clone, Copy)]
pub struct EncodedText<'a> {
    /// The base64, still escaped.
    pub base64: &'a str,
    /// Where that begins in the body.
    pub start: usize,
    /// What it is part of.
    pub place: Place,
}

/// Gathers the strings of one body.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a> {
    pub spans: Vec<TextSpan<'a>>,
    pub numbers: Vec<NumberSpan<'a>>,
    /// Texts spelled out token by token.
    pub tokens: Vec<Tokens<'a>>,
    /// Files that begin as text.
    pub encoded: Vec<EncodedText<'a>>,
    /// Images, audio and files seen, by address or by content.
    pub media: u32,
    /// Those among them whose content is here: opaque data, counted but not read.
    pub skipped: u32,
    /// Their base64, still escaped.
    pub opaque: Vec<&'a str>,
    /// The first key that the API does not have.
    pub unknown: Option<Str<'a>>,
    /// The body comes from a provider, who makes ids of its own.
    pub of_provider: bool,
}

impl<'a> Texts<'a> {
    /// For what a provider sends.
    pub fn of_provider() -> Self {
        Self { of_provider: true, ..Self::default() }
    }

    /// What was gathered from an answer that an event holds.
    pub fn add(&mut self, answer: ResponseFacts<'a>) {
        self.spans.extend(answer.texts);
        self.numbers.extend(answer.numbers);
        self.tokens.extend(answer.tokens);
        self.encoded.extend(answer.encoded);
    }

    /// A string.
    pub fn push(&mut self, text: Str<'a>, place: Place) {
        if !text.is_empty() {
            self.spans.push(TextSpan { text, key: None, place, json_inside: false });
        }
    }

    /// A string that holds JSON text; anything else is gathered as it is.
    pub fn push_json_text(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(text) if !text.is_empty() => {
                self.spans.push(TextSpan { text, key: None, place: Place::ARGUMENTS, json_inside: true });
            }
            _ => self.free(value, Place::ARGUMENTS),
        }
    }

    /// Every string and number in a value, keys included: nothing is known about it.
    pub fn free(&mut self, value: Value<'a>, place: Place) {
        self.member(None, value, place);
    }

    /// The same with what stands behind a key.
    fn member(&mut self, key: Option<Str<'a>>, value: Value<'a>, place: Place) {
        match value.kind() {
            Kind::String => {
                if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                    self.spans.push(TextSpan { text, key, place, json_inside: false });
                }
            }
            // As deep as the parser's limit lets it.
            Kind::Array => value.items().for_each(|item| self.member(key, item, place)),
            Kind::Object => value.entries().for_each(|(key, value)| {
                self.push(key, place);
                self.member(Some(key), value, place);
            }),
            Kind::Number => self.numbers.push(NumberSpan { value, key, place }),
            Kind::Null | Kind::Bool => {}
        }
    }

    /// An object whose fields are known: `field` says whether it took care of one, and what it did not know is text.
    pub fn object(
        &mut self,
        value: Value<'a>,
        place: Place,
        mut field: impl FnMut(&mut Self, &str, Value<'a>) -> bool,
    ) {
        if !value.is_object() {
            return self.free(value, place);
        }
        for (key, value) in value.entries() {
            if !field(self, &key.decode(), value) {
                self.unknown_field(key, value);
            }
        }
    }

    /// An array whose items are known; anything else is text.
    pub fn array(&mut self, value: Value<'a>, place: Place, mut item: impl FnMut(&mut Self, Value<'a>)) {
        if !value.is_array() {
            return self.free(value, place);
        }
        value.items().for_each(|value| item(self, value));
    }

    /// A field that the API does not have: its name is text as well.
    pub fn unknown_field(&mut self, key: Str<'a>, value: Value<'a>) {
        self.unknown = self.unknown.or(Some(key));
        self.push(key, Place::UNKNOWN);
        self.member(Some(key), value, Place::UNKNOWN);
    }

    /// A field such as `type` or `role`, whose values are words of the API: gathered only if it is not [such a word](words), so that nothing
    /// hides there.
    pub fn keyword(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(word) if words::is_word(word.raw()) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// A field that holds an id, which must stay as it is to be matched with others: gathered only if it does not look like one that a
    /// provider has made. One that is replaced is replaced everywhere alike.
    pub fn id(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(id) if self.of_provider && shape::is_id(id.raw()) || shape::is_made_id(id.raw()) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// A field that counts. Its numbers are nobody's digits; anything else is text.
    pub fn counted(&mut self, value: Value<'a>, place: Place) {
        match value.kind() {
            Kind::Number => {}
            Kind::Array => value.items().for_each(|item| self.counted(item, place)),
            _ => self.free(value, place),
        }
    }

    /// A field that holds opaque data such as a signature, [sealed](crate::canonical) or not: gathered only if it does not look like it.
    pub fn opaque(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(data) if self.of_provider && shape::is_media(unsealed(data.raw())) => {}
            Some(data) if shape::is_opaque(unsealed(data.raw())) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// The base64 of an image, a sound or a file, which may be a `data:` URL. What does not look like it is text.
    pub fn media(&mut self, value: Value<'a>, place: Place) {
        self.media = self.media.saturating_add(1);
        match value.as_str() {
            Some(data) if self.file(data, shape::data_url(data.raw()).unwrap_or(data.raw()), place) => {}
            _ => self.free(value, place),
        }
    }

    /// The address of an image or a file, which is text itself unless it is a `data:` URL, which holds its content.
    pub fn url(&mut self, value: Value<'a>, place: Place) {
        self.media = self.media.saturating_add(1);
        match value.as_str() {
            Some(url) if shape::data_url(url.raw()).is_some_and(|base64| self.file(url, base64, place)) => {}
            _ => self.free(value, Place { role: place.role, ..Place::URL }),
        }
    }

    /// Takes note of a file whose base64 ends a string, or is all of it. False if it is no base64.
    fn file(&mut self, string: Str<'a>, base64: &'a str, place: Place) -> bool {
        if !shape::is_media(base64) {
            return false;
        }
        if shape::begins_as_text(base64) {
            self.encoded.push(EncodedText { base64, start: string.span().end - base64.len(), place });
            return true;
        }
        self.skipped = self.skipped.saturating_add(1);
        self.opaque.push(base64);
        // A provider has no reason to hide anything from its client.
        if !self.of_provider && shape::may_be_no_file(base64) {
            self.push(string, place);
        }
        true
    }
}
