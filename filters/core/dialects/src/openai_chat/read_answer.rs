//! A chat completion, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, FinishReason, Part};

/// Reads an answer. None if it is none: no choice with a message.
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let choice = body.get("choices")?.items().next()?;
    let message = choice.get("message").filter(Value::is_object)?;
    let text = |key: &str| message.get(key).and_then(|value| value.as_str()).filter(|text: &Str<'a>| !text.is_empty());
    let mut parts = Vec::new();
    if let Some(text) = text("reasoning_content").or_else(|| text("reasoning")) {
        parts.push(Part::Reasoning { text, signature: None });
    }
    parts.extend(text("content").map(|text| Part::Text { text, cache: None }));
    parts.extend(text("refusal").map(|text| Part::Refusal { text }));
    let calls = message.get("tool_calls").into_iter().flat_map(|calls| calls.items()).filter_map(tool_call);
    parts.extend(calls);
    let reason = choice.get("finish_reason").and_then(|reason| reason.as_str());
    Some(Answer {
        id: body.get("id").and_then(|id| id.as_str()),
        model: body.get("model").and_then(|model| model.as_str()),
        choices: vec![Choice {
            finish: finish_reason(reason, &parts),
            parts,
            stop_sequence: None,
            logprobs: Vec::new(),
        }],
        usage: body.get("usage").and_then(Usage::from_openai),
    })
}

fn tool_call<'a>(call: Value<'a>) -> Option<Part<'a>> {
    let function = call.get("function")?;
    Some(Part::ToolCall {
        id: call.get("id").and_then(|id| id.as_str()),
        name: function.get("name")?.as_str()?,
        arguments: Arguments::Quoted(function.get("arguments")?.as_str()?),
        cache: None,
    })
}

fn finish_reason(reason: Option<Str<'_>>, parts: &[Part<'_>]) -> FinishReason {
    if parts.iter().any(|part| matches!(part, Part::Refusal { .. })) {
        return FinishReason::Refused;
    }
    let calls = parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    reason_of(reason, calls)
}

/// Some servers say `stop` when they call tools; the calls are what counts.
pub(super) fn reason_of(reason: Option<Str<'_>>, calls: bool) -> FinishReason {
    match reason.map(|reason| reason.raw()) {
        Some("length") => FinishReason::Length,
        Some("content_filter") => FinishReason::Refused,
        _ if calls => FinishReason::ToolCalls,
        Some("tool_calls") => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    }
}
