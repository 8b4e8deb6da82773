//! What changes in a request of a client of this API to a server of this API.

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use crate::canonical::{Losses, UNSIGNED, is_sealed};
use crate::cuts::cut_items;
use crate::protocol::Signer;

/// Where the body holds seals, opens its own, and takes out the reasoning that other providers have signed, or nobody: without its own content the
/// API would look for such an item among those it has stored, and refuse the request.
pub(crate) fn as_server_takes_it(body: Value<'_>, sealed: bool, losses: &mut Losses<'_>, edits: &mut Edits) {
    let Some(input) = body.get("input").filter(|_| sealed) else { return };
    cut_items(input, is_foreign, edits);
    for signature in input.items().filter_map(signature) {
        match Signer::Openai.open(signature) {
            Some(own) if is_sealed(signature.raw()) => edits.push(signature.span(), own),
            None if signature.raw() != UNSIGNED => losses.note("thinking"),
            _ => {}
        }
    }
}

/// The signature of an item of reasoning.
fn signature<'a>(item: Value<'a>) -> Option<Str<'a>> {
    let is_reasoning = item.get("type")?.as_str()? == "reasoning";
    item.get("encrypted_content").filter(|_| is_reasoning)?.as_str()
}

fn is_foreign(item: Value<'_>) -> bool {
    signature(item).is_some_and(|signature| Signer::Openai.open(signature).is_none())
}
