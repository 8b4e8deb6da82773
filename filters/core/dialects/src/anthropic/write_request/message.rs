//! The messages of a messages request.

use tollgate_wire::json::{Str, Value, Writer, unescape};

use crate::anthropic::is_blank;
use crate::canonical::{Losses, Part, Request, Role, Source, matching_id};
use crate::protocol::Signer;
use crate::refusal::Refusal;

/// What one side says in a row.
pub(super) type Turn<'m, 'a> = (Role, Vec<&'m Part<'a>>);

/// User and assistant take turns: what the same side says in a row becomes one message, and one that says nothing is left out, because the API
/// refuses it.
pub(super) fn turns<'m, 'a>(request: &'m Request<'a>, losses: &mut Losses<'_>) -> Vec<Turn<'m, 'a>> {
    let mut turns: Vec<Turn<'m, 'a>> = Vec::new();
    for message in request.messages.iter().filter(|message| message.role != Role::System) {
        let is_text = |part: &Part<'_>| matches!(part, Part::Text { text, .. } if !is_blank(*text));
        let has_text = message.parts.iter().any(is_text);
        let mut parts = message.parts.iter().filter(|part| says_something(part, has_text, losses)).peekable();
        if parts.peek().is_none() {
            continue;
        }
        match turns.last_mut() {
            Some((role, turn)) if *role == message.role => turn.extend(parts),
            _ => turns.push((message.role, parts.collect())),
        }
    }
    turns
}

/// Writes them. Results of parallel calls must be in one, in front of everything else the user says there.
pub(super) fn messages(
    turns: Vec<Turn<'_, '_>>,
    cite: bool,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let last = turns.len().saturating_sub(1);
    for (index, (role, mut parts)) in turns.into_iter().enumerate() {
        parts.sort_by_key(|part| !matches!(part, Part::ToolResult { .. }) && role == Role::User);
        let begun = role == Role::Assistant && index == last;
        let name = if role == Role::User { "user" } else { "assistant" };
        out.begin_object().field_str("role", name).key("content");
        match &*parts {
            [Part::Text { text, cache: None }] => {
                // "final assistant content cannot end with trailing whitespace"
                out.raw_str(if begun { without_trailing_space(*text) } else { *text });
            }
            _ => {
                out.begin_array();
                parts.iter().try_for_each(|part| block(part, cite, out, losses))?;
                if out.as_bytes().ends_with(b"[") {
                    let left = "a message that still says something without what was dropped";
                    return Err(Refusal::invalid_field("messages", left));
                }
                out.end_array();
            }
        }
        out.end_object();
    }
    Ok(())
}

fn without_trailing_space(text: Str<'_>) -> Str<'_> {
    let mut raw = text.raw().trim_end();
    while let Some(front) = ["\\n", "\\r", "\\t"].iter().find_map(|escape| raw.strip_suffix(escape)) {
        // A backslash of the text's own in front of the letter is no escape.
        if (front.len() - front.trim_end_matches('\\').len()) % 2 == 1 {
            break;
        }
        raw = front.trim_end();
    }
    Str::from_escaped(raw)
}

/// A call's id as the API takes it, `^[a-zA-Z0-9_-]+$`: ids of other servers have dots and colons in them. A call and its result get the
/// same one.
fn tool_id(id: Str<'_>, out: &mut Writer) {
    let fits =
        |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    out.raw_str(Str::from_escaped(&matching_id(id.raw(), "toolu_", 12, fits)));
}

/// The API refuses empty texts, which other dialects send beside tool calls, blank ones where there is no other, and thinking that it has not
/// signed.
fn says_something(part: &Part<'_>, has_text: bool, losses: &mut Losses<'_>) -> bool {
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => !text.is_empty() && (has_text || !is_blank(*text)),
        Part::Reasoning { signature: None, .. } => {
            losses.note("thinking");
            false
        }
        Part::Reasoning { signature: Some(signature), .. } => !signature.is_empty(),
        // A client of another dialect cannot tell what the API wants to know of a source.
        Part::Citation(_) => {
            losses.note("citations");
            false
        }
        _ => true,
    }
}

/// A text block, its cache mark included.
pub(super) fn text(part: &Part<'_>, out: &mut Writer) {
    if let Part::Text { text, cache } = part {
        out.begin_object().field_str("type", "text").field_raw_str("text", *text);
        end(*cache, out);
    }
}

fn end(cache: Option<Value<'_>>, out: &mut Writer) {
    if let Some(cache) = cache {
        out.field_value("cache_control", cache);
    }
    out.end_object();
}

fn block(part: &Part<'_>, cite: bool, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    match part {
        Part::Text { .. } => text(part, out),
        Part::Refusal { text } => {
            out.begin_object().field_str("type", "text").field_raw_str("text", *text).end_object();
        }
        Part::Image { source, cache, .. } => {
            out.begin_object().field_str("type", "image").key("source");
            self::source(source, out);
            end(*cache, out);
        }
        Part::Document { source, title, context, cache } => {
            if let Source::Base64 { media_type, .. } = source
                && *unescape(media_type) != *"application/pdf"
            {
                return losses.lacks("document.media_type");
            }
            out.begin_object().field_str("type", "document").key("source");
            self::source(source, out);
            if let Some(title) = title {
                out.field_raw_str("title", *title);
            }
            if let Some(context) = context {
                out.field_raw_str("context", *context);
            }
            if cite {
                out.key("citations").begin_object().field_bool("enabled", true).end_object();
            }
            end(*cache, out);
        }
        Part::Reasoning { text, signature } => {
            out.begin_object().field_str("type", "thinking").field_raw_str("thinking", *text);
            if let Some(signature) = signature.and_then(|signature| Signer::Anthropic.open(signature)) {
                out.field_raw_str("signature", Str::from_escaped(signature));
            }
            out.end_object();
        }
        Part::RedactedReasoning { data } => {
            let data = Signer::Anthropic.open(*data).unwrap_or_default();
            out.begin_object().field_str("type", "redacted_thinking");
            out.field_raw_str("data", Str::from_escaped(data)).end_object();
        }
        Part::ToolCall { id, name, arguments, cache } => {
            out.begin_object().field_str("type", "tool_use").key("id");
            tool_id(id.unwrap_or(*name), out);
            out.field_raw_str("name", *name).key("input");
            arguments.write_object(*name, out)?;
            end(*cache, out);
        }
        Part::Audio { .. } => losses.lacks("input_audio")?,
        // Taken out before.
        Part::Citation(_) => {}
        Part::ToolResult { id, content, is_error, cache } => {
            out.begin_object().field_str("type", "tool_result").key("tool_use_id");
            tool_id(*id, out);
            let is_said = |part: &&Part<'_>| !matches!(part, Part::Text { text, .. } if text.is_empty());
            let content: Vec<_> = content.iter().filter(is_said).collect();
            match &*content {
                [] => {}
                [Part::Text { text, cache: None }] => {
                    out.field_raw_str("content", *text);
                }
                parts => {
                    out.key("content").begin_array();
                    parts.iter().try_for_each(|part| block(part, cite, out, losses))?;
                    out.end_array();
                }
            }
            if *is_error {
                out.field_bool("is_error", true);
            }
            end(*cache, out);
        }
    }
    Ok(())
}

fn source(source: &Source<'_>, out: &mut Writer) {
    out.begin_object();
    match source {
        Source::Url(url) => out.field_str("type", "url").field_raw_str("url", *url),
        Source::Base64 { media_type, data } => {
            out.field_str("type", "base64").field_str("media_type", &unescape(media_type));
            // Still escaped, and large: copied as it is.
            out.key("data").begin_string().raw(data).end_string()
        }
        Source::PlainText(text) => {
            out.field_str("type", "text").field_str("media_type", "text/plain").field_raw_str("data", *text)
        }
    };
    out.end_object();
}
