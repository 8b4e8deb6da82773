//! Usage in all its parts, and where imitators of OpenAI put it.

mod client;

use client::{ask, post, question, with};
use serde_json::{Value, json};
use tollgate_providers::{Kind, Options, Provider, Usage, UsagePlace};

async fn start(kind: Kind, options: Options) -> Provider {
    Provider::start(kind, options).await.unwrap()
}

#[tokio::test]
async fn parts_are_told_as_each_api_tells_them() {
    let usage = Usage { input: 100, output: 50, cached: 30, cache_write: 20, cache_write_1h: 10, reasoning: 15 };
    for (kind, expected) in [
        (
            Kind::OpenAi,
            json!({"/usage/prompt_tokens": 100, "/usage/completion_tokens": 50, "/usage/total_tokens": 150,
                   "/usage/prompt_tokens_details/cached_tokens": 30,
                   "/usage/completion_tokens_details/reasoning_tokens": 15}),
        ),
        (
            Kind::Anthropic,
            json!({"/usage/input_tokens": 40, "/usage/output_tokens": 50, "/usage/cache_read_input_tokens": 30,
                   "/usage/cache_creation_input_tokens": 30, "/usage/cache_creation/ephemeral_5m_input_tokens": 20,
                   "/usage/cache_creation/ephemeral_1h_input_tokens": 10,
                   "/usage/output_tokens_details/thinking_tokens": 15}),
        ),
        (
            Kind::Gemini,
            json!({"/usageMetadata/promptTokenCount": 100, "/usageMetadata/cachedContentTokenCount": 30,
                   "/usageMetadata/candidatesTokenCount": 35, "/usageMetadata/thoughtsTokenCount": 15,
                   "/usageMetadata/totalTokenCount": 150}),
        ),
        (
            Kind::Bedrock,
            json!({"/usage/inputTokens": 40, "/usage/cacheReadInputTokens": 30, "/usage/cacheWriteInputTokens": 30,
                   "/usage/cacheDetails/1/ttl": "1h", "/usage/cacheDetails/1/inputTokens": 10,
                   "/usage/totalTokens": 150}),
        ),
        (
            Kind::Cohere,
            json!({"/usage/tokens/input_tokens": 100, "/usage/billed_units/output_tokens": 50,
                   "/usage/cached_tokens": 30}),
        ),
    ] {
        let provider = start(kind, Options { usage: Some(usage), ..Options::default() }).await;
        let answer = ask(kind, provider.addr(), "x", false).await.unwrap().json();
        for (pointer, value) in expected.as_object().unwrap() {
            assert_eq!(answer.pointer(pointer), Some(value), "{kind:?} {pointer}: {answer}");
        }
    }
}

#[tokio::test]
async fn caches_of_an_hour_are_told_apart() {
    let provider = start(Kind::Anthropic, Options::default()).await;
    let (path, body) = question(Kind::Anthropic, "x", false);
    let block = |ttl: &str| {
        let control = json!({"type": "ephemeral", "ttl": ttl});
        json!({"system": [{"type": "text", "text": format!("kept for {ttl}"), "cache_control": control}]})
    };
    let ask = async |ttl: &str| {
        let body = with(body.clone(), &block(ttl));
        post(Kind::Anthropic, provider.addr(), &path, &body).await.unwrap()
    };
    assert_eq!(ask("1h").await.json()["usage"]["cache_creation"]["ephemeral_1h_input_tokens"], 3);
    assert_eq!(ask("1h").await.json()["usage"]["cache_read_input_tokens"], 3);
    assert_eq!(ask("5m").await.json()["usage"]["cache_creation"]["ephemeral_5m_input_tokens"], 3);
    assert!(ask("2h").await.text().contains("Input should be '5m' or '1h'"));
}

/// The chunks of a chat that does not ask for usage.
async fn chunks(options: Options, change: &Value) -> Vec<Value> {
    let provider = start(Kind::OpenAi, options).await;
    let (path, body) = question(Kind::OpenAi, "find \"it\"", false);
    let body = with(with(body, &json!({"stream": true})), change);
    post(Kind::OpenAi, provider.addr(), &path, &body).await.unwrap().events()
}

#[tokio::test]
async fn imitators_put_usage_elsewhere() {
    let options = Options { usage_place: Some(UsagePlace::Finish), ..Options::default() };
    let all = chunks(options, &json!({})).await;
    let with_usage: Vec<usize> = (0..all.len()).filter(|at| all[*at]["usage"].is_object()).collect();
    assert_eq!(with_usage, [all.len() - 1]);
    assert_eq!(all.last().unwrap()["choices"][0]["finish_reason"], "stop");

    let options = Options { usage_place: Some(UsagePlace::Every), ..Options::default() };
    let all = chunks(options.clone(), &json!({})).await;
    let told: Vec<u64> = all.iter().filter_map(|chunk| chunk["usage"]["completion_tokens"].as_u64()).collect();
    assert_eq!((told.len(), told[0], *told.last().unwrap()), (all.len(), 1, 5));
    let asked = chunks(options, &json!({"stream_options": {"include_usage": true}})).await;
    assert_eq!(asked.last().unwrap()["choices"], json!([]));
}

#[tokio::test]
async fn imitators_send_calls_whole() {
    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]});
    let tools = json!({"tools": [{"type": "function", "function": {"name": "find", "parameters": schema}}]});
    let all = chunks(Options { whole_calls: true, ..Options::default() }, &tools).await;
    assert_eq!(all.len(), 3);
    let call = &all[1]["choices"][0]["delta"]["tool_calls"][0];
    assert_eq!(
        (call["function"]["name"].as_str(), call["function"]["arguments"].as_str()),
        (Some("find"), Some(r#"{"q":"it"}"#))
    );
    assert!(call["id"].is_string() && all[2]["choices"][0]["finish_reason"] == "tool_calls");
}
