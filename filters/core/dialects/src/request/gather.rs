//! What every dialect's reader of facts does with the fields that all of them have, each under its own name.

use tollgate_wire::json::{Str, Value};

use super::RequestFacts;
use super::fields::{Seen, boolean, limit, string};
use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::text::{Place, Texts};

/// Facts on the way. A reader goes through the fields of the body and hands over those that it has in common with others.
#[derive(Debug)]
pub(crate) struct Gather<'a> {
    /// What is not asked for by a method here. The texts, numbers and media among it are still empty.
    pub facts: RequestFacts<'a>,
    pub texts: Texts<'a>,
    seen: Seen<'static>,
}

impl<'a> Gather<'a> {
    pub fn new(dialect: ClientDialect, body: Value<'a>) -> Self {
        let facts = RequestFacts {
            dialect,
            body,
            model: Str::from_escaped(""),
            stream: false,
            max_output_tokens: None,
            choices: 1,
            end_user: None,
            wants_stream_usage: matches!(dialect, ClientDialect::AnthropicMessages | ClientDialect::OpenaiResponses),
            texts: Vec::new(),
            numbers: Vec::new(),
            tokens: Vec::new(),
            encoded: Vec::new(),
            media: 0,
            skipped: 0,
            opaque: Vec::new(),
            unknown: None,
        };
        Self { facts, texts: Texts::default(), seen: Seen::default() }
    }

    /// Notes a field that decisions hang on.
    ///
    /// # Errors
    /// It was there before.
    pub fn once(&mut self, field: &'static str) -> Result<(), Refusal> {
        self.seen.once(field)
    }

    /// `model`.
    pub fn model(&mut self, value: Value<'a>) -> Result<(), Refusal> {
        self.once("model")?;
        self.facts.model = string("model", Some(value))?;
        Ok(())
    }

    /// `stream`.
    pub fn stream(&mut self, value: Value<'a>) -> Result<(), Refusal> {
        self.once("stream")?;
        self.facts.stream = boolean("stream", value)?.unwrap_or(false);
        Ok(())
    }

    /// `stream_options`, where usage in a stream must be asked for.
    pub fn stream_options(&mut self, value: Value<'a>) -> Result<(), Refusal> {
        self.once("stream_options")?;
        if !value.is_object() && !value.is_null() {
            return Err(Refusal::invalid_field("stream_options", "an object"));
        }
        let mut seen = Seen::default();
        for (key, value) in value.entries() {
            if key == "include_usage" {
                seen.once("stream_options.include_usage")?;
                self.facts.wants_stream_usage = boolean("stream_options.include_usage", value)?.unwrap_or(false);
            } else if key == "include_obfuscation" {
                self.texts.free(value, Place::OTHER);
            } else {
                self.texts.unknown_field(key, value);
            }
        }
        Ok(())
    }

    /// A limit of the output. Of several the largest counts.
    pub fn max_output_tokens(&mut self, field: &'static str, value: Value<'a>) -> Result<(), Refusal> {
        self.once(field)?;
        self.facts.max_output_tokens = self.facts.max_output_tokens.max(limit(field, value)?);
        Ok(())
    }

    /// A number of answers; one where nothing is said.
    pub fn count(&mut self, field: &'static str, value: Value<'a>) -> Result<u64, Refusal> {
        self.once(field)?;
        Ok(limit(field, value)?.unwrap_or(1))
    }

    /// A field that names the end user. Of several the last one counts that is a string.
    pub fn end_user(&mut self, value: Value<'a>) {
        self.facts.end_user = value.as_str().or(self.facts.end_user);
        self.texts.free(value, Place::OTHER);
    }

    /// The facts, now that all fields were met.
    ///
    /// # Errors
    /// The model is missing, or one of the fields `required`.
    pub fn finish(self, required: &[&str]) -> Result<RequestFacts<'a>, Refusal> {
        for field in ["model"].iter().chain(required) {
            if !self.seen.has(field) {
                return Err(Refusal::missing_field(field));
            }
        }
        let Texts { spans, numbers, tokens, encoded, media, skipped, opaque, unknown, of_provider: _ } = self.texts;
        Ok(RequestFacts { texts: spans, numbers, tokens, encoded, media, skipped, opaque, unknown, ..self.facts })
    }
}
