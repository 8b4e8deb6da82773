//! Errors.

use tollgate_wire::eventstream::Message;
use tollgate_wire::json::{Tape, Value};

use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer; `body` is all of it.
pub(crate) fn read_error(status: u16, _body: Value<'_>) -> Refusal {
    let message = format!("The provider answered with status {status}.");
    Refusal::new(status, RefusalKind::of_status(status), message).of_provider()
}

/// Reads an exception that ends a stream.
pub(crate) fn read_exception(message: &Message<'_>, _tape: &mut Tape) -> Refusal {
    Refusal::upstream(message.exception_type().unwrap_or("failed"))
}
