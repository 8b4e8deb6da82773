//! The messages of a request.

use tollgate_wire::json::{Str, Writer};

use super::documents::Document;
use crate::canonical::{Arguments, ERROR_PREFIX, Losses, Message, Part, Role, Source};
use crate::openai::write_data_url;
use crate::refusal::Refusal;

/// Writes them; without the documents among them if those are `cited`, and so stand elsewhere.
pub(super) fn messages(
    messages: &[Message<'_>],
    cited: bool,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    system(messages, out, losses)?;
    let mut turns: Vec<_> = messages.iter().filter(|message| message.role != Role::System).collect();
    // The model would take it for a finished turn, and the API refuses it.
    if turns.last().is_some_and(|last| last.role == Role::Assistant) {
        losses.lacks("prefill")?;
        while turns.pop_if(|last| last.role == Role::Assistant).is_some() {}
    }
    let both_of_model =
        |one: &&Message<'_>, other: &&Message<'_>| [one, other].iter().all(|it| it.role == Role::Assistant);
    // Texts and calls of one turn are messages of their own in some dialects, and belong together here.
    for run in turns.chunk_by(both_of_model) {
        match run {
            [message] if message.role == Role::User => user(&message.parts, cited, out, losses)?,
            _ => assistant(run.iter().flat_map(|message| &message.parts), out, losses)?,
        }
    }
    if out.as_bytes().ends_with(b"[") {
        return Err(Refusal::invalid_field("messages", "a message that says something"));
    }
    Ok(())
}

/// "System turn must be the first in the list": those further down are moved up to it.
fn system(messages: &[Message<'_>], out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let mut texts = Vec::new();
    for part in messages.iter().filter(|message| message.role == Role::System).flat_map(|message| &message.parts) {
        note_cache(part, losses);
        match part {
            Part::Text { text, .. } | Part::Refusal { text } if !text.is_empty() => texts.push(*text),
            Part::Image { .. } => losses.lacks("system.image")?,
            Part::Document { .. } => losses.lacks("system.document")?,
            Part::Audio { .. } => losses.lacks("system.audio")?,
            _ => {}
        }
    }
    if texts.is_empty() {
        return Ok(());
    }
    out.begin_object().field_str("role", "system").key("content");
    self::texts(&texts, "", out);
    out.end_object();
    Ok(())
}

/// Tool results are messages of their own, in the order they stand in; what stands between them is what the user says.
fn user(parts: &[Part<'_>], cited: bool, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let is_result = |part: &Part<'_>| matches!(part, Part::ToolResult { .. });
    for run in parts.chunk_by(|one, other| !is_result(one) && !is_result(other)) {
        match run {
            [part @ Part::ToolResult { id, content, is_error, .. }] => {
                note_cache(part, losses);
                tool_result(*id, content, *is_error, out, losses)?;
            }
            _ => spoken(run, cited, out, losses)?,
        }
    }
    if parts.is_empty() {
        spoken(parts, cited, out, losses)?;
    }
    Ok(())
}

/// A lone text as a string, anything else as parts.
fn spoken(parts: &[Part<'_>], cited: bool, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let left: Vec<_> =
        parts.iter().filter(|part| says_something(part) && (!cited || Document::of(part).is_none())).collect();
    // A message with nothing in it is refused. One that was a document says its name.
    let only = parts.iter().find_map(Document::of).filter(|_| left.is_empty());
    if left.is_empty() && only.is_none() {
        return Ok(());
    }
    out.begin_object().field_str("role", "user").key("content");
    match &*left {
        [] => {
            let title = only.and_then(|only| only.title).filter(|title| !title.is_empty());
            out.raw_str(title.unwrap_or(Str::from_escaped("document")));
        }
        [part @ Part::Text { text, .. }] => {
            note_cache(part, losses);
            out.raw_str(*text);
        }
        _ => {
            out.begin_array();
            left.iter().try_for_each(|item| part(item, out, losses))?;
            if out.as_bytes().ends_with(b"[") {
                let left = "a message that still says something without what was dropped";
                return Err(Refusal::invalid_field("messages", left));
            }
            out.end_array();
        }
    }
    out.end_object();
    Ok(())
}

fn says_something(part: &Part<'_>) -> bool {
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => !text.is_empty(),
        _ => true,
    }
}

fn part(part: &Part<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    note_cache(part, losses);
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => text_part(*text, out),
        Part::Image { source, detail, .. } => image(source, *detail, out),
        Part::Audio { .. } => losses.lacks("input_audio")?,
        Part::Citation(_) => losses.note("citations"),
        // The model reads texts only: what the client says about one stands in front of it.
        Part::Document { source: Source::PlainText(text), title, context, .. } => {
            [*context, *title, Some(*text)].into_iter().flatten().for_each(|text| text_part(text, out));
        }
        Part::Document { source: Source::Url(_), .. } => losses.lacks("document.url")?,
        Part::Document { source: Source::Base64 { .. }, .. } => losses.lacks("document.base64")?,
        Part::Reasoning { .. } | Part::RedactedReasoning { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => {}
    }
    Ok(())
}

fn image(source: &Source<'_>, detail: Option<Str<'_>>, out: &mut Writer) {
    out.begin_object().field_str("type", "image_url").key("image_url").begin_object().key("url");
    match source {
        // No dialect has such an image as text; that is all that could be meant.
        Source::Url(url) | Source::PlainText(url) => {
            out.raw_str(*url);
        }
        Source::Base64 { media_type, data } => write_data_url(media_type, data, out),
    }
    if let Some(detail) = detail {
        out.field_raw_str("detail", detail);
    }
    out.end_object().end_object();
}

fn assistant<'r, 'a: 'r>(
    parts: impl Iterator<Item = &'r Part<'a>>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let (mut texts, mut thoughts, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        note_cache(part, losses);
        match part {
            Part::Text { text, .. } | Part::Refusal { text } if !text.is_empty() => texts.push(*text),
            Part::Text { .. } | Part::Refusal { .. } | Part::ToolResult { .. } => {}
            Part::Reasoning { text, signature } => match signature.filter(|signature| !signature.is_empty()) {
                None if !text.is_empty() => thoughts.push(*text),
                _ => losses.note("thinking"),
            },
            Part::RedactedReasoning { .. } => losses.note("thinking"),
            Part::Citation(_) => losses.note("citations"),
            Part::ToolCall { .. } => calls.push(part),
            Part::Image { .. } => losses.lacks("assistant.image")?,
            Part::Document { .. } => losses.lacks("assistant.document")?,
            Part::Audio { .. } => losses.lacks("assistant.audio")?,
        }
    }
    if texts.is_empty() && thoughts.is_empty() && calls.is_empty() {
        return Ok(());
    }
    out.begin_object().field_str("role", "assistant");
    if !calls.is_empty() && !texts.is_empty() {
        out.key("tool_plan").begin_string();
        for text in texts.drain(..) {
            out.push_raw_str(text);
        }
        out.end_string();
    }
    if !thoughts.is_empty() {
        out.key("content").begin_array();
        for text in thoughts {
            out.begin_object().field_str("type", "thinking").field_raw_str("thinking", text).end_object();
        }
        texts.into_iter().for_each(|text| text_part(text, out));
        out.end_array();
    } else if !texts.is_empty() {
        self::texts(&texts, "", out.key("content"));
    }
    if !calls.is_empty() {
        out.key("tool_calls").begin_array();
        calls.into_iter().for_each(|call| tool_call(call, out));
        out.end_array();
    }
    out.end_object();
    Ok(())
}

fn tool_call(part: &Part<'_>, out: &mut Writer) {
    let Part::ToolCall { id, name, arguments, .. } = part else { return };
    out.begin_object().field_raw_str("id", id.unwrap_or(Str::from_escaped(""))).field_str("type", "function");
    out.key("function").begin_object().field_raw_str("name", *name);
    match arguments {
        // Some models call a tool without parameters with nothing at all; the API wants an object.
        Arguments::Quoted(text) if text.raw().trim().is_empty() => _ = out.field_str("arguments", "{}"),
        _ => arguments.write_quoted(out.key("arguments")),
    }
    out.end_object().end_object();
}

/// Texts, and documents, which here a tool may return.
fn tool_result(
    id: Str<'_>,
    content: &[Part<'_>],
    is_error: bool,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let prefix = if is_error { ERROR_PREFIX } else { "" };
    let (mut texts, mut documents) = (Vec::new(), Vec::new());
    for part in content {
        note_cache(part, losses);
        match part {
            Part::Text { text, .. } if text.is_empty() => {}
            Part::Text { text, .. } => texts.push(*text),
            Part::Document { .. } => match Document::of(part) {
                Some(document) => documents.push(document),
                None => losses.lacks("tool_result.document")?,
            },
            Part::Image { .. } => losses.lacks("tool_result.image")?,
            Part::Audio { .. } => losses.lacks("tool_result.audio")?,
            _ => {}
        }
    }
    out.begin_object().field_str("role", "tool").field_raw_str("tool_call_id", id).key("content");
    if texts.is_empty() && documents.is_empty() && !is_error {
        // A message with nothing in it is refused: the form of a result that names what it holds.
        out.begin_array().begin_object().field_str("type", "document").key("document").begin_object();
        out.key("data").begin_object().field_str("output", "").end_object().end_object().end_object().end_array();
    } else if documents.is_empty() {
        self::texts(&texts, prefix, out);
    } else {
        out.begin_array();
        if texts.is_empty() && is_error {
            text_part(Str::from_escaped(prefix.trim_end()), out);
        }
        text_parts(&texts, prefix, out);
        for document in documents {
            out.begin_object().field_str("type", "document").key("document").begin_object();
            document.write_data(out);
            out.end_object().end_object();
        }
        out.end_array();
    }
    out.end_object();
    Ok(())
}

/// One text as a string, several as parts; `prefix` in front of the first.
fn texts(texts: &[Str<'_>], prefix: &str, out: &mut Writer) {
    match texts {
        [] => {
            out.string(prefix.trim_end());
        }
        [text] => {
            out.begin_string().push_str(prefix).push_raw_str(*text).end_string();
        }
        _ => {
            out.begin_array();
            text_parts(texts, prefix, out);
            out.end_array();
        }
    }
}

fn text_parts(texts: &[Str<'_>], mut prefix: &str, out: &mut Writer) {
    for text in texts {
        out.begin_object().field_str("type", "text").key("text");
        out.begin_string().push_str(std::mem::take(&mut prefix)).push_raw_str(*text).end_string().end_object();
    }
}

fn text_part(text: Str<'_>, out: &mut Writer) {
    out.begin_object().field_str("type", "text").field_raw_str("text", text).end_object();
}

fn note_cache(part: &Part<'_>, losses: &mut Losses<'_>) {
    let (Part::Text { cache, .. }
    | Part::Image { cache, .. }
    | Part::Document { cache, .. }
    | Part::Audio { cache, .. }
    | Part::ToolCall { cache, .. }
    | Part::ToolResult { cache, .. }) = part
    else {
        return;
    };
    if cache.is_some() {
        losses.note("cache_control");
    }
}
