//! A client's own request, on its way to a server that takes it but for a few fields.

use tollgate_wire::edit::Edits;
use tollgate_wire::json::Value;

use super::VERTEX_VERSION;
use crate::translate::target::Target;

/// What Claude behind another API's path wants otherwise: the version in the body, and no model there.
pub(crate) fn as_server_takes_it(body: Value<'_>, target: &Target<'_>, edits: &mut Edits) {
    if target.model_in_body.is_some() {
        return;
    }
    let version = format!("\"anthropic_version\":\"{VERTEX_VERSION}\"");
    match body.get("model") {
        // The field takes the place of the other one, key and all.
        Some(model) => edits.push(field_span(body, model), version),
        None => {}
    }
}

/// Where a field of `object` stands, from its key's opening quote to the end of its value.
fn field_span(object: Value<'_>, field: Value<'_>) -> std::ops::Range<usize> {
    let key = object.entries().find(|(_, value)| value.span() == field.span());
    let start = key.map_or(field.span().start, |(key, _)| key.span().start.saturating_sub(1));
    start..field.span().end
}
