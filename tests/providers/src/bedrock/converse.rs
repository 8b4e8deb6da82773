//! `POST /model/{modelId}/converse` and `…/converse-stream`.

use super::{Answered, errors, request, stream};
use crate::Reply;
use crate::brain::{self, Answer, Finish};
use crate::call::Call;
use crate::fields::{Object, Path};
use crate::json::{Json, object};

/// Signs reasoning; the client hands it back unread.
pub(super) const SIGNATURE: &str = "c2ltdWxhdGVkIHNpZ25hdHVyZQ==";

pub(super) fn answer(call: &Call<'_>, model: &str, streamed: bool) -> Answered {
    if model.is_empty() || !call.serves(model) {
        return Err(errors::validation("The provided model identifier is invalid."));
    }
    let body = request::or_empty(call.body)
        .map_err(|_| errors::refusal(400, "SerializationException", "The request body is not valid JSON."))?;
    let prompt = Object::new(&body, Path::default()).and_then(|body| request::read(&body)).map_err(errors::fault)?;
    let answer = brain::answer(&prompt, call.options);
    if streamed {
        return Ok(stream::reply(call, &answer));
    }
    let message = object! { "role": "assistant"; "content": content(call, &answer) };
    Ok(Reply::json(
        200,
        &object! {
            "metrics": metrics();
            "output": object! { "message": message };
            "stopReason": stop_reason(&answer.finish);
            "usage": usage(&answer), if !call.options.omit_usage
        },
    ))
}

fn content(call: &Call<'_>, answer: &Answer) -> Vec<Json> {
    let mut content = Vec::new();
    if let Some(thinking) = &answer.thinking {
        let text = object! { "text": thinking; "signature": SIGNATURE };
        content.push(object! { "reasoningContent": object! { "reasoningText": text } });
    }
    if !answer.text.is_empty() {
        content.push(object! { "text": answer.text });
    }
    for (number, made) in answer.calls.iter().enumerate() {
        let call = object! { "toolUseId": tool_id(call, number); "name": made.name; "input": made.arguments };
        content.push(object! { "toolUse": call });
    }
    content
}

pub(super) fn tool_id(call: &Call<'_>, number: usize) -> String {
    call.id("tooluse_", number)
}

pub(super) fn stop_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::StopText(_) => "stop_sequence",
        Finish::Calls => "tool_use",
    }
}

pub(super) fn usage(answer: &Answer) -> Json {
    object! {
        "cacheReadInputTokens": 0;
        "cacheWriteInputTokens": 0;
        "inputTokens": answer.input_tokens;
        "outputTokens": answer.output_tokens;
        "totalTokens": answer.input_tokens + answer.output_tokens
    }
}

/// Constant, like everything here.
pub(super) fn metrics() -> Json {
    object! { "latencyMs": 1 }
}
