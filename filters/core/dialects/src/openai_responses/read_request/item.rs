//! The items of a request's input.
//!
//! An item is less than a message: what a model says in one turn is a row of them, reasoning, texts and calls. Such a row becomes one message, since
//! the other APIs want a turn's calls together, and their results behind it.

mod part;

use tollgate_wire::json::{Str, Value};

use crate::canonical::{Arguments, Message, Part, Request, Role};
use crate::openai_responses::output::REDACTED;
use crate::refusal::Refusal;
use crate::request::fields::{list, name, optional_string, required_object, string};
use part::content;

pub(super) fn items<'a>(field: &str, value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list(field, value)?.enumerate() {
        self::item(item, &format!("{field}[{index}]"), request)?;
    }
    Ok(())
}

fn item<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let item = required_object(at, Some(item))?;
    let kind = match item.get("type").filter(|kind| !kind.is_null()) {
        Some(kind) => Some(string(&format!("{at}.type"), Some(kind))?),
        None => None,
    };
    match kind.map(|kind| kind.raw()) {
        // The short form of a message needs none; of a reference to a stored item likewise.
        None if item.get("role").is_none() && item.get("id").is_some() => request.extra("item_reference"),
        None | Some("message") => message(item, at, request)?,
        Some("function_call") => function_call(item, at, request)?,
        Some("function_call_output") => function_call_output(item, at, request)?,
        Some("reasoning") => reasoning(item, at, request)?,
        Some(other) => request.extra(other.to_owned()),
    }
    Ok(())
}

fn message<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let role = match string(&format!("{at}.role"), item.get("role"))?.raw() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => {
            let roles = "`system`, `developer`, `user` or `assistant`";
            return Err(Refusal::invalid_field(&format!("{at}.role"), roles));
        }
    };
    let mut parts = Vec::new();
    let content = item.get("content").ok_or_else(|| Refusal::missing_field(&format!("{at}.content")))?;
    self::content(content, at, "content", &mut parts, request)?;
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "role" | "content" | "id" | "status" => {}
            // Which of an answer's messages is the last word: nothing a model has to be told.
            "phase" => {}
            key => request.unknown("message", key, value),
        }
    }
    if role == Role::Assistant {
        assistant(parts, request);
    } else {
        request.messages.push(Message { role, parts });
    }
    Ok(())
}

/// Puts what the model said to the rest of its turn. A text behind a text is another message of its own, as the client wrote it.
fn assistant<'a>(parts: Vec<Part<'a>>, request: &mut Request<'a>) {
    let is_text = |part: Option<&Part<'_>>| matches!(part, Some(Part::Text { .. } | Part::Refusal { .. }));
    match request.messages.last_mut() {
        Some(turn) if turn.role == Role::Assistant && !(is_text(turn.parts.last()) && is_text(parts.first())) => {
            turn.parts.extend(parts);
        }
        _ => request.messages.push(Message { role: Role::Assistant, parts }),
    }
}

fn function_call<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let field = |key: &str| string(&format!("{at}.{key}"), item.get(key));
    let call = Part::ToolCall {
        id: Some(field("call_id")?),
        name: field("name")?,
        arguments: Arguments::Quoted(field("arguments")?),
        cache: None,
    };
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "call_id" | "name" | "arguments" | "id" | "status" => {}
            "async" if value.as_bool() == Some(false) => {}
            "caller" if is_direct(value) => {}
            key => request.unknown("function_call", key, value),
        }
    }
    assistant(vec![call], request);
    Ok(())
}

/// What a function returned: part of the user's turn.
fn function_call_output<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let id = string(&format!("{at}.call_id"), item.get("call_id"))?;
    let output = item.get("output").ok_or_else(|| Refusal::missing_field(&format!("{at}.output")))?;
    let mut parts = Vec::new();
    content(output, at, "output", &mut parts, request)?;
    let mut cache = None;
    for (key, value) in item.entries() {
        match &*name(key) {
            // Some clients repeat the function's name, which the call's id tells already.
            "type" | "call_id" | "output" | "id" | "status" | "name" => {}
            "cache_control" => cache = Some(value).filter(|cache| !cache.is_null()),
            "caller" if is_direct(value) => {}
            key => request.unknown("function_call_output", key, value),
        }
    }
    let result = Part::ToolResult { id, content: parts, is_error: false, cache };
    request.messages.push(Message { role: Role::User, parts: vec![result] });
    Ok(())
}

/// The model itself called the function, as it does wherever no program runs on the provider's side.
fn is_direct(caller: Value<'_>) -> bool {
    caller.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "direct")
}

/// Reasoning of an earlier turn. Its text is the summary, or where a server shows all of it the reasoning itself; of several texts the last one
/// carries the signature. Without either, it only names what OpenAI has kept, and says nothing to anyone else.
fn reasoning<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<(), Refusal> {
    let (mut summary, mut content, mut signature) = (Vec::new(), Vec::new(), None);
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "id" | "status" => {}
            "summary" => summary = reasoning_texts(value, &format!("{at}.summary"))?,
            "content" => content = reasoning_texts(value, &format!("{at}.content"))?,
            "encrypted_content" => {
                signature = optional_string(&format!("{at}.encrypted_content"), value)?;
            }
            key => request.unknown("reasoning", key, value),
        }
    }
    if let Some(data) = signature.and_then(|signature| signature.raw().strip_prefix(REDACTED)) {
        assistant(vec![Part::RedactedReasoning { data: Str::from_escaped(data) }], request);
        return Ok(());
    }
    let texts = if summary.is_empty() { content } else { summary };
    let mut parts: Vec<_> = texts.into_iter().map(|text| Part::Reasoning { text, signature: None }).collect();
    match parts.last_mut() {
        Some(Part::Reasoning { signature: last, .. }) => *last = signature,
        _ if signature.is_some() => parts.push(Part::Reasoning { text: Str::from_escaped(""), signature }),
        _ => return Ok(()),
    }
    assistant(parts, request);
    Ok(())
}

fn reasoning_texts<'a>(value: Value<'a>, at: &str) -> Result<Vec<Str<'a>>, Refusal> {
    let mut texts = Vec::new();
    for (index, part) in list(at, value)?.enumerate() {
        texts.push(string(&format!("{at}[{index}].text"), part.get("text"))?);
    }
    texts.retain(|text| !text.is_empty());
    Ok(texts)
}
