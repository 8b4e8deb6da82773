//! What the gateway must know of a request.

use tollgate_wire::json::Value;

use crate::refusal::Refusal;
use crate::request::RequestFacts;

pub(crate) fn request_facts(_body: Value<'_>) -> Result<RequestFacts<'_>, Refusal> {
    Err(Refusal::internal())
}
