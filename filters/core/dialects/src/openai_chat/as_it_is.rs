//! A client's own request, on its way to a server that takes it but for a few fields.

use tollgate_wire::edit::Edits;
use tollgate_wire::json::Value;

use crate::translate::target::Target;

/// What servers deviate in that are compatible otherwise.
pub(crate) fn as_server_takes_it(_body: Value<'_>, _target: &Target<'_>, _edits: &mut Edits) {}
