//! Vertex AI, as far as the SDKs do not show it.

mod client;

use client::{VERTEX, post, send, with};
use serde_json::{Value, json};
use tollgate_providers::{Kind, Options, Provider};

async fn start() -> Provider {
    Provider::start(Kind::Vertex, Options::default()).await.unwrap()
}

fn gemini(text: &str) -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": text}]}]})
}

#[tokio::test]
async fn paths_name_project_place_publisher_and_model() {
    let provider = start().await;
    for (path, status) in [
        (format!("{VERTEX}/google/models/gemini-2.5-pro:generateContent"), 200),
        (format!("{VERTEX}/google/models/gemini-2.5-pro:generateContent").replace("/v1/", "/v1beta1/"), 200),
        (format!("{VERTEX}/google/models/gemini-2.5-pro:embedEverything"), 404),
        (format!("{VERTEX}/google/models/:generateContent"), 404),
        (format!("{VERTEX}/nobody/models/gemini-2.5-pro:generateContent"), 404),
        ("/v1/projects//locations/l/publishers/google/models/g:generateContent".into(), 404),
        ("/v1/models/gemini-2.5-pro:generateContent".into(), 404),
    ] {
        assert_eq!(post(Kind::Vertex, provider.addr(), &path, &gemini("x")).await.unwrap().status, status, "{path}");
    }
}

#[tokio::test]
async fn a_key_in_the_query_will_not_do() {
    let provider = start().await;
    let path = format!("{VERTEX}/google/models/gemini-2.5-pro:generateContent?key=k");
    let headers = [("x-goog-api-key", "k")];
    let answer = send(provider.addr(), "POST", &path, &headers, gemini("x").to_string().as_bytes()).await.unwrap();
    assert_eq!((answer.status, answer.json()["error"]["status"].as_str()), (401, Some("UNAUTHENTICATED")));
}

#[tokio::test]
async fn without_sse_streams_and_their_errors_are_arrays() {
    let provider = start().await;
    let path = format!("{VERTEX}/google/models/gemini-2.5-pro:streamGenerateContent");
    let answer = post(Kind::Vertex, provider.addr(), &path, &gemini("a b")).await.unwrap().json();
    let text: String = answer
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str())
        .collect();
    assert_eq!(text, "You said: a b");
    let refused = post(Kind::Vertex, provider.addr(), &path, &json!({"contents": []})).await.unwrap();
    assert_eq!((refused.status, refused.json()[0]["error"]["code"].as_u64()), (400, Some(400)));
    let sse = format!("{path}?alt=sse");
    let refused = post(Kind::Vertex, provider.addr(), &sse, &json!({"contents": []})).await.unwrap();
    assert_eq!(refused.json()["error"]["status"], "INVALID_ARGUMENT");
}

#[tokio::test]
async fn embeddings_are_predicted() {
    let provider = start().await;
    let ask = async |model: &str, body: Value| {
        post(Kind::Vertex, provider.addr(), &format!("{VERTEX}/google/models/{model}:predict"), &body).await.unwrap()
    };
    let two = json!({"instances": [{"content": "red fox", "task_type": "RETRIEVAL_QUERY"}, {"content": "x"}],
                     "parameters": {"outputDimensionality": 8, "autoTruncate": true}});
    let answer = ask("text-embedding-005", two.clone()).await.json();
    assert_eq!(answer["predictions"][0]["embeddings"]["values"].as_array().unwrap().len(), 8);
    assert_eq!(answer["predictions"][0]["embeddings"]["statistics"], json!({"token_count": 2, "truncated": false}));
    assert_eq!(answer["metadata"]["billableCharacterCount"], 7);
    for (model, body, words) in [
        ("gemini-embedding-001", two, "1 instance(s) is allowed per prediction. Actual: 2"),
        ("text-embedding-005", json!({"instances": []}), "Invalid instances"),
        ("text-embedding-005", json!({"instances": [{"content": "x", "task_type": "X"}]}), "task_type"),
        ("text-embedding-005", json!({"instances": [{"input": "x"}]}), "Unknown name \\\"input\\\""),
    ] {
        let answer = ask(model, body).await;
        assert!(answer.status == 400 && answer.text().contains(words), "{words}: {}", answer.text());
    }
}

#[tokio::test]
async fn claude_has_its_version_in_the_body_and_its_model_in_the_path() {
    let provider = start().await;
    let ask = async |model: &str, method: &str, body: &Value| {
        let path = format!("{VERTEX}/anthropic/models/{model}:{method}");
        post(Kind::Vertex, provider.addr(), &path, body).await.unwrap()
    };
    let body = json!({"anthropic_version": "vertex-2023-10-16", "max_tokens": 50,
                      "messages": [{"role": "user", "content": "hi"}]});
    let answer = ask("claude-sonnet-4-5@20250929", "rawPredict", &body).await;
    assert_eq!(answer.json()["content"][0]["text"], "You said: hi");
    let streamed = ask("claude-sonnet-4-5", "streamRawPredict", &with(body.clone(), &json!({"stream": true}))).await;
    assert_eq!(streamed.events().last().unwrap()["type"], "message_stop");

    let counted = json!({"anthropic_version": "vertex-2023-10-16", "model": "claude-sonnet-4-5",
                         "messages": [{"role": "user", "content": "hello"}]});
    assert_eq!(ask("count-tokens", "rawPredict", &counted).await.json(), json!({"input_tokens": 2}));

    let latest = with(body.clone(), &json!({"anthropic_version": "2026-10-21"}));
    assert_eq!(ask("claude-sonnet-4-5", "rawPredict", &latest).await.status, 200);
    for (change, method, words) in [
        (json!({"model": "claude-sonnet-4-5"}), "rawPredict", "model: Extra inputs are not permitted"),
        (json!({"anthropic_version": null}), "rawPredict", "anthropic_version: Input should be"),
        (json!({"stream": true}), "rawPredict", "stream: Input should be false"),
        (json!({}), "streamRawPredict", "stream: Input should be true"),
        (json!({"mcp_servers": []}), "rawPredict", "mcp_servers: Extra inputs are not permitted"),
        (json!({"anthropic_version": "2026-10-21", "top_k": 3}), "rawPredict", "top_k: Extra inputs"),
    ] {
        let answer = ask("claude-sonnet-4-5", method, &with(body.clone(), &change)).await;
        assert!(answer.status == 400 && answer.text().contains(words), "{change}: {}", answer.text());
    }
    let beta = with(body, &json!({"mcp_servers": [], "anthropic_beta": ["mcp-client-2025-04-04"]}));
    assert_eq!(ask("claude-sonnet-4-5", "rawPredict", &beta).await.status, 200);
}
