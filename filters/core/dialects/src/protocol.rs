//! What is spoken at the provider's end: an API has one protocol for each kind of request, and some have several.

use crate::{ClientDialect, bedrock};

/// The form of a provider's requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    /// OpenAI chat completions.
    OpenaiChat,
    /// OpenAI responses.
    OpenaiResponses,
    /// OpenAI's legacy completions.
    OpenaiCompletions,
    /// OpenAI embeddings.
    OpenaiEmbeddings,
    /// Anthropic messages.
    AnthropicMessages,
    /// Gemini's `generateContent`, at AI Studio and on Vertex.
    Gemini,
    /// Bedrock's Converse.
    Converse,
    /// Cohere chat, version 2.
    CohereChat,
    /// Gemini's `batchEmbedContents`.
    GeminiEmbeddings,
    /// `predict` of Vertex's embedding models.
    VertexEmbeddings,
    /// Titan embeddings, invoked on Bedrock.
    TitanEmbeddings,
    /// Cohere embeddings, invoked on Bedrock.
    BedrockCohereEmbeddings,
    /// Cohere embeddings, version 2.
    CohereEmbeddings,
}

impl Protocol {
    /// The protocol that is a client dialect itself: bytes pass through.
    pub fn of_client(client: ClientDialect) -> Self {
        match client {
            ClientDialect::OpenaiChat => Self::OpenaiChat,
            ClientDialect::OpenaiResponses => Self::OpenaiResponses,
            ClientDialect::OpenaiCompletions => Self::OpenaiCompletions,
            ClientDialect::OpenaiEmbeddings => Self::OpenaiEmbeddings,
            ClientDialect::AnthropicMessages => Self::AnthropicMessages,
        }
    }

    /// Whether its streams are AWS event streams and not server-sent events.
    pub fn is_binary(self) -> bool {
        self == Self::Converse
    }

    /// Who signs the reasoning of a model in it: nobody else accepts it back. Claude's signatures hold wherever Claude runs
    /// (<https://docs.claude.com/en/docs/build-with-claude/extended-thinking>).
    pub fn signer(self, model: &str) -> Signer {
        match self {
            Self::AnthropicMessages => Signer::Anthropic,
            Self::Converse => bedrock::signer(model),
            Self::Gemini => Signer::Google,
            _ => Signer::Openai,
        }
    }
}

/// Who signed or encrypted a piece of reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    Anthropic,
    Google,
    Openai,
    /// Bedrock, for a model of OpenAI's: OpenAI itself does not take it.
    BedrockOpenai,
    /// Bedrock, for a model of xAI's.
    BedrockXai,
    /// Bedrock, for a model of anybody else's but Anthropic.
    Bedrock,
}

impl Signer {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Anthropic, Self::Google, Self::Openai, Self::BedrockOpenai, Self::BedrockXai, Self::Bedrock];
}
