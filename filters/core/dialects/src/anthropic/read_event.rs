//! The events of a message, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::citation::read_citation;
use super::errors::read_error;
use super::read_answer::finish_reason;
use crate::Usage;
use crate::canonical::Event;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    /// Content blocks that are tool calls, in the order of the calls.
    calls: Vec<u64>,
    finished: bool,
    usage: Usage,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, event: &str, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let kind = data.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or(event);
        let index = data.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
        match kind {
            "message_start" => {
                let Some(message) = data.get("message") else { return };
                let field = |key| message.get(key).and_then(|value| value.as_str());
                emit(Event::Start { id: field("id").filter(|id: &Str<'_>| !id.is_empty()), model: field("model") });
                self.usage(message.get("usage"), emit);
            }
            "content_block_start" => {
                if let Some(block) = data.get("content_block") {
                    self.block(index, block, emit);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = data.get("delta") {
                    self.delta(index, delta, emit);
                }
            }
            "content_block_stop" => emit(Event::PartEnd),
            "message_delta" => {
                let delta = data.get("delta");
                let field = |key: &str| delta.and_then(|delta| delta.get(key)).and_then(|value| value.as_str());
                self.usage(data.get("usage"), emit);
                if let Some(reason) = field("stop_reason").filter(|_| !self.finished) {
                    self.finished = true;
                    emit(Event::Finish { reason: finish_reason(reason), stop_sequence: field("stop_sequence") });
                }
            }
            "message_stop" => emit(Event::End),
            "error" => emit(Event::Error(read_error(500, data.get("error").unwrap_or(data)))),
            _ => {}
        }
    }

    fn block<'a>(&mut self, index: u64, block: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let field = |key| block.get(key).and_then(|value: Value<'a>| value.as_str());
        let text = |key| field(key).filter(|text: &Str<'a>| !text.is_empty());
        match field("type").map(|kind| kind.raw()) {
            Some("text") => text("text").map(Event::Text).into_iter().for_each(emit),
            Some("thinking") => text("thinking").map(Event::Reasoning).into_iter().for_each(emit),
            Some("redacted_thinking") => text("data").map(Event::RedactedReasoning).into_iter().for_each(emit),
            Some("tool_use") => {
                let Some(name) = field("name") else { return };
                let tool = self.calls.len() as u32;
                self.calls.push(index);
                emit(Event::ToolStart { tool, id: field("id"), name });
                if let Some(json) = block.get("input").filter(|input| input.is_object() && !input.is_empty()) {
                    emit(Event::ToolInput { tool, json });
                }
            }
            _ => {}
        }
    }

    fn delta<'a>(&mut self, index: u64, delta: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let text = |key| delta.get(key).and_then(|value| value.as_str()).filter(|text: &Str<'a>| !text.is_empty());
        let kind = delta.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
        let event = match kind {
            Some("text_delta") => text("text").map(Event::Text),
            Some("thinking_delta") => text("thinking").map(Event::Reasoning),
            Some("signature_delta") => text("signature").map(Event::Signature),
            Some("citations_delta") => delta.get("citation").and_then(read_citation).map(Event::Citation),
            Some("input_json_delta") => {
                let tool = self.calls.iter().rposition(|call| *call == index);
                text("partial_json").zip(tool).map(|(json, tool)| Event::ToolArguments { tool: tool as u32, json })
            }
            _ => None,
        };
        event.into_iter().for_each(emit);
    }

    /// Reports leave parts out: what is handed on is all that is known.
    fn usage<'a>(&mut self, usage: Option<Value<'a>>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(usage) = usage.and_then(Usage::from_anthropic) {
            self.usage.merge_parts(&usage);
            emit(Event::Usage(self.usage));
        }
    }
}
