//! One configuration, and requests against it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tollgate_gateway::{EXPORTS, Gateway};
use tollgate_host::fake::{Answer, FakeEnvoy, Message, Outcome, Request};

pub const SUPPORT_KEY: &str = "tg-support";
pub const OTHER_KEY: &str = "tg-other";

fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two teams; `support` may use `chat` only and redacts, `other` may use everything and does not.
pub fn config() -> Value {
    json!({
        "digest": "sha256:feed",
        "limits": {"requestBody": 65536},
        "tags": {"user": "x-tollgate-user"},
        "teams": [
            {"name": "support", "apiKeys": [digest(SUPPORT_KEY)], "redaction": "pii", "routes": [{"route": "chat", "target": "chat~eu"}]},
            {"name": "other", "apiKeys": [digest(OTHER_KEY)], "routes": [{"route": "chat", "target": "chat"}, {"route": "big", "target": "big"}]},
        ],
        "routes": [
            {"name": "chat", "models": ["smart", "gpt-4o*"], "backends": [{"provider": "openai", "model": "gpt-4o", "maxOutputTokens": 1000}]},
            {"name": "big", "models": ["huge"], "backends": [{"provider": "openai", "model": "gpt-huge"}]},
        ],
        "redaction": [{"name": "pii", "spec": {"apply": ["request"], "rules": [
            {"detect": ["email", "credit-card"], "action": "pseudonymize"},
            {"detect": ["aws-access-key"], "action": "block"},
            {"name": "codenames", "words": ["Nightjar"], "action": "mask"},
        ]}}],
    })
}

pub fn gateway(config: &Value) -> FakeEnvoy<Gateway> {
    FakeEnvoy::new(config.to_string()).unwrap().exporting(EXPORTS)
}

/// A chat request by `key`.
pub fn chat(key: &str, body: &Value) -> Request {
    post("/v1/chat/completions", body).header("authorization", &format!("Bearer {key}"))
}

/// A messages request by `key`.
pub fn messages(key: &str, body: &Value) -> Request {
    post("/v1/messages", body).header("x-api-key", key).header("anthropic-version", "2023-06-01")
}

fn post(path: &str, body: &Value) -> Request {
    let body = body.to_string();
    Request::post(path)
        .header("content-type", "application/json")
        .header("content-length", &body.len().to_string())
        .body(body)
}

pub fn ask(text: &str) -> Value {
    json!({"model": "smart", "messages": [{"role": "user", "content": text}]})
}

pub fn ask_streamed(text: &str) -> Value {
    json!({"model": "smart", "stream": true, "messages": [{"role": "user", "content": text}]})
}

/// A provider's whole answer in `openai.chat`.
pub fn completion(text: &str) -> Answer {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "refusal": null}, "logprobs": null, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    });
    Answer::new(200).header("content-type", "application/json").body(body.to_string())
}

/// A provider's streamed answer in `openai.chat`, a piece an event, with the usage event at its end.
pub fn stream_of(pieces: &[&str]) -> String {
    let event = |choices: Value, usage: Value| {
        let event = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2024-08-06", "choices": choices, "usage": usage});
        format!("data: {event}\n\n")
    };
    let mut text =
        event(json!([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]), Value::Null);
    for piece in pieces {
        text += &event(json!([{"index": 0, "delta": {"content": piece}, "finish_reason": null}]), Value::Null);
    }
    text += &event(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]), Value::Null);
    text += &event(json!([]), json!({"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}));
    text + "data: [DONE]\n\n"
}

pub fn sse(body: impl AsRef<[u8]>, cut: usize) -> Answer {
    Answer::new(200).header("content-type", "text/event-stream; charset=utf-8").body_by(body, cut)
}

pub fn text_of(message: &Message) -> String {
    String::from_utf8(message.body()).unwrap()
}

pub fn json_of(message: &Message) -> Value {
    serde_json::from_slice(&message.body()).unwrap_or_else(|e| panic!("{e}: {}", text_of(message)))
}

/// The text that a client puts together from a stream in `openai.chat`.
pub fn streamed_text(outcome: &Outcome) -> String {
    let body = text_of(&outcome.client);
    let mut text = String::new();
    for data in body.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]") {
        let event: Value = serde_json::from_str(data).unwrap();
        for choice in event["choices"].as_array().unwrap() {
            text += choice["delta"]["content"].as_str().unwrap_or_default();
        }
    }
    text
}
