//! Azure's front door, as far as its SDK does not show it.

mod client;

use client::{post, send};
use serde_json::json;
use tollgate_providers::{Kind, Options, Provider};

#[tokio::test]
async fn versions_and_paths() {
    let provider = Provider::start(Kind::Azure, Options::default()).await.unwrap();
    let body = json!({"model": "d", "messages": [{"role": "user", "content": "x"}]});
    for (path, status, words) in [
        ("/openai/deployments/d/chat/completions?api-version=2024-10-21", 200, "You said: x"),
        ("/openai/deployments/d%2F1/chat/completions?api-version=2025-04-01-preview", 200, "\"model\":\"d/1\""),
        ("/openai/deployments/d/chat/completions", 404, "Resource not found"),
        ("/openai/deployments/d/chat/completions?api-version=", 404, "Resource not found"),
        ("/openai/deployments/d/chat/completions?api-version=newest", 400, "API version not supported"),
        ("/openai/deployments//chat/completions?api-version=2024-10-21", 404, "DeploymentNotFound"),
        ("/openai/deployments/d/responses?api-version=2024-10-21", 404, "Resource not found"),
        ("/openai/chat/completions?api-version=2024-10-21", 404, "Resource not found"),
        ("/openai/v1/chat/completions", 200, "You said: x"),
        ("/openai/v1/chat/completions?api-version=2024-10-21", 400, "not allowed when using /v1 path"),
        ("/v1/chat/completions", 404, "Resource not found"),
    ] {
        let answer = post(Kind::Azure, provider.addr(), path, &body).await.unwrap();
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(words), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_deployment_needs_no_model_in_the_body_and_v1_does() {
    let provider = Provider::start(Kind::Azure, Options::default()).await.unwrap();
    let body = json!({"messages": [{"role": "user", "content": "x"}]});
    let path = "/openai/deployments/d/chat/completions?api-version=2024-10-21";
    assert_eq!(post(Kind::Azure, provider.addr(), path, &body).await.unwrap().json()["model"], "d");
    let answer = post(Kind::Azure, provider.addr(), "/openai/v1/chat/completions", &body).await.unwrap();
    assert!(answer.status == 400 && answer.text().contains("you must provide a model parameter"));
}

#[tokio::test]
async fn the_front_door_speaks_before_the_model_does() {
    let provider = Provider::start(Kind::Azure, Options { expect_key: Some("k".into()), ..Options::default() }).await;
    let provider = provider.unwrap();
    let path = "/openai/v1/chat/completions";
    for (headers, code) in
        [(&[][..], "401"), (&[("api-key", "other")], "401"), (&[("authorization", "Bearer other")], "Unauthorized")]
    {
        let answer = send(provider.addr(), "POST", path, headers, b"{}").await.unwrap();
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (401, Some(code)));
    }
    let with = async |key| send(provider.addr(), "POST", path, &[("api-key", key)], b"{}").await.unwrap().status;
    assert_eq!((with("k").await, with("other").await), (400, 401));
}

#[tokio::test]
async fn a_stream_begins_with_what_the_filters_say_of_the_prompt() {
    let provider = Provider::start(Kind::Azure, Options::default()).await.unwrap();
    let body = json!({"model": "d", "messages": [{"role": "user", "content": "x"}], "stream": true});
    let path = "/openai/v1/chat/completions";
    let events = post(Kind::Azure, provider.addr(), path, &body).await.unwrap().events();
    assert_eq!(
        (events[0]["choices"].to_string().as_str(), &events[0]["id"], &events[0]["object"]),
        ("[]", &json!(""), &json!(""))
    );
    assert_eq!(events[0]["prompt_filter_results"][0]["content_filter_results"]["hate"]["severity"], "safe");
    assert!(events[1..].iter().all(|event| event["choices"][0]["content_filter_results"].is_object()));
}
