//! The sources of an answer: what it recites (<https://ai.google.dev/api/generate-content#citationmetadata>) and what it is grounded on
//! (<https://ai.google.dev/api/generate-content#GroundingMetadata>).

use tollgate_wire::json::{Str, Value};

use crate::canonical::Citation;

/// Which bytes of which part's text rest on a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub part: u64,
    pub start: u64,
    pub end: u64,
}

/// Hands on each source of a candidate, with its place in the text where that is told. A field that is 0 is left out by the API.
pub(super) fn citations<'a>(candidate: Value<'a>, mut emit: impl FnMut(Citation<'a>, Option<Place>)) {
    if let Some(metadata) = candidate.get("citationMetadata") {
        // AI Studio's name for the list, and Vertex's.
        let lists = ["citationSources", "citations"].map(|key| metadata.get(key));
        for source in lists.into_iter().flatten().flat_map(|list| list.items()) {
            emit(citation(source), place(source, 0));
        }
    }
    let Some(metadata) = candidate.get("groundingMetadata") else { return };
    let chunks: Vec<_> = metadata.get("groundingChunks").into_iter().flat_map(|chunks| chunks.items()).collect();
    let mut supported = false;
    for support in metadata.get("groundingSupports").into_iter().flat_map(|supports| supports.items()) {
        let segment = support.get("segment");
        let part = segment.and_then(|segment| segment.get("partIndex")).and_then(|part| part.as_u64()).unwrap_or(0);
        let place = segment.and_then(|segment| place(segment, part));
        for index in support.get("groundingChunkIndices").into_iter().flat_map(|indices| indices.items()) {
            let chunk = index.as_u64().and_then(|index| chunks.get(index as usize));
            if let Some(citation) = chunk.and_then(|chunk| grounding(*chunk)) {
                supported = true;
                emit(citation, place);
            }
        }
    }
    if !supported {
        chunks.into_iter().filter_map(grounding).for_each(|citation| emit(citation, None));
    }
}

fn place(segment: Value<'_>, part: u64) -> Option<Place> {
    let field = |key| segment.get(key).and_then(|offset| offset.as_u64());
    let (start, end) = (field("startIndex").unwrap_or(0), field("endIndex")?);
    (start <= end).then_some(Place { part, start, end })
}

/// A source on the web, on the map, or among the documents of the project's own.
fn grounding<'a>(chunk: Value<'a>) -> Option<Citation<'a>> {
    ["web", "retrievedContext", "maps"].iter().find_map(|kind| chunk.get(kind)).map(citation)
}

fn citation<'a>(source: Value<'a>) -> Citation<'a> {
    let string =
        |key| source.get(key).and_then(|value: Value<'a>| value.as_str()).filter(|text: &Str<'a>| !text.is_empty());
    Citation { url: string("uri"), title: string("title"), quote: string("text"), range: None, document: None }
}
