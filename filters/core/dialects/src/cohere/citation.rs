//! The sources that an answer names.

use tollgate_wire::json::{Str, Value};

use super::write_request::DOCUMENT_ID;
use crate::canonical::{Citation, DocumentPlace, PlaceUnit};

/// What must be known of an answer to tell what the offsets of a citation count in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// Index of its first block of text.
    pub text_block: Option<u64>,
}

/// The sources of one citation: each is one of its own elsewhere. None of thinking, which nobody else has any for.
pub(super) fn citations<'a>(citation: Value<'a>, said: Said) -> impl Iterator<Item = Citation<'a>> {
    let kind = citation.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw());
    let sources = citation.get("sources").filter(|_| kind != Some("THINKING_CONTENT"));
    let range = range(citation, kind, said);
    sources.into_iter().flat_map(|sources| sources.items()).map(move |item| source(item, range))
}

/// Offsets count within a block, or in the plan. They are those of the answer's text for its first block, and for the plan if that is all
/// the text there is.
fn range(citation: Value<'_>, kind: Option<&str>, said: Said) -> Option<(u64, u64)> {
    let number = |key| citation.get(key).and_then(|number: Value<'_>| number.as_u64());
    let in_text = match kind {
        Some("PLAN") => said.text_block.is_none(),
        _ => number("content_index").is_none_or(|index| said.text_block == Some(index)),
    };
    number("start").zip(number("end")).filter(|(start, end)| in_text && start <= end)
}

/// Documents and tool outputs are free-form; these are the names Cohere's own guides give their fields.
fn source<'a>(source: Value<'a>, range: Option<(u64, u64)>) -> Citation<'a> {
    let content = source.get("document").or_else(|| source.get("tool_output"));
    let field = |names: &[&str]| {
        let text = |name: &&str| content?.get(name)?.as_str().filter(|text: &Str<'a>| !text.is_empty());
        names.iter().find_map(text)
    };
    let id = source.get("id").and_then(|id| id.as_str());
    Citation {
        url: field(&["url"]),
        title: field(&["title"]).or(id),
        quote: field(&["snippet", "text", "content"]),
        range,
        document: id.and_then(|id| document(id, field(&["text"])?)),
    }
}

/// A document of the request, by the id it was sent with. Where in it is not told: it is all of it.
fn document(id: Str<'_>, text: Str<'_>) -> Option<DocumentPlace> {
    let index = id.raw().strip_prefix(DOCUMENT_ID)?.parse().ok()?;
    let length = text.decode().chars().count() as u64;
    Some(DocumentPlace { index, unit: PlaceUnit::Character, range: (0, length) })
}
