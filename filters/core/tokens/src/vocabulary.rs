//! Which vocabulary a model counts in.

use crate::pretoken::Pattern;

/// A vocabulary, or the stand-in for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// OpenAI's `o200k_base`: GPT-4o and everything after it.
    O200k,
    /// OpenAI's `cl100k_base`: GPT-4, GPT-3.5 and the embedding models.
    Cl100k,
    /// Anthropic's, which is not published: `cl100k` with a surcharge.
    Claude,
    /// Any other: `cl100k` with a smaller surcharge, since most have at least as many entries.
    Other,
}

impl Vocabulary {
    /// The vocabulary of a model, by the name a client or a provider uses; prefixes of providers and regions
    /// (`openai/`, `eu.anthropic.`) and suffixes of versions do not matter. An unknown model is [`Vocabulary::Other`].
    #[must_use]
    pub fn of_model(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let name = name.rsplit('/').next().unwrap_or_default();
        if name.contains("claude") {
            return Self::Claude;
        }
        const O200K: [&str; 9] =
            ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "gpt-realtime", "gpt-audio", "chatgpt-4o", "codex"];
        // The list of tiktoken, `model.py`; `gpt-35` is Azure's spelling.
        const CL100K: [&str; 5] = ["gpt-4", "gpt-3.5", "gpt-35", "text-embedding-3", "text-embedding-ada-002"];
        if O200K.iter().any(|part| name.contains(part)) || is_reasoning(name) {
            Self::O200k
        } else if CL100K.iter().any(|part| name.contains(part)) {
            Self::Cl100k
        } else {
            Self::Other
        }
    }

    /// How the count is made, for people and for reports.
    #[must_use]
    pub fn method_name(self) -> &'static str {
        match self {
            Self::O200k => "estimate:o200k",
            Self::Cl100k => "estimate:cl100k",
            Self::Claude => "estimate:claude",
            Self::Other => "estimate:other",
        }
    }

    pub(crate) fn pattern(self) -> Pattern {
        match self {
            Self::O200k => Pattern::O200k,
            Self::Cl100k | Self::Claude | Self::Other => Pattern::Cl100k,
        }
    }

    /// Percent of the table's count that the estimate and its bound are.
    ///
    /// Claude: the one vocabulary that was ever published, Claude 2's, makes 1.0 to 1.25 times as many tokens as
    /// `cl100k` on the calibration's texts; the models since make more, by Anthropic's own notes up to 1.35 times
    /// from one generation to the next. Others were not measured.
    pub(crate) fn percent(self) -> (u64, u64) {
        match self {
            Self::O200k | Self::Cl100k => (100, 100),
            Self::Claude => (120, 170),
            Self::Other => (110, 150),
        }
    }
}

/// `o1`, `o3-mini`, `o4-mini-2025-04-16`: OpenAI's reasoning models.
fn is_reasoning(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next() == Some('o')
        && chars.next().is_some_and(|c| c.is_ascii_digit())
        && chars.next().is_none_or(|c| c == '-')
}
