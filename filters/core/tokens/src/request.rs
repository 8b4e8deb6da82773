//! What a request costs beside its texts: the frame of each message, tools; by each provider's published rule. Images are in [`crate::image`].
//!
//! Add these to the estimates of the texts themselves (message contents, system prompts, tool definitions as the JSON
//! they are written in, tool arguments and results).

use crate::counter::Estimate;
use crate::vocabulary::Vocabulary;

/// The frame of a message: role, separators.
///
/// OpenAI: 3 tokens (OpenAI Cookbook, *How to count tokens with tiktoken*, `tokens_per_message`). Others do not
/// publish theirs; a role, a colon and blank lines around them are 4 to 6.
#[must_use]
pub fn message(vocabulary: Vocabulary) -> Estimate {
    match vocabulary {
        Vocabulary::O200k | Vocabulary::Cl100k => Estimate { tokens: 3, upper_bound: 4 },
        Vocabulary::Claude | Vocabulary::Other => Estimate { tokens: 4, upper_bound: 6 },
    }
}

/// A participant's name on a message, beside its text (OpenAI Cookbook, `tokens_per_name`).
#[must_use]
pub fn name() -> Estimate {
    Estimate { tokens: 1, upper_bound: 1 }
}

/// What every request has once: the beginning of the reply.
///
/// OpenAI: 3 tokens (OpenAI Cookbook: every reply is primed).
#[must_use]
pub fn reply(vocabulary: Vocabulary) -> Estimate {
    match vocabulary {
        Vocabulary::O200k | Vocabulary::Cl100k => Estimate { tokens: 3, upper_bound: 3 },
        Vocabulary::Claude | Vocabulary::Other => Estimate { tokens: 3, upper_bound: 8 },
    }
}

/// What a request with tools has once, beside their definitions.
///
/// OpenAI: 12 tokens (OpenAI Cookbook, `func_end`). Anthropic: the system prompt that explains tools, 346 tokens for
/// Claude 4 with `tool_choice` `auto` or `none`, at most 530 for any earlier model (Anthropic, *Tool use: pricing*).
#[must_use]
pub fn tools(vocabulary: Vocabulary) -> Estimate {
    match vocabulary {
        Vocabulary::O200k | Vocabulary::Cl100k => Estimate { tokens: 12, upper_bound: 16 },
        Vocabulary::Claude => Estimate { tokens: 346, upper_bound: 530 },
        Vocabulary::Other => Estimate { tokens: 100, upper_bound: 530 },
    }
}

/// The frame of one tool's definition.
///
/// OpenAI: 7 to 10 tokens (OpenAI Cookbook, `func_init`); its own rendering of a schema is shorter than the JSON.
#[must_use]
pub fn tool() -> Estimate {
    Estimate { tokens: 7, upper_bound: 10 }
}
