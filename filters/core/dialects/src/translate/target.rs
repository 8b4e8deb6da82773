//! Where a request goes: which of the provider's protocols serves it, and under which path.

use std::borrow::Cow;

use tollgate_policy::model::ModelName;
use tollgate_policy::translate::{ProviderApi, ProviderConfig};

use crate::protocol::{Protocol, Signer};
use crate::refusal::Refusal;
use crate::{ClientDialect, azure, bedrock, cohere, gemini, vertex};

/// Where one request goes.
#[derive(Debug, Clone)]
pub(crate) struct Target<'a> {
    /// What is spoken there.
    pub protocol: Protocol,
    /// The path with its query, without the provider's prefix.
    pub path: Cow<'static, str>,
    /// The model's name, where the body has one; None where the path or nothing names it.
    pub model_in_body: Option<&'a str>,
    /// The model's name.
    pub model: &'a str,
    /// The provider.
    pub provider: &'a ProviderConfig,
    /// How large the body may become, in bytes: with room for it at once, a large one is written once and never moved.
    pub likely_size: usize,
    /// Headers of the protocol's own.
    pub headers: Vec<(&'static str, String)>,
}

impl<'a> Target<'a> {
    /// Where a request of `client` for `model` goes.
    ///
    /// # Errors
    /// A 400 if the name would choose another path, and if the provider does not serve what the client asks for at all.
    pub fn choose(
        client: ClientDialect,
        provider: &'a ProviderConfig,
        model: &'a str,
        stream: bool,
    ) -> Result<Self, Refusal> {
        ModelName::new(model).map_err(Refusal::bad_model_name)?;
        let body = |protocol, path: &'static str| Self::in_body(protocol, path.into(), provider, model);
        match provider.api {
            ProviderApi::Openai => Ok(match client {
                ClientDialect::OpenaiEmbeddings => body(Protocol::OpenaiEmbeddings, "/v1/embeddings"),
                ClientDialect::OpenaiCompletions => body(Protocol::OpenaiCompletions, "/v1/completions"),
                _ => body(Protocol::OpenaiChat, "/v1/chat/completions"),
            }),
            ProviderApi::OpenaiResponses => Ok(match client {
                ClientDialect::OpenaiEmbeddings => body(Protocol::OpenaiEmbeddings, "/v1/embeddings"),
                _ => body(Protocol::OpenaiResponses, "/v1/responses"),
            }),
            ProviderApi::Anthropic => match client {
                ClientDialect::OpenaiEmbeddings => Err(Self::none("embeddings", provider)),
                _ => Ok(body(Protocol::AnthropicMessages, "/v1/messages")),
            },
            ProviderApi::AzureOpenai => azure::target(client, provider, model),
            ProviderApi::Gemini => gemini::target(client, provider, model, stream),
            ProviderApi::Vertex => vertex::target(client, provider, model, stream),
            ProviderApi::Bedrock => bedrock::target(client, provider, model, stream),
            ProviderApi::Cohere => cohere::target(client, provider, model),
        }
    }

    /// A target whose body names the model.
    pub fn in_body(protocol: Protocol, path: Cow<'static, str>, provider: &'a ProviderConfig, model: &'a str) -> Self {
        Self { protocol, path, model_in_body: Some(model), model, provider, headers: Vec::new(), likely_size: 1024 }
    }

    /// A target whose path names the model.
    pub fn in_path(protocol: Protocol, path: String, provider: &'a ProviderConfig, model: &'a str) -> Self {
        Self {
            protocol,
            path: path.into(),
            model_in_body: None,
            model,
            provider,
            headers: Vec::new(),
            likely_size: 1024,
        }
    }

    /// Who signs the model's reasoning.
    pub fn signer(&self) -> Signer {
        self.protocol.signer(self.model)
    }

    /// The provider has nothing of the kind.
    pub fn none(what: &str, provider: &ProviderConfig) -> Refusal {
        Refusal::unsupported(what, provider.api.as_str())
    }

    /// The most output tokens the model gives in one answer, if known.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.provider.max_output_tokens.get(self.model).copied()
    }
}

/// A model's name as a single segment of a path: everything but letters, digits and `-._~` is percent-encoded, so that a slash in it (an ARN has
/// some) chooses no other path.
pub(crate) fn path_segment(model: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(model.len() + 16);
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
