//! How much to think: <https://docs.cohere.com/docs/reasoning>.

use tollgate_wire::json::Writer;

use crate::canonical::{Effort, Request};

/// Models that think do so unasked and without a bound, which is what is recommended; a lower effort is a budget. Cohere's own
/// OpenAI-compatible endpoint knows `none` and `high` only (<https://docs.cohere.com/docs/compatibility-api>), to the same effect.
pub(super) fn write(request: &Request<'_>, out: &mut Writer) {
    let reasoning = request.reasoning;
    let (kind, budget) = match (reasoning.budget, reasoning.effort) {
        (Some(budget), _) => ("enabled", Some(budget)),
        (None, None) => return,
        (None, Some(Effort::None)) => ("disabled", None),
        (None, Some(Effort::Minimal | Effort::Low)) => ("enabled", Some(share(2_048, request))),
        (None, Some(Effort::Medium)) => ("enabled", Some(share(8_192, request))),
        (None, Some(Effort::High | Effort::XHigh | Effort::Max)) => ("enabled", None),
    };
    out.key("thinking").begin_object().field_str("type", kind);
    if let Some(budget) = budget {
        // It "must be set to a positive integer".
        out.field_u64("token_budget", budget.max(1));
    }
    out.end_object();
}

/// The limit covers thinking and answer: half of it is left for the answer.
fn share(wanted: u64, request: &Request<'_>) -> u64 {
    request.max_output_tokens.map_or(wanted, |limit| wanted.min(limit / 2))
}
