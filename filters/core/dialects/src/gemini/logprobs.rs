//! How likely the tokens of an answer were: <https://ai.google.dev/api/generate-content#LogprobsResult>.

use tollgate_wire::json::Value;

use crate::canonical::TokenLogprob;

/// Of a candidate, or of a piece of it; empty if they were not asked for.
pub(super) fn logprobs<'a>(candidate: Value<'a>) -> Vec<TokenLogprob<'a>> {
    let Some(result) = candidate.get("logprobsResult") else { return Vec::new() };
    let items = |key: &str| result.get(key).into_iter().flat_map(|list| list.items());
    let mut tops = items("topCandidates");
    let step = |chosen: Value<'a>| {
        let top = tops.next().and_then(|top| top.get("candidates"));
        let top = top.into_iter().flat_map(|top| top.items()).filter_map(token).collect();
        token(chosen).map(|token| TokenLogprob { top, ..token })
    };
    items("chosenCandidates").filter_map(step).collect()
}

fn token<'a>(candidate: Value<'a>) -> Option<TokenLogprob<'a>> {
    let logprob = candidate.get("logProbability").filter(|logprob| logprob.as_f64().is_some())?;
    Some(TokenLogprob { token: candidate.get("token")?.as_str()?, logprob, bytes: None, top: Vec::new() })
}
