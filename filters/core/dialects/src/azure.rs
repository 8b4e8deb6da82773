//! Where requests to this provider go, which speaks other providers' protocols.

use tollgate_policy::translate::ProviderConfig;

use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// Where a request goes.
///
/// # Errors
/// A 400 if the provider does not serve what the client asks for.
pub(crate) fn target<'a>(
    _client: ClientDialect,
    provider: &'a ProviderConfig,
    _model: &'a str,
) -> Result<Target<'a>, Refusal> {
    Err(Target::none("chat", provider))
}
