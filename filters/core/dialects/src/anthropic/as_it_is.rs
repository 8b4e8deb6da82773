//! A client's own request, on its way to a server that takes it but for a few fields.

use std::ops::Range;

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use super::VERTEX_VERSION;
use crate::translate::target::Target;

/// What Claude behind another API's path wants otherwise: the version in the body, and no model there
/// (<https://docs.claude.com/en/api/claude-on-vertex-ai>). Betas stay in their header, as Anthropic's own client for Vertex has them.
pub(crate) fn as_server_takes_it(body: Value<'_>, target: &Target<'_>, edits: &mut Edits) {
    if target.model_in_body.is_some() {
        return;
    }
    let version = format!("\"anthropic_version\":\"{VERTEX_VERSION}\"");
    // A client made for Vertex has the version there already.
    let mut has_version = body.get("anthropic_version").is_some();
    let entries: Vec<_> = body.entries().collect();
    for (index, (key, value)) in entries.iter().enumerate().filter(|(_, (key, _))| *key == "model") {
        if !has_version {
            // The version takes the place of the model, key and all.
            edits.push(start(key)..value.span().end, &version);
            has_version = true;
            continue;
        }
        edits.push(with_comma(&entries, index), "");
    }
}

/// An entry and the comma that parts it from its neighbour.
fn with_comma(entries: &[(Str<'_>, Value<'_>)], index: usize) -> Range<usize> {
    let before = index.checked_sub(1).and_then(|before| entries.get(before));
    match (before, entries.get(index), entries.get(index + 1)) {
        (Some((_, before)), Some((_, own)), _) => before.span().end..own.span().end,
        (None, Some((key, _)), Some((next, _))) => start(key)..start(next),
        (None, Some((key, own)), None) => start(key)..own.span().end,
        (_, None, _) => 0..0,
    }
}

/// Where a key's opening quote stands.
fn start(key: &Str<'_>) -> usize {
    key.span().start.saturating_sub(1)
}
