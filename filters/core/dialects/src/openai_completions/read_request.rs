//! A request, read into the canonical model.

use tollgate_wire::json::Value;

use crate::canonical::Request;
use crate::refusal::Refusal;

/// Reads a request.
///
/// # Errors
/// A 400 that names the field that is not what the API says. What this dialect alone can say is no error here but an extra.
pub(crate) fn read_request(_body: Value<'_>) -> Result<Request<'_>, Refusal> {
    Err(Refusal::internal())
}
