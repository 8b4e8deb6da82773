//! Images and documents: <https://docs.claude.com/en/docs/build-with-claude/vision> and `…/pdf-support`.

use serde_json::Value;

use crate::fields::{Fault, Object, Path, Read};
use crate::media::{is_base64, is_web_url};

/// Checks a block that is an image, whose path in messages is `at`.
pub(super) fn image(block: &Object<'_>, at: &Path) -> Read<()> {
    super::request::only(block, at, &["type", "source", "cache_control", "transformations"])?;
    let kinds = &["image/jpeg", "image/png", "image/gif", "image/webp"];
    source(block, at, &["base64", "file", "url"], kinds).map(|_| ())
}

/// Checks a block that is a document; its text, where it has one.
pub(super) fn document(block: &Object<'_>, at: &Path) -> Read<String> {
    super::request::only(block, at, &["type", "source", "cache_control", "citations", "context", "title"])?;
    if let Some(citations) = block.object("citations")? {
        citations.only(&["enabled"])?;
        citations.flag("enabled")?;
    }
    let text = source(block, at, &["base64", "content", "file", "text", "url"], &["application/pdf"])?;
    Ok([block.string("title")?.unwrap_or_default(), block.string("context")?.unwrap_or_default(), &text].concat())
}

fn source(
    block: &Object<'_>,
    at: &Path,
    ways: &'static [&'static str],
    kinds: &'static [&'static str],
) -> Read<String> {
    let source = block.object("source")?.ok_or_else(|| Fault::Missing(at.name("source")))?;
    let at = at.name("source");
    let way = source.string("type")?.ok_or_else(|| Fault::Missing(at.name("type")))?;
    if !ways.contains(&way) {
        let listed: Vec<String> = ways.iter().map(|way| format!("'{way}'")).collect();
        let text = format!(
            "Input tag '{way}' found using 'type' does not match any of the expected tags: {}",
            listed.join(", ")
        );
        return Err(Fault::Other(at, text));
    }
    let at = at.name(way);
    let need = |name: &str| source.string(name)?.ok_or_else(|| Fault::Missing(at.name(name)));
    let media_type = |allowed: &'static [&'static str]| match need("media_type")? {
        kind if allowed.contains(&kind) => Ok(()),
        other => Err(Fault::Value(at.name("media_type"), other.to_owned(), allowed)),
    };
    match way {
        "base64" => {
            super::request::only(&source, &at, &["type", "media_type", "data"])?;
            media_type(kinds)?;
            match need("data")? {
                data if is_base64(data) => Ok(String::new()),
                _ => Err(Fault::Other(at, "invalid base64 data".into())),
            }
        }
        "url" => {
            super::request::only(&source, &at, &["type", "url"])?;
            match need("url")? {
                url if is_web_url(url) => Ok(String::new()),
                _ => Err(Fault::Other(at.name("url"), "Only HTTP and HTTPS URLs are supported.".into())),
            }
        }
        "text" => {
            super::request::only(&source, &at, &["type", "media_type", "data"])?;
            media_type(&["text/plain"])?;
            Ok(need("data")?.to_owned())
        }
        "content" => {
            super::request::only(&source, &at, &["type", "content"])?;
            match source.get("content") {
                Some(Value::String(text)) => Ok(text.clone()),
                _ => super::request::result_text(&source),
            }
        }
        _ => {
            super::request::only(&source, &at, &["type", "file_id"])?;
            need("file_id").map(|_| String::new())
        }
    }
}
