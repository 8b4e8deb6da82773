//! What an answer cost.

use tollgate_wire::json::Value;

use crate::Usage;

impl Usage {
    /// Reads Cohere's `usage` of a chat, or `meta` of embeddings. None if it is null or holds no count at all.
    ///
    /// `tokens` is what the model read and wrote, `billed_units` what is charged for, which leaves out what Cohere's own prompt adds. The
    /// first is what other providers call usage, and never less than the second, which stands in where it is missing.
    pub(crate) fn from_cohere(usage: Value<'_>) -> Option<Self> {
        let counts = ["tokens", "billed_units"].map(|key| usage.get(key));
        let count = |key: &str| counts.iter().flatten().find_map(|counts| counts.get(key)?.as_u64());
        let (input, output) = (count("input_tokens"), count("output_tokens"));
        if input.is_none() && output.is_none() {
            return None;
        }
        let cached = usage.get("cached_tokens").and_then(|cached| cached.as_u64()).unwrap_or(0);
        let input = input.unwrap_or(0);
        Some(Self { input, output: output.unwrap_or(0), cached_read: cached.min(input), ..Self::default() })
    }
}
