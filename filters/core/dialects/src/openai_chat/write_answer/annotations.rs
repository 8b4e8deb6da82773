//! Sources as this API names them: `url_citation`, by the characters of the content that rest on them. It has no word for a place in a
//! document of the request, which a client of this API cannot ask to be cited anyway.

use tollgate_wire::json::Writer;

use super::characters;
use crate::canonical::{Citation, Part};

/// Writes the `annotations` of a message, if there are any.
pub(super) fn write(parts: &[Part<'_>], out: &mut Writer) {
    if !parts.iter().any(|part| matches!(part, Part::Citation(citation) if citation.url.is_some())) {
        return;
    }
    out.key("annotations").begin_array();
    // A source without a range of its own is one of the text in front of it.
    let (mut start, mut end) = (0, 0);
    for part in parts {
        match part {
            Part::Text { text, .. } => (start, end) = (end, end + characters(*text)),
            Part::Citation(citation) => annotation(citation, (start, end), out),
            _ => {}
        }
    }
    out.end_array();
}

/// Writes one annotation. Nothing, if the source is nowhere.
pub(in crate::openai_chat) fn annotation(citation: &Citation<'_>, text: (u64, u64), out: &mut Writer) {
    let Some(url) = citation.url else { return };
    let (start, end) = citation.range.unwrap_or(text);
    out.begin_object().field_str("type", "url_citation").key("url_citation").begin_object();
    out.field_u64("start_index", start).field_u64("end_index", end).field_raw_str("url", url);
    // Required, and the address is what a source without a name goes by.
    out.field_raw_str("title", citation.title.unwrap_or(url)).end_object().end_object();
}
