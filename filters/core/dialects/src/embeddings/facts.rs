//! What the gateway must know of an embeddings request and its answer.

use tollgate_wire::json::Value;

use crate::refusal::Refusal;
use crate::request::RequestFacts;
use crate::response::ResponseFacts;

pub(crate) fn request_facts(_body: Value<'_>) -> Result<RequestFacts<'_>, Refusal> {
    Err(Refusal::internal())
}

pub(crate) fn response_facts(_body: Value<'_>) -> ResponseFacts<'_> {
    ResponseFacts::default()
}
