//! The content of a message.

use tollgate_wire::json::{Str, Value};

use crate::canonical::{Part, Request, Source};
use crate::openai;
use crate::openai_chat::audio;
use crate::refusal::Refusal;
use crate::request::fields::{name, optional_string, required_object, string};

/// A string, or parts; null is none.
pub(super) fn content<'a>(
    value: Value<'a>,
    at: &str,
    parts: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    if value.is_null() {
        return Ok(());
    }
    openai::content(value, at, "content", parts, |item, at, parts| part(item, at, parts, request))
}

fn part<'a>(item: Value<'a>, at: &str, parts: &mut Vec<Part<'a>>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let kind = string(&format!("{at}.type"), item.get("type"))?;
    let cache = item.get("cache_control").filter(|cache| !cache.is_null());
    let own = match kind.raw() {
        "text" => {
            parts.push(Part::Text { text: string(&format!("{at}.text"), item.get("text"))?, cache });
            "text"
        }
        "refusal" => {
            parts.push(Part::Refusal { text: string(&format!("{at}.refusal"), item.get("refusal"))? });
            "refusal"
        }
        "image_url" => {
            let (source, detail) = image(item.get("image_url"), at, request)?;
            parts.push(Part::Image { source, detail, cache });
            "image_url"
        }
        "input_audio" => {
            parts.push(Part::Audio { source: sound(item.get("input_audio"), at, request)?, cache });
            "input_audio"
        }
        "file" => {
            file(item.get("file"), cache, at, parts, request)?;
            "file"
        }
        other => {
            request.extra(other.to_owned());
            return Ok(());
        }
    };
    for (key, value) in item.entries() {
        match &*name(key) {
            "type" | "cache_control" => {}
            // Where a cached prefix ends, for a provider that can be told; the others find out.
            "prompt_cache_breakpoint" => request.hints.push("prompt_cache_breakpoint"),
            key if key == own => {}
            key => request.unknown(own, key, value),
        }
    }
    Ok(())
}

/// Where an image is, and how closely to look at it: `auto` is the default.
fn image<'a>(
    value: Option<Value<'a>>,
    at: &str,
    request: &mut Request<'a>,
) -> Result<(Source<'a>, Option<Str<'a>>), Refusal> {
    let field = format!("{at}.image_url.url");
    let value = value.ok_or_else(|| Refusal::missing_field(&field))?;
    let mut detail = None;
    for (key, value) in value.entries() {
        match &*name(key) {
            "url" => {}
            "detail" => {
                let word = optional_string(&format!("{at}.image_url.detail"), value)?;
                detail = word.filter(|word| *word != "auto");
            }
            key => request.unknown("image_url", key, value),
        }
    }
    let url = string(&field, value.get("url").or(Some(value)))?;
    Ok((openai::image_source(&field, url)?, detail))
}

fn sound<'a>(value: Option<Value<'a>>, at: &str, request: &mut Request<'a>) -> Result<Source<'a>, Refusal> {
    let at = format!("{at}.input_audio");
    let value = required_object(&at, value)?;
    let format = string(&format!("{at}.format"), value.get("format"))?;
    let known = || Refusal::invalid_field(&format!("{at}.format"), "`wav`, `mp3` or another format of sound");
    for (key, value) in value.entries() {
        match &*name(key) {
            "data" | "format" => {}
            key => request.unknown("input_audio", key, value),
        }
    }
    Ok(Source::Base64 {
        media_type: audio::media_type(format.raw()).ok_or_else(known)?,
        data: string(&format!("{at}.data"), value.get("data"))?.raw(),
    })
}

fn file<'a>(
    value: Option<Value<'a>>,
    cache: Option<Value<'a>>,
    at: &str,
    parts: &mut Vec<Part<'a>>,
    request: &mut Request<'a>,
) -> Result<(), Refusal> {
    let value = required_object(&format!("{at}.file"), value)?;
    let (mut source, mut title) = (None, None);
    for (key, value) in value.entries() {
        match &*name(key) {
            "filename" => title = optional_string(&format!("{at}.file.filename"), value)?,
            "file_data" => source = Some(openai::file_data(&format!("{at}.file.file_data"), value)?),
            key => request.unknown("file", key, value),
        }
    }
    parts.extend(source.map(|source| Part::Document { source, title, context: None, cache }));
    Ok(())
}
