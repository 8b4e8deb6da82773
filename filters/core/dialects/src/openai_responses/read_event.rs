//! The events of a stream, read into the canonical model.
//!
//! The API says everything twice, in pieces and again when each part, each item and the whole are complete. The first that says it counts:
//! servers leave out the pieces, the additions or the repetitions.

mod items;
#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Value};

use super::errors::read_error;
use super::read_answer::{characters, citation, field, filled, finish_reason, list, token_logprob};
use crate::Usage;
use crate::canonical::{Event, TokenLogprob};
use items::{Items, Kind};

/// Between the texts of a summary, which clients put together without one. Escaped.
const PARAGRAPH: &str = "\\n\\n";

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    started: bool,
    ended: bool,
    items: Items,
    /// How many tools were called.
    calls: u32,
    refused: bool,
    /// Where the part is that text came of last, until it is complete.
    open: Option<(usize, Kind, u64)>,
    /// Characters of the texts so far, and up to the last one.
    said: u64,
    said_before: u64,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, event: &str, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if self.ended {
            return;
        }
        let kind = field(data, "type").map_or(event, |kind| kind.raw());
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => self.start(data, emit),
            "response.output_item.added" => self.added(data, emit),
            "response.output_text.delta" => self.text(data, Kind::Text, "delta", emit),
            "response.output_text.done" => self.text_unheard(data, Kind::Text, "text", emit),
            "response.refusal.delta" => self.text(data, Kind::Refusal, "delta", emit),
            "response.refusal.done" => self.text_unheard(data, Kind::Refusal, "refusal", emit),
            "response.reasoning_summary_text.delta" => self.text(data, Kind::Summary, "delta", emit),
            "response.reasoning_summary_text.done" => self.text_unheard(data, Kind::Summary, "text", emit),
            "response.reasoning_text.delta" => self.text(data, Kind::Thought, "delta", emit),
            "response.reasoning_text.done" => self.text_unheard(data, Kind::Thought, "text", emit),
            "response.output_text.annotation.added" => {
                let item = self.items.at(data);
                if let Some(annotation) = data.get("annotation") {
                    self.items.hear(item, Kind::Annotation, part_index(data, Kind::Text));
                    self.citation(annotation, emit);
                }
            }
            "response.content_part.done" => {
                let item = self.items.at(data);
                if let Some(part) = data.get("part") {
                    self.part(item, part_index(data, Kind::Text), part, emit);
                }
            }
            "response.function_call_arguments.delta" => self.arguments(data, "delta", emit),
            "response.function_call_arguments.done" => {
                let item = self.items.at_call(data);
                if !self.items.heard(item, Kind::Arguments, 0) {
                    self.arguments(data, "arguments", emit);
                }
            }
            "response.output_item.done" => {
                let at = self.items.at(data);
                if let Some(item) = data.get("item") {
                    self.complete(at, item, emit);
                }
            }
            "response.completed" | "response.incomplete" => self.end(data.get("response").unwrap_or(data), emit),
            "response.failed" => {
                let response = data.get("response").unwrap_or(data);
                response
                    .get("usage")
                    .and_then(Usage::from_responses)
                    .map(Event::Usage)
                    .into_iter()
                    .for_each(&mut *emit);
                self.ended = true;
                emit(Event::Error(read_error(500, error_of(response), response)));
            }
            "error" => self.fail(data, emit),
            _ if data.get("error").is_some_and(|error| !error.is_null()) => self.fail(data, emit),
            // Events of built-in tools, which no request that was translated can ask for, and signs of life.
            _ => {}
        }
    }

    fn start(&mut self, data: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        if !self.started {
            self.started = true;
            let response = data.get("response").unwrap_or(data);
            emit(Event::Start { id: field(response, "id"), model: field(response, "model") });
        }
    }

    fn fail(&mut self, data: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        self.ended = true;
        emit(Event::Error(read_error(500, error_of(data), data)));
    }

    fn added(&mut self, data: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        let at = self.items.at(data);
        let Some(item) = data.get("item") else { return };
        if field(item, "type").is_some_and(|kind| kind == "function_call") {
            self.call(at, item, emit);
        }
    }

    /// Begins a call, unless it has begun.
    fn call(&mut self, at: usize, item: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        let Some(name) = field(item, "name") else { return };
        if self.items.tool(at).is_some() {
            return;
        }
        let tool = self.calls;
        self.calls += 1;
        self.items.set_tool(at, tool);
        self.open = Some((at, Kind::Arguments, 0));
        emit(Event::ToolStart { tool, id: filled(item, "call_id"), name });
    }

    fn arguments(&mut self, data: Value<'_>, key: &str, emit: &mut dyn FnMut(Event<'_>)) {
        let at = self.items.at_call(data);
        // Arguments of a call that has not begun come again with the item.
        if let (Some(tool), Some(json)) = (self.items.tool(at), filled(data, key)) {
            self.items.hear(at, Kind::Arguments, 0);
            emit(Event::ToolArguments { tool, json });
        }
    }

    /// All of a text, unless pieces of it came.
    fn text_unheard(&mut self, data: Value<'_>, kind: Kind, key: &str, emit: &mut dyn FnMut(Event<'_>)) {
        let at = self.items.at(data);
        if !self.items.heard(at, kind, part_index(data, kind)) {
            self.text(data, kind, key, emit);
        }
    }

    fn text(&mut self, data: Value<'_>, kind: Kind, key: &str, emit: &mut dyn FnMut(Event<'_>)) {
        let at = self.items.at(data);
        if let Some(text) = filled(data, key) {
            let logprobs = list(data, "logprobs").filter_map(token_logprob).collect();
            self.piece(at, kind, part_index(data, kind), text, logprobs, emit);
        }
    }

    /// A piece of a text, or all of it.
    fn piece(
        &mut self,
        at: usize,
        kind: Kind,
        index: u64,
        text: Str<'_>,
        logprobs: Vec<TokenLogprob<'_>>,
        emit: &mut dyn FnMut(Event<'_>),
    ) {
        // Servers of open models give the reasoning itself, and perhaps a summary as well: what comes first is enough.
        if kind.other_reasoning().is_some_and(|other| self.items.heard_any(at, other)) {
            return;
        }
        let is_new = !self.items.heard(at, kind, index);
        if is_new && kind.is_reasoning() && self.items.heard_any(at, kind) {
            emit(Event::Reasoning(Str::from_escaped(PARAGRAPH)));
        }
        if is_new && kind == Kind::Text {
            self.said_before = self.said;
        }
        self.items.hear(at, kind, index);
        self.open = Some((at, kind, index));
        match kind {
            Kind::Text => {
                self.said = self.said.saturating_add(characters(text));
                if !logprobs.is_empty() {
                    emit(Event::Logprobs(logprobs));
                }
                emit(Event::Text(text));
            }
            Kind::Refusal => {
                self.refused = true;
                emit(Event::Refusal(text));
            }
            Kind::Summary | Kind::Thought => emit(Event::Reasoning(text)),
            Kind::Arguments | Kind::Annotation => {}
        }
    }

    /// A content part that is complete.
    fn part(&mut self, at: usize, index: u64, part: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        let (kind, key) = match field(part, "type").map(|kind| kind.raw()) {
            Some("output_text") => (Kind::Text, "text"),
            Some("refusal") => (Kind::Refusal, "refusal"),
            Some("reasoning_text") => (Kind::Thought, "text"),
            _ => return,
        };
        if !self.items.heard(at, kind, index)
            && let Some(text) = filled(part, key)
        {
            let logprobs = list(part, "logprobs").filter_map(token_logprob).collect();
            self.piece(at, kind, index, text, logprobs, emit);
        }
        if kind == Kind::Text && !self.items.heard(at, Kind::Annotation, index) {
            for annotation in list(part, "annotations") {
                self.items.hear(at, Kind::Annotation, index);
                self.citation(annotation, emit);
            }
        }
        // Reasoning goes on until its item is complete, which is what is signed.
        if !kind.is_reasoning() && self.open == Some((at, kind, index)) {
            self.open = None;
            emit(Event::PartEnd);
        }
    }

    fn citation(&mut self, annotation: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        citation(annotation, self.said_before).map(Event::Citation).into_iter().for_each(emit);
    }

    /// An item that is complete.
    fn complete(&mut self, at: usize, item: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        if !self.items.complete(at) {
            return;
        }
        let mut ends = self.open.is_some_and(|(open, ..)| open == at);
        match field(item, "type").map(|kind| kind.raw()) {
            Some("message") => {
                for (index, part) in list(item, "content").enumerate() {
                    self.part(at, index as u64, part, emit);
                }
                ends = self.open.is_some_and(|(open, ..)| open == at);
            }
            Some("reasoning") => {
                for (kind, key) in [(Kind::Thought, "content"), (Kind::Summary, "summary")] {
                    for (index, part) in list(item, key).enumerate() {
                        if let Some(text) = filled(part, "text").filter(|_| !self.items.heard(at, kind, index as u64)) {
                            self.piece(at, kind, index as u64, text, Vec::new(), emit);
                            ends = true;
                        }
                    }
                }
                if let Some(signature) = filled(item, "encrypted_content") {
                    emit(Event::Signature(signature));
                    ends = true;
                }
            }
            Some("function_call") => {
                self.call(at, item, emit);
                if let (Some(tool), Some(json)) = (self.items.tool(at), filled(item, "arguments"))
                    && !self.items.heard(at, Kind::Arguments, 0)
                {
                    self.items.hear(at, Kind::Arguments, 0);
                    emit(Event::ToolArguments { tool, json });
                }
                ends = self.open.is_some_and(|(open, ..)| open == at);
            }
            _ => {}
        }
        if ends {
            self.open = None;
            emit(Event::PartEnd);
        }
    }

    fn end(&mut self, response: Value<'_>, emit: &mut dyn FnMut(Event<'_>)) {
        self.ended = true;
        self.start(response, emit);
        // What was not streamed is here at last. Where items are numbered in another way, what is not known by its number was streamed.
        let nothing_streamed = self.items.are_none();
        for (index, item) in list(response, "output").enumerate() {
            if let Some(at) = self.items.number(index as u64, nothing_streamed) {
                self.complete(at, item, emit);
            }
        }
        let reason = finish_reason(response, self.refused, self.calls > 0);
        emit(Event::Finish { reason, stop_sequence: None });
        if let Some(usage) = response.get("usage").and_then(Usage::from_responses) {
            emit(Event::Usage(usage));
        }
        emit(Event::End);
    }
}

/// Which part of its item an event is about.
fn part_index(data: Value<'_>, kind: Kind) -> u64 {
    let key = if kind == Kind::Summary { "summary_index" } else { "content_index" };
    data.get(key).and_then(|index| index.as_u64()).unwrap_or(0)
}

/// The error in an event, which may be the event itself.
fn error_of(data: Value<'_>) -> Value<'_> {
    data.get("error").filter(|error| !error.is_null()).unwrap_or(data)
}
