//! The APIs, and the way to each.

use crate::call::Call;
use crate::{Reply, anthropic, azure, bedrock, cohere, gemini, openai, vertex};

/// Which API a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// OpenAI: chat completions, responses, embeddings, completions, models.
    OpenAi,
    /// Azure OpenAI: the same by deployments, and at its v1 paths.
    Azure,
    /// Anthropic: messages, token counting, models.
    Anthropic,
    /// Gemini of Google AI Studio: generateContent, streamGenerateContent, embeddings, models.
    Gemini,
    /// Gemini and Claude on Vertex AI.
    Vertex,
    /// Amazon Bedrock runtime: Converse, ConverseStream, CountTokens, InvokeModel for embeddings.
    Bedrock,
    /// Cohere: chat and embeddings, version 2.
    Cohere,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::OpenAi, Self::Azure, Self::Anthropic, Self::Gemini, Self::Vertex, Self::Bedrock, Self::Cohere];

    /// The name used in flags and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Azure => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Vertex => "vertex",
            Self::Bedrock => "bedrock",
            Self::Cohere => "cohere",
        }
    }

    pub(crate) fn route(self, call: &Call<'_>) -> Reply {
        match self {
            Self::OpenAi => openai::route(call),
            Self::Azure => azure::route(call),
            Self::Anthropic => anthropic::route(call),
            Self::Gemini => gemini::route(call),
            Self::Vertex => vertex::route(call),
            Self::Bedrock => bedrock::route(call),
            Self::Cohere => cohere::route(call),
        }
    }

    /// The API's own answer to an ordered failure.
    pub(crate) fn failure(self, call: &Call<'_>, status: u16) -> Reply {
        match self {
            Self::OpenAi => openai::failure(call, status),
            Self::Azure => azure::failure(call, status),
            Self::Anthropic => anthropic::failure(call, status),
            Self::Gemini => gemini::failure(call, status),
            Self::Vertex => vertex::failure(call, status),
            Self::Bedrock => bedrock::failure(call, status),
            Self::Cohere => cohere::failure(call, status),
        }
    }
}
