//! `POST /v1/messages/count_tokens`.

use serde_json::{Value, json};
use tollgate_host::fake::{Answer, Request};

use crate::fixtures::*;

fn count(key: &str, body: &Value) -> Request {
    let body = body.to_string();
    Request::post("/v1/messages/count_tokens?beta=true")
        .header("content-type", "application/json")
        .header("x-api-key", key)
        .body(body)
}

fn ask(text: &str) -> Value {
    json!({"model": "smart", "messages": [{"role": "user", "content": text}]})
}

fn never() -> Answer {
    Answer::new(500)
}

#[test]
fn the_estimate_answers_where_a_provider_could_not() {
    let gateway = gateway(&config());
    let tokens = |text: &str| {
        let outcome = gateway.exchange(count(OTHER_KEY, &ask(text)), never());
        assert_eq!(outcome.client.status(), 200, "{}", text_of(&outcome.client));
        assert_eq!(outcome.state("tollgate.usage_source"), Some("estimated"));
        assert_eq!(outcome.state("gen_ai.usage.input_tokens"), None, "a count is not charged");
        json_of(&outcome.client)["input_tokens"].as_u64().unwrap()
    };
    let (short, long) = (tokens("hello"), tokens(&"hello world ".repeat(100)));
    assert!((1..30).contains(&short) && (150..400).contains(&long), "{short}, {long}");
}

#[test]
fn a_provider_that_counts_is_asked_and_sees_no_secret() {
    let mut config = config();
    config["routes"][0]["countsTokens"] = json!(true);
    config["teams"][0]["quotas"] = json!([{"name": "tpm", "unit": "tokens", "limit": 1000, "per": "minute"}]);
    let answer = Answer::new(200).header("content-type", "application/json").body(r#"{"input_tokens":14}"#);
    let outcome = gateway(&config).exchange(count(SUPPORT_KEY, &ask("mail jane@example.com")), answer);
    assert_eq!(json_of(&outcome.client), json!({"input_tokens": 14}));
    assert!(!text_of(&outcome.upstream).contains("jane"), "{}", text_of(&outcome.upstream));
    assert_eq!(outcome.upstream.header("x-tollgate-route"), Some("chat~eu"));
    assert_eq!(outcome.state("gen_ai.usage.input_tokens"), Some("0"), "a count costs nothing");
}

#[test]
fn a_count_is_refused_as_a_message_is() {
    let gateway = gateway(&config());
    for (key, body, status) in [
        ("wrong", ask("x"), 401),
        (SUPPORT_KEY, json!({"model": "huge", "messages": []}), 403),
        (SUPPORT_KEY, json!({"messages": []}), 400),
        (SUPPORT_KEY, ask("AKIAIOSFODNN7EXAMPLE"), 400),
    ] {
        let outcome = gateway.exchange(count(key, &body), never());
        assert_eq!(outcome.client.status(), status, "{body}");
        assert_eq!(json_of(&outcome.client)["type"], "error");
    }
}
