//! `POST /v1/messages`: <https://docs.anthropic.com/en/api/messages>.
//!
//! Prompt caching: the texts up to the last `cache_control` marker count as written to the cache when this provider sees them
//! for the first time, and as read from it afterwards. There is no minimum length and no expiry.

use super::request::Request;
use super::{Answered, Edition, edition, known_model, parse, request, stream};
use crate::Reply;
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, tokens};
use crate::call::Call;
use crate::json::{Json, object};

/// Signs thinking blocks; the client hands it back unread.
pub(super) const SIGNATURE: &str = "c2ltdWxhdGVkIHNpZ25hdHVyZQ==";

pub(super) fn answer(call: &Call<'_>) -> Answered {
    answer_as(call, edition(call))
}

/// Answers a request that is authorized and of that edition.
pub(crate) fn answer_as(call: &Call<'_>, edition: Edition) -> Answered {
    let request = parse(call, |body| request::read(body, false, edition))?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    let message = Message { call, request: &request, answer: &answer, input: Input::of(call, &request, &answer) };
    let reply = if request.stream { stream::reply(&message) } else { Reply::json(200, &message.whole()) };
    Ok(reply
        .header("anthropic-ratelimit-requests-limit", "4000")
        .header("anthropic-ratelimit-requests-remaining", "3999")
        .header("anthropic-ratelimit-requests-reset", "2025-01-01T00:00:00Z")
        .header("anthropic-ratelimit-tokens-limit", "400000")
        .header("anthropic-ratelimit-tokens-remaining", "400000")
        .header("anthropic-ratelimit-tokens-reset", "2025-01-01T00:00:00Z"))
}

pub(super) fn count(call: &Call<'_>) -> Answered {
    count_as(call, edition(call))
}

/// Counts the tokens of a request that is authorized and of that edition.
pub(crate) fn count_as(call: &Call<'_>, edition: Edition) -> Answered {
    let request = parse(call, |body| request::read(body, true, edition))?;
    known_model(call, &request.model)?;
    let counted = tokens(request.prompt.input_bytes).max(1);
    Ok(Reply::json(200, &object! { "input_tokens": call.options.usage.map_or(counted, |usage| usage.input) }))
}

/// What messages and events are made from.
pub(super) struct Message<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) request: &'a Request,
    pub(super) answer: &'a Answer,
    pub(super) input: Input,
}

/// Tokens of the request, by how they are billed.
#[derive(Default)]
pub(super) struct Input {
    fresh: u64,
    /// Written, to be kept for five minutes.
    written: u64,
    /// Written, to be kept for an hour.
    written_1h: u64,
    read: u64,
}

impl Input {
    fn of(call: &Call<'_>, request: &Request, answer: &Answer) -> Self {
        let total = answer.input_tokens;
        if let Some(usage) = answer.ordered {
            let (written, written_1h, read) = (usage.cache_write, usage.cache_write_1h, usage.cached);
            return Self { fresh: total.saturating_sub(written + written_1h + read), written, written_1h, read };
        }
        let Some((prefix, hour)) = &request.cached else { return Self { fresh: total, ..Self::default() } };
        let cached = tokens(prefix.len()).min(total);
        let fresh = total - cached;
        match call.shared.cache(&format!("{}\n{prefix}", request.model)) {
            true => Self { fresh, read: cached, ..Self::default() },
            false if *hour => Self { fresh, written_1h: cached, ..Self::default() },
            false => Self { fresh, written: cached, ..Self::default() },
        }
    }
}

impl Message<'_> {
    pub(super) fn id(&self) -> String {
        self.call.id("msg_", 0)
    }

    pub(super) fn tool_id(&self, number: usize) -> String {
        self.call.id("toolu_", number)
    }

    pub(super) fn stop_reason(&self) -> &'static str {
        match self.answer.finish {
            Finish::Length | Finish::Ordered(End::Length) => "max_tokens",
            Finish::StopText(_) => "stop_sequence",
            Finish::Calls => "tool_use",
            Finish::Ordered(End::Refusal | End::Safety | End::Blocked | End::Recitation) => "refusal",
            Finish::Ordered(End::ContextWindow) => "model_context_window_exceeded",
            Finish::Ordered(End::Pause) => "pause_turn",
            Finish::Stop | Finish::Ordered(End::Stop | End::MalformedCall | End::Error) => "end_turn",
        }
    }

    /// Why it was refused, if it was.
    pub(super) fn stop_details(&self) -> Option<Json> {
        (self.stop_reason() == "refusal").then(|| {
            object! { "type": "refusal"; "category": "general_harms"; "explanation": "The request was declined." }
        })
    }

    /// The cited source: the first document of the request, if it has any.
    pub(super) fn citation(&self) -> Option<Json> {
        self.answer.citation().map(|(text, length)| {
            object! {
                "type": "char_location"; "cited_text": text; "document_index": 0; "document_title": SOURCE_TITLE;
                "start_char_index": 0; "end_char_index": length; "file_id": ()
            }
        })
    }

    /// The thinking as a block.
    fn thinking_block(&self) -> Option<Json> {
        self.thinking().map(|thinking| match self.call.options.redacted_thinking {
            true => redacted(),
            false => object! { "type": "thinking"; "thinking": thinking; "signature": SIGNATURE },
        })
    }

    pub(super) fn stop_sequence(&self) -> Option<&str> {
        match &self.answer.finish {
            Finish::StopText(text) => Some(text),
            _ => None,
        }
    }

    /// The thinking that is shown: none, or an empty one if it is hidden.
    pub(super) fn thinking(&self) -> Option<&str> {
        let hide = self.request.hide_thinking;
        self.answer.thinking.as_deref().map(|text| if hide { "" } else { text })
    }

    /// Usage with so many tokens of answer.
    pub(super) fn usage(&self, output_tokens: u64) -> Json {
        object! {
            "input_tokens": self.input.fresh;
            "cache_creation_input_tokens": self.input.written + self.input.written_1h;
            "cache_read_input_tokens": self.input.read;
            "cache_creation": object! {
                "ephemeral_5m_input_tokens": self.input.written;
                "ephemeral_1h_input_tokens": self.input.written_1h
            };
            "output_tokens": output_tokens;
            "output_tokens_details": self.details(), if self.answer.thinking_tokens > 0;
            "service_tier": "standard"
        }
    }

    /// Usage as it ends a stream.
    pub(super) fn final_usage(&self) -> Json {
        object! {
            "input_tokens": self.input.fresh;
            "cache_creation_input_tokens": self.input.written + self.input.written_1h;
            "cache_read_input_tokens": self.input.read;
            "output_tokens": self.answer.output_tokens;
            "output_tokens_details": self.details(), if self.answer.thinking_tokens > 0
        }
    }

    fn details(&self) -> Json {
        object! { "thinking_tokens": self.answer.thinking_tokens }
    }

    fn whole(&self) -> Json {
        let mut content: Vec<Json> = self.thinking_block().into_iter().collect();
        if !self.answer.text.is_empty() {
            let citations: Vec<Json> = self.citation().into_iter().collect();
            content.push(
                object! { "type": "text"; "text": self.answer.text; "citations": citations, if !citations.is_empty() },
            );
        }
        for (number, call) in self.answer.calls.iter().enumerate() {
            content.push(
                object! { "type": "tool_use"; "id": self.tool_id(number); "name": call.name; "input": call.arguments },
            );
        }
        self.envelope(&content, Some(self.stop_reason()), self.usage(self.answer.output_tokens))
    }

    /// The message around its content.
    pub(super) fn envelope(&self, content: &[Json], stop_reason: Option<&str>, usage: Json) -> Json {
        object! {
            "model": self.request.model;
            "id": self.id();
            "type": "message";
            "role": "assistant";
            "content": content;
            "stop_reason": stop_reason;
            "stop_sequence": stop_reason.and(self.stop_sequence());
            "stop_details": self.stop_details(), if stop_reason == Some("refusal");
            "usage": usage, if !self.call.options.omit_usage
        }
    }
}

/// A thinking block in cipher.
pub(super) fn redacted() -> Json {
    object! { "type": "redacted_thinking"; "data": SIGNATURE }
}
