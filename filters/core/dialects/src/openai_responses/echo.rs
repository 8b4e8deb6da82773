//! What an answer repeats of its request.

use tollgate_wire::json::Value;

/// The fields of an answer that repeat the request's, as JSON text.
pub(crate) fn echo(_request: Value<'_>) -> String {
    String::new()
}
