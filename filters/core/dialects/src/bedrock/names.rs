//! Names and ids as Converse's patterns have them.

use std::borrow::Cow;

use tollgate_wire::json::Str;

use super::family::Family;
use crate::canonical::matching_id;

/// Longest name of a tool and longest id of a call, in bytes.
const MAX_NAME: usize = 64;
/// Longest name of a document; the API takes 200, and a number may have to follow.
const MAX_DOCUMENT_NAME: usize = 190;

/// A tool's name, if Converse takes it: letters, digits, `_` and `-`.
pub(super) fn tool_name(name: Str<'_>) -> Option<&str> {
    let fits = |raw: &&str| is_short(raw) && raw.bytes().all(is_word);
    Some(name.raw()).filter(fits)
}

/// The name a tool was called by. What a model made up once need not fit the pattern: then it is made to, and still says what it said.
pub(super) fn called_name(name: Str<'_>) -> Cow<'_, str> {
    if let Some(name) = tool_name(name) {
        return name.into();
    }
    let name = name.decode();
    let kept = name.bytes().map(|byte| if is_word(byte) { byte as char } else { '_' }).take(MAX_NAME);
    if name.is_empty() { "tool".into() } else { kept.collect::<String>().into() }
}

/// The id of a call. Other providers' ids may not fit: then they are made to, for the call and its result alike. Claude's own pattern is
/// narrower than Converse's.
pub(super) fn call_id(id: Str<'_>, family: Family) -> Cow<'_, str> {
    let allowed = |byte| is_word(byte) || (family != Family::Claude && matches!(byte, b'.' | b':'));
    matching_id(id.raw(), "call_", 12, |raw| is_short(raw) && raw.bytes().all(allowed))
}

fn is_short(raw: &str) -> bool {
    (1..=MAX_NAME).contains(&raw.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The documents of a request: each must have a name, and no two the same.
#[derive(Debug, Default)]
pub(super) struct Documents {
    names: Vec<String>,
}

impl Documents {
    /// The next document's name: its title in the characters that are allowed, without the ending that its format repeats.
    pub fn name(&mut self, title: Option<Str<'_>>) -> &str {
        let base = title.map(|title| clean(&title.decode())).filter(|name| !name.is_empty());
        let base = base.unwrap_or_else(|| "document".to_owned());
        let mut name = base.clone();
        let mut number = 1;
        while self.names.contains(&name) {
            number += 1;
            name = format!("{base} {number}");
        }
        self.names.push(name);
        self.names.last().map(String::as_str).unwrap_or_default()
    }
}

/// Letters, digits, hyphens, parentheses, square brackets, and single spaces.
fn clean(title: &str) -> String {
    let stem = match title.rsplit_once('.') {
        Some((stem, ending)) if format_of_ending(ending).is_some() => stem,
        _ => title,
    };
    let mut name = String::with_capacity(stem.len().min(MAX_DOCUMENT_NAME));
    for letter in stem.chars() {
        if name.len() >= MAX_DOCUMENT_NAME {
            break;
        }
        if letter.is_ascii_alphanumeric() || "-()[]".contains(letter) {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with(' ') {
            name.push(' ');
        }
    }
    name.truncate(name.trim_end().len());
    name
}

/// `DocumentFormat` by a media type, or by the ending of the title where the media type says nothing.
pub(super) fn document_format(media_type: &str, title: Option<Str<'_>>) -> Option<&'static str> {
    Some(match media_type {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/plain" => "txt",
        "text/markdown" => "md",
        "" | "application/octet-stream" => return format_of_ending(title?.decode().rsplit_once('.')?.1),
        _ => return None,
    })
}

fn format_of_ending(ending: &str) -> Option<&'static str> {
    const FORMATS: [&str; 9] = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];
    FORMATS.into_iter().find(|format| ending.eq_ignore_ascii_case(format))
}

/// `ImageFormat` by a media type.
pub(super) fn image_format(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpeg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => return None,
    })
}

/// `AudioFormat` by a media type.
pub(super) fn audio_format(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/flac" => "flac",
        "audio/aac" => "aac",
        "audio/opus" => "opus",
        "audio/ogg" => "ogg",
        "audio/mp4" => "mp4",
        "audio/m4a" | "audio/x-m4a" => "m4a",
        "audio/webm" => "webm",
        "audio/pcm" | "audio/L16" => "pcm",
        _ => return None,
    })
}
