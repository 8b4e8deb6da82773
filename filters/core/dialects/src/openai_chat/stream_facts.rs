//! What the gateway must know of the chunks of a chat completion.

use tollgate_wire::json::{Str, Value, Writer};

use super::texts::{call_signature, field, logprobs, part};
use crate::openai::chunks::{Choices, Head, chunk_facts};
use crate::request::name;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// What events of our own must have in common with the server's.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {
    head: Head,
    choices: Choices,
    /// The server's name for reasoning, if not `reasoning_content`.
    short_reasoning: bool,
}

impl StreamFacts {
    pub fn observe<'a>(&mut self, data: Value<'a>) -> EventFacts<'a> {
        self.head.keep(data, "\"chat.completion.chunk\"");
        let facts = chunk_facts(data, |index, choice, facts, texts| self.choice(index, choice, facts, texts));
        self.choices.note_ends(&facts);
        facts
    }

    /// Whether every choice has ended.
    pub fn is_finished(&self) -> bool {
        self.choices.all_ended()
    }

    fn choice<'a>(&mut self, index: u32, choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
        self.choices.seen(index);
        for (key, value) in choice.entries() {
            match &*name(key) {
                "index" => texts.counted(value, Place::OTHER),
                "finish_reason" if value.is_null() => {}
                "finish_reason" => {
                    facts.ended.push(index);
                    texts.keyword(value);
                }
                "stop_reason" => texts.free(value, Place::OTHER),
                "delta" => self.delta(index, value, facts, texts),
                "logprobs" => logprobs(value, texts),
                _ => texts.unknown_field(key, value),
            }
        }
    }

    fn delta<'a>(&mut self, index: u32, delta: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
        for (key, value) in delta.entries() {
            let kind = match &*name(key) {
                "content" => LaneKind::Content,
                "refusal" => LaneKind::Refusal,
                "reasoning_content" => LaneKind::Reasoning,
                "reasoning" => {
                    self.short_reasoning |= value.as_str().is_some();
                    LaneKind::Reasoning
                }
                "tool_calls" => {
                    texts.array(value, Place::ARGUMENTS, |texts, call| tool_call(index, call, facts, texts));
                    continue;
                }
                "function_call" => {
                    called(index, 0, value, facts, texts);
                    continue;
                }
                known if field(known, value, Place::ASSISTANT, texts) => continue,
                _ => {
                    texts.unknown_field(key, value);
                    continue;
                }
            };
            match value.as_str() {
                Some(text) => push(Lane { index, kind }, text, facts),
                None => texts.array(value, Place::ASSISTANT, |texts, item| part(item, Place::ASSISTANT, texts)),
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
                LaneKind::Tool(tool) | LaneKind::Input(tool) => {
                    let (call, field) = match lane.kind {
                        LaneKind::Input(_) => ("custom", "input"),
                        _ => ("function", "arguments"),
                    };
                    json.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
                    json.key(call).begin_object().field_str(field, text).end_object();
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

fn tool_call<'a>(index: u32, call: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    let tool = call.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
    texts.object(call, Place::ARGUMENTS, |texts, name, value| {
        match name {
            "index" => texts.counted(value, Place::OTHER),
            "id" => texts.id(value),
            "type" => texts.keyword(value),
            "function" | "custom" => called(index, tool, value, facts, texts),
            "extra_content" => call_signature(value, texts),
            _ => return false,
        }
        true
    });
}

/// The name comes whole, in the first piece.
fn called<'a>(index: u32, tool: u32, call: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    texts.object(call, Place::ARGUMENTS, |texts, name, value| {
        let kind = match name {
            "name" => {
                texts.free(value, Place { role: Place::ARGUMENTS.role, ..Place::NAME });
                return true;
            }
            "arguments" => LaneKind::Tool(tool),
            "input" => LaneKind::Input(tool),
            _ => return false,
        };
        match value.as_str() {
            Some(text) => push(Lane { index, kind }, text, facts),
            None => texts.free(value, Place::ARGUMENTS),
        }
        true
    });
}
