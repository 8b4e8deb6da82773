//! `POST /v1/chat/completions`: <https://platform.openai.com/docs/api-reference/chat>.

use super::{Answered, CREATED, known_model, parse, request, stream};
use crate::Reply;
use crate::brain::{self, Answer, Finish};
use crate::call::Call;
use crate::json::{Json, object};

/// Marks which simulated back end answered; a constant, as there is only one.
pub(super) const FINGERPRINT: &str = "fp_simulated";

pub(super) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, request::read)?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    let reply = if request.stream { stream::reply(call, &request, &answer) } else { whole(call, &request, &answer) };
    Ok(reply
        .header("x-ratelimit-limit-requests", "10000")
        .header("x-ratelimit-remaining-requests", "9999")
        .header("x-ratelimit-reset-requests", "6ms")
        .header("x-ratelimit-limit-tokens", "30000000")
        .header("x-ratelimit-remaining-tokens", "29999000")
        .header("x-ratelimit-reset-tokens", "2ms"))
}

fn whole(call: &Call<'_>, request: &request::Request, answer: &Answer) -> Reply {
    let choices: Vec<Json> = (0..request.n)
        .map(|index| {
            object! {
                "index": index;
                "message": message(call, answer, index);
                "logprobs": request.logprobs.then(|| logprobs(&answer.text, call.options.delta_chars));
                "finish_reason": finish_reason(&answer.finish)
            }
        })
        .collect();
    Reply::json(
        200,
        &object! {
            "id": call.id("chatcmpl-", 0);
            "object": "chat.completion";
            "created": CREATED;
            "model": request.model;
            "choices": choices;
            "usage": usage(answer, request.n), if !call.options.omit_usage;
            "service_tier": "default";
            "system_fingerprint": FINGERPRINT
        },
    )
}

fn message(call: &Call<'_>, answer: &Answer, index: usize) -> Json {
    let calls: Vec<Json> = answer
        .calls
        .iter()
        .enumerate()
        .map(|(number, made)| {
            object! {
                "id": call_id(call, index, number);
                "type": "function";
                "function": object! { "name": made.name; "arguments": made.arguments.to_string() }
            }
        })
        .collect();
    object! {
        "role": "assistant";
        "content": calls.is_empty().then_some(&answer.text);
        "tool_calls": calls, if !calls.is_empty();
        "refusal": ();
        "annotations": [(); 0]
    }
}

/// Id of a tool call, unique over choices.
pub(super) fn call_id(call: &Call<'_>, choice: usize, number: usize) -> String {
    call.id("call_", choice * 16 + number)
}

pub(super) fn finish_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::StopText(_) => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
    }
}

/// Usage over all choices.
pub(super) fn usage(answer: &Answer, n: usize) -> Json {
    let output = answer.output_tokens * n as u64;
    object! {
        "prompt_tokens": answer.input_tokens;
        "completion_tokens": output;
        "total_tokens": answer.input_tokens + output;
        "prompt_tokens_details": object! { "cached_tokens": 0; "audio_tokens": 0 };
        "completion_tokens_details": object! {
            "reasoning_tokens": answer.thinking_tokens * n as u64;
            "audio_tokens": 0;
            "accepted_prediction_tokens": 0;
            "rejected_prediction_tokens": 0
        }
    }
}

/// Log probabilities of a text: every piece was certain.
pub(super) fn logprobs(text: &str, delta_chars: usize) -> Json {
    let content: Vec<Json> = brain::pieces(text, delta_chars)
        .into_iter()
        .map(|piece| {
            object! {
                "token": piece; "logprob": 0.0; "bytes": piece.as_bytes(); "top_logprobs": [(); 0]
            }
        })
        .collect();
    object! { "content": content; "refusal": () }
}
