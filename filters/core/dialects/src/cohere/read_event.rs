//! The events of a stream, read into the canonical model: <https://docs.cohere.com/reference/chat-stream>.

use tollgate_wire::json::{Str, Value};

use super::citation::{Said, citations};
use super::errors::read_bare;
use super::finish::finish;
use super::logprobs::tokens;
use crate::Usage;
use crate::canonical::Event;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    /// The indexes of the calls, in their order.
    calls: Vec<u64>,
    said: Said,
    finished: bool,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, event: &str, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let own = data.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
        let index = data.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
        let delta = data.get("delta");
        let message = |key: &str| first(delta?.get("message")?.get(key)?);
        match own.unwrap_or(event) {
            "message-start" => emit(Event::Start { id: text(data, "id"), model: None }),
            "content-start" | "content-delta" => {
                let logprobs: Vec<_> =
                    data.get("logprobs").into_iter().flat_map(|items| several(items)).flat_map(tokens).collect();
                if !logprobs.is_empty() {
                    emit(Event::Logprobs(logprobs));
                }
                if let Some(content) = message("content") {
                    self.content(index, content, emit);
                }
            }
            "content-end" => emit(Event::PartEnd),
            // Of an earlier one it would end what has begun since.
            "tool-call-end" if self.calls.last() == Some(&index) => emit(Event::PartEnd),
            "tool-plan-delta" => {
                let plan = delta.and_then(|delta| text(delta.get("message")?, "tool_plan"));
                plan.map(Event::Text).into_iter().for_each(emit);
            }
            "tool-call-start" => message("tool_calls").into_iter().for_each(|call| self.call(index, call, emit)),
            "tool-call-delta" => message("tool_calls").into_iter().for_each(|call| self.arguments(index, call, emit)),
            "citation-start" => {
                let cited = delta.and_then(|delta| delta.get("message")?.get("citations"));
                let cited = cited.into_iter().flat_map(several).flat_map(|citation| citations(citation, self.said));
                cited.map(Event::Citation).for_each(emit);
            }
            "message-end" => self.end(delta.unwrap_or(data), emit),
            _ if own.is_none() => read_bare(data).map(Event::Error).into_iter().for_each(emit),
            // `citation-end`, `debug`, and whatever else comes.
            _ => {}
        }
    }

    fn content<'a>(&mut self, index: u64, content: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(text) = text(content, "thinking") {
            emit(Event::Reasoning(text));
        }
        if let Some(text) = text(content, "text") {
            self.said.text_block.get_or_insert(index);
            emit(Event::Text(text));
        }
    }

    fn call<'a>(&mut self, index: u64, call: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let Some(name) = call.get("function").and_then(|function| text(function, "name")) else { return };
        let tool = self.calls.len() as u32;
        self.calls.push(index);
        emit(Event::ToolStart { tool, id: text(call, "id"), name });
        self.arguments(index, call, emit);
    }

    fn arguments<'a>(&mut self, index: u64, call: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let json = call.get("function").and_then(|function| text(function, "arguments"));
        // Arguments of a call that never began: nobody could say whose.
        let tool = self.calls.iter().rposition(|call| *call == index);
        if let Some((json, tool)) = json.zip(tool) {
            emit(Event::ToolArguments { tool: tool as u32, json });
        }
    }

    fn end<'a>(&mut self, delta: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        delta.get("usage").and_then(Usage::from_cohere).map(Event::Usage).into_iter().for_each(&mut *emit);
        if !self.finished {
            self.finished = true;
            match finish(text(delta, "finish_reason"), text(delta, "error"), !self.calls.is_empty()) {
                Ok(reason) => emit(Event::Finish { reason, stop_sequence: None }),
                Err(refusal) => return emit(Event::Error(*refusal)),
            }
        }
        emit(Event::End);
    }
}

fn text<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// The only one: what is a list in an answer is one thing in an event, but not in every description of it.
fn first(value: Value<'_>) -> Option<Value<'_>> {
    if value.is_array() { value.items().next() } else { Some(value) }
}

/// One, or a list of them.
fn several<'a>(value: Value<'a>) -> impl Iterator<Item = Value<'a>> {
    value.items().chain(Some(value).filter(|value| !value.is_array()))
}
