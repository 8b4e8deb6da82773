//! The headers of an answer: each API has its own names for the same things.

use std::borrow::Cow;

use tollgate_policy::names::{LIMITS_OF_REQUESTS, LIMITS_OF_TOKENS};

use super::AnswerPlan;
use crate::client::ClientVendor;

/// A change of one header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderEdit<'h> {
    /// Set this header.
    Set(&'static str, Cow<'h, str>),
    /// Remove this header.
    Remove(&'h str),
}

/// Of what the client is told the provider's limits. Whoever tells of limits of its own says so; the provider's would only be overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsToTell {
    requests: bool,
    tokens: bool,
}

impl LimitsToTell {
    /// Of everything.
    pub const ALL: Self = Self { requests: true, tokens: true };

    /// Of everything but what somebody else tells: the value of [`tollgate_policy::names::LIMITS_HEADER`].
    #[must_use]
    pub fn without(others: &str) -> Self {
        let told = |what: &str| others.split(',').any(|other| other == what);
        Self { requests: !told(LIMITS_OF_REQUESTS), tokens: !told(LIMITS_OF_TOKENS) }
    }

    /// Whether the header of this name, OpenAI's, is to be told.
    fn covers(self, name: &str) -> bool {
        if name.ends_with("requests") { self.requests } else { self.tokens }
    }
}

/// What is said of requests and tokens: OpenAI's name, Anthropic's name.
/// <https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers>, <https://docs.claude.com/en/api/rate-limits#response-headers>
const COUNTS: [(&str, &str); 4] = [
    ("x-ratelimit-limit-requests", "anthropic-ratelimit-requests-limit"),
    ("x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining"),
    ("x-ratelimit-limit-tokens", "anthropic-ratelimit-tokens-limit"),
    ("x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining"),
];

/// When a limit is full again: OpenAI says how long (`6m0s`), Anthropic when (`2025-01-01T00:00:00Z`).
const RESETS: [(&str, &str); 2] = [
    ("x-ratelimit-reset-requests", "anthropic-ratelimit-requests-reset"),
    ("x-ratelimit-reset-tokens", "anthropic-ratelimit-tokens-reset"),
];

/// Other names of the same counts, by the name OpenAI has: Mistral's.
const ALIASES: [(&str, &str); 4] = [
    ("x-ratelimit-limit-req-minute", "x-ratelimit-limit-requests"),
    ("x-ratelimit-remaining-req-minute", "x-ratelimit-remaining-requests"),
    ("x-ratelimit-limit-tokens-minute", "x-ratelimit-limit-tokens"),
    ("x-ratelimit-remaining-tokens-minute", "x-ratelimit-remaining-tokens"),
];

/// Names of a request's id, the best one first: an API's own, then that of whatever stands in front of it.
const REQUEST_IDS: [&str; 7] = [
    "request-id",
    "x-request-id",
    "x-amzn-requestid",
    "apim-request-id",
    "x-ms-request-id",
    "x-debug-trace-id",
    "mistral-correlation-id",
];

/// How the headers begin that only some API has, and that say nothing to a client of another.
const FOREIGN: [&str; 17] = [
    "x-ratelimit",
    "ratelimit",
    "openai-",
    "anthropic-",
    "x-amzn-",
    "x-amz-",
    "x-goog-",
    "x-cloud-",
    "x-vertex-",
    "x-gemini-",
    "x-ms-",
    "azureml-",
    "x-groq-",
    "x-api-warning",
    "x-trial-endpoint-",
    "x-endpoint-monthly-",
    "server-timing",
];

/// The changes that give an answer's headers the names of the client's API. `retry-after` and `retry-after-ms` mean the same everywhere
/// and stay; what only the provider's API has is removed, and what cannot be read as well. Names in `headers` are lower case; one that has no
/// text as its value says nothing to anybody and stays.
#[must_use]
pub fn answer_headers<'h>(
    plan: &AnswerPlan,
    limits: LimitsToTell,
    headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
) -> Vec<HeaderEdit<'h>> {
    let mut edits = Vec::new();
    if plan.passes_through() {
        return edits;
    }
    let mut request_id: Option<(usize, &str)> = None;
    for (name, value) in headers {
        let id = REQUEST_IDS.iter().position(|known| known.as_bytes() == name);
        if id.is_none() && !is_foreign(name) {
            continue;
        }
        let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else { continue };
        edits.push(HeaderEdit::Remove(name));
        match id {
            Some(rank) if request_id.is_none_or(|(best, _)| rank < best) => request_id = Some((rank, value)),
            Some(_) => {}
            None => edits.extend(renamed(plan, limits, name, value).map(|(name, value)| HeaderEdit::Set(name, value))),
        }
    }
    if let Some((_, id)) = request_id {
        let own = match plan.client.vendor() {
            ClientVendor::Openai => "x-request-id",
            ClientVendor::Anthropic => "request-id",
        };
        edits.push(HeaderEdit::Set(own, Cow::Borrowed(id)));
    }
    edits
}

/// Whether only some API has the header of this name.
fn is_foreign(name: &[u8]) -> bool {
    let Some(first) = name.first() else { return false };
    FOREIGN.iter().any(|prefix| prefix.as_bytes().first() == Some(first) && name.starts_with(prefix.as_bytes()))
}

fn renamed<'h>(
    plan: &AnswerPlan,
    limits: LimitsToTell,
    name: &str,
    value: &'h str,
) -> Option<(&'static str, Cow<'h, str>)> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    let is_it = |names: &&(&str, &str)| names.0 == name || names.1 == name;
    let own = |names: &(&'static str, &'static str)| match plan.client.vendor() {
        ClientVendor::Openai => names.0,
        ClientVendor::Anthropic => names.1,
    };
    if let Some(names) = COUNTS.iter().find(is_it) {
        return limits.covers(names.0).then(|| (own(names), Cow::Borrowed(value)));
    }
    let names = RESETS.iter().find(is_it).filter(|names| limits.covers(names.0))?;
    let seconds = match names.0 == name {
        true => duration_secs(value)?,
        false => parse_rfc3339(value)?.saturating_sub(plan.now_secs()),
    };
    let value = match plan.client.vendor() {
        ClientVendor::Openai => format_duration(seconds),
        ClientVendor::Anthropic => rfc3339(plan.now_secs().checked_add(seconds)?),
    };
    Some((own(names), Cow::Owned(value)))
}

/// `6m0s`, `1h2m3s`, `20ms`, `1.5s`, in seconds, rounded up.
fn duration_secs(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|byte: char| !byte.is_ascii_digit() && byte != '.')?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let units = [("ms", 0.001), ("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0)];
        let (behind, scale) = units.iter().find_map(|(name, scale)| Some((unit.strip_prefix(name)?, scale)))?;
        total += number * scale;
        rest = behind;
    }
    (!text.is_empty() && total < 1e12).then_some(total.ceil() as u64)
}

fn format_duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// `2025-01-01T00:00:00Z` (RFC 3339, fractions ignored, UTC only) as Unix seconds.
fn parse_rfc3339(text: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !text.ends_with('Z') || !(1..=12).contains(&month) || !(1..=31).contains(&day) || year < 1970 {
        return None;
    }
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn rfc3339(seconds: u64) -> String {
    let (day, time) = (seconds / 86_400, seconds % 86_400);
    // Years, then months, by counting: a rate limit is never far from now.
    let mut year = 1970 + day / 366;
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 12;
    while days(year, month, 1) > day {
        month -= 1;
    }
    let of_month = day - days(year, month, 1) + 1;
    format!("{year:04}-{month:02}-{of_month:02}T{:02}:{:02}:{:02}Z", time / 3_600, time / 60 % 60, time % 60)
}

/// Days from 1970-01-01 to a date, by the civil calendar in years that begin in March, whose leap day comes last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use tollgate_policy::names::LIMITS_OF_ALL;
    use tollgate_policy::translate::{ProviderApi, ProviderConfig};

    use super::*;
    use crate::ClientDialect;

    fn plan(client: ClientDialect, api: ProviderApi) -> AnswerPlan {
        AnswerPlan::new(client, &ProviderConfig::new(api), "model", 1_735_689_600_000_000_000).unwrap()
    }

    fn edits_of<'h>(plan: &AnswerPlan, limits: LimitsToTell, headers: &[(&'h str, &'h str)]) -> Vec<HeaderEdit<'h>> {
        answer_headers(plan, limits, headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    }

    fn set(name: &'static str, value: &'static str) -> HeaderEdit<'static> {
        HeaderEdit::Set(name, Cow::Borrowed(value))
    }

    #[test]
    fn times_are_converted_both_ways() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
            assert_eq!(parse_rfc3339(text), Some(seconds));
        }
        for (text, seconds) in [("6m0s", 360), ("1h2m3s", 3723), ("20ms", 1), ("1.5s", 2), ("0s", 0), ("1d", 86_400)] {
            assert_eq!(duration_secs(text), Some(seconds), "{text}");
        }
        for bad in ["", "5", "s", "5x", "1.2.3s", "99999999999999999999d"] {
            assert_eq!(duration_secs(bad), None, "{bad}");
        }
        for bad in ["", "2025", "2025-13-01T00:00:00Z", "2025-01-01T00:00:00+01:00", "üüüüüüüüüüüüüüüüüüüü"]
        {
            assert_eq!(parse_rfc3339(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_become_those_of_the_client() {
        let headers = [
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-tokens-reset", "2025-01-01T00:06:00Z"),
            ("anthropic-ratelimit-input-tokens-limit", "9"),
            ("anthropic-organization-id", "org"),
            ("request-id", "req_1"),
            ("retry-after", "3"),
            ("content-type", "application/json"),
        ];
        let edits = edits_of(&plan(ClientDialect::OpenaiChat, ProviderApi::Anthropic), LimitsToTell::ALL, &headers);
        let told: Vec<_> = edits
            .iter()
            .filter_map(
                |edit| if let HeaderEdit::Set(name, value) = edit { Some((*name, value.as_ref())) } else { None },
            )
            .collect();
        assert_eq!(
            told,
            [("x-ratelimit-limit-requests", "50"), ("x-ratelimit-reset-tokens", "6m0s"), ("x-request-id", "req_1")]
        );
        assert_eq!(edits.len() - told.len(), 5);

        let headers = [("x-ratelimit-reset-requests", "1h0m1s"), ("openai-organization", "org"), ("x-request-id", "r")];
        let edits = edits_of(&plan(ClientDialect::AnthropicMessages, ProviderApi::Openai), LimitsToTell::ALL, &headers);
        assert!(edits.contains(&set("anthropic-ratelimit-requests-reset", "2025-01-01T01:00:01Z")));
        assert!(edits.contains(&set("request-id", "r")));
        assert!(edits.contains(&HeaderEdit::Remove("openai-organization")));

        let headers = [("x-amzn-requestid", "aws"), ("x-amzn-bedrock-input-token-count", "5")];
        let edits =
            edits_of(&plan(ClientDialect::AnthropicMessages, ProviderApi::Bedrock), LimitsToTell::ALL, &headers);
        assert!(edits.contains(&set("request-id", "aws")));
        assert!(edits.contains(&HeaderEdit::Remove("x-amzn-bedrock-input-token-count")));

        let headers = [
            ("x-ratelimit-remaining-tokens-minute", "7"),
            ("x-ratelimitbysize-limit-minute", "9"),
            ("apim-request-id", "worse"),
            ("x-request-id", "better"),
            ("x-ms-region", "Sweden Central"),
            ("retry-after-ms", "120"),
            ("retry-after", "1"),
        ];
        let edits = edits_of(&plan(ClientDialect::AnthropicMessages, ProviderApi::Openai), LimitsToTell::ALL, &headers);
        let told: Vec<_> = edits.iter().filter(|edit| matches!(edit, HeaderEdit::Set(..))).collect();
        assert_eq!(told, [&set("anthropic-ratelimit-tokens-remaining", "7"), &set("request-id", "better")]);
        assert_eq!(edits.len() - told.len(), 5);

        let same = plan(ClientDialect::OpenaiChat, ProviderApi::Openai);
        assert!(edits_of(&same, LimitsToTell::ALL, &[("x-ratelimit-limit-requests", "50")]).is_empty());
    }

    #[test]
    fn what_others_tell_is_taken_out_and_not_told_again() {
        let headers = [
            ("anthropic-ratelimit-requests-remaining", "50"),
            ("anthropic-ratelimit-requests-reset", "2025-01-01T00:06:00Z"),
            ("anthropic-ratelimit-tokens-remaining", "9"),
            ("anthropic-ratelimit-tokens-reset", "2025-01-01T00:06:00Z"),
        ];
        let plan = plan(ClientDialect::OpenaiChat, ProviderApi::Anthropic);
        for (others, told) in [
            (
                "",
                vec![
                    set("x-ratelimit-remaining-requests", "50"),
                    set("x-ratelimit-reset-requests", "6m0s"),
                    set("x-ratelimit-remaining-tokens", "9"),
                    set("x-ratelimit-reset-tokens", "6m0s"),
                ],
            ),
            ("requests", vec![set("x-ratelimit-remaining-tokens", "9"), set("x-ratelimit-reset-tokens", "6m0s")]),
            ("tokens", vec![set("x-ratelimit-remaining-requests", "50"), set("x-ratelimit-reset-requests", "6m0s")]),
            (LIMITS_OF_ALL, vec![]),
        ] {
            let edits = edits_of(&plan, LimitsToTell::without(others), &headers);
            let (set, removed): (Vec<_>, Vec<_>) =
                edits.into_iter().partition(|edit| matches!(edit, HeaderEdit::Set(..)));
            assert_eq!(set, told, "{others}");
            assert_eq!(removed.len(), headers.len(), "{others}");
        }
    }
}
