//! What the gateway must know of the chunks of a chat completion.

use tollgate_wire::json::{Str, Value, Writer};

use crate::openai::chunks::{Head, chunk_facts};
use crate::request::name;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// What events of our own must have in common with the server's.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {
    head: Head,
    /// The server's name for reasoning, if not `reasoning_content`.
    short_reasoning: bool,
}

impl StreamFacts {
    pub fn observe<'a>(&mut self, data: Value<'a>) -> EventFacts<'a> {
        self.head.keep(data, "\"chat.completion.chunk\"");
        chunk_facts(data, |index, choice, facts, texts| self.choice(index, choice, facts, texts))
    }

    fn choice<'a>(&mut self, index: u32, choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
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
                    thinking.for_each(|thinking| texts.free(thinking, Place::ASSISTANT));
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
                    texts.free(value, Place::ASSISTANT);
                    continue;
                }
            };
            match value.as_str() {
                Some(text) => push(Lane { index, kind }, text, facts),
                None => texts.free(value, Place::ASSISTANT),
            }
        }
    }

    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let choice = |json: &mut Writer| {
            json.key("delta").begin_object();
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
            json.end_object().field_null("finish_reason");
        };
        self.head.event(lane.index, text.len(), choice, out);
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
