//! The content blocks of a messages request.

use tollgate_wire::json::Value;

use crate::canonical::{Arguments, Part, Request, Source};
use crate::refusal::Refusal;
use crate::request::fields::{boolean, name, optional_string, required_object, string};

/// A string, or blocks.
pub(super) fn content<'a>(
    value: Value<'a>,
    at: &str,
    parts: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    if let Some(text) = value.as_str() {
        parts.push(Part::Text { text, cache: None });
        return Ok(());
    }
    if !value.is_array() {
        return Err(Refusal::invalid_field(at, "a string or an array of blocks"));
    }
    for (index, item) in value.items().enumerate() {
        block(item, &format!("{at}.{index}"), parts, request)?;
    }
    Ok(())
}

fn block<'a>(item: Value<'a>, at: &str, parts: &mut Vec<Part<'a>>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let field = |key: &str| string(&format!("{at}.{key}"), item.get(key));
    let cache = item.get("cache_control").filter(|cache| !cache.is_null());
    let kind = field("type")?;
    let (part, known): (_, &[&str]) = match kind.raw() {
        "text" => (Part::Text { text: field("text")?, cache }, &["text"]),
        "image" => match source(item, at, request)? {
            Some(source) => (Part::Image { source, detail: None, cache }, &["source"]),
            None => return Ok(()),
        },
        "document" => match source(item, at, request)? {
            Some(source) => {
                let optional = |key: &str| match item.get(key) {
                    Some(value) => optional_string(&format!("{at}.{key}"), value),
                    None => Ok(None),
                };
                let (title, context) = (optional("title")?, optional("context")?);
                (Part::Document { source, title, context, cache }, &["source", "title", "context"])
            }
            None => return Ok(()),
        },
        "thinking" => {
            let signature = item.get("signature").and_then(|signature| signature.as_str());
            (Part::Reasoning { text: field("thinking")?, signature }, &["thinking", "signature"])
        }
        "redacted_thinking" => (Part::RedactedReasoning { data: field("data")? }, &["data"]),
        "tool_use" => {
            let input = required_object(&format!("{at}.input"), item.get("input"))?;
            let (id, name) = (Some(field("id")?), field("name")?);
            (Part::ToolCall { id, name, arguments: Arguments::Json(input), cache }, &["id", "name", "input"])
        }
        "tool_result" => {
            let mut content = Vec::new();
            if let Some(value) = item.get("content").filter(|content| !content.is_null()) {
                self::content(value, &format!("{at}.content"), &mut content, request)?;
            }
            let is_error = match item.get("is_error") {
                Some(value) => boolean(&format!("{at}.is_error"), value)?.unwrap_or(false),
                None => false,
            };
            let result = Part::ToolResult { id: field("tool_use_id")?, content, is_error, cache };
            (result, &["tool_use_id", "content", "is_error"])
        }
        other => {
            request.extra(other.to_owned());
            return Ok(());
        }
    };
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "cache_control" => {}
            "citations" if value.is_array() && value.is_empty() => {}
            "citations" if value.get("enabled").and_then(|enabled| enabled.as_bool()) == Some(false) => {}
            // The model itself called the tool: the only way there is without server-side tools.
            "caller" if value.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "direct") => {}
            key if known.contains(&key) => {}
            key => request.unknown(kind.raw(), key, value),
        }
    }
    parts.push(part);
    Ok(())
}

/// Where an image or document comes from; none if it is somewhere only Anthropic can reach, which then is an extra.
fn source<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<Option<Source<'a>>, Refusal> {
    let at = format!("{at}.source");
    let source = required_object(&at, item.get("source"))?;
    let field = |key: &str| string(&format!("{at}.{key}"), source.get(key));
    Ok(Some(match field("type")?.raw() {
        "base64" => Source::Base64 { media_type: field("media_type")?.raw(), data: field("data")?.raw() },
        "url" => Source::Url(field("url")?),
        "text" => Source::PlainText(field("data")?),
        other => {
            request.extra(format!("source.{other}"));
            return Ok(None);
        }
    }))
}
