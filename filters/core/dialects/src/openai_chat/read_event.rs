//! The chunks of a chat completion, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::errors::read_error;
use super::read_answer::{Piece, annotations, arguments, call_id, logprobs, reason_of, reasoning, text, texts};
use crate::Usage;
use crate::canonical::{Arguments, Event, FinishReason};

/// Longest call id that is kept to tell calls apart, in bytes.
const MAX_ID: usize = 256;

/// Most choices that are told apart: more than any API gives.
const MAX_CHOICES: u64 = 128;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    started: bool,
    /// Which choice the last event belonged to.
    current: usize,
    choices: Vec<Choice>,
}

/// What is known of one choice.
#[derive(Debug, Default)]
struct Choice {
    finished: bool,
    refused: bool,
    calls: Vec<Call>,
}

/// A call that was begun: the server's index, and the id, since some servers number all calls 0.
#[derive(Debug)]
struct Call {
    index: u64,
    id: String,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(error) = data.get("error").filter(|error| !error.is_null()) {
            return emit(Event::Error(read_error(500, error, data)));
        }
        // Older vLLM and Mistral have the error itself.
        if text(data, "object").is_some_and(|object| object == "error") {
            return emit(Event::Error(read_error(500, data, data)));
        }
        for choice in data.get("choices").into_iter().flat_map(|choices| choices.items()) {
            let index = choice.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
            if index >= MAX_CHOICES {
                continue;
            }
            if !self.started {
                self.started = true;
                emit(Event::Start { id: text(data, "id"), model: text(data, "model") });
            }
            let index = index as usize;
            if index != self.current {
                self.current = index;
                emit(Event::Choice(index as u32));
            }
            while self.choices.len() <= index {
                self.choices.push(Choice::default());
            }
            if let Some(state) = self.choices.get_mut(index) {
                state.read(choice, emit);
            }
        }
        // Groq puts it into an extension of its own.
        let usage = data.get("usage").filter(|usage| !usage.is_null());
        let usage = usage.or_else(|| data.get("x_groq").and_then(|extension| extension.get("usage")));
        if let Some(usage) = usage.and_then(Usage::from_openai) {
            emit(Event::Usage(usage));
        }
    }
}

impl Choice {
    fn read<'a>(&mut self, choice: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let tokens = choice.get("logprobs").map(logprobs).unwrap_or_default();
        if !tokens.is_empty() {
            emit(Event::Logprobs(tokens));
        }
        if let Some(delta) = choice.get("delta") {
            self.delta(delta, emit);
        }
        if text(choice, "finish_reason").is_some() && !self.finished {
            self.finished = true;
            let (reason, stop_sequence) = match self.refused {
                true => (FinishReason::Refused, None),
                false => reason_of(choice, !self.calls.is_empty()),
            };
            emit(Event::Finish { reason, stop_sequence });
        }
    }

    fn delta<'a>(&mut self, delta: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(text) = reasoning(delta) {
            emit(Event::Reasoning(text));
        }
        if let Some(content) = delta.get("content") {
            texts(content, &mut |piece| match piece {
                Piece::Text(text) => emit(Event::Text(text)),
                Piece::Reasoning(text) => emit(Event::Reasoning(text)),
            });
        }
        if let Some(text) = text(delta, "refusal") {
            self.refused = true;
            emit(Event::Refusal(text));
        }
        annotations(delta).for_each(|citation| emit(Event::Citation(citation)));
        for call in delta.get("tool_calls").into_iter().flat_map(|calls| calls.items()) {
            self.call(call, emit);
        }
    }

    fn call<'a>(&mut self, call: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let index = call.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
        let id = call_id(call);
        let function = call.get("function");
        let same_id = |known: &Call| {
            id.is_none_or(|id: Str<'_>| known.id.is_empty() || id.raw() == known.id || id.raw().len() > MAX_ID)
        };
        let known = self.calls.iter().rposition(|known| known.index == index && same_id(known));
        let tool = match (known, function.and_then(|function| text(function, "name"))) {
            (Some(known), _) => known as u32,
            (None, Some(name)) => {
                let tool = self.calls.len() as u32;
                let kept = id.map(|id| id.raw()).filter(|id| id.len() <= MAX_ID).unwrap_or_default();
                self.calls.push(Call { index, id: kept.to_owned() });
                emit(Event::ToolStart { tool, id, name });
                tool
            }
            // Arguments of a call that never began: nobody could say whose.
            (None, None) => return,
        };
        match function.and_then(|function| function.get("arguments")).and_then(arguments) {
            Some(Arguments::Quoted(json)) if !json.is_empty() => emit(Event::ToolArguments { tool, json }),
            Some(Arguments::Json(json)) if !json.is_empty() => emit(Event::ToolInput { tool, json }),
            _ => {}
        }
    }
}
