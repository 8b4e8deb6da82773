//! The answer to a request for a count of its tokens.

use tollgate_wire::json::Writer;

/// The body: Anthropic's `MessageTokensCount`.
#[must_use]
pub fn token_count(tokens: u64) -> Vec<u8> {
    let mut out = Writer::new();
    out.begin_object().field_u64("input_tokens", tokens).end_object();
    out.finish()
}
