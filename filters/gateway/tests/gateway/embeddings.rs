//! `POST /v1/embeddings`.

use serde_json::{Value, json};
use tollgate_host::fake::{Answer, Request};

use crate::fixtures::*;

fn embed(key: &str, input: &Value) -> Request {
    let body = json!({"model": "smart", "input": input}).to_string();
    Request::post("/v1/embeddings")
        .header("content-type", "application/json")
        .header("authorization", &format!("Bearer {key}"))
        .body(body)
}

/// An answer of so many vectors of so many numbers; with what it cost, if that is said.
fn vectors(count: usize, length: usize, tokens: Option<u64>) -> Answer {
    let vector = format!("[{}]", vec!["-0.25"; length].join(","));
    let item = format!(r#"{{"object":"embedding","index":0,"embedding":{vector}}}"#);
    let usage = tokens.map(|tokens| format!(r#","usage":{{"prompt_tokens":{tokens},"total_tokens":{tokens}}}"#));
    let data = vec![item; count].join(",");
    let body = format!(r#"{{"object":"list","data":[{data}],"model":"embed-1"{}}}"#, usage.unwrap_or_default());
    Answer::new(200).header("content-type", "application/json").body(body)
}

#[test]
fn every_text_is_looked_at_and_the_answer_comes_back_as_it_is() {
    let outcome = gateway(&config())
        .exchange(embed(SUPPORT_KEY, &json!(["mail jane@example.com", "Nightjar"])), vectors(2, 3, Some(9)));
    let sent = text_of(&outcome.upstream);
    assert!(!sent.contains("jane") && !sent.contains("Nightjar"), "{sent}");
    assert_eq!(json_of(&outcome.client)["data"][1]["embedding"], json!([-0.25, -0.25, -0.25]));
    assert_eq!(outcome.state("gen_ai.usage.input_tokens"), Some("9"));
    assert_eq!(outcome.state("gen_ai.usage.output_tokens"), Some("0"));
    assert_eq!(outcome.state("gen_ai.response.model"), Some("embed-1"));
    let outcome = gateway(&config()).exchange(embed(SUPPORT_KEY, &json!("AKIAIOSFODNN7EXAMPLE")), vectors(1, 1, None));
    assert_eq!(outcome.client.status(), 400);
}

#[test]
fn more_numbers_than_a_parse_takes_are_no_hindrance() {
    let gateway = gateway(&config()).buffer_limit(64 << 20);
    let outcome = gateway.exchange(embed(SUPPORT_KEY, &json!("hello")), vectors(400, 3_000, Some(5)));
    assert_eq!(outcome.client.status(), 200);
    assert_eq!(outcome.state("gen_ai.usage.input_tokens"), Some("5"));
    assert_eq!(outcome.state("tollgate.usage_source"), Some("provider"));
}

#[test]
fn what_nobody_counted_is_estimated_token_ids_included() {
    let charged = |input: &Value, tokens: Option<u64>| {
        let outcome = gateway(&config()).exchange(embed(OTHER_KEY, input), vectors(1, 3, tokens));
        assert_eq!(outcome.state("tollgate.usage_source"), Some("estimated"));
        outcome.state("gen_ai.usage.input_tokens").unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(charged(&json!([[15339, 1917], [3]]), None), 3);
    // A provider that does not count is written down as one that says zero.
    assert!((2..5).contains(&charged(&json!("hello world"), Some(0))));
}

#[test]
fn nothing_is_set_aside_for_output() {
    let mut config = config();
    config["teams"][1]["quotas"] = json!([{"name": "tpm", "unit": "tokens", "limit": 20, "per": "minute"}]);
    let outcome = gateway(&config).exchange(embed(OTHER_KEY, &json!("hello world")), vectors(1, 3, Some(2)));
    assert_eq!(outcome.client.status(), 200, "{}", text_of(&outcome.client));
    assert!(!text_of(&outcome.upstream).contains("max_tokens"));
}
