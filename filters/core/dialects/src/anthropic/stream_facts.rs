//! What the gateway must know of the events of a message.

use tollgate_wire::json::{Value, Writer};
use tollgate_wire::sse;

use super::response_facts::{block_texts, citation};
use crate::Usage;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// Reads an event. Its data names its type; the event's name counts only where that is missing.
pub(crate) fn event_facts<'a>(event: &str, data: Value<'a>) -> EventFacts<'a> {
    let mut facts = EventFacts::default();
    let kind = data.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or(event);
    let index = data.get("index").and_then(|index| index.as_u64()).unwrap_or(0) as u32;
    match kind {
        "message_start" => {
            if let Some(message) = data.get("message") {
                facts.model = message.get("model").and_then(|model| model.as_str());
                facts.usage = message.get("usage").and_then(Usage::from_anthropic);
            }
        }
        "content_block_start" => {
            if let Some(block) = data.get("content_block") {
                block_start(index, block, &mut facts);
            }
        }
        "content_block_delta" => {
            if let Some(delta) = data.get("delta") {
                block_delta(index, delta, &mut facts);
            }
        }
        "content_block_stop" => facts.ended.push(index),
        "message_delta" => {
            facts.usage = data.get("usage").and_then(Usage::from_anthropic);
            facts.all_ended = true;
        }
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
    facts
}

/// A block usually starts empty; text that is there already belongs to its lane, a server tool's result is complete.
fn block_start<'a>(index: u32, block: Value<'a>, facts: &mut EventFacts<'a>) {
    let kind = block.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
    let lane = match kind {
        Some("text") => Some((LaneKind::Content, "text")),
        Some("thinking") => Some((LaneKind::Reasoning, "thinking")),
        _ => None,
    };
    match lane {
        Some((kind, field)) => push(Lane { index, kind }, block.get(field), facts),
        None => {
            let mut texts = Texts::default();
            block_texts(block, &mut texts);
            facts.texts = texts.spans;
        }
    }
}

fn block_delta<'a>(index: u32, delta: Value<'a>, facts: &mut EventFacts<'a>) {
    let kind = delta.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
    let (kind, field) = match kind {
        Some("text_delta") => (LaneKind::Content, "text"),
        Some("thinking_delta") => (LaneKind::Reasoning, "thinking"),
        Some("input_json_delta") => (LaneKind::Tool(0), "partial_json"),
        Some("citations_delta") => {
            let mut texts = Texts::default();
            if let Some(cited) = delta.get("citation") {
                citation(cited, &mut texts);
            }
            facts.texts = texts.spans;
            return;
        }
        Some("signature_delta") => return,
        _ => {
            let mut texts = Texts::default();
            texts.free(delta, Place::ASSISTANT);
            facts.texts = texts.spans;
            return;
        }
    };
    push(Lane { index, kind }, delta.get(field), facts);
}

fn push<'a>(lane: Lane, text: Option<Value<'a>>, facts: &mut EventFacts<'a>) {
    if let Some(text) = text.and_then(|text| text.as_str()).filter(|text| !text.is_empty()) {
        facts.deltas.push(Delta { lane, text });
    }
}

/// Appends an event with more text of a block. The API has no refusal in words: it would be content.
pub(crate) fn delta_event(lane: Lane, text: &str, out: &mut Vec<u8>) {
    let (kind, field) = match lane.kind {
        LaneKind::Content | LaneKind::Refusal => ("text_delta", "text"),
        LaneKind::Reasoning => ("thinking_delta", "thinking"),
        LaneKind::Tool(_) => ("input_json_delta", "partial_json"),
    };
    let mut json = Writer::with_capacity(text.len() + 96);
    json.begin_object().field_str("type", "content_block_delta").field_u64("index", lane.index.into());
    json.key("delta").begin_object().field_str("type", kind).field_str(field, text).end_object().end_object();
    sse::write_event(out, Some("content_block_delta"), &json.finish());
}
