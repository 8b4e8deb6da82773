//! What a request costs beside its texts: the frame of each message, tools, images; by each provider's published rule.
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

/// An image of `size` (width and height in pixels) where it is known; `low` is OpenAI's `detail: low`.
///
/// OpenAI (*Images and vision: calculating costs*): models of the tile rule scale to 2048 × 2048, then the shorter
/// side to 768, and charge 85 and 170 for each tile of 512 × 512 (85 alone for `low`); models of the patch rule charge
/// one for each patch of 32 × 32, at most 1536, times up to 2.46. The estimate is of the former, the bound of both.
/// Anthropic (*Vision: calculate image costs*): pixels / 750 after scaling the longer side to 1568 pixels and the
/// whole to about 1,600 tokens; the larger limit of later models, 4,784 tokens, is the bound.
#[must_use]
pub fn image(vocabulary: Vocabulary, size: Option<(u32, u32)>, low: bool) -> Estimate {
    match vocabulary {
        Vocabulary::O200k | Vocabulary::Cl100k => {
            let tiles = if low { 85 } else { 85 + 170 * size.map_or(MOST_TILES, tiles) };
            let patches = size.map_or(MOST_PATCHES, patches) * 246 / 100;
            Estimate { tokens: tiles, upper_bound: tiles.max(patches) }
        }
        Vocabulary::Claude | Vocabulary::Other => {
            let area = size.map_or(u64::MAX, |(width, height)| (u64::from(width) * u64::from(height)).div_ceil(750));
            let tokens = area.clamp(1, 1_600);
            // The later models count patches of 28 × 28, which is up to a quarter more where the sides are short.
            Estimate { tokens, upper_bound: area.saturating_add(area / 4).clamp(tokens + 64, 4_784) }
        }
    }
}

const MOST_TILES: u64 = 8;
const MOST_PATCHES: u64 = 1_536;

fn tiles((width, height): (u32, u32)) -> u64 {
    let (long, short) = (u64::from(width.max(height)).max(1), u64::from(width.min(height)).max(1));
    // To fit into 2048 × 2048, never enlarged.
    let (long, short) = if long > 2_048 { (2_048, (short * 2_048).div_ceil(long)) } else { (long, short) };
    let (long, short) = if short > 768 { ((long * 768).div_ceil(short), 768) } else { (long, short) };
    long.div_ceil(512) * short.div_ceil(512)
}

fn patches((width, height): (u32, u32)) -> u64 {
    (u64::from(width).div_ceil(32).max(1) * u64::from(height).div_ceil(32).max(1)).min(MOST_PATCHES)
}
