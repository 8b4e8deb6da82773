//! A message, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::citation::read_citation;
use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, FinishReason, Part};

/// Reads an answer. None if it is none: no list of blocks.
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let content = body.get("content").filter(Value::is_array)?;
    Some(Answer {
        id: body.get("id").and_then(|id| id.as_str()).filter(|id| !id.is_empty()),
        model: body.get("model").and_then(|model| model.as_str()),
        choices: vec![Choice {
            parts: parts(content),
            finish: body
                .get("stop_reason")
                .and_then(|reason| reason.as_str())
                .map_or(FinishReason::Stop, finish_reason),
            stop_sequence: body.get("stop_sequence").and_then(|stop| stop.as_str()),
            logprobs: Vec::new(),
        }],
        usage: body.get("usage").and_then(Usage::from_anthropic),
    })
}

/// The blocks, the citations of each behind it.
fn parts<'a>(content: Value<'a>) -> Vec<Part<'a>> {
    let mut parts = Vec::with_capacity(2);
    for item in content.items() {
        parts.extend(block(item));
        let citations = item.get("citations").into_iter().flat_map(|citations| citations.items());
        parts.extend(citations.filter_map(read_citation).map(Part::Citation));
    }
    parts
}

fn block<'a>(block: Value<'a>) -> Option<Part<'a>> {
    let field = |key| block.get(key).and_then(|value: Value<'a>| value.as_str());
    match field("type")?.raw() {
        "text" => field("text").map(|text| Part::Text { text, cache: None }),
        "thinking" => field("thinking").map(|text| {
            let signature = field("signature").filter(|signature| !signature.is_empty());
            Part::Reasoning { text, signature }
        }),
        "redacted_thinking" => field("data").map(|data| Part::RedactedReasoning { data }),
        "tool_use" => Some(Part::ToolCall {
            id: field("id"),
            name: field("name")?,
            arguments: Arguments::Json(block.get("input")?),
            cache: None,
        }),
        // Blocks of server-side tools, which no request that was translated can ask for.
        _ => None,
    }
}

pub(super) fn finish_reason(reason: Str<'_>) -> FinishReason {
    match reason.raw() {
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "stop_sequence" => FinishReason::StopSequence,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::Refused,
        "pause_turn" => FinishReason::Paused,
        _ => FinishReason::Stop,
    }
}
