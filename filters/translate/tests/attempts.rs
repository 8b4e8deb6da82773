//! Attempts under the fake host: what each provider is sent, and what the client gets back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use serde_json::{Value, json};
use tollgate_host::fake::{Answer, FakeEnvoy, Outcome, Request};
use tollgate_host::pairs;
use tollgate_translate::{EXPORTS, Translate};

const METADATA: &[&str] = &["xds", "upstream_host_metadata", "filter_metadata", "tollgate"];

fn translate() -> FakeEnvoy<Translate> {
    let config = json!({"providers": {
        "openai": {"api": "openai", "authority": "api.openai.com"},
        "compatible": {"api": "openai", "authority": "llm.internal:8080", "pathPrefix": "/serving"},
        "anthropic": {"api": "anthropic", "authority": "api.anthropic.com", "maxOutputTokens": {"claude-x": 64000}},
        "azure": {"api": "azure-openai", "authority": "x.openai.azure.com", "apiVersion": "2024-10-21"},
        "vertex": {"api": "vertex", "authority": "aiplatform.googleapis.com", "project": "p", "location": "global"},
    }});
    FakeEnvoy::new(config.to_string()).unwrap().exporting(EXPORTS)
}

/// An attempt at `provider` of a request that the gateway has let through.
fn attempt(provider: &str, model: &str, path: &str, body: &Value) -> Request {
    let body = body.to_string();
    Request::post(path)
        .header("content-type", "application/json")
        .header("content-length", &body.len().to_string())
        .body(body)
        .property(METADATA, pairs::encode(&[("provider", provider), ("model", model)]).unwrap())
}

fn chat() -> Value {
    json!({"model": "smart", "messages": [{"role": "user", "content": "hi"}]})
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(bytes)))
}

fn message() -> Answer {
    Answer::new(200).header("content-type", "application/json").header("request-id", "req_1").body(
        json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [{"type": "text", "text": "hello"}],
               "stop_reason": "end_turn", "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 2}})
        .to_string(),
    )
}

#[test]
fn the_same_dialect_passes_but_for_the_models_name() {
    let body = r#"{ "messages": [{"role":"user","content":"hi"}],   "model" : "smart" }"#;
    let request = Request::post("/v1/chat/completions?trace=1")
        .header("content-length", &body.len().to_string())
        .body(body)
        .property(METADATA, pairs::encode(&[("provider", "compatible"), ("model", "llama")]).unwrap());
    let answer = r#"{"id":"x",  "choices":[]}"#;
    let outcome =
        translate().exchange(request, Answer::new(200).header("content-type", "application/json").body(answer));
    assert_eq!(outcome.upstream.text(), body.replace("smart", "llama"));
    assert_eq!(outcome.upstream.header(":path"), Some("/serving/v1/chat/completions?trace=1"));
    assert_eq!(outcome.upstream.header(":authority"), Some("llm.internal:8080"));
    assert_eq!(outcome.upstream.header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(outcome.client.text(), answer);
    assert_eq!(outcome.state("gen_ai.provider.name"), Some("compatible"));
}

#[test]
fn a_query_goes_with_its_path_alone() {
    for (provider, model, asked, sent) in [
        ("anthropic", "claude-x", "/v1/messages?beta=true", "/v1/messages?beta=true"),
        ("anthropic", "claude-x", "/v1/messages/count_tokens?beta=true", "/v1/messages/count_tokens?beta=true"),
        ("anthropic", "claude-x", "/v1/chat/completions?trace=1", "/v1/messages"),
        (
            "vertex",
            "claude-x",
            "/v1/messages?beta=true",
            "/v1/projects/p/locations/global/publishers/anthropic/models/claude-x:rawPredict",
        ),
        (
            "azure",
            "gpt",
            "/v1/chat/completions?trace=1",
            "/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
        ),
    ] {
        let body = json!({"model": "smart", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]});
        let outcome = translate().exchange(attempt(provider, model, asked, &body), Answer::new(500));
        assert_eq!(outcome.upstream.header(":path"), Some(sent), "{asked} at {provider}");
    }
}

#[test]
fn another_api_gets_its_own_request_and_the_client_its_own_answer() {
    let outcome = translate().exchange(attempt("anthropic", "claude-x", "/v1/chat/completions", &chat()), message());
    assert_eq!(outcome.upstream.header(":path"), Some("/v1/messages"));
    assert_eq!(outcome.upstream.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(outcome.upstream.header("x-tollgate-provider"), Some("anthropic"));
    let sent = json_of(&outcome.upstream.body());
    assert_eq!((&sent["model"], &sent["max_tokens"]), (&json!("claude-x"), &json!(64000)));
    assert_eq!(outcome.upstream.header("content-length"), Some(outcome.upstream.body().len().to_string().as_str()));
    let answer = json_of(&outcome.client.body());
    assert_eq!(answer["choices"][0]["message"]["content"], "hello");
    assert_eq!(outcome.client.header("x-request-id"), Some("req_1"));
}

/// Envoy hands every attempt the original body and the headers as the attempt before left them.
fn next_attempt(before: &Outcome, origin: &[u8], provider: &str, model: &str, body: &Value) -> Request {
    let mut request = Request::post("/");
    request.0.headers = before.upstream.headers.clone();
    // What the credential filter of the attempt before has put on.
    request = request
        .header("x-api-key", "sk-of-the-provider-before")
        .header("authorization", "Bearer sk-of-the-provider-before")
        .header("x-amz-date", "20260101T000000Z")
        .header("x-amz-security-token", "of-the-provider-before");
    request
        .body(body.to_string())
        .property(&["tollgate.origin"], origin)
        .property(METADATA, pairs::encode(&[("provider", provider), ("model", model)]).unwrap())
}

#[test]
fn every_attempt_starts_from_what_the_client_sent() {
    let translate = translate();
    let first = translate.exchange(attempt("anthropic", "claude-x", "/v1/chat/completions", &chat()), Answer::new(529));
    let origin = first.filter_state.get("tollgate.origin").unwrap().clone();
    let second = translate.exchange(next_attempt(&first, &origin, "openai", "gpt-4o", &chat()), Answer::new(529));
    assert_eq!(second.upstream.header(":path"), Some("/v1/chat/completions"));
    assert_eq!(second.upstream.header(":authority"), Some("api.openai.com"));
    assert_eq!(second.upstream.header("x-tollgate-provider"), Some("openai"));
    assert_eq!(json_of(&second.upstream.body())["model"], "gpt-4o");
    for name in ["anthropic-version", "x-api-key", "authorization", "x-amz-date", "x-amz-security-token"] {
        assert_eq!(second.upstream.header(name), None, "{name} is left from the attempt before");
    }
    let third = translate.exchange(next_attempt(&second, &origin, "anthropic", "claude-x", &chat()), message());
    assert_eq!(third.upstream.header(":path"), Some("/v1/messages"));
    assert_eq!(third.upstream.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(json_of(&third.client.body())["object"], "chat.completion");
}

#[test]
fn a_stream_is_translated_the_same_however_it_is_cut() {
    let events = [
        (
            "message_start",
            json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 1}}}),
        ),
        (
            "content_block_start",
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        ("ping", json!({"type": "ping"})),
        (
            "content_block_delta",
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hel"}}),
        ),
        (
            "content_block_delta",
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}}),
        ),
        ("content_block_stop", json!({"type": "content_block_stop", "index": 0})),
        (
            "message_delta",
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 2}}),
        ),
        ("message_stop", json!({"type": "message_stop"})),
    ];
    let sse: String = events.iter().map(|(name, data)| format!("event: {name}\ndata: {data}\n\n")).collect();
    let mut ask = chat();
    ask["stream"] = true.into();
    let translate = translate();
    let run = |cut: usize| {
        let answer = Answer::new(200).header("content-type", "text/event-stream").body_by(&sse, cut);
        translate.exchange(attempt("anthropic", "claude-x", "/v1/chat/completions", &ask), answer).client.text()
    };
    let whole = run(0);
    assert!(whole.contains("\"content\":\"hel\"") && whole.ends_with("data: [DONE]\n\n"), "{whole}");
    for cut in 1..sse.len() {
        assert_eq!(run(cut), whole, "cut every {cut} bytes");
    }
}

#[test]
fn errors_and_pages_come_in_the_clients_shape_with_the_providers_status() {
    let ask = || attempt("anthropic", "claude-x", "/v1/chat/completions", &chat());
    let overloaded =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}).to_string();
    for (content_type, body) in [
        ("application/json", overloaded.as_str()),
        ("text/html", "<html>busy</html>"),
        ("application/json", "{\"type\""),
    ] {
        let answer = Answer::new(529).header("content-type", content_type).header("retry-after", "7").body(body);
        let outcome = translate().exchange(ask(), answer);
        assert_eq!(outcome.client.status(), 529);
        assert_eq!(outcome.client.header("content-type"), Some("application/json"));
        assert_eq!(outcome.client.header("retry-after"), Some("7"));
        assert!(json_of(&outcome.client.body())["error"]["message"].is_string());
    }
}

#[test]
fn what_cannot_be_sent_is_refused_in_the_clients_dialect() {
    let refused = |request: Request, status: u16| {
        let outcome = translate().exchange(request, Answer::new(200));
        assert_eq!(outcome.client.status(), status, "{}", outcome.client.text());
        assert!(!outcome.upstream.complete, "it went out all the same");
        json_of(&outcome.client.body())["error"]["message"].as_str().unwrap().to_owned()
    };
    let mut two = chat();
    two["n"] = 2.into();
    assert!(refused(attempt("anthropic", "claude-x", "/v1/chat/completions", &two), 400).contains('n'));
    refused(attempt("nobody", "x", "/v1/chat/completions", &chat()), 500);
    refused(attempt("anthropic", "claude-x", "/v1/files", &chat()), 404);
    refused(Request::post("/v1/chat/completions").body("{}"), 500);
}
