//! A client's own request, on its way to a server that takes it but for a few fields.

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use super::VERTEX_VERSION;
use crate::canonical::{Losses, is_sealed};
use crate::cuts::{cut_fields, cut_items, field_span};
use crate::protocol::Signer;
use crate::translate::target::Target;

/// Changes what Claude behind another API's path wants otherwise, the version in the body and no model there; and where the body holds seals,
/// opens its own and takes out what other providers have signed, or nobody.
pub(crate) fn as_server_takes_it(
    body: Value<'_>,
    target: &Target<'_>,
    sealed: bool,
    losses: &mut Losses<'_>,
    edits: &mut Edits,
) {
    if target.model_in_body.is_none() {
        for_vertex(body, edits);
    }
    let Some(messages) = body.get("messages").filter(|_| sealed) else { return };
    let mut foreign = false;
    // A turn that was nothing but foreign thinking is none: the API refuses one without content.
    let is_empty = |message: Value<'_>| {
        message.get("content").is_some_and(|content| !content.is_empty() && content.items().all(is_foreign))
    };
    cut_items(messages, is_empty, edits);
    for message in messages.items() {
        let Some(content) = message.get("content") else { continue };
        foreign |= content.items().any(is_foreign);
        if is_empty(message) {
            continue;
        }
        cut_items(content, is_foreign, edits);
        content.items().filter(|block| !is_foreign(*block)).for_each(|block| open(block, edits));
    }
    if foreign {
        losses.note("thinking");
    }
}

/// The version in the body and no model there (<https://docs.claude.com/en/api/claude-on-vertex-ai>). Betas stay in their header, as
/// Anthropic's own client for Vertex has them.
fn for_vertex(body: Value<'_>, edits: &mut Edits) {
    // A client made for Vertex has the version there already.
    if body.get("anthropic_version").is_some() {
        return cut_fields(body, |key, _| key == "model", edits);
    }
    // It takes the place of the model, key and all; a second model would be refused as a duplicate before.
    let model = body.entries().find(|(key, _)| *key == "model");
    let version = format!("\"anthropic_version\":\"{VERTEX_VERSION}\"");
    model.into_iter().for_each(|(key, value)| edits.push(field_span(key, value), &version));
}

/// The signature of a block of thinking.
fn signature<'a>(block: Value<'a>) -> Option<Str<'a>> {
    let field = match block.get("type")?.as_str()?.raw() {
        "thinking" => "signature",
        "redacted_thinking" => "data",
        _ => return None,
    };
    block.get(field)?.as_str()
}

fn is_foreign(block: Value<'_>) -> bool {
    signature(block).is_some_and(|signature| Signer::Anthropic.open(signature).is_none())
}

/// Takes the seal off a block's signature, and citations out that are none of Anthropic's.
fn open(block: Value<'_>, edits: &mut Edits) {
    if let Some(own) = signature(block).filter(|own| is_sealed(own.raw())) {
        edits.push(own.span(), Signer::Anthropic.open(own).unwrap_or_default());
    }
    let citations = block.get("citations").filter(Value::is_array);
    let made_up = |citation: Value<'_>| {
        let index = citation.get("encrypted_index").and_then(|index| index.as_str());
        index.is_some_and(|index| is_sealed(index.raw()))
    };
    match citations {
        Some(citations) if !citations.is_empty() && citations.items().all(made_up) => {
            cut_fields(block, |key, _| key == "citations", edits);
        }
        Some(citations) => cut_items(citations, made_up, edits),
        None => {}
    }
}
