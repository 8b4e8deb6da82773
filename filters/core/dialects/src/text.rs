//! The strings of a body that policies look at.

pub(crate) use tollgate_policy::redaction::Place;
use tollgate_wire::json::{Kind, Str, Value};

use crate::canonical::unsealed;

/// One string that the other side would see, still escaped: its [span](Str::span) is where it stands in the body.
#[derive(Debug, Clone, Copy)]
pub struct TextSpan<'a> {
    /// The string.
    pub text: Str<'a>,
    /// What it is part of.
    pub place: Place,
    /// Whether the string is JSON text itself, as tool arguments are: a replacement in it is escaped twice.
    pub json_inside: bool,
}

/// Gathers the strings of one body.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a> {
    pub spans: Vec<TextSpan<'a>>,
    /// Numbers that stand where anything may: the digits of a card are one without quotes.
    pub numbers: Vec<Value<'a>>,
    /// Images, audio and files seen: opaque data, counted but not read.
    pub media: u32,
}

impl<'a> Texts<'a> {
    /// A string.
    pub fn push(&mut self, text: Str<'a>, place: Place) {
        if !text.is_empty() {
            self.spans.push(TextSpan { text, place, json_inside: false });
        }
    }

    /// A string that holds JSON text; anything else is gathered as it is.
    pub fn push_json_text(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(text) if !text.is_empty() => {
                self.spans.push(TextSpan { text, place: Place::ARGUMENTS, json_inside: true });
            }
            _ => self.free(value, Place::ARGUMENTS),
        }
    }

    /// Every string and number in a value, keys included: nothing is known about it.
    pub fn free(&mut self, value: Value<'a>, place: Place) {
        match value.kind() {
            Kind::String => {
                if let Some(text) = value.as_str() {
                    self.push(text, place);
                }
            }
            // As deep as the parser's limit lets it.
            Kind::Array => value.items().for_each(|item| self.free(item, place)),
            Kind::Object => value.entries().for_each(|(key, value)| {
                self.push(key, place);
                self.free(value, place);
            }),
            Kind::Number => self.numbers.push(value),
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
                self.unknown_field(key, value, place);
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

    /// A field whose name is unknown here: the name is text as well.
    pub fn unknown_field(&mut self, key: Str<'a>, value: Value<'a>, place: Place) {
        self.push(key, place);
        self.free(value, place);
    }

    /// A field such as `type` or `role`, whose values are words of the API: gathered only if it is not such a word, so that nothing hides
    /// there.
    pub fn keyword(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(word) if is_keyword(word.raw()) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// A field that holds an id, which must stay as it is to be matched with others: gathered only if it does not look like one.
    pub fn id(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(id) if is_id(id.raw()) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// A field that holds opaque data such as a signature, [sealed](crate::canonical) or not: gathered only if it does not look like base64.
    pub fn opaque(&mut self, value: Value<'a>) {
        match value.as_str() {
            Some(data) if is_base64(unsealed(data.raw())) => {}
            _ => self.free(value, Place::OTHER),
        }
    }

    /// The base64 of an image, a sound or a file. So large that it is taken at its word: what is not base64 the provider cannot decode.
    pub fn media(&mut self, value: Value<'a>) {
        self.media = self.media.saturating_add(1);
        if value.as_str().is_none() {
            self.free(value, Place::OTHER);
        }
    }

    /// The address of an image or a file, which is text itself unless it is a `data:` URL, which holds its content.
    pub fn url(&mut self, value: Value<'a>, place: Place) {
        self.media = self.media.saturating_add(1);
        if !value.as_str().is_some_and(|url| is_base64_url(url.raw())) {
            self.free(value, place);
        }
    }
}

/// Whether a raw string is a `data:` URL with base64 content. One with plain content is text.
fn is_base64_url(raw: &str) -> bool {
    let head = raw.get(..raw.len().min(5)).unwrap_or_default();
    head.eq_ignore_ascii_case("data:") && raw.split_once(',').is_some_and(|(head, _)| head.ends_with(";base64"))
}

/// Base64 of either alphabet. Letters must be among it: a bare number may be anybody's.
fn is_base64(raw: &str) -> bool {
    raw.bytes().any(|byte| byte.is_ascii_alphabetic())
        && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'))
}

/// A word of an API: `tool_use`, `web_search_20250305`. Never what a detector looks for.
fn is_keyword(raw: &str) -> bool {
    raw.len() <= 64
        && raw.starts_with(|first: char| first.is_ascii_lowercase())
        && raw
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-'))
}

/// `call_abc123`, `toolu_01A…`, a UUID. Letters must be among it: a bare number may be anybody's.
fn is_id(raw: &str) -> bool {
    raw.len() <= 256
        && raw.bytes().any(|byte| byte.is_ascii_alphabetic())
        && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':'))
}
