//! What an image costs, by each provider's published rule, and how large one is that is in the request.

mod size;

pub use size::size_of_base64;

use crate::counter::Estimate;

/// An image's width and height in pixels.
pub type Size = (u32, u32);

/// How a family of models counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// OpenAI: after scaling to 2048 × 2048 and the shorter side to 768, so many tokens and so many for each tile of
    /// 512 × 512.
    Tiles { base: u64, tile: u64 },
    /// OpenAI: one token for each patch of 32 × 32, after scaling down to so many at most, times a factor in percent.
    Patches { most: u64, percent: u64 },
    /// Anthropic: pixels / 750 after scaling down to 1568 pixels or about 1,600 tokens; the later models count patches of
    /// 28 × 28, up to 4,784.
    Claude,
    /// Google, before Gemini 3: 258 up to 384 × 384, else as much for each tile (`crop unit`: the shorter side by 1.5,
    /// 256 to 768 pixels) of what fits into 3072 × 3072.
    Gemini,
    /// Google, from Gemini 3 on: 1,120 at most where the request does not ask for more.
    Gemini3,
}

/// What an image of `size`, where that is known, costs `model`. The bound of one whose size is not known is the most that
/// the rule allows; for models that take images as large as they come (OpenAI, from GPT-5.6 on), that of 12 megapixels.
///
/// Sources: OpenAI, *Images and vision: calculating costs*; Anthropic, *Vision: calculate image costs*; Google, *Image
/// understanding: calculating tokens* and *Media resolution*. Other makers' models are taken for the dearer of Anthropic's
/// and Google's, unmeasured.
#[must_use]
pub fn image(model: &str, size: Option<Size>) -> Estimate {
    let Some(rule) = rule(model) else {
        let [one, other] = [Rule::Claude, Rule::Gemini].map(|rule| cost(rule, size));
        return Estimate { tokens: one.tokens.max(other.tokens), upper_bound: one.upper_bound.max(other.upper_bound) };
    };
    cost(rule, size)
}

fn cost(rule: Rule, size: Option<Size>) -> Estimate {
    match rule {
        Rule::Tiles { base, tile } => exactly(base + tile * size.map_or(MOST_TILES, tiles)),
        Rule::Patches { most, percent } => {
            let price = |patches: u64| patches.saturating_mul(percent).div_ceil(100);
            match size {
                Some(size) => exactly(price(patches(size, 32).min(most))),
                None => Estimate { tokens: price(most.min(USUAL_PATCHES)), upper_bound: price(most.min(MOST_PATCHES)) },
            }
        }
        Rule::Claude => {
            let area = size.map_or(u64::MAX, |(width, height)| (u64::from(width) * u64::from(height)).div_ceil(750));
            let tokens = area.clamp(1, 1_600);
            let patches = size.map_or(u64::MAX, |size| patches(size, 28));
            Estimate { tokens, upper_bound: area.max(patches).clamp(tokens + 64, 4_784) }
        }
        Rule::Gemini => exactly(258 * size.map_or(16, crops)),
        Rule::Gemini3 => exactly(1_120),
    }
}

fn exactly(tokens: u64) -> Estimate {
    Estimate { tokens, upper_bound: tokens }
}

/// The rule of a model, by the name a client or a provider uses.
fn rule(model: &str) -> Option<Rule> {
    let name = model.to_ascii_lowercase();
    let name = name.rsplit('/').next().unwrap_or_default();
    let has = |part: &str| name.contains(part);
    // What is newer than this list counts as the newest on it.
    let family = FAMILIES.iter().find(|(parts, _)| parts.iter().all(|part| has(part)));
    family.map(|(_, rule)| *rule)
}

/// The first whose parts a name all has.
const FAMILIES: [(&[&str], Rule); 25] = [
    (&["claude"], Rule::Claude),
    (&["gemini-1"], Rule::Gemini),
    (&["gemini-2"], Rule::Gemini),
    (&["gemini"], Rule::Gemini3),
    (&["gpt-4o-mini"], Rule::Tiles { base: 2_833, tile: 5_667 }),
    (&["computer-use"], Rule::Tiles { base: 65, tile: 129 }),
    (&["gpt-4.1", "nano"], Rule::Patches { most: 1_536, percent: 246 }),
    (&["gpt-5", "nano"], Rule::Patches { most: 1_536, percent: 246 }),
    (&["gpt-4.1", "mini"], Rule::Patches { most: 1_536, percent: 162 }),
    (&["gpt-5", "mini"], Rule::Patches { most: 1_536, percent: 162 }),
    (&["o4-mini"], Rule::Patches { most: 1_536, percent: 172 }),
    (&["gpt-4"], Rule::Tiles { base: 85, tile: 170 }),
    (&["chatgpt-4"], Rule::Tiles { base: 85, tile: 170 }),
    (&["gpt-3"], Rule::Tiles { base: 85, tile: 170 }),
    (&["gpt-realtime"], Rule::Tiles { base: 85, tile: 170 }),
    (&["o1"], Rule::Tiles { base: 75, tile: 150 }),
    (&["o3"], Rule::Tiles { base: 75, tile: 150 }),
    (&["gpt-5.1"], Rule::Tiles { base: 70, tile: 140 }),
    (&["gpt-5.2"], Rule::Patches { most: 1_536, percent: 120 }),
    (&["gpt-5.3"], Rule::Patches { most: 1_536, percent: 120 }),
    (&["gpt-5.4"], Rule::Patches { most: 10_000, percent: 120 }),
    (&["gpt-5.5"], Rule::Patches { most: 10_000, percent: 120 }),
    (&["gpt-5."], Rule::Patches { most: u64::MAX, percent: 120 }),
    (&["gpt-5"], Rule::Tiles { base: 70, tile: 140 }),
    (&["gpt-"], Rule::Patches { most: u64::MAX, percent: 120 }),
];

/// The tiles of 768 × 2048.
const MOST_TILES: u64 = 8;
/// What `detail: high` allows.
const USUAL_PATCHES: u64 = 2_500;
/// Of 4096 × 3072.
const MOST_PATCHES: u64 = 12_288;

fn tiles((width, height): Size) -> u64 {
    let (long, short) = (u64::from(width.max(height)).max(1), u64::from(width.min(height)).max(1));
    // To fit into 2048 × 2048, never enlarged.
    let (long, short) = if long > 2_048 { (2_048, (short * 2_048).div_ceil(long)) } else { (long, short) };
    let (long, short) = if short > 768 { ((long * 768).div_ceil(short), 768) } else { (long, short) };
    long.div_ceil(512) * short.div_ceil(512)
}

fn patches((width, height): Size, side: u64) -> u64 {
    u64::from(width).div_ceil(side).max(1) * u64::from(height).div_ceil(side).max(1)
}

fn crops((width, height): Size) -> u64 {
    let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
    if long <= 384 {
        return 1;
    }
    let (long, short) = if long > 3_072 { (3_072, short * 3_072 / long) } else { (long, short) };
    let unit = (short * 2 / 3).clamp(256, 768);
    long.div_ceil(unit) * short.div_ceil(unit).max(1)
}
