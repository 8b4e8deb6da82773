//! Citations, <https://docs.claude.com/en/docs/build-with-claude/citations>: of documents, search results and the web.

use tollgate_wire::json::{Str, Value, Writer};

use crate::canonical::{Citation, DocumentPlace, PlaceUnit, UNSIGNED};

/// Reads a citation. None if it names nothing.
pub(super) fn read_citation<'a>(value: Value<'a>) -> Option<Citation<'a>> {
    let text = |key| value.get(key).and_then(|text: Value<'a>| text.as_str()).filter(|text| !text.is_empty());
    let place = |unit, from, to| {
        let number = |key| value.get(key).and_then(|number: Value<'a>| number.as_u64());
        Some(DocumentPlace { index: number("document_index")?, unit, range: (number(from)?, number(to)?) })
    };
    let document = match value.get("type")?.as_str()?.raw() {
        "char_location" => place(PlaceUnit::Character, "start_char_index", "end_char_index"),
        "page_location" => place(PlaceUnit::Page, "start_page_number", "end_page_number"),
        "content_block_location" => place(PlaceUnit::Block, "start_block_index", "end_block_index"),
        _ => None,
    };
    let citation = Citation {
        url: text("url").or_else(|| text("source")),
        document,
        title: text("title").or_else(|| text("document_title")),
        quote: text("cited_text"),
        range: None,
    };
    (citation.url.is_some() || citation.document.is_some() || citation.title.is_some()).then_some(citation)
}

/// A citation as the API has it: of a document of the request, or of the web, whose index nobody here can make up, so that a mark stands for
/// it by which a citation that comes back is known as none of Anthropic's. None for a source that has neither place nor address.
pub(super) fn write_citation(citation: &Citation<'_>) -> Option<Vec<u8>> {
    let mut out = Writer::with_capacity(192);
    out.begin_object();
    let title = |key: &str, out: &mut Writer| {
        match citation.title {
            Some(title) => out.field_raw_str(key, title),
            None => out.field_null(key),
        };
    };
    if let Some(place) = citation.document {
        let (kind, from, to) = match place.unit {
            PlaceUnit::Character => ("char_location", "start_char_index", "end_char_index"),
            PlaceUnit::Page => ("page_location", "start_page_number", "end_page_number"),
            PlaceUnit::Block => ("content_block_location", "start_block_index", "end_block_index"),
        };
        out.field_str("type", kind).field_raw_str("cited_text", citation.quote.unwrap_or(Str::from_escaped("")));
        out.field_u64("document_index", place.index);
        title("document_title", &mut out);
        out.field_u64(from, place.range.0).field_u64(to, place.range.1);
    } else {
        out.field_str("type", "web_search_result_location").field_raw_str("url", citation.url?);
        title("title", &mut out);
        out.field_raw_str("cited_text", citation.quote.unwrap_or(Str::from_escaped("")));
        out.field_str("encrypted_index", UNSIGNED);
    }
    out.end_object();
    Some(out.finish())
}
