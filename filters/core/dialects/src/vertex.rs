//! Where requests to Vertex AI go, which serves Gemini in its own API and Claude in Anthropic's:
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models> and
//! <https://docs.claude.com/en/api/claude-on-vertex-ai>.

use tollgate_policy::translate::ProviderConfig;

use crate::ClientDialect;
use crate::embeddings;
use crate::gemini;
use crate::protocol::Protocol;
use crate::refusal::{Refusal, RefusalKind};
use crate::translate::target::{Target, path_segment};

/// The location that is no region: requests are served wherever there is capacity.
const GLOBAL: &str = "global";

/// What is asked of Claude, in whole and as a stream.
const CLAUDE_METHODS: (&str, &str) = ("rawPredict", "streamRawPredict");

/// What a model's name says of where the model is.
enum Place<'a> {
    /// A publisher's model, by the publisher's name and its own.
    Publisher(&'a str, &'a str),
    /// A model of the project's own, tuned from Gemini, by the id of its endpoint.
    Endpoint(&'a str),
}

/// Where a request goes. A model is named as its publisher does (`gemini-2.5-pro`, `claude-sonnet-4-5@20250929`), with the publisher in
/// front (`google/gemini-2.5-pro`, `publishers/google/models/gemini-2.5-pro`), or as an `endpoints/…` of the project's own.
///
/// # Errors
/// A 400 if the model's publisher has another API or Claude is asked for embeddings; a 500 if the configuration names no project.
pub(crate) fn target<'a>(
    client: ClientDialect,
    provider: &'a ProviderConfig,
    model: &'a str,
    stream: bool,
) -> Result<Target<'a>, Refusal> {
    let project = provider.project.as_deref().ok_or_else(no_project)?;
    let location = provider.location.as_deref().unwrap_or(GLOBAL);
    let is_embedding = client == ClientDialect::OpenaiEmbeddings;
    let either = |methods: (&'static str, &'static str)| if stream { methods.1 } else { methods.0 };
    let (model_path, protocol, method) = match place(model) {
        Place::Publisher("anthropic", _) if is_embedding => return Err(Target::none("embeddings", provider)),
        Place::Publisher("anthropic", name) => {
            let path = format!("publishers/anthropic/models/{}", segment(name));
            (path, Protocol::AnthropicMessages, either(CLAUDE_METHODS))
        }
        Place::Publisher("google", name) => {
            let path = format!("publishers/google/models/{}", segment(name));
            match is_embedding {
                true => (path, Protocol::VertexEmbeddings, embeddings::vertex_method(name)),
                false => (path, Protocol::Gemini, either(gemini::METHODS)),
            }
        }
        Place::Publisher(publisher, _) => {
            return Err(Target::none(&format!("models published by {publisher}"), provider));
        }
        Place::Endpoint(id) => match is_embedding {
            true => (format!("endpoints/{}", segment(id)), Protocol::VertexEmbeddings, "predict"),
            false => (format!("endpoints/{}", segment(id)), Protocol::Gemini, either(gemini::METHODS)),
        },
    };
    let (project, location) = (path_segment(project), path_segment(location));
    let path = format!("/v1/projects/{project}/locations/{location}/{model_path}:{method}");
    Ok(Target::in_path(protocol, path, provider, model))
}

fn place(model: &str) -> Place<'_> {
    let bare = model.strip_prefix("publishers/").unwrap_or(model);
    match bare.split_once('/') {
        Some(("endpoints", id)) => Place::Endpoint(id),
        Some((publisher, name)) => Place::Publisher(publisher, name.strip_prefix("models/").unwrap_or(name)),
        None if bare.starts_with("claude") => Place::Publisher("anthropic", bare),
        None => Place::Publisher("google", bare),
    }
}

/// A segment of the path, in which the `@` before a version stays as it is: so it stands in Google's and Anthropic's documentation.
fn segment(name: &str) -> String {
    path_segment(name).replace("%40", "@")
}

/// The control plane does not let such a provider pass.
fn no_project() -> Refusal {
    let message =
        "The gateway's configuration of this provider names no `project`, which is part of every path of Vertex AI.";
    Refusal::new(500, RefusalKind::Internal, message)
}

#[cfg(test)]
mod tests;
