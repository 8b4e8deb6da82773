//! The events of a stream, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::read_answer::{citation, filled, finish_reason, is_server_side, stop_sequence};
use crate::Usage;
use crate::canonical::Event;

/// Most bytes of encrypted reasoning that are held for their block to end. What is longer goes on in a block of its own.
const MAX_HELD: usize = 1 << 20;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    /// Content blocks that are tool calls, in the order of the calls.
    calls: Vec<u64>,
    /// Encrypted reasoning whose block has not ended: only the whole of it can be given back. Base64, still escaped.
    redacted: String,
    finished: bool,
    metered: bool,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, event: &str, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let index = data.get("contentBlockIndex").and_then(|index| index.as_u64()).unwrap_or(0);
        match event {
            "messageStart" => emit(Event::Start { id: None, model: None }),
            "contentBlockStart" => {
                self.release(emit);
                if let Some(call) = data.get("start").and_then(|start| start.get("toolUse")) {
                    self.call(index, call, emit);
                }
            }
            "contentBlockDelta" => {
                if let Some(delta) = data.get("delta") {
                    self.delta(index, delta, emit);
                }
            }
            "contentBlockStop" => {
                self.release(emit);
                emit(Event::PartEnd);
            }
            "messageStop" => {
                self.release(emit);
                if let Some(reason) = filled(data, "stopReason").filter(|_| !self.finished) {
                    self.finished = true;
                    emit(Event::Finish { reason: finish_reason(reason), stop_sequence: stop_sequence(data) });
                    self.end(emit);
                }
            }
            "metadata" => {
                if let Some(usage) = data.get("usage").and_then(Usage::from_bedrock) {
                    self.metered = true;
                    emit(Event::Usage(usage));
                    self.end(emit);
                }
            }
            _ => {}
        }
    }

    /// Usage comes last: with it and the reason to stop, the stream is complete.
    fn end(&self, emit: &mut dyn FnMut(Event<'_>)) {
        if self.finished && self.metered {
            emit(Event::End);
        }
    }

    fn call<'a>(&mut self, index: u64, call: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let Some(name) = filled(call, "name").filter(|_| !is_server_side(call)) else { return };
        let tool = self.calls.len() as u32;
        self.calls.push(index);
        emit(Event::ToolStart { tool, id: filled(call, "toolUseId"), name });
    }

    fn delta<'a>(&mut self, index: u64, delta: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(text) = filled(delta, "text") {
            emit(Event::Text(text));
        } else if let Some(call) = delta.get("toolUse") {
            let tool = self.calls.iter().rposition(|call| *call == index);
            if let Some((json, tool)) = filled(call, "input").zip(tool) {
                emit(Event::ToolArguments { tool: tool as u32, json });
            }
        } else if let Some(reasoning) = delta.get("reasoningContent") {
            if let Some(data) = filled(reasoning, "redactedContent") {
                // Base64 that is padded has ended.
                if self.redacted.ends_with('=') || self.redacted.len() > MAX_HELD {
                    self.release(emit);
                }
                return self.redacted.push_str(data.raw());
            }
            filled(reasoning, "text").map(Event::Reasoning).into_iter().for_each(&mut *emit);
            filled(reasoning, "signature").map(Event::Signature).into_iter().for_each(emit);
        } else if let Some(item) = delta.get("citation") {
            emit(Event::Citation(citation(item)));
        }
    }

    fn release(&mut self, emit: &mut dyn FnMut(Event<'_>)) {
        if !self.redacted.is_empty() {
            emit(Event::RedactedReasoning(Str::from_escaped(&std::mem::take(&mut self.redacted))));
        }
    }
}
