//! The configuration of the upstream translation module.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What `translate` must know of each provider and route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranslateConfig {
    /// Providers by name; an endpoint's metadata names one.
    #[serde(default)]
    pub providers: BTreeMap<String, ProviderConfig>,
    /// By Envoy route name: features that may be dropped where a provider lacks them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lenient: BTreeMap<String, Vec<String>>,
}

/// One provider as `translate` sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderConfig {
    /// The API it speaks.
    pub api: ProviderApi,
    /// Value of the `:authority` header.
    #[serde(default)]
    pub authority: String,
    /// Put in front of every path, without a slash at its end; may be empty.
    #[serde(default)]
    pub path_prefix: String,
    /// By model: the most output tokens of one answer. Some APIs require a limit where the client's does not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub max_output_tokens: BTreeMap<String, u64>,
    /// `openai`: which server it is, for those that deviate from what they are compatible with.
    #[serde(default, skip_serializing_if = "Flavor::is_default")]
    pub flavor: Flavor,
    /// `azure-openai`: the `api-version` of the paths by deployment; absent: the v1 path, which needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// `vertex`: the project, which is part of the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `vertex`: the location, which is part of the path; `global` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl ProviderConfig {
    /// A provider of an API of which nothing else is known.
    #[must_use]
    pub fn new(api: ProviderApi) -> Self {
        Self {
            api,
            authority: String::new(),
            path_prefix: String::new(),
            max_output_tokens: BTreeMap::new(),
            flavor: Flavor::default(),
            api_version: None,
            project: None,
            location: None,
        }
    }
}

/// The API that a provider speaks (`spec.api` of a `Provider`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProviderApi {
    /// OpenAI chat completions, completions and embeddings, and every compatible server.
    Openai,
    /// OpenAI's Responses API.
    OpenaiResponses,
    /// OpenAI's API as Azure serves it.
    AzureOpenai,
    /// Anthropic messages.
    Anthropic,
    /// Gemini at AI Studio.
    Gemini,
    /// Gemini and Claude on Vertex AI.
    Vertex,
    /// Converse and ConverseStream on Amazon Bedrock, and the embedding models it invokes.
    Bedrock,
    /// Cohere chat and embeddings, version 2.
    Cohere,
}

impl ProviderApi {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Openai,
        Self::OpenaiResponses,
        Self::AzureOpenai,
        Self::Anthropic,
        Self::Gemini,
        Self::Vertex,
        Self::Bedrock,
        Self::Cohere,
    ];

    /// As written in a `Provider`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiResponses => "openai-responses",
            Self::AzureOpenai => "azure-openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Vertex => "vertex",
            Self::Bedrock => "bedrock",
            Self::Cohere => "cohere",
        }
    }
}

/// Which server speaks OpenAI's API (`spec.flavor` of a `Provider`). What each of them does otherwise is in the crate `tollgate-dialects`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Flavor {
    /// OpenAI itself, or a server that does as it does.
    #[default]
    Openai,
    /// vLLM.
    Vllm,
    /// Ollama.
    Ollama,
    /// Hugging Face TGI.
    Tgi,
    /// Mistral's own platform.
    Mistral,
    /// Groq.
    Groq,
    /// DeepSeek's own platform.
    Deepseek,
}

impl Flavor {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Openai, Self::Vllm, Self::Ollama, Self::Tgi, Self::Mistral, Self::Groq, Self::Deepseek];

    /// As written in a `Provider`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Vllm => "vllm",
            Self::Ollama => "ollama",
            Self::Tgi => "tgi",
            Self::Mistral => "mistral",
            Self::Groq => "groq",
            Self::Deepseek => "deepseek",
        }
    }

    /// Whether it is the one that is not written.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for ProviderApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProviderApi {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|api| api.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|api| api.as_str()).collect();
            format!("unknown provider api `{text}`; known are {}", known.join(", "))
        })
    }
}

impl FromStr for Flavor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|flavor| flavor.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|flavor| flavor.as_str()).collect();
            format!("unknown flavor `{text}`; known are {}", known.join(", "))
        })
    }
}
