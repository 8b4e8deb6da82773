//! Where its requests go.

use tollgate_policy::translate::ProviderConfig;

use super::family::base_name;
use crate::ClientDialect;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::translate::target::{Target, path_segment};

/// Where a request goes. The model is a name, one with a region in front (`eu.anthropic.…`), or an ARN; it is encoded once, as the AWS
/// SDKs do.
///
/// # Errors
/// A 400 for embeddings by a model that gives none.
pub(crate) fn target<'a>(
    client: ClientDialect,
    provider: &'a ProviderConfig,
    model: &'a str,
    stream: bool,
) -> Result<Target<'a>, Refusal> {
    let (protocol, operation) = match client {
        ClientDialect::OpenaiEmbeddings => {
            (embeddings(model).ok_or_else(|| Target::none("embeddings", provider))?, "invoke")
        }
        _ if stream => (Protocol::Converse, "converse-stream"),
        _ => (Protocol::Converse, "converse"),
    };
    let path = format!("/model/{}/{operation}", path_segment(model));
    let accept = match operation {
        "converse-stream" => "application/vnd.amazon.eventstream",
        _ => "application/json",
    };
    let mut target = Target::in_path(protocol, path, provider, model);
    target.headers = vec![("accept", accept.to_owned()), ("content-type", "application/json".to_owned())];
    Ok(target)
}

/// Each maker has a form of its own: there is no Converse for embeddings.
fn embeddings(model: &str) -> Option<Protocol> {
    let name = base_name(model);
    if name.starts_with("amazon.titan-embed") {
        Some(Protocol::TitanEmbeddings)
    } else if name.starts_with("cohere.embed") {
        Some(Protocol::BedrockCohereEmbeddings)
    } else {
        None
    }
}
