//! A complete answer.

use tollgate_wire::json::Str;

use super::{Arguments, Event, Part, TokenLogprob};
use crate::Usage;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer<'a> {
    pub id: Option<Str<'a>>,
    pub model: Option<Str<'a>>,
    /// In the order of their index; one unless the request asked for more.
    pub choices: Vec<Choice<'a>>,
    pub usage: Option<Usage>,
}

/// One of the answers that were asked for at once.
#[derive(Debug, Clone)]
pub(crate) struct Choice<'a> {
    pub parts: Vec<Part<'a>>,
    pub finish: FinishReason,
    /// The stop sequence that was met, where the provider tells.
    pub stop_sequence: Option<Str<'a>>,
    /// Of its text, where they were asked for.
    pub logprobs: Vec<TokenLogprob<'a>>,
}

impl<'a> Answer<'a> {
    /// The only choice of a dialect that has no more: the first.
    pub fn first(&self) -> Option<&Choice<'a>> {
        self.choices.first()
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinishReason {
    /// The model was done.
    Stop,
    /// It wrote a stop sequence.
    StopSequence,
    /// A limit was reached.
    Length,
    /// It wants tools to be called.
    ToolCalls,
    /// A filter or the model itself refused.
    Refused,
    /// A turn of a server-side loop was paused.
    Paused,
}

impl Answer<'_> {
    /// The same as the events of a stream, for a client that waits for one when its provider has answered at once.
    pub fn events(&self, emit: &mut dyn FnMut(Event<'_>)) {
        emit(Event::Start { id: self.id, model: self.model });
        for (index, choice) in self.choices.iter().enumerate() {
            if index > 0 {
                emit(Event::Choice(index as u32));
            }
            if !choice.logprobs.is_empty() {
                emit(Event::Logprobs(choice.logprobs.clone()));
            }
            let mut tool = 0;
            for part in &choice.parts {
                part_events(part, &mut tool, emit);
            }
            emit(Event::Finish { reason: choice.finish, stop_sequence: choice.stop_sequence });
        }
        if let Some(usage) = self.usage {
            emit(Event::Usage(usage));
        }
        emit(Event::End);
    }
}

fn part_events(part: &Part<'_>, tool: &mut u32, emit: &mut dyn FnMut(Event<'_>)) {
    match part {
        Part::Text { text, .. } => emit(Event::Text(*text)),
        Part::Refusal { text } => emit(Event::Refusal(*text)),
        Part::Citation(citation) => return emit(Event::Citation(*citation)),
        Part::Reasoning { text, signature } => {
            if !text.is_empty() {
                emit(Event::Reasoning(*text));
            }
            signature.map(Event::Signature).into_iter().for_each(&mut *emit);
        }
        Part::RedactedReasoning { data } => emit(Event::RedactedReasoning(*data)),
        Part::ToolCall { id, name, arguments, .. } => {
            emit(Event::ToolStart { tool: *tool, id: *id, name: *name });
            match arguments {
                Arguments::Json(json) => emit(Event::ToolInput { tool: *tool, json: *json }),
                Arguments::Quoted(json) if json.is_empty() => {}
                Arguments::Quoted(json) => emit(Event::ToolArguments { tool: *tool, json: *json }),
            }
            *tool += 1;
        }
        // Nothing that a model writes in any dialect here.
        Part::Image { .. } | Part::Document { .. } | Part::Audio { .. } | Part::ToolResult { .. } => return,
    }
    emit(Event::PartEnd);
}
