//! What the gateway must know of a streamed answer, event by event, and how to add text to one.
//!
//! An answer is read as lanes of text: a lane is what a client puts together again, such as the content of the first choice or the
//! arguments of its second tool call. Text may be held back in a lane while it could still become a placeholder; it must be let go
//! before the lane [ends](EventFacts::ends), by changing that event's text or by an event of its own
//! ([`ClientStream::delta_event`]).

mod lane;
#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Value};
use tollgate_wire::sse;

pub use crate::few::Few;
pub use lane::{Lane, LaneKind};

use crate::text::{EncodedText, NumberSpan, TextSpan, Texts, Tokens};
use crate::{ClientDialect, Usage, anthropic, openai_chat, openai_completions, openai_responses};

/// The data that ends a stream of OpenAI's, which is no JSON.
pub const DONE: &[u8] = b"[DONE]";

/// Whether an event's data is the end mark of OpenAI's streams.
#[must_use]
pub fn is_done(data: &[u8]) -> bool {
    data.trim_ascii() == DONE
}

/// More text of a lane.
#[derive(Debug, Clone, Copy)]
pub struct Delta<'a> {
    /// The lane it belongs to.
    pub lane: Lane,
    /// The text, still escaped. In a lane with [JSON inside](Lane::json_inside) it is a piece of JSON text.
    pub text: Str<'a>,
}

/// One event as the gateway sees it.
#[derive(Debug, Clone, Default)]
pub struct EventFacts<'a> {
    /// Text that goes on, in the order of the event.
    pub deltas: Few<Delta<'a>>,
    /// Text that is complete in this event, such as a citation.
    pub texts: Vec<TextSpan<'a>>,
    /// Numbers in free-form objects and unknown fields.
    pub numbers: Vec<NumberSpan<'a>>,
    /// Texts of the event once more, token by token.
    pub tokens: Vec<Tokens<'a>>,
    /// Files that come as base64 and begin as text.
    pub encoded: Vec<EncodedText<'a>>,
    /// The running total of this answer, if the event reports usage.
    pub usage: Option<Usage>,
    /// Choices or content blocks that end with this event, after its deltas.
    pub ended: Few<u32>,
    /// Whether every lane ends with this event.
    pub all_ended: bool,
    /// The event carries nothing but usage: where the client did not ask for that, it must not see it.
    pub usage_only: bool,
    /// This is the last event. OpenAI's last one is no JSON: see [`is_done`].
    pub done: bool,
    /// The stream failed: this event tells the client so.
    pub error: bool,
    /// The model that answers, in the event that names it first.
    pub model: Option<Str<'a>>,
}

impl<'a> EventFacts<'a> {
    /// The texts that are complete in the event, now that all of it was read.
    pub(crate) fn with(mut self, texts: Texts<'a>) -> Self {
        let Texts { spans, numbers, tokens, encoded, .. } = texts;
        self.texts.extend(spans);
        self.numbers.extend(numbers);
        self.tokens.extend(tokens);
        self.encoded.extend(encoded);
        self
    }

    /// Whether this lane ends with the event.
    #[must_use]
    pub fn ends(&self, lane: Lane) -> bool {
        self.all_ended || self.ended.iter().any(|index| *index == lane.index)
    }
}

/// One streamed answer in a client's dialect.
#[derive(Debug)]
pub struct ClientStream {
    state: State,
    usage: Usage,
    model_known: bool,
}

#[derive(Debug)]
enum State {
    OpenaiChat(openai_chat::StreamFacts),
    OpenaiResponses(openai_responses::StreamFacts),
    OpenaiCompletions(openai_completions::StreamFacts),
    AnthropicMessages {
        finished: bool,
    },
    /// Nothing is streamed in this dialect.
    None,
}

impl ClientStream {
    /// For an answer that has not begun.
    #[must_use]
    pub fn new(dialect: ClientDialect) -> Self {
        let state = match dialect {
            ClientDialect::OpenaiChat => State::OpenaiChat(openai_chat::StreamFacts::default()),
            ClientDialect::OpenaiResponses => State::OpenaiResponses(openai_responses::StreamFacts::default()),
            ClientDialect::OpenaiCompletions => State::OpenaiCompletions(openai_completions::StreamFacts::default()),
            ClientDialect::OpenaiEmbeddings => State::None,
            ClientDialect::AnthropicMessages => State::AnthropicMessages { finished: false },
        };
        Self { state, usage: Usage::default(), model_known: false }
    }

    /// Reads one event: its name (empty if it has none) and its data.
    pub fn observe<'a>(&mut self, event: &str, data: Value<'a>) -> EventFacts<'a> {
        let mut facts = match &mut self.state {
            State::OpenaiChat(state) => state.observe(data),
            State::OpenaiResponses(state) => state.observe(event, data),
            State::OpenaiCompletions(state) => state.observe(data),
            State::AnthropicMessages { finished } => {
                let facts = anthropic::event_facts(event, data);
                *finished |= facts.all_ended;
                facts
            }
            State::None => EventFacts::default(),
        };
        if let Some(usage) = &facts.usage {
            match self.state {
                State::AnthropicMessages { .. } => self.usage.merge_parts(usage),
                _ => self.usage.merge(usage),
            }
            facts.usage = Some(self.usage);
        }
        if self.model_known {
            facts.model = None;
        }
        self.model_known |= facts.model.is_some();
        facts
    }

    /// Whether the model is done, so that nothing but the [end mark](Self::end_mark) can be missing. Where the last event tells the whole
    /// answer there is no such time.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.state {
            State::OpenaiChat(state) => state.is_finished(),
            State::OpenaiCompletions(state) => state.is_finished(),
            State::AnthropicMessages { finished } => *finished,
            State::OpenaiResponses(_) | State::None => false,
        }
    }

    /// Appends the event that ends a stream whose answer is complete, where its server has left it out.
    pub fn end_mark(&self, out: &mut Vec<u8>) {
        match &self.state {
            State::OpenaiChat(_) | State::OpenaiCompletions(_) => sse::write_event(out, None, DONE),
            State::AnthropicMessages { .. } => {
                sse::write_event(out, Some("message_stop"), br#"{"type":"message_stop"}"#);
            }
            State::OpenaiResponses(_) | State::None => {}
        }
    }

    /// Appends an event that carries more text of a lane. `text` is not escaped; in a lane with JSON inside it is a piece of JSON text.
    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        match &self.state {
            State::OpenaiChat(state) => state.delta_event(lane, text, out),
            State::OpenaiResponses(state) => state.delta_event(lane, text, out),
            State::OpenaiCompletions(state) => state.delta_event(lane, text, out),
            State::None => {}
            State::AnthropicMessages { .. } => anthropic::delta_event(lane, text, out),
        }
    }
}
