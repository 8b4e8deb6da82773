//! Quotas: reserved before, settled after, shared by workers.

use serde_json::{Value, json};
use tollgate_gateway::{EXPORTS, Gateway};
use tollgate_host::fake::{FakeEnvoy, SharedStore};

use crate::fixtures::*;

fn with_quotas(quotas: Value) -> Value {
    let mut config = config();
    config["teams"][1]["quotas"] = quotas;
    config
}

#[test]
fn requests_beyond_the_limit_get_a_429_that_says_when_to_come_back() {
    let config = with_quotas(json!([{"name": "rpm", "unit": "requests", "limit": 3, "per": "minute"}]));
    let shared = SharedStore::default();
    let workers: Vec<FakeEnvoy<Gateway>> =
        (0..2).map(|_| FakeEnvoy::worker_of(config.to_string(), &shared).unwrap().exporting(EXPORTS)).collect();
    for turn in 0..3 {
        let outcome = workers[turn % 2].exchange(chat(OTHER_KEY, &ask("hi")), completion("hi"));
        assert_eq!(outcome.client.status(), 200);
        assert_eq!(outcome.client.header("x-ratelimit-remaining-requests"), Some((2 - turn).to_string().as_str()));
    }
    for worker in &workers {
        let outcome = worker.exchange(chat(OTHER_KEY, &ask("hi")), completion("never"));
        assert_eq!(outcome.client.status(), 429);
        let wait: u64 = outcome.client.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
        assert_eq!(outcome.client.header("x-ratelimit-remaining-requests"), Some("0"));
        assert!(json_of(&outcome.client)["error"]["message"].as_str().unwrap().contains("rpm"));
    }
    assert_eq!(
        workers[0].exchange(chat(SUPPORT_KEY, &ask("hi")), completion("hi")).client.status(),
        200,
        "another team goes on"
    );
}

#[test]
fn what_was_not_used_is_returned_and_what_was_used_stays() {
    let config = with_quotas(json!([{"name": "tpm", "unit": "tokens", "limit": 1090, "per": "minute"}]));
    let gateway = gateway(&config);
    let mut ask = ask("hi");
    ask["max_tokens"] = 1000.into();
    // Each reserves a thousand and more and uses 18: many fit one after the other, not two at once.
    for _ in 0..5 {
        assert_eq!(gateway.exchange(chat(OTHER_KEY, &ask), completion("hi")).client.status(), 200);
    }
    assert_eq!(
        gateway.exchange(chat(OTHER_KEY, &ask), completion("hi")).client.status(),
        429,
        "90 are used, a thousand do not fit"
    );
    ask["max_tokens"] = 100.into();
    assert_eq!(gateway.exchange(chat(OTHER_KEY, &ask), completion("hi")).client.status(), 200);
}

#[test]
fn a_request_without_a_bound_of_its_own_is_given_what_is_left() {
    let config = with_quotas(json!([{"name": "tpm", "unit": "tokens", "limit": 200, "per": "minute"}]));
    let gateway = gateway(&config);
    let outcome = gateway.exchange(chat(OTHER_KEY, &ask("hi")), completion("hi"));
    assert_eq!(outcome.client.status(), 200);
    let cap = json_of(&outcome.upstream)["max_completion_tokens"].as_u64().unwrap();
    assert!((100..200).contains(&cap), "{cap}");
}

#[test]
fn an_abandoned_request_is_settled_too() {
    let config = with_quotas(json!([{"name": "tpm", "unit": "tokens", "limit": 1090, "per": "minute"}]));
    let gateway = gateway(&config);
    let mut ask = ask("hi");
    ask["max_tokens"] = 1000.into();
    let mut stream = gateway.stream();
    stream.send(chat(OTHER_KEY, &ask));
    drop(stream);
    assert_eq!(
        gateway.exchange(chat(OTHER_KEY, &ask), completion("hi")).client.status(),
        200,
        "the reservation was not returned"
    );
}

#[test]
fn beyond_its_quota_a_team_may_be_sent_to_a_cheaper_model() {
    let mut config =
        with_quotas(json!([{"name": "per-model", "unit": "requests", "limit": 1, "per": "minute", "by": "model"}]));
    config["teams"][1]["onExceeded"] = json!({"downgradeTo": "huge"});
    let gateway = gateway(&config);
    assert_eq!(
        gateway.exchange(chat(OTHER_KEY, &ask("hi")), completion("hi")).upstream.header("x-tollgate-route"),
        Some("chat")
    );
    let outcome = gateway.exchange(chat(OTHER_KEY, &ask("hi")), completion("hi"));
    assert_eq!(outcome.upstream.header("x-tollgate-route"), Some("big"));
    assert_eq!(json_of(&outcome.upstream)["model"], "huge");
    assert_eq!(outcome.client.header("x-tollgate-downgraded-to"), Some("huge"));
    assert_eq!(
        gateway.exchange(chat(OTHER_KEY, &ask("hi")), completion("hi")).client.status(),
        429,
        "the cheaper one has a limit too"
    );
}

#[test]
fn translate_is_told_exactly_which_rate_limits_will_be_the_gateways_own() {
    let quota = |unit: &str| json!({"name": unit, "unit": unit, "limit": 100_000, "per": "minute"});
    for (quotas, told) in [
        (json!([]), ""),
        (json!([quota("requests")]), "requests"),
        (json!([quota("tokens")]), "tokens"),
        (json!([quota("outputTokens")]), "tokens"),
        (json!([quota("inputTokens"), quota("requests")]), "requests,tokens"),
        (json!([quota("usd")]), ""),
    ] {
        let mut config = with_quotas(quotas);
        config["translated"] = json!(true);
        let gateway = gateway(&config);
        for path in ["openai", "anthropic"] {
            let things = |thing: &str| match path {
                "openai" => ["limit", "remaining", "reset"].map(|of| format!("x-ratelimit-{of}-{thing}")),
                _ => ["limit", "remaining", "reset"].map(|of| format!("anthropic-ratelimit-{thing}-{of}")),
            };
            let names = ["requests", "tokens"].map(things).concat();
            let answer = names.iter().fold(completion("hi"), |answer, name| answer.header(name, "the provider's"));
            let mut body = ask("hi");
            body["max_tokens"] = json!(50);
            let request = if path == "openai" { chat(OTHER_KEY, &body) } else { messages(OTHER_KEY, &body) };
            let outcome = gateway.exchange(request.header("x-tollgate-limits", "forged"), answer);
            assert_eq!(outcome.upstream.header("x-tollgate-limits").unwrap_or_default(), told);
            for name in &names {
                let own = outcome.client.header(name) != Some("the provider's");
                let family = if name.contains("requests") { "requests" } else { "tokens" };
                assert_eq!(own, told.contains(family), "{name} where `{told}` is told");
            }
        }
    }
    let nobody = with_quotas(json!([quota("requests")]));
    let outcome = gateway(&nobody).exchange(chat(OTHER_KEY, &ask("hi")), completion("hi"));
    assert_eq!(outcome.upstream.header("x-tollgate-limits"), None, "where nobody reads it, nobody takes it out");
}
