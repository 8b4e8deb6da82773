//! The parts of what someone says.

use tollgate_wire::json::{Str, Writer, unescape};

use crate::canonical::{Losses, Part, Source};
use crate::openai::write_data_url;
use crate::openai_chat::audio;
use crate::openai_chat::servers::Server;
use crate::refusal::Refusal;

pub(super) fn part(part: &Part<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    match part {
        Part::Text { cache, .. }
        | Part::Image { cache, .. }
        | Part::Document { cache, .. }
        | Part::Audio { cache, .. }
            if cache.is_some() =>
        {
            losses.note("cache_control");
        }
        _ => {}
    }
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => text_part(*text, out),
        Part::Image { source, detail, .. } => image(source, *detail, server, out, losses)?,
        Part::Audio { source, .. } => sound(source, server, out, losses)?,
        Part::Citation(_) => losses.note("citations"),
        Part::Document { source, title, context, .. } => document(source, *title, *context, server, out, losses)?,
        Part::Reasoning { .. } | Part::RedactedReasoning { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => {}
    }
    Ok(())
}

pub(super) fn text_part(text: Str<'_>, out: &mut Writer) {
    out.begin_object().field_str("type", "text").field_raw_str("text", text).end_object();
}

fn image(
    source: &Source<'_>,
    detail: Option<Str<'_>>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    if !server.takes("image", losses)? || (matches!(source, Source::Url(_)) && !server.takes("image.url", losses)?) {
        return Ok(());
    }
    out.begin_object().field_str("type", "image_url").key("image_url").begin_object().key("url");
    match source {
        Source::Url(url) => {
            out.raw_str(*url);
        }
        Source::Base64 { media_type, data } => write_data_url(media_type, data, out),
        // No dialect has such an image; the text is all that could be meant.
        Source::PlainText(text) => {
            out.raw_str(*text);
        }
    }
    if let Some(detail) = detail {
        out.field_raw_str("detail", detail);
    }
    out.end_object().end_object();
    Ok(())
}

fn sound(source: &Source<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    if !server.takes("input_audio", losses)? {
        return Ok(());
    }
    let Source::Base64 { media_type, data } = source else { return losses.lacks("input_audio.url") };
    let Some(format) = audio::format(&unescape(media_type)) else { return losses.lacks("input_audio.format") };
    out.begin_object().field_str("type", "input_audio").key("input_audio");
    // Still escaped, and large: copied as it is.
    if server.is_strict {
        out.begin_string().raw(data).end_string();
    } else {
        out.begin_object().key("data").begin_string().raw(data).end_string().field_str("format", format).end_object();
    }
    out.end_object();
    Ok(())
}

fn document(
    source: &Source<'_>,
    title: Option<Str<'_>>,
    context: Option<Str<'_>>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    if !matches!(source, Source::PlainText(_)) && !server.takes("document", losses)? {
        return Ok(());
    }
    // What the client says about the document stands in front of it, for the model to read.
    context.into_iter().for_each(|context| text_part(context, out));
    match source {
        Source::PlainText(text) => {
            title.into_iter().for_each(|title| text_part(title, out));
            text_part(*text, out);
        }
        Source::Base64 { .. } | Source::Url(_) if server.is_strict => {
            out.begin_object().field_str("type", "document_url").key("document_url");
            match source {
                Source::Base64 { media_type, data } => write_data_url(media_type, data, out),
                Source::Url(text) | Source::PlainText(text) => {
                    out.raw_str(*text);
                }
            }
            if let Some(title) = title {
                out.field_raw_str("document_name", title);
            }
            out.end_object();
        }
        Source::Base64 { media_type, data } => {
            out.begin_object().field_str("type", "file").key("file").begin_object();
            match title {
                Some(title) => out.field_raw_str("filename", title),
                // Required beside the data.
                None => out.field_str("filename", "document.pdf"),
            };
            write_data_url(media_type, data, out.key("file_data"));
            out.end_object().end_object();
        }
        Source::Url(_) => losses.lacks("document.url")?,
    }
    Ok(())
}
