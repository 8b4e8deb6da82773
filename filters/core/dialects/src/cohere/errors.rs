//! Errors.

use tollgate_wire::json::Value;

use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer; `body` is all of it.
pub(crate) fn read_error(status: u16, _body: Value<'_>) -> Refusal {
    let message = format!("The provider answered with status {status}.");
    Refusal::new(status, RefusalKind::of_status(status), message).of_provider()
}
