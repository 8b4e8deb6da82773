//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use crate::response::ResponseFacts;

pub(crate) fn response_facts(_body: Value<'_>) -> ResponseFacts<'_> {
    ResponseFacts::default()
}
