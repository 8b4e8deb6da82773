//! Parts of messages that are neither text nor refusal, in the Chat API and in the Responses API.

use crate::fields::{Fault, Object, Read};
use crate::media::{data_url, is_base64, is_web_url};

/// Checks an image's address: on the web, or with its bytes in it.
fn image(object: &Object<'_>, name: &str) -> Read<()> {
    let url = object.need_string(name)?;
    let right = match data_url(url) {
        Some((kind, data)) => ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&kind) && is_base64(data),
        None => is_web_url(url),
    };
    if right {
        return Ok(());
    }
    let at = object.at(name).brackets();
    Err(object.fault(name, format!("Invalid '{at}'. Expected a valid URL, but got a value with an invalid format.")))
}

/// Checks a part of a chat message; what it counts as.
pub(super) fn chat(part: &Object<'_>, kind: &str) -> Read<String> {
    part.only(&["type", kind, "prompt_cache_breakpoint"])?;
    let inner = part.need_object(kind)?;
    match kind {
        "image_url" => {
            inner.only(&["url", "detail"])?;
            image(&inner, "url")?;
            detail(&inner)?;
        }
        "input_audio" => {
            inner.only(&["data", "format"])?;
            inner.one_of("format", &["wav", "mp3"])?;
            if !is_base64(inner.need_string("data")?) {
                return Err(inner.fault("data", "The data provided for 'input_audio' is not valid base64."));
            }
        }
        _ => {
            inner.only(&["file_data", "file_id", "filename"])?;
            file(&inner, &["file_id", "file_data"])?;
        }
    }
    Ok(if kind == "image_url" { "[image]".into() } else { format!("[{kind}]") })
}

/// Checks a part of an input item; what it counts as.
pub(super) fn response(part: &Object<'_>, kind: &str) -> Read<String> {
    match kind {
        "input_image" => {
            part.only(&["type", "detail", "file_id", "image_url", "prompt_cache_breakpoint"])?;
            detail(part)?;
            match (part.get("image_url"), part.string("file_id")?) {
                (Some(_), None) => image(part, "image_url")?,
                (None, Some(_)) => {}
                _ => return Err(one_of(part, &["image_url", "file_id"])),
            }
        }
        "input_audio" => {
            part.only(&["type", "input_audio"])?;
            part.need_object("input_audio")?;
        }
        _ => {
            part.only(&["type", "detail", "file_data", "file_id", "file_url", "filename", "prompt_cache_breakpoint"])?;
            file(part, &["file_id", "file_data", "file_url"])?;
        }
    }
    Ok(format!("[{}]", kind.trim_start_matches("input_")))
}

fn detail(object: &Object<'_>) -> Read<()> {
    match object.get("detail") {
        Some(_) => object.one_of("detail", &["auto", "low", "high", "original"]).map(|_| ()),
        None => Ok(()),
    }
}

/// A file comes in one of some ways; one that comes with its bytes has a name, and they are in a data URL.
fn file(file: &Object<'_>, ways: &[&str]) -> Read<()> {
    if ways.iter().filter(|way| file.get(way).is_some()).count() != 1 {
        return Err(one_of(file, ways));
    }
    let Some(data) = file.string("file_data")? else { return Ok(()) };
    file.need_string("filename")?;
    match data_url(data).is_some_and(|(_, data)| is_base64(data)) {
        true => Ok(()),
        false => {
            let at = file.at("file_data").brackets();
            let message = format!(
                "Invalid '{at}'. Expected a base64-encoded data URL with a supported MIME type (e.g. 'data:application/pdf;base64,...'), \
                 but got a value without the 'data:' prefix."
            );
            Err(file.fault("file_data", message))
        }
    }
}

fn one_of(object: &Object<'_>, ways: &[&str]) -> Fault {
    let listed = ways.iter().map(|way| format!("'{way}'")).collect::<Vec<_>>().join(", ");
    Fault::Other(
        object.path.clone(),
        format!("Mutually exclusive parameters: Ensure you provide exactly one of {listed}."),
    )
}
