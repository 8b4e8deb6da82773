//! The APIs that clients speak to the gateway.

use std::fmt;
use std::str::FromStr;

use tollgate_policy::translate::ProviderApi;

/// The API of a request, as its path names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClientDialect {
    /// `POST /v1/chat/completions`, <https://platform.openai.com/docs/api-reference/chat>.
    OpenaiChat,
    /// `POST /v1/messages`, <https://docs.claude.com/en/api/messages>.
    AnthropicMessages,
}

impl ClientDialect {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::OpenaiChat, Self::AnthropicMessages];

    /// The name used in flags, filter state and file names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai.chat",
            Self::AnthropicMessages => "anthropic.messages",
        }
    }

    /// The one request path of this dialect.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::OpenaiChat => "/v1/chat/completions",
            Self::AnthropicMessages => "/v1/messages",
        }
    }

    /// Whether a provider with this API takes the dialect as it is, so that bodies pass through.
    #[must_use]
    pub fn is_spoken_by(self, api: ProviderApi) -> bool {
        matches!(
            (self, api),
            (Self::OpenaiChat, ProviderApi::Openai) | (Self::AnthropicMessages, ProviderApi::Anthropic)
        )
    }
}

impl fmt::Display for ClientDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no client dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDialect(String);

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = ClientDialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
        write!(f, "unknown client dialect `{}`; known are {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for ClientDialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .iter()
            .copied()
            .find(|dialect| dialect.as_str() == text)
            .ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}
