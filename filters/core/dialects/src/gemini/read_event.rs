//! The events of a stream, each a piece of an answer, read into the canonical model.
//!
//! No event says that it is the last one: the stream is complete when its bytes end and all candidates have given a reason.

use tollgate_wire::json::{Str, Value};

use super::citations::{Place, citations};
use super::errors::read_error;
use super::finish::{failure_of, finish_reason, is_blocked};
use super::logprobs::logprobs;
use super::parts::{Piece, pieces};
use crate::Usage;
use crate::canonical::{Citation, Event, FinishReason};

/// The most candidates that are kept apart. The API gives 8 at most.
const MAX_CANDIDATES: u64 = 128;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    started: bool,
    /// Which candidate the last event belonged to.
    current: u64,
    /// By index.
    candidates: Vec<Candidate>,
}

#[derive(Debug, Default)]
struct Candidate {
    finished: bool,
    calls: u32,
    /// Of the text so far, still escaped: it comes out last, see [`read_answer`](super::read_answer).
    signature: Option<String>,
    /// Sources that are out: the list is sent again and again.
    cited: Vec<(String, Option<Place>)>,
    /// Whether characters of its text can be told apart without keeping it: they are bytes as long as all are ASCII.
    not_ascii: bool,
}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        // Without `alt=sse` the API sends a list, and some proxies put one into an event.
        if data.is_array() {
            return data.items().for_each(|item| self.read_one(item, emit));
        }
        self.read_one(data, emit);
    }

    fn read_one<'a>(&mut self, data: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        if data.get("error").is_some_and(|error| !error.is_null()) {
            return emit(Event::Error(read_error(500, data)));
        }
        // In front of the start, where Anthropic's dialect tells the input; and again behind the end, which its last event waits for.
        let usage = data.get("usageMetadata").and_then(Usage::from_gemini);
        usage.map(Event::Usage).into_iter().for_each(&mut *emit);
        if !self.started {
            self.started = true;
            let field = |key| data.get(key).and_then(|value| value.as_str());
            emit(Event::Start { id: field("responseId"), model: field("modelVersion") });
        }
        let (mut any, mut finished) = (false, false);
        for candidate in data.get("candidates").into_iter().flat_map(|candidates| candidates.items()) {
            any = true;
            let index = candidate.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
            if index >= MAX_CANDIDATES {
                continue;
            }
            if self.current != index {
                self.current = index;
                emit(Event::Choice(index as u32));
            }
            if let Some(state) = self.state(index).filter(|state| !state.finished) {
                state.read(candidate, emit);
                finished |= state.finished;
            }
        }
        if !any && is_blocked(data) && self.state(0).is_some_and(|state| !std::mem::replace(&mut state.finished, true))
        {
            finished = true;
            emit(Event::Finish { reason: FinishReason::Refused, stop_sequence: None });
        }
        if finished {
            usage.map(Event::Usage).into_iter().for_each(emit);
        }
    }

    fn state(&mut self, index: u64) -> Option<&mut Candidate> {
        let index = index as usize;
        if self.candidates.len() <= index {
            self.candidates.resize_with(index + 1, Candidate::default);
        }
        self.candidates.get_mut(index)
    }
}

impl Candidate {
    fn read<'a>(&mut self, candidate: Value<'a>, emit: &mut dyn FnMut(Event<'_>)) {
        let logprobs = logprobs(candidate);
        if !logprobs.is_empty() {
            emit(Event::Logprobs(logprobs));
        }
        for (piece, signature) in pieces(candidate) {
            self.piece(piece, signature, emit);
        }
        citations(candidate, |citation, place| self.cite(citation, place, emit));
        if let Some(failure) = failure_of(candidate) {
            self.finished = true;
            return emit(Event::Error(failure));
        }
        if let Some(reason) = finish_reason(candidate, self.calls > 0) {
            self.finished = true;
            self.sign(emit);
            emit(Event::Finish { reason, stop_sequence: None });
        }
    }

    fn piece<'a>(&mut self, piece: Piece<'a>, signature: Option<Str<'a>>, emit: &mut dyn FnMut(Event<'_>)) {
        match piece {
            Piece::Thought(text) => {
                if !text.is_empty() {
                    emit(Event::Reasoning(text));
                }
                signature.map(Event::Signature).into_iter().for_each(emit);
            }
            Piece::Text(text) => {
                if let Some(signature) = signature {
                    self.signature = Some(signature.raw().to_owned());
                }
                if !text.is_empty() {
                    self.not_ascii |= !text.raw().is_ascii() || text.raw().contains("\\u");
                    emit(Event::Text(text));
                }
            }
            Piece::Call { id, name, arguments } => {
                match signature {
                    Some(signature) => {
                        self.signature = None;
                        emit(Event::Signature(signature));
                    }
                    None => self.sign(emit),
                }
                let tool = self.calls;
                self.calls += 1;
                emit(Event::ToolStart { tool, id, name });
                if let Some(json) = arguments {
                    emit(Event::ToolInput { tool, json });
                }
                // Calls come whole.
                emit(Event::PartEnd);
            }
        }
    }

    fn cite<'a>(&mut self, citation: Citation<'a>, place: Option<Place>, emit: &mut dyn FnMut(Event<'_>)) {
        let url = citation.url.map(|url| url.raw()).unwrap_or_default();
        if self.cited.iter().any(|(known, at)| known == url && *at == place) {
            return;
        }
        self.cited.push((url.to_owned(), place));
        let range = place.filter(|_| !self.not_ascii).map(|place| (place.start, place.end));
        emit(Event::Citation(Citation { range, ..citation }));
    }

    /// The signature of the text, if there is one.
    fn sign(&mut self, emit: &mut dyn FnMut(Event<'_>)) {
        if let Some(signature) = self.signature.take() {
            emit(Event::Signature(Str::from_escaped(&signature)));
        }
    }
}
