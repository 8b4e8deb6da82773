//! Where requests to Azure OpenAI go, which speaks OpenAI's protocols under paths of its own.
//!
//! Without an `api-version` it is the v1 API, whose paths are OpenAI's under `/openai`
//! (<https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle>). With one, a request goes to the deployment that its path
//! names, and the model in its body says nothing; only responses name the deployment in the body there as well
//! (<https://learn.microsoft.com/azure/ai-foundry/openai/reference>).

use tollgate_policy::translate::ProviderConfig;

use crate::ClientDialect;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::translate::target::{Target, path_segment};

/// Where a request goes. A conversation in another dialect than responses goes to chat completions, which every deployment serves.
///
/// # Errors
/// None: Azure serves whatever a client can ask for, and says itself what a deployment does not.
pub(crate) fn target<'a>(
    client: ClientDialect,
    provider: &'a ProviderConfig,
    model: &'a str,
) -> Result<Target<'a>, Refusal> {
    let (protocol, v1, operation) = match client {
        ClientDialect::OpenaiChat | ClientDialect::AnthropicMessages => {
            (Protocol::OpenaiChat, "/openai/v1/chat/completions", "chat/completions")
        }
        ClientDialect::OpenaiCompletions => (Protocol::OpenaiCompletions, "/openai/v1/completions", "completions"),
        ClientDialect::OpenaiEmbeddings => (Protocol::OpenaiEmbeddings, "/openai/v1/embeddings", "embeddings"),
        ClientDialect::OpenaiResponses => (Protocol::OpenaiResponses, "/openai/v1/responses", "responses"),
    };
    let Some(version) = &provider.api_version else {
        return Ok(Target::in_body(protocol, v1.into(), provider, model));
    };
    let version = path_segment(version);
    if protocol == Protocol::OpenaiResponses {
        let path = format!("/openai/responses?api-version={version}");
        return Ok(Target::in_body(protocol, path.into(), provider, model));
    }
    let path = format!("/openai/deployments/{}/{operation}?api-version={version}", path_segment(model));
    Ok(Target::in_path(protocol, path, provider, model))
}
