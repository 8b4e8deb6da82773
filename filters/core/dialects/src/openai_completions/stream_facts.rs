//! What the gateway must know of the chunks of a streamed answer.

use tollgate_wire::json::{Value, Writer};
use tollgate_wire::sse;

use crate::Usage;
use crate::request::name;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// Longest `id`, `model` or fingerprint that is kept for events of our own, in bytes.
const MAX_KEPT: usize = 256;

/// What later events must repeat of the first one.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {
    /// The fields every chunk carries, as JSON text.
    head: Option<Vec<(&'static str, String)>>,
}

impl StreamFacts {
    pub fn observe<'a>(&mut self, _event: &str, data: Value<'a>) -> EventFacts<'a> {
        let mut facts = EventFacts::default();
        let mut texts = Texts::default();
        let mut no_choices = false;
        if self.head.is_none() && data.get("choices").is_some() {
            self.head = Some(head(data));
        }
        for (key, value) in data.entries() {
            match &*name(key) {
                "model" => facts.model = value.as_str(),
                "usage" => facts.usage = Usage::from_openai(value),
                "error" if !value.is_null() => {
                    facts.error = true;
                    facts.all_ended = true;
                }
                "choices" => {
                    no_choices = value.is_array() && value.is_empty();
                    value.items().for_each(|item| choice(item, &mut facts, &mut texts));
                }
                _ => {}
            }
        }
        facts.usage_only = no_choices && facts.usage.is_some();
        facts.texts = texts.spans;
        facts
    }

    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let mut json = Writer::with_capacity(text.len() + 256);
        json.begin_object();
        for (key, value) in self.head.iter().flatten() {
            json.field_raw(key, value);
        }
        json.key("choices").begin_array().begin_object().field_u64("index", lane.index.into());
        json.field_str("text", text).field_null("logprobs").field_null("finish_reason");
        json.end_object().end_array().end_object();
        sse::write_event(out, None, &json.finish());
    }
}

fn choice<'a>(choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    let index = choice.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
    for (key, value) in choice.entries() {
        match &*name(key) {
            "index" => {}
            "finish_reason" if value.is_null() => {}
            "finish_reason" => facts.ended.push(index),
            "text" => match value.as_str() {
                Some(text) if text.is_empty() => {}
                Some(text) => facts.deltas.push(Delta { lane: Lane { index, kind: LaneKind::Content }, text }),
                None => texts.free(value, Place::Assistant),
            },
            // The same in tokens, and what servers add.
            _ => texts.free(value, Place::Assistant),
        }
    }
}

/// What a chunk of our own repeats of the first one. What is missing or absurdly long is replaced by the least the SDKs accept.
fn head(chunk: Value<'_>) -> Vec<(&'static str, String)> {
    let kept = |key| chunk.get(key).map(|value| value.raw()).filter(|raw| raw.len() <= MAX_KEPT);
    let defaults = [("id", "\"\""), ("object", "\"text_completion\""), ("created", "0"), ("model", "\"\"")];
    let mut head: Vec<_> =
        defaults.into_iter().map(|(key, default)| (key, kept(key).unwrap_or(default).to_owned())).collect();
    if let Some(fingerprint) = kept("system_fingerprint") {
        head.push(("system_fingerprint", fingerprint.to_owned()));
    }
    head
}
