//! `POST /model/{modelId}/converse` and `…/converse-stream`.
//!
//! Prompt caching: the texts up to the last `cachePoint` count as written to the cache when this provider sees them for the
//! first time, and as read from it afterwards. There is no minimum length and no expiry.

use super::request::Request;
use super::{Answered, claude, errors, known_model, request, stream};
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
    let read = |body: Object<'_>| {
        claude::check(&body, model)?;
        request::read(&body)
    };
    let request = Object::new(&body, Path::default()).and_then(read).map_err(errors::fault)?;
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
#[derive(Default)]
struct Input {
    fresh: u64,
    /// Written, to be kept for five minutes.
    written: u64,
    /// Written, to be kept for an hour.
    written_1h: u64,
    read: u64,
}

impl Input {
    fn of(call: &Call<'_>, model: &str, request: &Request, answer: &Answer) -> Self {
        let total = answer.input_tokens;
        if let Some(usage) = answer.ordered {
            let (written, written_1h, read) = (usage.cache_write, usage.cache_write_1h, usage.cached);
            return Self { fresh: total.saturating_sub(written + written_1h + read), written, written_1h, read };
        }
        let Some((prefix, ttl)) = &request.cached else { return Self { fresh: total, ..Self::default() } };
        let cached = tokens(prefix.len()).min(total);
        let fresh = total - cached;
        match call.shared.cache(&format!("{model}\n{prefix}")) {
            true => Self { fresh, read: cached, ..Self::default() },
            false if *ttl == "1h" => Self { fresh, written_1h: cached, ..Self::default() },
            false => Self { fresh, written: cached, ..Self::default() },
        }
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
        let Input { fresh, written: written_5m, written_1h, read } = self.input;
        let (written, output) = (written_5m + written_1h, self.answer.output_tokens);
        let kept = [("5m", written_5m), ("1h", written_1h)].into_iter().filter(|(_, count)| *count > 0);
        let details: Vec<Json> = kept.map(|(ttl, count)| object! { "inputTokens": count; "ttl": ttl }).collect();
        object! {
            "cacheDetails": details, if written > 0;
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
