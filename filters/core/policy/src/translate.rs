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
    pub authority: String,
    /// Put in front of every path, without a slash at its end; may be empty.
    #[serde(default)]
    pub path_prefix: String,
    /// By model: the most output tokens of one answer. Some APIs require a limit where the client's does not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub max_output_tokens: BTreeMap<String, u64>,
}

/// The API that a provider speaks (`spec.api` of a `Provider`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderApi {
    /// OpenAI chat completions and embeddings, and every compatible server.
    Openai,
    /// Anthropic messages.
    Anthropic,
}

impl ProviderApi {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Openai, Self::Anthropic];

    /// As written in a `Provider`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
        }
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
