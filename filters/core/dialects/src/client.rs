//! The APIs that clients speak to the gateway.

use std::fmt;
use std::str::FromStr;

/// The API of a request, as its path names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClientDialect {
    /// `POST /v1/chat/completions`, <https://platform.openai.com/docs/api-reference/chat>.
    OpenaiChat,
    /// `POST /v1/responses`, <https://platform.openai.com/docs/api-reference/responses>.
    OpenaiResponses,
    /// `POST /v1/completions`, the legacy one, <https://platform.openai.com/docs/api-reference/completions>.
    OpenaiCompletions,
    /// `POST /v1/embeddings`, <https://platform.openai.com/docs/api-reference/embeddings>.
    OpenaiEmbeddings,
    /// `POST /v1/messages`, <https://docs.claude.com/en/api/messages>.
    AnthropicMessages,
}

impl ClientDialect {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::OpenaiCompletions,
        Self::OpenaiEmbeddings,
        Self::AnthropicMessages,
    ];

    /// The name used in flags, filter state and file names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai.chat",
            Self::OpenaiResponses => "openai.responses",
            Self::OpenaiCompletions => "openai.completions",
            Self::OpenaiEmbeddings => "openai.embeddings",
            Self::AnthropicMessages => "anthropic.messages",
        }
    }

    /// The one request path of this dialect.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::OpenaiChat => "/v1/chat/completions",
            Self::OpenaiResponses => "/v1/responses",
            Self::OpenaiCompletions => "/v1/completions",
            Self::OpenaiEmbeddings => "/v1/embeddings",
            Self::AnthropicMessages => "/v1/messages",
        }
    }

    /// Whose API it is: dialects of one vendor share errors, keys and headers.
    #[must_use]
    pub fn vendor(self) -> ClientVendor {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses | Self::OpenaiCompletions | Self::OpenaiEmbeddings => {
                ClientVendor::Openai
            }
            Self::AnthropicMessages => ClientVendor::Anthropic,
        }
    }

    /// Whether answers are written by the model, and so cost output tokens.
    #[must_use]
    pub fn generates(self) -> bool {
        self != Self::OpenaiEmbeddings
    }
}

/// Whose conventions a client follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientVendor {
    /// OpenAI's.
    Openai,
    /// Anthropic's.
    Anthropic,
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
