//! Images, audio and documents: <https://ai.google.dev/gemini-api/docs/file-input-methods>,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#filedata>.

use std::borrow::Cow;

use tollgate_wire::json::{Str, Writer, unescape};

use super::Server;
use crate::canonical::{Losses, Source};
use crate::refusal::Refusal;

/// What a file is, as the client's dialect says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Audio,
    Document,
}

/// Media types by the end of a file's name, for files behind URLs.
const TYPES: [(&str, &str); 25] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("xml", "text/xml"),
    ("json", "application/json"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mp3"),
    ("aiff", "audio/aiff"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("m4a", "audio/m4a"),
    ("mp4", "video/mp4"),
];

/// Writes a part of a content.
pub(super) fn part(
    source: &Source<'_>,
    kind: Kind,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    match source {
        Source::PlainText(text) => {
            out.begin_object().field_raw_str("text", *text).end_object();
        }
        Source::Base64 { media_type, data } => {
            out.begin_object();
            inline(media_type, data, out);
            out.end_object();
        }
        Source::Url(url) => {
            if !server.family.fetches && !server.is_vertex {
                return losses.lacks(url_feature(kind));
            }
            let Some(media_type) = media_type_of(*url, kind, server, losses)? else { return Ok(()) };
            out.begin_object();
            file(*url, &media_type, out);
            out.end_object();
        }
    }
    Ok(())
}

/// Writes the files that a tool returned, each with the feature it is.
pub(super) fn in_result(
    files: &[(&Source<'_>, Kind, &str)],
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let mut begun = false;
    for (source, kind, feature) in files {
        // AI Studio takes bytes only.
        let fits = match source {
            Source::Base64 { .. } => true,
            Source::Url(_) => server.is_vertex,
            Source::PlainText(_) => false,
        };
        if !fits || !server.family.media_in_results {
            losses.lacks(feature)?;
            continue;
        }
        let media_type = match source {
            Source::Url(url) => match media_type_of(*url, *kind, server, losses)? {
                Some(media_type) => media_type,
                None => continue,
            },
            _ => Cow::Borrowed(""),
        };
        if !begun {
            begun = true;
            out.key("parts").begin_array();
        }
        out.begin_object();
        match source {
            Source::Url(url) => file(*url, &media_type, out),
            Source::Base64 { media_type, data } => inline(media_type, data, out),
            Source::PlainText(_) => {}
        }
        out.end_object();
    }
    if begun {
        out.end_array();
    }
    Ok(())
}

fn inline(media_type: &str, data: &str, out: &mut Writer) {
    let media_type = unescape(media_type);
    // Names in use elsewhere for what the API has another name for.
    let media_type = match &*media_type {
        "image/jpg" => "image/jpeg",
        "audio/mpeg" => "audio/mp3",
        "audio/x-wav" | "audio/wave" => "audio/wav",
        other => other,
    };
    out.key("inlineData").begin_object().field_str("mimeType", media_type);
    // Still escaped, and large: copied as it is.
    out.key("data").begin_string().raw(data).end_string().end_object();
}

/// Without a media type the server finds it out, where it can.
fn file(url: Str<'_>, media_type: &str, out: &mut Writer) {
    out.key("fileData").begin_object();
    if !media_type.is_empty() {
        out.field_str("mimeType", media_type);
    }
    out.field_raw_str("fileUri", url).end_object();
}

/// What is behind a URL, by the end of its path; empty if that does not tell and need not. None if it must and the policy lets the file drop.
fn media_type_of(
    url: Str<'_>,
    kind: Kind,
    server: &Server,
    losses: &mut Losses<'_>,
) -> Result<Option<Cow<'static, str>>, Refusal> {
    let decoded = url.decode();
    let path = decoded.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let known = TYPES.iter().find(|(known, _)| ending.as_deref() == Some(*known)).map(|(_, media_type)| *media_type);
    Ok(match (known, kind) {
        (Some(known), _) => Some(known.into()),
        // The only kind of document that other dialects have by URL.
        (None, Kind::Document) => Some("application/pdf".into()),
        (None, _) if !server.is_vertex => Some("".into()),
        (None, _) => {
            losses.lacks(type_feature(kind))?;
            None
        }
    })
}

fn url_feature(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image.url",
        Kind::Audio => "input_audio.url",
        Kind::Document => "document.url",
    }
}

fn type_feature(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image.media_type",
        Kind::Audio => "input_audio.format",
        Kind::Document => "document.media_type",
    }
}
