//! The chunks of a chat completion, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::errors::read_error;
use super::read_answer::reason_of;
use crate::Usage;
use crate::canonical::Event;
use crate::stream::is_done;

/// Longest call id that is kept to tell calls apart, in bytes.
const MAX_ID: usize = 256;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    started: bool,
    finished: bool,
    calls: Vec<Call>,
}

/// A call that was begun: the server's index, and the id, since some servers number all calls 0.
#[derive(Debug)]
struct Call {
    index: u64,
    id: String,
}

impl EventReader {
    /// Whether the data is the end mark, which is no JSON.
    pub fn is_end(data: &[u8]) -> bool {
        is_done(data)
    }

    /// Reads one event. Only the first choice counts: more are refused at the request.
    pub fn read<'a>(&mut self, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(error) = data.get("error").filter(|error| !error.is_null()) {
            return emit(Event::Error(read_error(500, error, data)));
        }
        let first = |choice: &Value<'a>| choice.get("index").and_then(|index| index.as_u64()).unwrap_or(0) == 0;
        for choice in data.get("choices").into_iter().flat_map(|choices| choices.items()).filter(first) {
            if !self.started {
                self.started = true;
                let field = |key| data.get(key).and_then(|value| value.as_str());
                emit(Event::Start { id: field("id"), model: field("model") });
            }
            if let Some(delta) = choice.get("delta") {
                self.delta(delta, emit);
            }
            let reason = choice.get("finish_reason").and_then(|reason| reason.as_str());
            if reason.is_some() && !self.finished {
                self.finished = true;
                emit(Event::Finish { reason: reason_of(reason, !self.calls.is_empty()), stop_sequence: None });
            }
        }
        // Groq puts it into an extension of its own.
        let usage = data.get("usage").filter(|usage| !usage.is_null());
        let usage = usage.or_else(|| data.get("x_groq").and_then(|extension| extension.get("usage")));
        if let Some(usage) = usage.and_then(Usage::from_openai) {
            emit(Event::Usage(usage));
        }
    }

    fn delta<'a>(&mut self, delta: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let text =
            |key: &str| delta.get(key).and_then(|value| value.as_str()).filter(|text: &Str<'a>| !text.is_empty());
        if let Some(text) = text("reasoning_content").or_else(|| text("reasoning")) {
            emit(Event::Reasoning(text));
        }
        if let Some(text) = text("content") {
            emit(Event::Text(text));
        }
        if let Some(text) = text("refusal") {
            emit(Event::Refusal(text));
        }
        for call in delta.get("tool_calls").into_iter().flat_map(|calls| calls.items()) {
            self.call(call, emit);
        }
    }

    fn call<'a>(&mut self, call: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let index = call.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
        let id = call.get("id").and_then(|id| id.as_str()).filter(|id| !id.is_empty());
        let function = call.get("function");
        let field = |key: &str| function.and_then(|function| function.get(key)).and_then(|value| value.as_str());
        let same_id =
            |known: &Call| id.is_none_or(|id| known.id.is_empty() || id.raw() == known.id || id.raw().len() > MAX_ID);
        let known = self.calls.iter().rposition(|known| known.index == index && same_id(known));
        let tool = match (known, field("name")) {
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
        if let Some(json) = field("arguments").filter(|json| !json.is_empty()) {
            emit(Event::ToolArguments { tool, json });
        }
    }
}
