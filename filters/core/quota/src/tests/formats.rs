use tollgate_policy::quota::{Unit, Window};

use super::{cost, quota, user};
use crate::cost::in_words;
use crate::{Cost, Denied, Memory, Plan, headers};

/// 2024-02-28T23:59:00Z.
const NOW: u64 = 1_709_164_740_000;

fn plan() -> Plan {
    Plan::new(
        "support",
        &[
            quota("rpm", Unit::Requests, 60.0, Window::Minute),
            quota("rpd", Unit::Requests, 50.0, Window::Day),
            quota("tpm", Unit::Tokens, 150_000.0, Window::Minute),
            quota("out", Unit::OutputTokens, 1_000.0, Window::Hour),
            quota("budget", Unit::Usd, 5.0, Window::Month),
        ],
    )
}

fn lines(headers: Vec<headers::Header>) -> Vec<String> {
    headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn headers_speak_of_the_tightest_quota() {
    let mut store = Memory::default();
    let reservation = plan().reserve(&mut store, &user("jane"), &cost(16, 10), NOW).unwrap();
    assert_eq!(
        lines(headers::openai(reservation.standings(), None, NOW + 10)),
        [
            "x-ratelimit-limit-requests: 50",
            "x-ratelimit-remaining-requests: 49",
            "x-ratelimit-reset-requests: 59.99s",
            "x-ratelimit-limit-tokens: 1000",
            "x-ratelimit-remaining-tokens: 990",
            "x-ratelimit-reset-tokens: 59m59.99s",
        ]
    );
    assert_eq!(
        lines(headers::anthropic(reservation.standings(), None)),
        [
            "anthropic-ratelimit-requests-limit: 50",
            "anthropic-ratelimit-requests-remaining: 49",
            "anthropic-ratelimit-requests-reset: 2024-02-29T00:00:00Z",
            "anthropic-ratelimit-tokens-limit: 1000",
            "anthropic-ratelimit-tokens-remaining: 990",
            "anthropic-ratelimit-tokens-reset: 2024-02-29T00:59:00Z",
            "anthropic-ratelimit-output-tokens-limit: 1000",
            "anthropic-ratelimit-output-tokens-remaining: 990",
            "anthropic-ratelimit-output-tokens-reset: 2024-02-29T00:59:00Z",
        ]
    );
}

#[test]
fn a_refusals_headers_speak_of_the_quota_that_refuses() {
    let mut store = Memory::default();
    let _held = plan().reserve(&mut store, &user("jane"), &cost(149_000, 500), NOW).unwrap();
    let Err(Denied::Exceeded(exceeded)) = plan().reserve(&mut store, &user("jane"), &cost(600, 1), NOW + 59_100) else {
        panic!("fits");
    };
    let openai = lines(headers::openai(&exceeded.standings, Some(&exceeded.standing), NOW + 59_100));
    assert!(openai.contains(&"x-ratelimit-limit-tokens: 150000".to_owned()), "{openai:?}");
    assert!(openai.contains(&"x-ratelimit-remaining-tokens: 500".to_owned()), "{openai:?}");
    assert!(openai.contains(&"x-ratelimit-reset-tokens: 900ms".to_owned()), "{openai:?}");
    assert!(openai.contains(&"x-ratelimit-remaining-requests: 49".to_owned()), "{openai:?}");
    assert_eq!(lines(headers::retry_after(&exceeded)), ["retry-after: 1", "retry-after-ms: 900"]);
}

#[test]
fn no_time_to_retry_is_promised_to_what_can_never_fit() {
    let Err(Denied::Exceeded(exceeded)) = plan().reserve(&mut Memory::default(), &user("jane"), &cost(0, 1_001), NOW)
    else {
        panic!("fits");
    };
    assert!(headers::retry_after(&exceeded).is_empty());
}

#[test]
fn dollars_alone_have_no_header() {
    let plan = Plan::new("t", &[quota("budget", Unit::Usd, 5.0, Window::Month)]);
    let worst = Cost { micro_usd: 5, ..cost(1, 1) };
    let reservation = plan.reserve(&mut Memory::default(), &user("jane"), &worst, NOW).unwrap();
    assert!(headers::openai(reservation.standings(), None, NOW).is_empty());
    assert!(headers::anthropic(reservation.standings(), None).is_empty());
}

#[test]
fn durations_read_as_openai_writes_them() {
    for (ms, text) in [
        (0, "0s"),
        (20, "20ms"),
        (999, "999ms"),
        (1_000, "1s"),
        (8_640, "8.64s"),
        (8_600, "8.6s"),
        (60_000, "1m0s"),
        (60_005, "1m0.005s"),
        (360_000, "6m0s"),
        (3_600_000, "1h0m0s"),
        (86_400_000, "24h0m0s"),
    ] {
        assert_eq!(headers::duration(ms), text);
    }
}

#[test]
fn amounts_read_as_people_write_them() {
    for (amount, text) in
        [(0, "$0.00"), (1, "$0.000001"), (250_000, "$0.25"), (1_500_000, "$1.50"), (12_345_678, "$12.345678")]
    {
        assert_eq!(in_words(amount, Unit::Usd), text);
    }
    assert_eq!(in_words(7, Unit::InputTokens), "7 input tokens");
}
