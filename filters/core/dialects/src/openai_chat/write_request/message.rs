//! The messages of a chat completion request.

mod part;

use tollgate_wire::json::{Str, Writer};

use crate::canonical::{ERROR_PREFIX, Losses, Message, Part, Role};
use crate::openai_chat::servers::{ReasoningBack, Server};
use crate::refusal::Refusal;
use part::text_part;

pub(super) fn messages(
    messages: &[Message<'_>],
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let last = messages.len().saturating_sub(1);
    for (index, message) in messages.iter().enumerate() {
        match message.role {
            Role::System => spoken("system", &message.parts, server, out, losses)?,
            Role::User => user(&message.parts, server, out, losses)?,
            Role::Assistant => {
                // The model would take it for a finished turn and begin another one, unless it is told otherwise.
                let begun = index == last && server.is_strict;
                if index == last && !begun {
                    losses.lacks("prefill")?;
                }
                assistant(&message.parts, begun, server, out, losses)?;
            }
        }
    }
    Ok(())
}

/// Tool results are messages of their own, in the order they stand in; what stands between them is what the user says.
fn user(parts: &[Part<'_>], server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let is_result = |part: &Part<'_>| matches!(part, Part::ToolResult { .. });
    for run in parts.chunk_by(|one, other| !is_result(one) && !is_result(other)) {
        match run {
            [Part::ToolResult { id, content, is_error, cache }] => {
                if cache.is_some() {
                    losses.note("cache_control");
                }
                tool_result(*id, content, *is_error, server, out, losses)?;
            }
            _ => spoken("user", run, server, out, losses)?,
        }
    }
    if parts.is_empty() {
        spoken("user", parts, server, out, losses)?;
    }
    Ok(())
}

fn tool_result(
    id: Str<'_>,
    content: &[Part<'_>],
    is_error: bool,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let mut texts = Vec::with_capacity(content.len());
    for part in content {
        match part {
            Part::Text { text, cache } => {
                if cache.is_some() {
                    losses.note("cache_control");
                }
                texts.push(*text);
            }
            Part::Image { .. } => losses.lacks("tool_result.image")?,
            Part::Document { .. } => losses.lacks("tool_result.document")?,
            Part::Audio { .. } => losses.lacks("tool_result.audio")?,
            Part::Citation(_) => losses.note("citations"),
            Part::Refusal { text } => texts.push(*text),
            Part::Reasoning { .. }
            | Part::RedactedReasoning { .. }
            | Part::ToolCall { .. }
            | Part::ToolResult { .. } => {}
        }
    }
    out.begin_object().field_str("role", "tool").key("tool_call_id");
    out.raw_str(Str::from_escaped(&server.call_id(id.raw()))).key("content");
    let prefix = if is_error { ERROR_PREFIX } else { "" };
    match &*texts {
        [] => {
            out.string(prefix.trim_end());
        }
        [text] => {
            out.begin_string().push_str(prefix).push_raw_str(*text).end_string();
        }
        [first, rest @ ..] => {
            out.begin_array().begin_object().field_str("type", "text").key("text");
            out.begin_string().push_str(prefix).push_raw_str(*first).end_string().end_object();
            rest.iter().for_each(|text| text_part(*text, out));
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

fn assistant(
    parts: &[Part<'_>],
    begun: bool,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    out.begin_object().field_str("role", "assistant").key("content");
    assistant_content(parts, server, out);
    let (mut calls, mut refusal, mut reasoning) = (false, false, false);
    for part in parts {
        match part {
            Part::Text { cache, .. } if cache.is_some() => losses.note("cache_control"),
            // No server here has signed any, and only its maker can read what is redacted.
            Part::Reasoning { text, .. } if server.reasoning != ReasoningBack::None => reasoning |= !text.is_empty(),
            Part::Reasoning { .. } | Part::RedactedReasoning { .. } => losses.note("thinking"),
            Part::Refusal { .. } => refusal |= !server.is_strict,
            Part::Image { .. } => losses.lacks("assistant.image")?,
            Part::Document { .. } => losses.lacks("assistant.document")?,
            Part::ToolCall { .. } => calls = true,
            Part::Audio { .. } => losses.lacks("assistant.audio")?,
            Part::Citation(_) => losses.note("citations"),
            Part::Text { .. } | Part::ToolResult { .. } => {}
        }
    }
    if refusal {
        joined("refusal", parts, |part| if let Part::Refusal { text } = part { Some(*text) } else { None }, out);
    }
    // DeepSeek refuses calls without it, also those that another model made, who left none.
    if let ReasoningBack::Field(field) = server.reasoning
        && (reasoning || (calls && field == "reasoning_content"))
    {
        joined(field, parts, |part| if let Part::Reasoning { text, .. } = part { Some(*text) } else { None }, out);
    }
    if calls {
        out.key("tool_calls").begin_array();
        parts.iter().for_each(|part| tool_call(part, server, out, losses));
        out.end_array();
    }
    if begun {
        out.field_bool("prefix", true);
    }
    out.end_object();
    Ok(())
}

/// The texts: one as a string, several as parts, none as null where there is something else, and as an empty one where there is not: a
/// message must have either.
fn assistant_content(parts: &[Part<'_>], server: &Server, out: &mut Writer) {
    let is_content = |part: &Part<'_>| match part {
        Part::Text { .. } => true,
        Part::Refusal { .. } => server.is_strict,
        Part::Reasoning { text, .. } => server.reasoning == ReasoningBack::Part && !text.is_empty(),
        _ => false,
    };
    let mut content = parts.iter().filter(|part| is_content(part));
    match (content.next(), content.next()) {
        (None, _) if parts.iter().any(|part| matches!(part, Part::ToolCall { .. } | Part::Refusal { .. })) => {
            out.null();
        }
        (None, _) => {
            out.string("");
        }
        (Some(Part::Text { text, .. } | Part::Refusal { text }), None) => {
            out.raw_str(*text);
        }
        _ => {
            out.begin_array();
            for part in parts.iter().filter(|part| is_content(part)) {
                match part {
                    Part::Text { text, .. } | Part::Refusal { text } => text_part(*text, out),
                    Part::Reasoning { text, .. } => {
                        out.begin_object().field_str("type", "thinking").key("thinking").begin_array();
                        text_part(*text, out);
                        out.end_array().end_object();
                    }
                    _ => {}
                }
            }
            out.end_array();
        }
    }
}

/// All the texts of a kind as one string.
fn joined<'a>(key: &str, parts: &[Part<'a>], text: impl Fn(&Part<'a>) -> Option<Str<'a>>, out: &mut Writer) {
    out.key(key).begin_string();
    for text in parts.iter().filter_map(text) {
        out.push_raw_str(text);
    }
    out.end_string();
}

fn tool_call(part: &Part<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) {
    let Part::ToolCall { id, name, arguments, cache } = part else { return };
    if cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object();
    if let Some(id) = id {
        out.key("id").raw_str(Str::from_escaped(&server.call_id(id.raw())));
    }
    out.field_str("type", "function").key("function").begin_object().field_raw_str("name", *name);
    arguments.write_quoted(out.key("arguments"));
    out.end_object().end_object();
}

/// A message that is nothing but content: a lone text as a string, anything else as parts.
fn spoken(
    role: &str,
    parts: &[Part<'_>],
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    out.begin_object().field_str("role", role).key("content");
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
            parts.iter().try_for_each(|item| part::part(item, server, out, losses))?;
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}
