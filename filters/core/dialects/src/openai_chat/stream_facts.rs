//! What the gateway must know of the chunks of a chat completion.

use tollgate_wire::json::{Str, Value, Writer};
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
    /// The server's name for reasoning, if not `reasoning_content`.
    short_reasoning: bool,
}

impl StreamFacts {
    pub fn observe<'a>(&mut self, data: Value<'a>) -> EventFacts<'a> {
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
                    value.items().for_each(|choice| self.choice(choice, &mut facts, &mut texts));
                }
                _ => {}
            }
        }
        facts.usage_only = no_choices && facts.usage.is_some();
        facts.texts = texts.spans;
        facts
    }

    fn choice<'a>(&mut self, choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
        let index = choice.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
        for (key, value) in choice.entries() {
            match &*name(key) {
                "finish_reason" if !value.is_null() => facts.ended.push(index),
                "delta" => self.delta(index, value, facts, texts),
                _ => {}
            }
        }
    }

    fn delta<'a>(&mut self, index: u32, delta: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
        for (key, value) in delta.entries() {
            let kind = match &*name(key) {
                "role" => continue,
                "content" => LaneKind::Content,
                "refusal" => LaneKind::Refusal,
                "reasoning_content" => LaneKind::Reasoning,
                "reasoning" => {
                    self.short_reasoning |= value.as_str().is_some();
                    LaneKind::Reasoning
                }
                "thinking_blocks" => {
                    let thinking = value.items().filter_map(|block| block.get("thinking"));
                    thinking.for_each(|thinking| texts.free(thinking, Place::Assistant));
                    continue;
                }
                "tool_calls" => {
                    value.items().for_each(|call| tool_call(index, call, facts));
                    continue;
                }
                "function_call" => {
                    arguments(Lane { index, kind: LaneKind::Tool(0) }, value, facts);
                    continue;
                }
                _ => {
                    texts.free(value, Place::Assistant);
                    continue;
                }
            };
            match value.as_str() {
                Some(text) => push(Lane { index, kind }, text, facts),
                None => texts.free(value, Place::Assistant),
            }
        }
    }

    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let mut json = Writer::with_capacity(text.len() + 256);
        json.begin_object();
        for (key, value) in self.head.iter().flatten() {
            json.field_raw(key, value);
        }
        json.key("choices")
            .begin_array()
            .begin_object()
            .field_u64("index", lane.index.into())
            .key("delta")
            .begin_object();
        match lane.kind {
            LaneKind::Content => json.field_str("content", text),
            LaneKind::Refusal => json.field_str("refusal", text),
            LaneKind::Reasoning if self.short_reasoning => json.field_str("reasoning", text),
            LaneKind::Reasoning => json.field_str("reasoning_content", text),
            LaneKind::Tool(tool) => {
                json.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
                json.key("function").begin_object().field_str("arguments", text).end_object();
                json.end_object().end_array()
            }
        };
        json.end_object().field_null("finish_reason").end_object().end_array().end_object();
        sse::write_event(out, None, &json.finish());
    }
}

fn push<'a>(lane: Lane, text: Str<'a>, facts: &mut EventFacts<'a>) {
    if !text.is_empty() {
        facts.deltas.push(Delta { lane, text });
    }
}

fn tool_call<'a>(index: u32, call: Value<'a>, facts: &mut EventFacts<'a>) {
    let tool = call.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
    if let Some(function) = call.get("function") {
        arguments(Lane { index, kind: LaneKind::Tool(tool) }, function, facts);
    }
}

fn arguments<'a>(lane: Lane, function: Value<'a>, facts: &mut EventFacts<'a>) {
    if let Some(text) = function.get("arguments").and_then(|arguments| arguments.as_str()) {
        push(lane, text, facts);
    }
}

/// What a chunk of our own repeats of the first one. What is missing or absurdly long is replaced by the least the SDKs accept.
fn head(chunk: Value<'_>) -> Vec<(&'static str, String)> {
    let kept = |key| chunk.get(key).map(|value| value.raw()).filter(|raw| raw.len() <= MAX_KEPT);
    let mut head = Vec::with_capacity(5);
    for (key, default) in [("id", "\"\""), ("object", "\"chat.completion.chunk\""), ("created", "0"), ("model", "\"\"")]
    {
        head.push((key, kept(key).unwrap_or(default).to_owned()));
    }
    if let Some(fingerprint) = kept("system_fingerprint") {
        head.push(("system_fingerprint", fingerprint.to_owned()));
    }
    head
}
