//! An answer, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::citation::{Said, citations};
use super::finish::finish;
use super::logprobs::tokens;
use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, Part};

/// Reads an answer. None if it is none: no message, or one that broke off.
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let message = body.get("message").filter(Value::is_object)?;
    let calls = || message.get("tool_calls").into_iter().flat_map(|calls| calls.items()).filter_map(tool_call);
    let mut parts = Vec::new();
    let said = content(message, &mut parts);
    parts.extend(text(message, "tool_plan").map(|text| Part::Text { text, cache: None }));
    let cited = message.get("citations").into_iter().flat_map(|citations| citations.items());
    parts.extend(cited.flat_map(|citation| citations(citation, said)).map(Part::Citation));
    parts.extend(calls());
    let reason = body.get("finish_reason").and_then(|reason| reason.as_str());
    Some(Answer {
        id: body.get("id").and_then(|id| id.as_str()),
        model: None,
        choices: vec![Choice {
            parts,
            finish: finish(reason, None, calls().next().is_some()).ok()?,
            stop_sequence: None,
            logprobs: body.get("logprobs").into_iter().flat_map(|items| items.items()).flat_map(tokens).collect(),
        }],
        usage: body.get("usage").and_then(Usage::from_cohere),
    })
}

/// Blocks of text and thinking, or text alone.
fn content<'a>(message: Value<'a>, parts: &mut Vec<Part<'a>>) -> Said {
    let mut said = Said::default();
    parts.extend(text(message, "content").map(|text| Part::Text { text, cache: None }));
    for (index, block) in message.get("content").into_iter().flat_map(|content| content.items()).enumerate() {
        if let Some(text) = text(block, "thinking") {
            parts.push(Part::Reasoning { text, signature: None });
        } else if let Some(text) = text(block, "text") {
            said.text_block.get_or_insert(index as u64);
            parts.push(Part::Text { text, cache: None });
        }
    }
    said
}

fn text<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn tool_call<'a>(call: Value<'a>) -> Option<Part<'a>> {
    let function = call.get("function")?;
    let arguments = function.get("arguments").and_then(|arguments| arguments.as_str());
    Some(Part::ToolCall {
        id: text(call, "id"),
        name: function.get("name")?.as_str()?,
        // A tool without parameters may be called with nothing at all.
        arguments: Arguments::Quoted(arguments.unwrap_or(Str::from_escaped("{}"))),
        cache: None,
    })
}
