//! The canonical model, written as a request.

use crate::canonical::{Losses, Request, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// Writes a request.
///
/// # Errors
/// A 400 for what the provider lacks, unless the policy is lenient about it.
pub(crate) fn write_request(
    _request: &Request<'_>,
    target: &Target<'_>,
    _losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    Err(Refusal::unsupported("chat", target.provider.api.as_str()))
}
