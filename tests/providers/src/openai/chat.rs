//! `POST /v1/chat/completions`: <https://platform.openai.com/docs/api-reference/chat>.

use super::{Answered, CREATED, errors, known_model, parse, request, stream};
use crate::azure::filters;
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, SOURCE_URL};
use crate::call::Call;
use crate::json::{Json, object};
use crate::{Kind, Reply};

/// Marks which simulated back end answered; a constant, as there is only one.
pub(super) const FINGERPRINT: &str = "fp_simulated";

/// Answers a chat request, which is authorized.
pub(crate) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, request::read)?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    if answer.finish == Finish::Ordered(End::Blocked) {
        return Err(if filtered(call) { filters::blocked() } else { errors::blocked() });
    }
    let reply = if request.stream { stream::reply(call, &request, &answer) } else { whole(call, &request, &answer) };
    Ok(reply
        .header("x-ratelimit-limit-requests", "10000")
        .header("x-ratelimit-remaining-requests", "9999")
        .header("x-ratelimit-reset-requests", "6ms")
        .header("x-ratelimit-limit-tokens", "30000000")
        .header("x-ratelimit-remaining-tokens", "29999000")
        .header("x-ratelimit-reset-tokens", "2ms"))
}

/// Whether Azure's content filters report on this answer.
pub(super) fn filtered(call: &Call<'_>) -> bool {
    call.shared.kind == Kind::Azure
}

fn whole(call: &Call<'_>, request: &request::Request, answer: &Answer) -> Reply {
    let choices: Vec<Json> = (0..request.n)
        .map(|index| {
            object! {
                "index": index;
                "message": message(call, answer, index);
                "logprobs": request.logprobs.map(|top| logprobs(&answer.text, call.options.delta_chars, top));
                "finish_reason": finish_reason(&answer.finish);
                "content_filter_results": filters::completion(&answer.finish), if filtered(call)
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
            "system_fingerprint": FINGERPRINT;
            "prompt_filter_results": filters::prompt(1), if filtered(call)
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
    let refused = refused(answer);
    object! {
        "role": "assistant";
        "content": (calls.is_empty() && !refused).then_some(&answer.text);
        "reasoning_content": spoken_thought(call), if spoken_thought(call).is_some();
        "tool_calls": calls, if !calls.is_empty();
        "refusal": refused.then_some(&answer.text);
        "annotations": annotations(answer)
    }
}

pub(super) fn refused(answer: &Answer) -> bool {
    answer.finish == Finish::Ordered(End::Refusal)
}

/// Ordered thinking. This API hides what models think; its imitators (DeepSeek, vLLM and others) show it in
/// `reasoning_content`.
pub(super) fn spoken_thought<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.options.thinking.as_deref()
}

/// The cited source, as web search models give it.
pub(super) fn annotations(answer: &Answer) -> Vec<Json> {
    let cited = answer.citation().map(|(_, length)| {
        let citation = object! { "start_index": 0; "end_index": length; "title": SOURCE_TITLE; "url": SOURCE_URL };
        object! { "type": "url_citation"; "url_citation": citation }
    });
    cited.into_iter().collect()
}

/// Id of a tool call, unique over choices.
pub(super) fn call_id(call: &Call<'_>, choice: usize, number: usize) -> String {
    call.id("call_", choice * 16 + number)
}

pub(super) fn finish_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Length | Finish::Ordered(End::Length | End::ContextWindow) => "length",
        Finish::Calls => "tool_calls",
        Finish::Ordered(End::Safety | End::Recitation | End::Blocked) => "content_filter",
        Finish::Stop | Finish::StopText(_) | Finish::Ordered(_) => "stop",
    }
}

/// Usage over all choices.
pub(super) fn usage(answer: &Answer, n: usize) -> Json {
    let output = answer.output_tokens * n as u64;
    object! {
        "prompt_tokens": answer.input_tokens;
        "completion_tokens": output;
        "total_tokens": answer.input_tokens + output;
        "prompt_tokens_details": object! {
            "cached_tokens": answer.cached_tokens();
            "cache_write_tokens": answer.written_tokens(), if answer.written_tokens() > 0;
            "audio_tokens": 0
        };
        "completion_tokens_details": object! {
            "reasoning_tokens": answer.thinking_tokens * n as u64;
            "audio_tokens": 0;
            "accepted_prediction_tokens": 0;
            "rejected_prediction_tokens": 0
        }
    }
}

/// Log probabilities of a text: every piece was certain.
pub(super) fn logprobs(text: &str, delta_chars: usize, top: u64) -> Json {
    object! { "content": token_logprobs(text, delta_chars, top); "refusal": () }
}

/// The pieces with their probabilities; with `top`, the piece itself and others that were next to impossible.
pub(super) fn token_logprobs(text: &str, delta_chars: usize, top: u64) -> Vec<Json> {
    let token = |piece: &str| {
        let others = (1..top).map(|rank| {
            let other = format!("{piece}{rank}");
            object! { "token": other; "logprob": -9999.0; "bytes": other.as_bytes() }
        });
        let itself = object! { "token": piece; "logprob": 0.0; "bytes": piece.as_bytes() };
        let tops: Vec<Json> = Some(itself).filter(|_| top > 0).into_iter().chain(others).collect();
        object! { "token": piece; "logprob": 0.0; "bytes": piece.as_bytes(); "top_logprobs": tops }
    };
    brain::pieces(text, delta_chars).into_iter().map(token).collect()
}
