//! The headers of an answer: each API has its own names for the same things.

use super::AnswerPlan;
use crate::client::ClientVendor;

/// A change of one header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderEdit {
    /// Set this header.
    Set(&'static str, String),
    /// Remove this header.
    Remove(String),
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
/// and stay; what only the provider's API has is removed, and what cannot be read as well. Names in `headers` are lower case.
#[must_use]
pub fn answer_headers<'h>(plan: &AnswerPlan, headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Vec<HeaderEdit> {
    let mut edits = Vec::new();
    if plan.passes_through() {
        return edits;
    }
    let mut request_id: Option<(usize, &str)> = None;
    for (name, value) in headers {
        if let Some(rank) = REQUEST_IDS.iter().position(|known| *known == name) {
            edits.push(HeaderEdit::Remove(name.to_owned()));
            if request_id.is_none_or(|(best, _)| rank < best) {
                request_id = Some((rank, value));
            }
        } else if FOREIGN.iter().any(|prefix| name.starts_with(prefix)) {
            edits.push(HeaderEdit::Remove(name.to_owned()));
            edits.extend(renamed(plan, name, value).map(|(name, value)| HeaderEdit::Set(name, value)));
        }
    }
    if let Some((_, id)) = request_id {
        let own = match plan.client.vendor() {
            ClientVendor::Openai => "x-request-id",
            ClientVendor::Anthropic => "request-id",
        };
        edits.push(HeaderEdit::Set(own, id.to_owned()));
    }
    edits
}

fn renamed(plan: &AnswerPlan, name: &str, value: &str) -> Option<(&'static str, String)> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    let is_openai = |names: &(&'static str, &'static str)| names.0 == name;
    let is_it = |names: &&(&'static str, &'static str)| is_openai(names) || names.1 == name;
    let own = |names: &(&'static str, &'static str)| match plan.client.vendor() {
        ClientVendor::Openai => names.0,
        ClientVendor::Anthropic => names.1,
    };
    if let Some(names) = COUNTS.iter().find(is_it) {
        return Some((own(names), value.to_owned()));
    }
    let names = RESETS.iter().find(is_it)?;
    let seconds = match is_openai(names) {
        true => duration_secs(value)?,
        false => parse_rfc3339(value)?.saturating_sub(plan.now_secs()),
    };
    let value = match plan.client.vendor() {
        ClientVendor::Openai => format_duration(seconds),
        ClientVendor::Anthropic => rfc3339(plan.now_secs().checked_add(seconds)?),
    };
    Some((own(names), value))
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
    use tollgate_policy::translate::{ProviderApi, ProviderConfig};

    use super::*;
    use crate::ClientDialect;

    fn plan(client: ClientDialect, api: ProviderApi) -> AnswerPlan {
        AnswerPlan::new(client, &ProviderConfig::new(api), "model", 1_735_689_600_000_000_000).unwrap()
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
        let edits = answer_headers(&plan(ClientDialect::OpenaiChat, ProviderApi::Anthropic), headers);
        let set: Vec<_> = edits
            .iter()
            .filter_map(
                |edit| if let HeaderEdit::Set(name, value) = edit { Some((*name, value.as_str())) } else { None },
            )
            .collect();
        assert_eq!(
            set,
            [("x-ratelimit-limit-requests", "50"), ("x-ratelimit-reset-tokens", "6m0s"), ("x-request-id", "req_1")]
        );
        assert_eq!(edits.len() - set.len(), 5);

        let headers = [("x-ratelimit-reset-requests", "1h0m1s"), ("openai-organization", "org"), ("x-request-id", "r")];
        let edits = answer_headers(&plan(ClientDialect::AnthropicMessages, ProviderApi::Openai), headers);
        assert!(
            edits.contains(&HeaderEdit::Set("anthropic-ratelimit-requests-reset", "2025-01-01T01:00:01Z".to_owned()))
        );
        assert!(edits.contains(&HeaderEdit::Set("request-id", "r".to_owned())));
        assert!(edits.contains(&HeaderEdit::Remove("openai-organization".to_owned())));

        let headers = [("x-amzn-requestid", "aws"), ("x-amzn-bedrock-input-token-count", "5")];
        let edits = answer_headers(&plan(ClientDialect::AnthropicMessages, ProviderApi::Bedrock), headers);
        assert!(edits.contains(&HeaderEdit::Set("request-id", "aws".to_owned())));
        assert!(edits.contains(&HeaderEdit::Remove("x-amzn-bedrock-input-token-count".to_owned())));

        let headers = [
            ("x-ratelimit-remaining-tokens-minute", "7"),
            ("x-ratelimitbysize-limit-minute", "9"),
            ("apim-request-id", "worse"),
            ("x-request-id", "better"),
            ("x-ms-region", "Sweden Central"),
            ("retry-after-ms", "120"),
            ("retry-after", "1"),
        ];
        let edits = answer_headers(&plan(ClientDialect::AnthropicMessages, ProviderApi::Openai), headers);
        let set: Vec<_> = edits.iter().filter(|edit| matches!(edit, HeaderEdit::Set(..))).collect();
        assert_eq!(
            set,
            [
                &HeaderEdit::Set("anthropic-ratelimit-tokens-remaining", "7".to_owned()),
                &HeaderEdit::Set("request-id", "better".to_owned())
            ]
        );
        assert_eq!(edits.len() - set.len(), 5);

        let same = plan(ClientDialect::OpenaiChat, ProviderApi::Openai);
        assert!(answer_headers(&same, [("x-ratelimit-limit-requests", "50")]).is_empty());
    }
}
