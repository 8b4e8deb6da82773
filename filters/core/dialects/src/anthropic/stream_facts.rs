//! What the gateway must know of the events of a message.

use tollgate_wire::json::{Value, Writer};
use tollgate_wire::sse;

use super::response_facts::{message_field, response_facts};
use super::texts::{block_field, citation};
use crate::Usage;
use crate::request::name;
use crate::response::error;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// Reads an event. Its data names its type; the event's name counts only where that is missing.
pub(crate) fn event_facts<'a>(event: &str, data: Value<'a>) -> EventFacts<'a> {
    let mut facts = EventFacts::default();
    let mut texts = Texts::of_provider();
    let kind = data.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or(event);
    let index = data.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
    match kind {
        "content_block_stop" => facts.ended.push(index),
        "message_delta" => facts.all_ended = true,
        "message_stop" => {
            facts.all_ended = true;
            facts.done = true;
        }
        "error" => {
            facts.all_ended = true;
            facts.error = true;
        }
        _ => {}
    }
    for (key, value) in data.entries() {
        match (&*name(key), kind) {
            ("type", _) => {}
            ("index", _) => texts.counted(value, Place::OTHER),
            ("message", "message_start") => {
                let message = response_facts(value);
                facts.model = message.model;
                facts.usage = message.usage;
                texts.add(message);
            }
            ("usage", _) => facts.usage = Usage::from_anthropic(value),
            ("content_block", "content_block_start") => block_start(index, value, &mut facts, &mut texts),
            ("delta", "content_block_delta") => block_delta(index, value, &mut facts, &mut texts),
            ("delta", "message_delta") => {
                texts.object(value, Place::ASSISTANT, |texts, name, value| message_field(name, value, texts));
            }
            ("error", _) => error(value, &mut texts),
            ("context_management" | "request_id", _) => texts.free(value, Place::OTHER),
            _ => texts.unknown_field(key, value),
        }
    }
    facts.with(texts)
}

/// A block usually starts empty; text that is there already belongs to its lane, a server tool's result is complete.
fn block_start<'a>(index: u32, block: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    let kind = block.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
    let lane = match kind {
        Some("text") => Some((LaneKind::Content, "text")),
        Some("thinking") => Some((LaneKind::Reasoning, "thinking")),
        _ => None,
    };
    texts.object(block, Place::ASSISTANT, |texts, name, value| match lane {
        Some((kind, field)) if name == field => {
            push(Lane { index, kind }, value, facts, texts);
            true
        }
        _ => block_field(name, value, Place::ASSISTANT, texts),
    });
}

fn block_delta<'a>(index: u32, delta: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    let kind = delta.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
    let lane = match kind {
        Some("text_delta") => Some((LaneKind::Content, "text")),
        Some("thinking_delta") => Some((LaneKind::Reasoning, "thinking")),
        Some("input_json_delta") => Some((LaneKind::Tool(0), "partial_json")),
        _ => None,
    };
    texts.object(delta, Place::ASSISTANT, |texts, name, value| match lane {
        Some((kind, field)) if name == field => {
            push(Lane { index, kind }, value, facts, texts);
            true
        }
        _ if name == "citation" => {
            citation(value, Place::ASSISTANT, texts);
            true
        }
        _ => block_field(name, value, Place::ASSISTANT, texts),
    });
}

fn push<'a>(lane: Lane, text: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    match text.as_str() {
        Some(text) if text.is_empty() => {}
        Some(text) => facts.deltas.push(Delta { lane, text }),
        None => texts.free(text, lane.place()),
    }
}

/// Appends an event with more text of a block. The API has no refusal in words: it would be content.
pub(crate) fn delta_event(lane: Lane, text: &str, out: &mut Vec<u8>) {
    let (kind, field) = match lane.kind {
        LaneKind::Content | LaneKind::Refusal => ("text_delta", "text"),
        LaneKind::Reasoning => ("thinking_delta", "thinking"),
        LaneKind::Tool(_) | LaneKind::Input(_) => ("input_json_delta", "partial_json"),
    };
    let mut json = Writer::with_capacity(text.len() + 96);
    json.begin_object().field_str("type", "content_block_delta").field_u64("index", lane.index.into());
    json.key("delta").begin_object().field_str("type", kind).field_str(field, text).end_object().end_object();
    sse::write_event(out, Some("content_block_delta"), &json.finish());
}
