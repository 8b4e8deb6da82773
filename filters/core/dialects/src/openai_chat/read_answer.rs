//! A chat completion, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, Citation, FinishReason, Part, TokenLogprob};

/// Reads an answer. None if it is none: no choice with a message.
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let mut choices: Vec<_> = body.get("choices")?.items().filter_map(choice).collect();
    choices.sort_by_key(|(index, _)| *index);
    if choices.is_empty() {
        return None;
    }
    Some(Answer {
        id: body.get("id").and_then(|id| id.as_str()).filter(|id| !id.is_empty()),
        model: body.get("model").and_then(|model| model.as_str()),
        choices: choices.into_iter().map(|(_, choice)| choice).collect(),
        usage: body.get("usage").and_then(Usage::from_openai),
    })
}

fn choice<'a>(choice: Value<'a>) -> Option<(u64, Choice<'a>)> {
    let message = choice.get("message").filter(Value::is_object)?;
    let mut parts = Vec::new();
    if let Some(text) = reasoning(message) {
        parts.push(Part::Reasoning { text, signature: None });
    }
    if let Some(content) = message.get("content") {
        texts(content, &mut |piece| {
            parts.push(match piece {
                Piece::Text(text) => Part::Text { text, cache: None },
                Piece::Reasoning(text) => Part::Reasoning { text, signature: None },
            });
        });
    }
    parts.extend(annotations(message).map(Part::Citation));
    parts.extend(text(message, "refusal").map(|text| Part::Refusal { text }));
    parts.extend(message.get("tool_calls").into_iter().flat_map(|calls| calls.items()).filter_map(tool_call));
    let (finish, stop_sequence) = finish(choice, &parts);
    let index = choice.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
    let logprobs = choice.get("logprobs").map(logprobs).unwrap_or_default();
    Some((index, Choice { parts, finish, stop_sequence, logprobs }))
}

/// A string that says something.
pub(super) fn text<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    object.get(key).and_then(|value| value.as_str()).filter(|text| !text.is_empty())
}

/// Servers have two names for it.
pub(super) fn reasoning<'a>(message: Value<'a>) -> Option<Str<'a>> {
    text(message, "reasoning_content").or_else(|| text(message, "reasoning"))
}

/// A piece of content.
pub(super) enum Piece<'a> {
    Text(Str<'a>),
    Reasoning(Str<'a>),
}

/// The texts of a `content`: a string, or parts, as Mistral's reasoning models have them.
pub(super) fn texts<'a>(content: Value<'a>, emit: &mut dyn FnMut(Piece<'a>)) {
    if let Some(text) = content.as_str().filter(|text| !text.is_empty()) {
        return emit(Piece::Text(text));
    }
    for part in content.items() {
        text(part, "text").into_iter().for_each(|text| emit(Piece::Text(text)));
        match part.get("thinking") {
            Some(thinking) if thinking.is_array() => {
                thinking.items().filter_map(|part| text(part, "text")).for_each(|text| emit(Piece::Reasoning(text)));
            }
            Some(_) => text(part, "thinking").into_iter().for_each(|text| emit(Piece::Reasoning(text))),
            None => {}
        }
    }
}

/// The sources that an answer names.
pub(super) fn annotations<'a>(message: Value<'a>) -> impl Iterator<Item = Citation<'a>> {
    message.get("annotations").into_iter().flat_map(|list| list.items()).filter_map(|annotation| {
        let cited = annotation.get("url_citation")?;
        let index = |key| cited.get(key).and_then(|index: Value<'_>| index.as_u64());
        Some(Citation {
            url: Some(text(cited, "url")?),
            title: text(cited, "title"),
            range: index("start_index").zip(index("end_index")),
            ..Citation::default()
        })
    })
}

/// How likely the tokens of a choice were, those of a refusal behind those of the content.
pub(super) fn logprobs<'a>(logprobs: Value<'a>) -> Vec<TokenLogprob<'a>> {
    let list = |key| logprobs.get(key).into_iter().flat_map(|list: Value<'a>| list.items());
    list("content").chain(list("refusal")).filter_map(token).collect()
}

fn token<'a>(token: Value<'a>) -> Option<TokenLogprob<'a>> {
    Some(TokenLogprob {
        token: token.get("token")?.as_str()?,
        logprob: token.get("logprob").filter(|logprob| logprob.as_f64().is_some())?,
        bytes: token.get("bytes").filter(Value::is_array),
        // One level deep: these have none of their own, and what a server may put there is none.
        top: token.get("top_logprobs").into_iter().flat_map(|top| top.items()).filter_map(leaf).collect(),
    })
}

fn leaf<'a>(token: Value<'a>) -> Option<TokenLogprob<'a>> {
    Some(TokenLogprob {
        token: token.get("token")?.as_str()?,
        logprob: token.get("logprob").filter(|logprob| logprob.as_f64().is_some())?,
        bytes: token.get("bytes").filter(Value::is_array),
        top: Vec::new(),
    })
}

fn tool_call<'a>(call: Value<'a>) -> Option<Part<'a>> {
    let function = call.get("function")?;
    Some(Part::ToolCall {
        id: call_id(call),
        name: function.get("name")?.as_str()?,
        arguments: function.get("arguments").and_then(arguments).unwrap_or(Arguments::Quoted(Str::from_escaped(""))),
        cache: None,
    })
}

/// A call's id. That of TGI is `0` for all of them, and Mistral's stands for nothing as `null`: that is none.
pub(super) fn call_id<'a>(call: Value<'a>) -> Option<Str<'a>> {
    text(call, "id").filter(|id| !matches!(id.raw(), "0" | "null"))
}

/// Some servers have the object itself.
pub(super) fn arguments<'a>(value: Value<'a>) -> Option<Arguments<'a>> {
    match value.as_str() {
        Some(text) => Some(Arguments::Quoted(text)),
        None => value.is_object().then_some(Arguments::Json(value)),
    }
}

fn finish<'a>(choice: Value<'a>, parts: &[Part<'a>]) -> (FinishReason, Option<Str<'a>>) {
    if parts.iter().any(|part| matches!(part, Part::Refusal { .. })) {
        return (FinishReason::Refused, None);
    }
    reason_of(choice, parts.iter().any(|part| matches!(part, Part::ToolCall { .. })))
}

/// Why a choice ended, and the stop sequence where the server tells. Some servers say `stop` when they call tools; the calls are what counts.
pub(super) fn reason_of<'a>(choice: Value<'a>, calls: bool) -> (FinishReason, Option<Str<'a>>) {
    // vLLM: the sequence, or the number of a token.
    let stop = choice.get("stop_reason").and_then(|stop| stop.as_str());
    let reason = match text(choice, "finish_reason").map(|reason| reason.raw()) {
        // What broke off is not complete, whatever broke it off: Mistral's context, DeepSeek's capacity, vLLM's operator.
        Some("length" | "model_length" | "insufficient_system_resource" | "error" | "abort") => FinishReason::Length,
        Some("content_filter") => FinishReason::Refused,
        _ if calls => FinishReason::ToolCalls,
        Some("tool_calls" | "function_call") => FinishReason::ToolCalls,
        Some("stop_sequence") => FinishReason::StopSequence,
        Some("stop") if stop.is_some() => FinishReason::StopSequence,
        _ => FinishReason::Stop,
    };
    (reason, stop.filter(|_| reason == FinishReason::StopSequence))
}
