//! Where its requests go.

use tollgate_policy::translate::ProviderConfig;

use crate::ClientDialect;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// Where a request goes.
///
/// # Errors
/// None today: it serves all that clients ask for.
pub(crate) fn target<'a>(
    client: ClientDialect,
    provider: &'a ProviderConfig,
    model: &'a str,
) -> Result<Target<'a>, Refusal> {
    Ok(match client {
        ClientDialect::OpenaiEmbeddings => {
            Target::in_body(Protocol::CohereEmbeddings, "/v2/embed".into(), provider, model)
        }
        ClientDialect::OpenaiChat
        | ClientDialect::OpenaiResponses
        | ClientDialect::OpenaiCompletions
        | ClientDialect::AnthropicMessages => Target::in_body(Protocol::CohereChat, "/v2/chat".into(), provider, model),
    })
}
