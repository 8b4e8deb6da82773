//! What an item holds: text, images, sounds and files.

use tollgate_wire::json::{Str, Value};

use crate::canonical::{Part, Request, Source};
use crate::openai;
use crate::refusal::Refusal;
use crate::request::fields::{name, optional_string, required_object, string};

/// A string, or parts: the `field` of an item.
pub(super) fn content<'a>(
    value: Value<'a>,
    at: &str,
    field: &str,
    parts: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    openai::content(value, at, field, parts, |item, at, parts| part(item, at, parts, request))
}

fn part<'a>(item: Value<'a>, at: &str, parts: &mut Vec<Part<'a>>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let field = |key: &str| string(&format!("{at}.{key}"), item.get(key));
    let kind = field("type")?;
    let cache = item.get("cache_control").filter(|cache| !cache.is_null());
    let known: &[&str] = match kind.raw() {
        "input_text" | "output_text" | "text" => {
            parts.push(Part::Text { text: field("text")?, cache });
            // Of its own earlier answer the model need not be told what others said about it.
            &["text", "annotations", "logprobs"]
        }
        "refusal" => {
            parts.push(Part::Refusal { text: field("refusal")? });
            &["refusal"]
        }
        "input_image" => {
            if let Some(source) = image(item, at, request)? {
                parts.push(Part::Image { source, detail: detail(item, at)?, cache });
            }
            &["image_url", "detail", "file_id"]
        }
        "input_file" => {
            file(item, cache, at, parts, request)?;
            &["file_data", "file_url", "filename", "file_id", "detail"]
        }
        "input_audio" => {
            let audio = required_object(&format!("{at}.input_audio"), item.get("input_audio"))?;
            let data = string(&format!("{at}.input_audio.data"), audio.get("data"))?.raw();
            let media_type = match string(&format!("{at}.input_audio.format"), audio.get("format"))?.raw() {
                "wav" => "audio/wav",
                "mp3" => "audio/mp3",
                _ => return Err(Refusal::invalid_field(&format!("{at}.input_audio.format"), "`wav` or `mp3`")),
            };
            parts.push(Part::Audio { source: Source::Base64 { media_type, data }, cache });
            &["input_audio"]
        }
        other => {
            request.extra(other.to_owned());
            return Ok(());
        }
    };
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "cache_control" => {}
            // Where the provider caches by itself it may cut elsewhere; the answer is the same.
            "prompt_cache_breakpoint" if !value.is_null() => {
                if !request.hints.contains(&"prompt_cache_breakpoint") {
                    request.hints.push("prompt_cache_breakpoint");
                }
            }
            key if known.contains(&key) => {}
            key => request.unknown(kind.raw(), key, value),
        }
    }
    Ok(())
}

/// An image by its address or its data; none if it is a file that only OpenAI has, which then is an extra.
fn image<'a>(item: Value<'a>, at: &str, request: &mut Request<'a>) -> Result<Option<Source<'a>>, Refusal> {
    if item.get("file_id").is_some_and(|id| !id.is_null()) {
        request.extra("input_image.file_id");
        return Ok(None);
    }
    let field = format!("{at}.image_url");
    let url = string(&field, item.get("image_url"))?;
    openai::image_source(&field, url).map(Some)
}

/// How closely to look at an image; `auto` leaves it to the provider.
fn detail<'a>(item: Value<'a>, at: &str) -> Result<Option<Str<'a>>, Refusal> {
    match item.get("detail") {
        Some(detail) => Ok(optional_string(&format!("{at}.detail"), detail)?.filter(|detail| *detail != "auto")),
        None => Ok(None),
    }
}

fn file<'a>(
    item: Value<'a>,
    cache: Option<Value<'a>>,
    at: &str,
    parts: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    let said = |key: &str| item.get(key).filter(|value| !value.is_null());
    let title = match said("filename") {
        Some(name) => optional_string(&format!("{at}.filename"), name)?,
        None => None,
    };
    if said("detail").is_some_and(|detail| detail.as_str().is_none_or(|detail| detail != "auto")) {
        request.extra("input_file.detail");
    }
    if said("file_id").is_some() {
        request.extra("input_file.file_id");
        return Ok(());
    }
    let source = match (said("file_data"), said("file_url")) {
        (Some(data), _) => openai::file_data(&format!("{at}.file_data"), data)?,
        (None, Some(url)) => Source::Url(string(&format!("{at}.file_url"), Some(url))?),
        (None, None) => return Err(Refusal::missing_field(&format!("{at}.file_data"))),
    };
    parts.push(Part::Document { source, title, context: None, cache });
    Ok(())
}
