//! Where requests to AI Studio go: <https://ai.google.dev/api#primary-endpoints>.

use tollgate_policy::translate::ProviderConfig;

use crate::ClientDialect;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::translate::target::{Target, path_segment};

/// What is asked of a model, in whole and as a stream of server-sent events.
pub(crate) const METHODS: (&str, &str) = ("generateContent", "streamGenerateContent?alt=sse");

/// The kinds of models, by the collection their names may begin with.
const COLLECTIONS: [&str; 2] = ["models", "tunedModels"];

/// Where a request goes. `models/…` and `tunedModels/…` are names as the API itself lists them.
///
/// # Errors
/// None: all kinds of clients are served.
pub(crate) fn target<'a>(
    client: ClientDialect,
    provider: &'a ProviderConfig,
    model: &'a str,
    stream: bool,
) -> Result<Target<'a>, Refusal> {
    let (collection, name) =
        model.split_once('/').filter(|(collection, _)| COLLECTIONS.contains(collection)).unwrap_or(("models", model));
    let (protocol, method) = match (client, stream) {
        (ClientDialect::OpenaiEmbeddings, _) => (Protocol::GeminiEmbeddings, "batchEmbedContents"),
        (_, false) => (Protocol::Gemini, METHODS.0),
        (_, true) => (Protocol::Gemini, METHODS.1),
    };
    let path = format!("/v1beta/{collection}/{}:{method}", path_segment(name));
    Ok(Target::in_path(protocol, path, provider, model))
}
