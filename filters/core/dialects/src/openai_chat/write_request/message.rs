//! The messages of a chat completion request.

use tollgate_wire::json::{Str, Writer, unescape};

use crate::canonical::{Losses, Message, Part, Role, Source};
use crate::refusal::Refusal;

/// What stands in front of a tool's result that is an error: the API has no flag for it, and the model must know.
const ERROR_PREFIX: &str = "Error: ";

pub(super) fn messages(messages: &[Message<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    for message in messages {
        match message.role {
            Role::System => spoken("system", &message.parts, out, losses)?,
            Role::User => user(&message.parts, out, losses)?,
            Role::Assistant => assistant(&message.parts, out, losses)?,
        }
    }
    // The model would take it for a finished turn and begin another one.
    if messages.last().is_some_and(|last| last.role == Role::Assistant) {
        losses.lacks("prefill")?;
    }
    Ok(())
}

/// Tool results are messages of their own, in the order they stand in; what stands between them is what the user says.
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

fn tool_result(
    id: Str<'_>,
    content: &[Part<'_>],
    is_error: bool,
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
            _ => {}
        }
    }
    out.begin_object().field_str("role", "tool").field_raw_str("tool_call_id", id).key("content");
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
            for text in rest {
                out.begin_object().field_str("type", "text").field_raw_str("text", *text).end_object();
            }
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

fn assistant(parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    out.begin_object().field_str("role", "assistant").key("content");
    let mut texts = parts.iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(*text),
        _ => None,
    });
    match (texts.next(), texts.next()) {
        (None, _) => {
            out.null();
        }
        (Some(text), None) => {
            out.raw_str(text);
        }
        (Some(first), Some(second)) => {
            out.begin_array();
            for text in [first, second].into_iter().chain(texts) {
                out.begin_object().field_str("type", "text").field_raw_str("text", text).end_object();
            }
            out.end_array();
        }
    }
    let mut calls = false;
    for part in parts {
        match part {
            Part::Text { cache, .. } if cache.is_some() => losses.note("cache_control"),
            // Earlier thinking has no place in this API, and its signature only its maker can read.
            Part::Reasoning { .. } | Part::RedactedReasoning { .. } => losses.note("thinking"),
            Part::Refusal { text } => {
                out.field_raw_str("refusal", *text);
            }
            Part::Image { .. } => losses.lacks("assistant.image")?,
            Part::Document { .. } => losses.lacks("assistant.document")?,
            Part::ToolCall { .. } => calls = true,
            Part::Audio { .. } => losses.lacks("assistant.audio")?,
            Part::Citation(_) => losses.note("citations"),
            Part::Text { .. } | Part::ToolResult { .. } => {}
        }
    }
    if calls {
        out.key("tool_calls").begin_array();
        parts.iter().for_each(|part| tool_call(part, out, losses));
        out.end_array();
    }
    out.end_object();
    Ok(())
}

fn tool_call(part: &Part<'_>, out: &mut Writer, losses: &mut Losses<'_>) {
    let Part::ToolCall { id, name, arguments, cache } = part else { return };
    if cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object();
    if let Some(id) = id {
        out.field_raw_str("id", *id);
    }
    out.field_str("type", "function").key("function").begin_object().field_raw_str("name", *name);
    arguments.write_quoted(out.key("arguments"));
    out.end_object().end_object();
}

/// A message that is nothing but content: a lone text as a string, anything else as parts.
fn spoken(role: &str, parts: &[Part<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
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
            parts.iter().try_for_each(|item| part(item, out, losses))?;
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

fn part(part: &Part<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    match part {
        Part::Text { cache, .. } | Part::Image { cache, .. } | Part::Document { cache, .. } if cache.is_some() => {
            losses.note("cache_control");
        }
        _ => {}
    }
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => text_part(*text, out),
        Part::Image { source, detail, .. } => {
            out.begin_object().field_str("type", "image_url").key("image_url").begin_object().key("url");
            match source {
                Source::Url(url) => {
                    out.raw_str(*url);
                }
                Source::Base64 { media_type, data } => data_url(media_type, data, out),
                // No dialect has such an image; the text is all that could be meant.
                Source::PlainText(text) => {
                    out.raw_str(*text);
                }
            }
            if let Some(detail) = detail {
                out.field_raw_str("detail", *detail);
            }
            out.end_object().end_object();
        }
        Part::Audio { .. } => losses.lacks("input_audio")?,
        Part::Citation(_) => losses.note("citations"),
        Part::Document { source, title, context, .. } => document(source, *title, *context, out, losses)?,
        Part::Reasoning { .. } | Part::RedactedReasoning { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => {}
    }
    Ok(())
}

fn text_part(text: Str<'_>, out: &mut Writer) {
    out.begin_object().field_str("type", "text").field_raw_str("text", text).end_object();
}

fn document(
    source: &Source<'_>,
    title: Option<Str<'_>>,
    context: Option<Str<'_>>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    // What the client says about the document stands in front of it, for the model to read.
    context.into_iter().for_each(|context| text_part(context, out));
    match source {
        Source::Base64 { media_type, data } => {
            out.begin_object().field_str("type", "file").key("file").begin_object();
            match title {
                Some(title) => out.field_raw_str("filename", title),
                // Required beside the data.
                None => out.field_str("filename", "document.pdf"),
            };
            data_url(media_type, data, out.key("file_data"));
            out.end_object().end_object();
        }
        Source::PlainText(text) => {
            title.into_iter().for_each(|title| text_part(title, out));
            text_part(*text, out);
        }
        Source::Url(_) => losses.lacks("document.url")?,
    }
    Ok(())
}

fn data_url(media_type: &str, data: &str, out: &mut Writer) {
    out.begin_string().push_str("data:").push_str(&unescape(media_type)).push_str(";base64,");
    // Still escaped, and large: copied as it is.
    out.raw(data).end_string();
}
