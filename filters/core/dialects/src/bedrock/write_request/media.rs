//! Images, sounds and documents: their bytes as they are, or where they are in S3. Converse fetches nothing else.

use tollgate_wire::json::{Str, Writer, unescape};

use super::super::names::{audio_format, document_format, image_format};
use super::block::Blocks;
use crate::anthropic::is_blank;
use crate::canonical::{Part, Source};
use crate::refusal::Refusal;

impl Blocks<'_, '_> {
    /// An image, a sound or a document; nothing else.
    pub(super) fn media(&mut self, part: &Part<'_>, out: &mut Writer) -> Result<(), Refusal> {
        match part {
            Part::Image { source, .. } => {
                let format = match source {
                    Source::Base64 { media_type, .. } => image_format(&unescape(media_type)),
                    Source::Url(url) if is_s3(*url) => image_format_of_ending(&url.decode()),
                    _ => return self.losses.lacks("image.url"),
                };
                let Some(format) = format else { return self.losses.lacks("image.media_type") };
                out.begin_object().key("image").begin_object().field_str("format", format).key("source");
                bytes(source, out);
                out.end_object().end_object();
            }
            Part::Audio { source, .. } => {
                if !self.family.hears() {
                    return self.losses.lacks("input_audio");
                }
                let Source::Base64 { media_type, .. } = source else { return self.losses.lacks("input_audio.url") };
                let Some(format) = audio_format(&unescape(media_type)) else {
                    return self.losses.lacks("input_audio.format");
                };
                out.begin_object().key("audio").begin_object().field_str("format", format).key("source");
                bytes(source, out);
                out.end_object().end_object();
            }
            Part::Document { source, title, context, .. } => self.document(source, *title, *context, out)?,
            _ => {}
        }
        Ok(())
    }

    fn document(
        &mut self,
        source: &Source<'_>,
        title: Option<Str<'_>>,
        context: Option<Str<'_>>,
        out: &mut Writer,
    ) -> Result<(), Refusal> {
        let format = match source {
            Source::PlainText(_) => Some("txt"),
            Source::Base64 { media_type, .. } => document_format(&unescape(media_type), title),
            Source::Url(url) if is_s3(*url) => document_format("", Some(*url)),
            Source::Url(_) => return self.losses.lacks("document.url"),
        };
        let Some(format) = format else { return self.losses.lacks("document.media_type") };
        out.begin_object().key("document").begin_object().field_str("format", format);
        out.field_str("name", self.documents.name(title)).key("source");
        bytes(source, out);
        if let Some(context) = context.filter(|context| !is_blank(*context)) {
            out.field_raw_str("context", context);
        }
        if self.cited {
            out.key("citations").begin_object().field_bool("enabled", true).end_object();
        }
        out.end_object().end_object();
        Ok(())
    }
}

fn is_s3(url: Str<'_>) -> bool {
    url.raw().starts_with("s3:")
}

fn image_format_of_ending(url: &str) -> Option<&'static str> {
    image_format(&format!("image/{}", url.rsplit_once('.')?.1.to_ascii_lowercase()))
}

fn bytes(source: &Source<'_>, out: &mut Writer) {
    out.begin_object();
    match source {
        // Still escaped, and large: copied as it is.
        Source::Base64 { data, .. } => out.key("bytes").begin_string().raw(data).end_string(),
        Source::PlainText(text) => out.field_raw_str("text", *text),
        Source::Url(url) => out.key("s3Location").begin_object().field_raw_str("uri", *url).end_object(),
    };
    out.end_object();
}
