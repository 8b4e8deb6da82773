//! The messages of a chat completion request.

mod part;

use tollgate_wire::json::{Str, Value};

use super::unknown_fields;
use crate::canonical::{Arguments, Message, Part, Request, Role};
use crate::refusal::Refusal;
use crate::request::fields::{list, name, optional_string, required_object, string};
use part::content;

pub(super) fn messages<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("messages", value)?.enumerate() {
        let at = format!("messages[{index}]");
        let role = string(&format!("{at}.role"), item.get("role"))?;
        match role.raw() {
            "system" | "developer" => spoken(Role::System, item, &at, request)?,
            "user" => spoken(Role::User, item, &at, request)?,
            "assistant" => assistant(item, &at, request)?,
            "tool" => tool(item, &at, request)?,
            "function" => request.extra("functions"),
            _ => {
                let roles = "`system`, `developer`, `user`, `assistant` or `tool`";
                return Err(Refusal::invalid_field(&format!("{at}.role"), roles));
            }
        }
    }
    Ok(())
}

/// A message that is nothing but content.
fn spoken<'a>(role: Role, item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let mut parts = Vec::new();
    for (key, value) in item.entries() {
        match &*name(key) {
            "role" => {}
            "content" => content(value, at, &mut parts, request)?,
            key => request.unknown("message", key, value),
        }
    }
    request.messages.push(Message { role, parts });
    Ok(())
}

fn assistant<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    // In the order Anthropic wants them, whatever the order of the fields: thinking, text, calls.
    let (mut thinking, mut parts, mut calls, mut unsigned) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (key, value) in item.entries() {
        match &*name(key) {
            "role" => {}
            "content" => content(value, at, &mut parts, request)?,
            "refusal" => {
                let text = optional_string(&format!("{at}.refusal"), value)?;
                parts.extend(text.map(|text| Part::Refusal { text }));
            }
            "reasoning_content" | "reasoning" => unsigned = optional_string(&format!("{at}.{}", key.decode()), value)?,
            "thinking_blocks" => {
                for block in list(&format!("{at}.thinking_blocks"), value)? {
                    let known = thinking_block(block);
                    if known.is_none() {
                        request.extra("thinking_blocks");
                    }
                    thinking.extend(known);
                }
            }
            "tool_calls" => tool_calls(value, at, &mut calls, request)?,
            "function_call" if !value.is_null() => request.extra("functions"),
            // Parts of an answer that clients send back as they got it.
            "annotations" if value.is_empty() => {}
            "annotations" => request.hints.push("citations"),
            key => request.unknown("message", key, value),
        }
    }
    put_back_text(&mut thinking, unsigned);
    thinking.append(&mut parts);
    thinking.append(&mut calls);
    request.messages.push(Message { role: Role::Assistant, parts: thinking });
    Ok(())
}

/// Thinking whose text came beside it, as it does in streams, gets it back. That can be done for one block only: whose text it was is not
/// known otherwise, and what is signed must come back to the letter.
fn put_back_text<'a>(thinking: &mut Vec<Part<'a>>, beside: Option<Str<'a>>) {
    let is_bare = |part: &Part<'a>| matches!(part, Part::Reasoning { text, .. } if text.is_empty());
    let bare = thinking.iter().filter(|part| is_bare(part)).count();
    let whole = thinking.iter().any(|part| matches!(part, Part::Reasoning { text, .. } if !text.is_empty()));
    match (bare, beside) {
        (1, Some(beside)) if !whole => {
            for part in thinking {
                if let Part::Reasoning { text, .. } = part {
                    *text = beside;
                }
            }
        }
        (0, Some(text)) if thinking.is_empty() => thinking.push(Part::Reasoning { text, signature: None }),
        (0, _) => {}
        // One of them would not be what was signed, and all of them or none must come back.
        _ => thinking.clear(),
    }
}

fn thinking_block<'a>(block: Value<'a>) -> Option<Part<'a>> {
    let field = |key| block.get(key).and_then(|value| value.as_str());
    match field("type")?.raw() {
        "thinking" => Some(Part::Reasoning { text: field("thinking")?, signature: field("signature") }),
        "redacted_thinking" => Some(Part::RedactedReasoning { data: field("data")? }),
        _ => None,
    }
}

fn tool_calls<'a>(
    value: Value<'a>,
    at: &str,
    calls: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    for (index, call) in list(&format!("{at}.tool_calls"), value)?.enumerate() {
        let at = format!("{at}.tool_calls[{index}]");
        if call.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind != "function") {
            request.extra("tools.custom");
            continue;
        }
        let function = required_object(&format!("{at}.function"), call.get("function"))?;
        unknown_fields("tool_calls.function", function, &["name", "arguments"], request);
        for (key, value) in call.entries() {
            match &*name(key) {
                // Clients that put calls together from a stream send their index along.
                "id" | "type" | "function" | "index" => {}
                "extra_content" => calls.extend(call_signature(value, request)),
                key => request.unknown("tool_calls", key, value),
            }
        }
        calls.push(Part::ToolCall {
            id: Some(string(&format!("{at}.id"), call.get("id"))?),
            name: string(&format!("{at}.function.name"), function.get("name"))?,
            arguments: Arguments::Quoted(string(&format!("{at}.function.arguments"), function.get("arguments"))?),
            cache: None,
        });
    }
    Ok(())
}

/// The signature of a call, where Google's own endpoint of this API has it, `{"google": {"thought_signature": …}}`
/// (<https://ai.google.dev/gemini-api/docs/thought-signatures#openai>), and where ours puts it: it belongs in front of the call.
fn call_signature<'a>(extra: Value<'a>, request: &mut Request<'a>) -> Option<Part<'a>> {
    let google = extra.get("google");
    unknown_fields("tool_calls.extra_content", extra, &["google"], request);
    if let Some(google) = google {
        unknown_fields("tool_calls.extra_content.google", google, &["thought_signature"], request);
    }
    let signature = google?.get("thought_signature")?.as_str()?;
    Some(Part::Reasoning { text: Str::from_escaped(""), signature: Some(signature) })
}

/// What a tool returned: part of the user's turn.
fn tool<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let id = string(&format!("{at}.tool_call_id"), item.get("tool_call_id"))?;
    let (mut parts, mut cache) = (Vec::new(), None);
    for (key, value) in item.entries() {
        match &*name(key) {
            // Some clients repeat the tool's name, which the call's id tells already.
            "role" | "tool_call_id" | "name" => {}
            "content" => content(value, at, &mut parts, request)?,
            "cache_control" => cache = Some(value),
            key => request.unknown("message", key, value),
        }
    }
    let result = Part::ToolResult { id, content: parts, is_error: false, cache };
    request.messages.push(Message { role: Role::User, parts: vec![result] });
    Ok(())
}
