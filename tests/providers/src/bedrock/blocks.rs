//! Reading and validating the blocks of a Converse request that carry something else than text and tools.

use crate::fields::{Fault, Object, Read};
use crate::media::is_base64;

const IMAGES: [&str; 4] = ["png", "jpeg", "gif", "webp"];
const DOCUMENTS: [&str; 9] = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];
const VIDEOS: [&str; 9] = ["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"];
const SOUNDS: [&str; 14] =
    ["mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm"];

/// Refuses an object that has not exactly one member.
pub(super) fn union(object: &Object<'_>, kind: &str, members: &[&str]) -> Read<()> {
    if object.names().count() == 1 {
        return Ok(());
    }
    let text = format!(
        "The {kind} object at {} must set exactly one of the following keys: {}.",
        object.path.dots(),
        members.join(", ")
    );
    Err(Fault::Other(object.path.clone(), text))
}

/// Reads a block of a medium; what it counts as.
pub(super) fn medium(block: &Object<'_>, kind: &'static str) -> Read<String> {
    let medium = block.need_object(kind)?;
    match kind {
        "image" => {
            medium.only(&["format", "source", "error"])?;
            medium.one_of("format", &IMAGES)?;
            source(&medium, &["bytes", "s3Location"])?;
        }
        "document" => document(&medium)?,
        "video" => {
            medium.only(&["format", "source"])?;
            medium.one_of("format", &VIDEOS)?;
            source(&medium, &["bytes", "s3Location"])?;
        }
        _ => {
            medium.only(&["format", "source", "error"])?;
            medium.one_of("format", &SOUNDS)?;
            source(&medium, &["bytes", "s3Location"])?;
        }
    }
    Ok(format!("[{kind}]"))
}

fn document(document: &Object<'_>) -> Read<()> {
    document.only(&["format", "name", "source", "context", "citations"])?;
    let source = source(document, &["bytes", "s3Location", "text", "content"])?;
    if source != "text" && source != "content" {
        document.one_of("format", &DOCUMENTS)?;
    }
    if let Some(citations) = document.object("citations")? {
        citations.only(&["enabled"])?;
        citations.flag("enabled")?.ok_or_else(|| Fault::Missing(citations.at("enabled")))?;
    }
    let name = document.need_string("name")?;
    let right = |c: char| c.is_alphanumeric() || " -()[]".contains(c);
    if name.is_empty() || name.len() > 200 || !name.chars().all(right) || name.contains("  ") {
        let text = "The file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square \
                    brackets. The name can't contain more than one consecutive whitespace character.";
        return Err(document.fault("name", text));
    }
    Ok(())
}

/// Reads where a medium's data is; which way that is.
fn source<'a>(medium: &Object<'a>, ways: &'static [&'static str]) -> Read<&'a str> {
    let source = medium.need_object("source")?;
    source.only(ways)?;
    union(&source, "source", ways)?;
    let way = source.names().next().unwrap_or_default();
    match way {
        "bytes" => {
            bytes(&source, "bytes")?;
        }
        "s3Location" => {
            let location = source.need_object(way)?;
            location.only(&["uri", "bucketOwner"])?;
            location.need_string("uri")?;
        }
        "text" => {
            source.need_string(way)?;
        }
        _ => {
            source.objects(way)?;
        }
    }
    Ok(way)
}

/// Bytes travel as base64.
fn bytes(object: &Object<'_>, name: &'static str) -> Read<()> {
    match object.need_string(name)? {
        "" => Err(object.fault(name, format!("The value at {} is empty.", object.at(name).dots()))),
        data if is_base64(data) => Ok(()),
        _ => Err(Fault::Type(object.at(name), "base64", "string")),
    }
}

/// Reads a block of reasoning, which must be as it was handed out.
pub(super) fn reasoning(block: &Object<'_>, role: &str) -> Read<()> {
    if role != "assistant" {
        let at = block.path.dots();
        let text = format!("The reasoningContent field at {at} is only allowed in messages of the assistant role.");
        return Err(block.fault("reasoningContent", text));
    }
    let reasoning = block.need_object("reasoningContent")?;
    let members = ["reasoningText", "redactedContent"];
    reasoning.only(&members)?;
    union(&reasoning, "ReasoningContentBlock", &members)?;
    match reasoning.object("reasoningText")? {
        Some(text) => {
            text.only(&["text", "signature"])?;
            text.need_string("text")?;
            text.string("signature")?;
            Ok(())
        }
        None => bytes(&reasoning, "redactedContent"),
    }
}

/// Reads a cache point; how long what it marks is kept.
pub(super) fn cache_point(block: &Object<'_>) -> Read<Option<&'static str>> {
    let Some(point) = block.object("cachePoint")? else { return Ok(None) };
    point.only(&["type", "ttl"])?;
    point.one_of("type", &["default"])?;
    match point.get("ttl") {
        Some(_) if point.one_of("ttl", &["5m", "1h"])? == "1h" => Ok(Some("1h")),
        _ => Ok(Some("5m")),
    }
}
