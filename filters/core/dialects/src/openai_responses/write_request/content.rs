//! The content parts of a responses request.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::{Losses, Part, Source};
use crate::openai::write_data_url;
use crate::refusal::Refusal;

/// Writes a part of a message or of a tool's result. What is no content is left to its own writer.
pub(super) fn part(part: &Part<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    match part {
        Part::Text { cache, .. } | Part::Image { cache, .. } | Part::Document { cache, .. } if cache.is_some() => {
            losses.note("cache_control");
        }
        _ => {}
    }
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => input_text(*text, out),
        Part::Image { source, detail, .. } => {
            out.begin_object().field_str("type", "input_image");
            match detail {
                Some(detail) => out.field_raw_str("detail", *detail),
                None => out.field_str("detail", "auto"),
            };
            out.key("image_url");
            match source {
                Source::Base64 { media_type, data } => write_data_url(media_type, data, out),
                // No dialect has an image of text; the text is all that could be meant.
                Source::Url(url) | Source::PlainText(url) => {
                    out.raw_str(*url);
                }
            }
            out.end_object();
        }
        Part::Document { source, title, context, .. } => document(source, *title, *context, out),
        Part::Audio { .. } => losses.lacks("input_audio")?,
        Part::Citation(_) => losses.note("citations"),
        Part::Reasoning { .. } | Part::RedactedReasoning { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => {}
    }
    Ok(())
}

pub(super) fn input_text(text: Str<'_>, out: &mut Writer) {
    out.begin_object().field_str("type", "input_text").field_raw_str("text", text).end_object();
}

/// What the client says about a document stands in front of it, for the model to read.
fn document(source: &Source<'_>, title: Option<Str<'_>>, context: Option<Str<'_>>, out: &mut Writer) {
    context.into_iter().for_each(|context| input_text(context, out));
    match source {
        Source::Base64 { media_type, data } => {
            out.begin_object().field_str("type", "input_file");
            match title {
                Some(title) => out.field_raw_str("filename", title),
                // Required beside the data.
                None => out.field_str("filename", "document.pdf"),
            };
            write_data_url(media_type, data, out.key("file_data"));
            out.end_object();
        }
        Source::Url(url) => {
            // The name of a file that is fetched is its own.
            title.into_iter().for_each(|title| input_text(title, out));
            out.begin_object().field_str("type", "input_file").field_raw_str("file_url", *url).end_object();
        }
        Source::PlainText(text) => {
            title.into_iter().for_each(|title| input_text(title, out));
            input_text(*text, out);
        }
    }
}
