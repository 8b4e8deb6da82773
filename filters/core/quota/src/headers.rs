//! Rate-limit headers in the words of the two client APIs, from where a request stands.
//!
//! Sources: OpenAI, *Rate limits in headers* (`x-ratelimit-*`, resets as durations like `6m0s`); Anthropic, *Rate
//! limits: response headers* (`anthropic-ratelimit-*`, resets in RFC 3339); RFC 9110, 10.2.3 (`retry-after`).
//!
//! Each family of headers has room for one quota: the one that refuses, else the one with the least left, and of those
//! the one that resets last. Dollar quotas have no header in either API.

use tollgate_policy::quota::Unit;

use crate::calendar::rfc3339;
use crate::denied::Exceeded;
use crate::standing::Standing;

/// A header's name and value.
pub type Header = (&'static str, String);

/// OpenAI's headers at `now_ms`; `refusing` is the quota that refuses the request, if one does.
#[must_use]
pub fn openai(standings: &[Standing], refusing: Option<&Standing>, now_ms: u64) -> Vec<Header> {
    let families: [(_, _, _, &[Unit]); 2] = [
        (
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
            &[Unit::Requests],
        ),
        ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", TOKENS),
    ];
    render(&families, standings, refusing, |standing| duration(standing.reset_ms(now_ms)))
}

/// Anthropic's headers.
#[must_use]
pub fn anthropic(standings: &[Standing], refusing: Option<&Standing>) -> Vec<Header> {
    let families: [(_, _, _, &[Unit]); 4] = [
        (
            "anthropic-ratelimit-requests-limit",
            "anthropic-ratelimit-requests-remaining",
            "anthropic-ratelimit-requests-reset",
            &[Unit::Requests],
        ),
        (
            "anthropic-ratelimit-tokens-limit",
            "anthropic-ratelimit-tokens-remaining",
            "anthropic-ratelimit-tokens-reset",
            TOKENS,
        ),
        (
            "anthropic-ratelimit-input-tokens-limit",
            "anthropic-ratelimit-input-tokens-remaining",
            "anthropic-ratelimit-input-tokens-reset",
            &[Unit::InputTokens],
        ),
        (
            "anthropic-ratelimit-output-tokens-limit",
            "anthropic-ratelimit-output-tokens-remaining",
            "anthropic-ratelimit-output-tokens-reset",
            &[Unit::OutputTokens],
        ),
    ];
    render(&families, standings, refusing, |standing| rfc3339(standing.resets_at_ms))
}

/// Whether there are headers for these: of requests, and of tokens of any kind. In both APIs alike.
#[must_use]
pub fn families(standings: &[Standing]) -> (bool, bool) {
    let any = |units: &[Unit]| standings.iter().any(|standing| units.contains(&standing.unit));
    (any(&[Unit::Requests]), any(TOKENS))
}

/// When to try again: `retry-after` in whole seconds, rounded up, and `retry-after-ms`, which the OpenAI and Anthropic
/// SDKs prefer. Nothing for a request that can never fit.
#[must_use]
pub fn retry_after(exceeded: &Exceeded) -> Vec<Header> {
    let wait = exceeded.retry_after_ms.iter();
    wait.flat_map(|ms| [("retry-after", ms.div_ceil(1_000).to_string()), ("retry-after-ms", ms.to_string())]).collect()
}

/// A duration as OpenAI writes it: `20ms`, `1s`, `8.64s`, `6m0s`, `24h0m0s`.
#[must_use]
pub fn duration(ms: u64) -> String {
    if ms > 0 && ms < 1_000 {
        return format!("{ms}ms");
    }
    let (hours, minutes, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    let (seconds, millis) = (rest / 1_000, rest % 1_000);
    let mut out = String::with_capacity(12);
    let mut part = |number: u64, unit: &str| {
        out.push_str(&number.to_string());
        out.push_str(unit);
    };
    if hours > 0 {
        part(hours, "h");
    }
    if hours > 0 || minutes > 0 {
        part(minutes, "m");
    }
    match millis {
        0 => part(seconds, "s"),
        _ => {
            part(seconds, ".");
            out.push_str(format!("{millis:03}").trim_end_matches('0'));
            out.push('s');
        }
    }
    out
}

const TOKENS: &[Unit] = &[Unit::Tokens, Unit::InputTokens, Unit::OutputTokens];

/// The names for limit, remaining and reset, and the units they may speak of.
type Family<'a> = (&'static str, &'static str, &'static str, &'a [Unit]);

fn render(
    families: &[Family<'_>],
    standings: &[Standing],
    refusing: Option<&Standing>,
    reset: impl Fn(&Standing) -> String,
) -> Vec<Header> {
    let mut headers = Vec::with_capacity(families.len() * 3);
    for (limit, remaining, reset_name, units) in families {
        let refusing = refusing.filter(|standing| units.contains(&standing.unit));
        let tightest = standings
            .iter()
            .filter(|standing| units.contains(&standing.unit))
            .min_by_key(|standing| (standing.remaining, u64::MAX - standing.resets_at_ms));
        if let Some(standing) = refusing.or(tightest) {
            headers.push((*limit, standing.limit.to_string()));
            headers.push((*remaining, standing.remaining.to_string()));
            headers.push((*reset_name, reset(standing)));
        }
    }
    headers
}
