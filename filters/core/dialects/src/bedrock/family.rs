//! Whose model it is, and what follows from that
//! (<https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html>).

use crate::protocol::Signer;

/// The makers whose models differ in what can be asked of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's.
    Claude,
    /// Amazon's first generation.
    Nova,
    /// Amazon's second generation, which can reason.
    Nova2,
    /// OpenAI's open-weight models.
    GptOss,
    /// OpenAI's others.
    Openai,
    /// xAI's.
    Xai,
    /// Mistral's.
    Mistral,
    /// Meta's.
    Llama,
    /// Anybody else's: nothing but what all have.
    Other,
}

/// Models that no schema binds, by a part of their name
/// (<https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html>).
const UNSTRUCTURED: [&str; 18] = [
    "claude-v",
    "claude-instant",
    "claude-3",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-2025",
    "claude-sonnet-4-0",
    "claude-sonnet-4-2025",
    "amazon.nova",
    "amazon.titan",
    "meta.llama",
    "cohere.command",
    "ai21.",
    "writer.",
    "deepseek.r1",
    "mistral.mistral-7b",
    "mistral.mixtral",
    "mistral.mistral-large-24",
];

impl Family {
    /// By the model's name. An ARN that names none is taken for one of Claude's: of all models it is theirs whose features need translation
    /// the most, and what another one lacks Bedrock refuses by name.
    pub fn of(model: &str) -> Self {
        let name = base_name(model);
        let is_opaque = model.contains(":application-inference-profile/") || model.contains(":provisioned-model/");
        let is = |maker: &str| name.starts_with(maker) || model.split('/').any(|segment| segment.starts_with(maker));
        if is("anthropic.") || name.contains("claude") || is_opaque {
            Self::Claude
        } else if is("amazon.nova-2") {
            Self::Nova2
        } else if is("amazon.nova") {
            Self::Nova
        } else if is("openai.gpt-oss") {
            Self::GptOss
        } else if is("openai.") {
            Self::Openai
        } else if is("xai.") {
            Self::Xai
        } else if is("mistral.") {
            Self::Mistral
        } else if is("meta.") {
            Self::Llama
        } else {
            Self::Other
        }
    }

    /// Who signs its reasoning.
    pub fn signer(self) -> Signer {
        match self {
            Self::Claude => Signer::Anthropic,
            Self::GptOss | Self::Openai => Signer::BedrockOpenai,
            Self::Xai => Signer::BedrockXai,
            Self::Nova | Self::Nova2 | Self::Mistral | Self::Llama | Self::Other => Signer::Bedrock,
        }
    }

    /// Whether it is one of Amazon's own.
    pub fn is_nova(self) -> bool {
        matches!(self, Self::Nova | Self::Nova2)
    }

    /// Whether prompts are cached where the request marks them.
    pub fn caches(self) -> bool {
        self == Self::Claude || self.is_nova()
    }

    /// Whether the results of tools have a status and may be images.
    pub fn has_rich_results(self) -> bool {
        self == Self::Claude || self.is_nova()
    }

    /// Whether a tool can be demanded by its name.
    pub fn takes_named_choice(self) -> bool {
        self == Self::Claude || self.is_nova()
    }

    /// Whether any tool at all can be demanded.
    pub fn takes_any_choice(self) -> bool {
        self != Self::Llama
    }

    /// Whether sound may be part of what the user says.
    pub fn hears(self) -> bool {
        matches!(self, Self::Nova2 | Self::Mistral | Self::Other)
    }

    /// Whether documents are cited.
    pub fn cites(self) -> bool {
        self == Self::Claude
    }

    /// Whether encrypted reasoning can be given back.
    pub fn takes_redacted_reasoning(self) -> bool {
        matches!(self, Self::Claude | Self::GptOss | Self::Openai | Self::Xai)
    }
}

/// Who signs the reasoning of a model.
pub(crate) fn signer(model: &str) -> Signer {
    Family::of(model).signer()
}

/// Whether a schema binds the model's answers and its calls of tools.
pub(super) fn is_structured(model: &str) -> bool {
    !UNSTRUCTURED.iter().any(|name| model.contains(name))
}

/// The name without the ARN around it and the region in front: `eu.anthropic.claude-…` is `anthropic.claude-…`.
pub(super) fn base_name(model: &str) -> &str {
    let name = model.rsplit('/').next().unwrap_or(model);
    match name.split_once('.') {
        Some(("us" | "eu" | "apac" | "global" | "us-gov" | "jp" | "au" | "ca" | "sa" | "me" | "af", rest)) => rest,
        _ => name,
    }
}
