//! The APIs, and the way to each.

use crate::call::Call;
use crate::{Reply, anthropic, bedrock, gemini, openai};

/// Which API a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// OpenAI: chat completions, responses, embeddings, models.
    OpenAi,
    /// Anthropic: messages, token counting, models.
    Anthropic,
    /// Gemini of Google AI Studio: generateContent, streamGenerateContent, embeddings, models.
    Gemini,
    /// Amazon Bedrock runtime: Converse, ConverseStream.
    Bedrock,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Bedrock];

    /// The name used in flags and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Bedrock => "bedrock",
        }
    }

    pub(crate) fn route(self, call: &Call<'_>) -> Reply {
        match self {
            Self::OpenAi => openai::route(call),
            Self::Anthropic => anthropic::route(call),
            Self::Gemini => gemini::route(call),
            Self::Bedrock => bedrock::route(call),
        }
    }

    /// The API's own answer to an ordered failure.
    pub(crate) fn failure(self, call: &Call<'_>, status: u16) -> Reply {
        match self {
            Self::OpenAi => openai::failure(call, status),
            Self::Anthropic => anthropic::failure(call, status),
            Self::Gemini => gemini::failure(status),
            Self::Bedrock => bedrock::failure(call, status),
        }
    }
}
