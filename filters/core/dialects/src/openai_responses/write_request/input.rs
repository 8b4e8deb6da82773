//! The conversation of a responses request: `instructions`, and the items of `input`.
//!
//! Items carry no ids. The API looks up none it is not given, and it checks encrypted reasoning against the id beside it, so that one made
//! up is worse than none.

use tollgate_wire::json::{Str, Writer};

use super::content::{input_text, part};
use super::reasoning::own_signature;
use crate::canonical::{ERROR_PREFIX, Format, Losses, Message, Part, Request, Role, matching_id};
use crate::refusal::Refusal;

/// Longest `call_id` the API takes, in bytes.
const MAX_CALL_ID: usize = 64;

/// Writes `instructions` and `input`.
pub(super) fn conversation(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // The model would take it for a finished turn and begin another one.
    if request.messages.last().is_some_and(|last| last.role == Role::Assistant) {
        losses.lacks("prefill")?;
    }
    // JSON mode wants the word JSON to be in the input, and most often it is in a system prompt.
    let messages = match request.format {
        Format::JsonObject => &request.messages,
        _ => instructions(&request.messages, out, losses),
    };
    out.key("input").begin_array();
    for message in messages {
        match message.role {
            Role::System => spoken("system", &message.parts, out, losses)?,
            Role::User => user(&message.parts, out, losses)?,
            Role::Assistant => assistant(&message.parts, out, losses)?,
        }
    }
    out.end_array();
    Ok(())
}

/// System prompts that come first and are nothing but text. Gives back the messages behind them, which are never none: a request without
/// input is refused.
fn instructions<'m, 'a>(messages: &'m [Message<'a>], out: &mut Writer, losses: &mut Losses<'_>) -> &'m [Message<'a>] {
    let count = messages.iter().take_while(|message| message.role == Role::System).count();
    let Some((first, rest)) = messages.split_at_checked(count).filter(|(_, rest)| !rest.is_empty()) else {
        return messages;
    };
    let parts = || first.iter().flat_map(|message| &message.parts);
    if !parts().all(|part| matches!(part, Part::Text { .. })) {
        return messages;
    }
    let mut begun = false;
    for part in parts() {
        let Part::Text { text, cache } = part else { continue };
        if cache.is_some() {
            losses.note("cache_control");
        }
        if text.is_empty() {
            continue;
        }
        if begun {
            out.push_str("\n\n");
        } else {
            out.key("instructions").begin_string();
            begun = true;
        }
        out.push_raw_str(*text);
    }
    if begun {
        out.end_string();
    }
    rest
}

/// Tool results are items of their own, in the order they stand in; what stands between them is what the user says.
fn user(parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let is_result = |part: &Part<'_>| matches!(part, Part::ToolResult { .. });
    for run in parts.chunk_by(|one, other| !is_result(one) && !is_result(other)) {
        match run {
            [Part::ToolResult { id, content, is_error, cache }] => {
                if cache.is_some() {
                    losses.note("cache_control");
                }
                tool_result(*id, content, *is_error, out, losses)?;
            }
            _ => spoken("user", run, out, losses)?,
        }
    }
    if parts.is_empty() {
        spoken("user", parts, out, losses)?;
    }
    Ok(())
}

/// A message that is nothing but content: a lone text as a string, anything else as parts.
fn spoken(role: &str, parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    out.begin_object().field_str("type", "message").field_str("role", role).key("content");
    match parts {
        [] => {
            out.string("");
        }
        [Part::Text { text, cache }] => {
            if cache.is_some() {
                losses.note("cache_control");
            }
            out.raw_str(*text);
        }
        _ => {
            out.begin_array();
            parts.iter().try_for_each(|item| part(item, out, losses))?;
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

fn tool_result(
    id: Str<'_>,
    content: &[Part<'_>],
    is_error: bool,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let prefix = if is_error { ERROR_PREFIX } else { "" };
    out.begin_object().field_str("type", "function_call_output");
    call_id(id, out);
    out.key("output");
    match content {
        [] => {
            out.string(prefix.trim_end());
        }
        [Part::Text { text, cache }] => {
            if cache.is_some() {
                losses.note("cache_control");
            }
            out.begin_string().push_str(prefix).push_raw_str(*text).end_string();
        }
        _ => {
            out.begin_array();
            if is_error {
                input_text(Str::from_escaped(ERROR_PREFIX.trim_end()), out);
            }
            content.iter().try_for_each(|item| part(item, out, losses))?;
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

/// What the model wrote: reasoning, messages and calls are items of their own, in the order they stand in.
fn assistant(parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let is_said = |part: &Part<'_>| matches!(part, Part::Text { .. } | Part::Refusal { .. } | Part::Citation(_));
    // Texts of a summary whose encrypted reasoning comes with a later part.
    let mut summary = Vec::new();
    let mut left = parts;
    for run in parts.chunk_by(|one, other| is_said(one) && is_said(other)) {
        left = left.get(run.len()..).unwrap_or_default();
        let Some(first) = run.first() else { continue };
        if !matches!(first, Part::Reasoning { .. }) && !summary.is_empty() {
            summary.clear();
            losses.note("thinking");
        }
        match first {
            Part::Text { .. } | Part::Refusal { .. } | Part::Citation(_) => message(run, out, losses),
            Part::Reasoning { text, .. } => {
                if !text.is_empty() {
                    summary.push(*text);
                }
                reasoning(first, left, &mut summary, out, losses);
            }
            Part::RedactedReasoning { .. } => reasoning(first, left, &mut summary, out, losses),
            Part::ToolCall { .. } => tool_call(first, out, losses),
            Part::Image { .. } => losses.lacks("assistant.image")?,
            Part::Document { .. } => losses.lacks("assistant.document")?,
            Part::Audio { .. } => losses.lacks("assistant.audio")?,
            Part::ToolResult { .. } => {}
        }
    }
    if !summary.is_empty() {
        losses.note("thinking");
    }
    Ok(())
}

/// Reasoning as the API gave it. It refuses reasoning that nothing follows; what nobody has encrypted, and what others have, it cannot use.
fn reasoning<'a>(
    part: &Part<'a>,
    behind: &[Part<'_>],
    summary: &mut Vec<Str<'a>>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) {
    if matches!(part, Part::Reasoning { signature: None, .. }) {
        return;
    }
    let goes_on = |part: &Part<'_>| match part {
        Part::Text { text, .. } | Part::Refusal { text } => !text.is_empty(),
        Part::ToolCall { .. } => true,
        _ => false,
    };
    let texts = std::mem::take(summary);
    match own_signature(part) {
        Some(signature) if behind.iter().any(goes_on) => {
            out.begin_object().field_str("type", "reasoning").key("summary").begin_array();
            for text in texts {
                out.begin_object().field_str("type", "summary_text").field_raw_str("text", text).end_object();
            }
            out.end_array().field_raw_str("encrypted_content", signature).end_object();
        }
        _ => losses.note("thinking"),
    }
}

/// Texts and refusals that stand beside each other, as one string, which is how the model reads them. Parts of a message of the model's are
/// the form of its output: the published types want an id there, and servers refuse one that is missing.
fn message(parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) {
    let mut begun = false;
    for part in parts {
        let text = match part {
            Part::Text { text, cache } => {
                if cache.is_some() {
                    losses.note("cache_control");
                }
                text
            }
            Part::Refusal { text } => text,
            Part::Citation(_) => {
                losses.note("citations");
                continue;
            }
            _ => continue,
        };
        if !begun && !text.is_empty() {
            begun = true;
            out.begin_object()
                .field_str("type", "message")
                .field_str("role", "assistant")
                .key("content")
                .begin_string();
        }
        if begun {
            out.push_raw_str(*text);
        }
    }
    if begun {
        out.end_string().end_object();
    }
}

fn tool_call(part: &Part<'_>, out: &mut Writer, losses: &mut Losses<'_>) {
    let Part::ToolCall { id, name, arguments, cache } = part else { return };
    if cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object().field_str("type", "function_call");
    if let Some(id) = id {
        call_id(*id, out);
    }
    out.field_raw_str("name", *name);
    arguments.write_quoted(out.key("arguments"));
    out.end_object();
}

fn call_id(id: Str<'_>, out: &mut Writer) {
    let id = matching_id(id.raw(), "call_", 13, |id| !id.is_empty() && id.len() <= MAX_CALL_ID);
    out.field_raw_str("call_id", Str::from_escaped(&id));
}
