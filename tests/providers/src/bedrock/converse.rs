//! `POST /model/{modelId}/converse` and `…/converse-stream`.
//!
//! Prompt caching: the texts up to the last `cachePoint` count as written to the cache when this provider sees them for the
//! first time, and as read from it afterwards. There is no minimum length and no expiry.

use super::request::Request;
use super::{Answered, errors, known_model, request, stream};
use crate::Reply;
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, SOURCE_URL, tokens};
use crate::call::Call;
use crate::fields::{Object, Path};
use crate::json::{Json, object};

/// Signs reasoning; the client hands it back unread.
pub(super) const SIGNATURE: &str = "c2ltdWxhdGVkIHNpZ25hdHVyZQ==";

pub(super) fn answer(call: &Call<'_>, model: &str, streamed: bool) -> Answered {
    known_model(call, model, false)?;
    let body = request::parse(call.body)?;
    let request = Object::new(&body, Path::default()).and_then(|body| request::read(&body)).map_err(errors::fault)?;
    let answer = brain::answer(&request.prompt, call.options);
    let form = Form { call, request: &request, answer: &answer, input: Input::of(call, model, &request, &answer) };
    if streamed {
        return Ok(stream::reply(&form));
    }
    let message = object! { "role": "assistant"; "content": form.content() };
    Ok(Reply::json(
        200,
        &object! {
            "additionalModelResponseFields": form.additional(), if request.wants_stop_sequence;
            "metrics": metrics();
            "output": object! { "message": message };
            "stopReason": form.stop_reason();
            "usage": form.usage(), if !call.options.omit_usage
        },
    ))
}

/// What answers and events are made from.
pub(super) struct Form<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) request: &'a Request,
    pub(super) answer: &'a Answer,
    input: Input,
}

/// Tokens of the request, by how they are billed.
struct Input {
    fresh: u64,
    written: u64,
    read: u64,
}

impl Input {
    fn of(call: &Call<'_>, model: &str, request: &Request, answer: &Answer) -> Self {
        let total = answer.input_tokens;
        let cached = request.cached.as_ref().filter(|_| call.options.usage.is_none());
        let Some((prefix, _)) = cached else { return Self { fresh: total, written: 0, read: 0 } };
        let cached = tokens(prefix.len()).min(total);
        let hit = call.shared.cache(&format!("{model}\n{prefix}"));
        let (written, read) = if hit { (0, cached) } else { (cached, 0) };
        Self { fresh: total - cached, written, read }
    }
}

impl Form<'_> {
    fn content(&self) -> Vec<Json> {
        let answer = self.answer;
        let mut content = Vec::new();
        if let Some(thinking) = &answer.thinking {
            let reasoning = match self.call.options.redacted_thinking {
                true => object! { "redactedContent": SIGNATURE },
                false => {
                    object! { "reasoningText": object! { "text": thinking; "signature": SIGNATURE } }
                }
            };
            content.push(object! { "reasoningContent": reasoning });
        }
        if let Some(citation) = self.citation() {
            let cited = object! { "content": [object! { "text": answer.text }]; "citations": [citation] };
            content.push(object! { "citationsContent": cited });
        } else if !answer.text.is_empty() {
            content.push(object! { "text": answer.text });
        }
        for (number, made) in answer.calls.iter().enumerate() {
            let call = object! { "toolUseId": self.tool_id(number); "name": made.name; "input": made.arguments };
            content.push(object! { "toolUse": call });
        }
        content
    }

    /// The cited source.
    pub(super) fn citation(&self) -> Option<Json> {
        self.answer.citation().map(|(text, _)| {
            let web = object! { "url": SOURCE_URL; "domain": "example.com" };
            object! {
                "title": SOURCE_TITLE; "source": SOURCE_URL; "sourceContent": [object! { "text": text }];
                "location": object! { "web": web }
            }
        })
    }

    pub(super) fn tool_id(&self, number: usize) -> String {
        self.call.id("tooluse_", number)
    }

    /// What was asked for by `additionalModelResponseFieldPaths`.
    pub(super) fn additional(&self) -> Json {
        let stop = match &self.answer.finish {
            Finish::StopText(text) => Some(text),
            _ => None,
        };
        object! { "stop_sequence": stop }
    }

    pub(super) fn stop_reason(&self) -> &'static str {
        match self.answer.finish {
            Finish::Length | Finish::Ordered(End::Length) => "max_tokens",
            Finish::StopText(_) => "stop_sequence",
            Finish::Calls => "tool_use",
            Finish::Ordered(End::Safety | End::Recitation | End::Refusal) => "content_filtered",
            Finish::Ordered(End::Blocked) => "guardrail_intervened",
            Finish::Ordered(End::MalformedCall) => "malformed_tool_use",
            Finish::Ordered(End::Error) => "malformed_model_output",
            Finish::Ordered(End::ContextWindow) => "model_context_window_exceeded",
            Finish::Stop | Finish::Ordered(End::Stop | End::Pause) => "end_turn",
        }
    }

    pub(super) fn usage(&self) -> Json {
        let Input { fresh, written, read } = self.input;
        let output = self.answer.output_tokens;
        let detail = self.request.cached.as_ref().map(|(_, ttl)| [object! { "inputTokens": written; "ttl": ttl }]);
        object! {
            "cacheDetails": detail, if written > 0;
            "cacheReadInputTokens": read;
            "cacheWriteInputTokens": written;
            "inputTokens": fresh;
            "outputTokens": output;
            "totalTokens": fresh + written + read + output
        }
    }
}

/// Constant, like everything here.
pub(super) fn metrics() -> Json {
    object! { "latencyMs": 1 }
}
