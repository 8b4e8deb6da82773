//! The content blocks of a messages request.

use tollgate_wire::json::Value;

use crate::anthropic::citation::read_citation;
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
            // An empty one is none.
            let signature = item.get("signature").and_then(|signature| signature.as_str()).filter(|it| !it.is_empty());
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
            "citations" if value.is_null() => {}
            "citations" if *kind.raw() == *"text" && value.is_array() => {}
            "citations" if *kind.raw() == *"document" => {
                for (key, value) in required_object(&format!("{at}.citations"), Some(value))?.entries() {
                    match &*name(key) {
                        // All documents of a request are to be cited, or none is.
                        "enabled" => {
                            request.document_citations |=
                                boolean(&format!("{at}.citations.enabled"), value)?.unwrap_or(false)
                        }
                        key => request.unknown("document.citations", key, value),
                    }
                }
            }
            // The model itself called the tool: the only way there is without server-side tools.
            "caller" if value.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "direct") => {}
            key if known.contains(&key) => {}
            key => request.unknown(kind.raw(), key, value),
        }
    }
    let is_text = matches!(part, Part::Text { .. });
    parts.push(part);
    if let Some(citations) = item.get("citations").filter(|_| is_text) {
        parts.extend(citations.items().filter_map(read_citation).map(Part::Citation));
    }
    Ok(())
}

/// Where an image or document comes from; none if it is somewhere only Anthropic can reach, which then is an extra.
fn source<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<Option<Source<'a>>, Refusal> {
    let at = format!("{at}.source");
    let source = required_object(&at, item.get("source"))?;
    let field = |key: &str| string(&format!("{at}.{key}"), source.get(key));
    let (read, known): (_, &[&str]) = match field("type")?.raw() {
        "base64" => {
            let (media_type, data) = (field("media_type")?.raw(), field("data")?.raw());
            (Source::Base64 { media_type, data }, &["type", "media_type", "data"])
        }
        "url" => (Source::Url(field("url")?), &["type", "url"]),
        "text" => (Source::PlainText(field("data")?), &["type", "media_type", "data"]),
        other => {
            request.extra(format!("source.{other}"));
            return Ok(None);
        }
    };
    for (key, value) in source.entries() {
        let key = name(key);
        if !known.contains(&&*key) {
            request.unknown("source", &key, value);
        }
    }
    Ok(Some(read))
}
