//! The chunks in which both completions APIs stream: they differ in what a choice holds.

use std::collections::BTreeMap;

use tollgate_wire::json::{Value, Writer};
use tollgate_wire::sse;

use crate::Usage;
use crate::request::name;
use crate::response::error;
use crate::stream::EventFacts;
use crate::text::Texts;

/// Longest `id`, `model` or fingerprint that is kept for events of our own, in bytes.
const MAX_KEPT: usize = 256;

/// How many choices are told apart; the APIs allow 128. Of more it does not count whether they have ended.
const MAX_CHOICES: usize = 1024;

/// Reads a chunk; `choice` is handed each choice with its index.
pub(crate) fn chunk_facts<'a>(
    chunk: Value<'a>,
    mut choice: impl FnMut(u32, Value<'a>, &mut EventFacts<'a>, &mut Texts<'a>),
) -> EventFacts<'a> {
    let mut facts = EventFacts::default();
    let mut texts = Texts::of_provider();
    let mut no_choices = false;
    for (key, value) in chunk.entries() {
        match &*name(key) {
            "model" => facts.model = value.as_str().filter(|model| !model.is_empty()),
            "usage" => facts.usage = Usage::from_openai(value),
            "error" if !value.is_null() => {
                facts.error = true;
                facts.all_ended = true;
                error(value, &mut texts);
            }
            // The server's own, the same in every chunk, and padding.
            "id" | "object" | "created" | "system_fingerprint" | "service_tier" | "obfuscation" | "error" => {}
            "choices" => {
                no_choices = value.is_array() && value.is_empty();
                for item in value.items() {
                    let index = item.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
                    choice(index, item, &mut facts, &mut texts);
                }
            }
            _ => texts.unknown_field(key, value),
        }
    }
    facts.usage_only = no_choices && facts.usage.is_some();
    facts.with(texts)
}

/// The choices a stream has shown, and whether each has ended.
#[derive(Debug, Default)]
pub(crate) struct Choices(BTreeMap<u32, bool>);

impl Choices {
    /// Takes note of a choice in a chunk. Some servers tell more of one that has ended: that does not begin it anew.
    pub fn seen(&mut self, index: u32) {
        if self.0.len() < MAX_CHOICES {
            self.0.entry(index).or_default();
        }
    }

    /// Takes note of those that end with a chunk.
    pub fn note_ends(&mut self, facts: &EventFacts<'_>) {
        for index in facts.ended.iter() {
            if let Some(ended) = self.0.get_mut(index) {
                *ended = true;
            }
        }
    }

    /// Whether some were there, and none is to go on.
    pub fn all_ended(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|ended| *ended)
    }
}

/// What every chunk of a stream repeats of the first one, as JSON text. Empty until that was there.
#[derive(Debug, Default)]
pub(crate) struct Head(Vec<(&'static str, String)>);

impl Head {
    /// Keeps it, if this is the first chunk with a choice: Azure tells of its filters first, in a chunk with none whose id, model and type are
    /// empty. What is missing or absurdly long is replaced by the least the SDKs accept; `object` is the type of the chunk, as JSON text.
    pub fn keep(&mut self, chunk: Value<'_>, object: &str) {
        if !self.0.is_empty() || chunk.get("choices").is_none_or(|choices| choices.is_empty()) {
            return;
        }
        let kept = |key| chunk.get(key).map(|value| value.raw()).filter(|raw| raw.len() <= MAX_KEPT);
        let defaults = [("id", "\"\""), ("object", object), ("created", "0"), ("model", "\"\"")];
        self.0.extend(defaults.map(|(key, default)| (key, kept(key).unwrap_or(default).to_owned())));
        self.0.extend(kept("system_fingerprint").map(|fingerprint| ("system_fingerprint", fingerprint.to_owned())));
    }

    /// Appends a chunk of our own with one choice, whose other fields `write` writes; `capacity` is about how long those are.
    pub fn event(&self, index: u32, capacity: usize, write: impl FnOnce(&mut Writer), out: &mut Vec<u8>) {
        let mut json = Writer::with_capacity(capacity + 256);
        json.begin_object();
        for (key, value) in &self.0 {
            json.field_raw(key, value);
        }
        json.key("choices").begin_array().begin_object().field_u64("index", index.into());
        write(&mut json);
        json.end_object().end_array().end_object();
        sse::write_event(out, None, &json.finish());
    }
}
