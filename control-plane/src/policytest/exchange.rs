//! A test's text on its way: put where the test wants it in a chat request or an answer, and read back on the other side.

use serde_json::{Value, json};
use tollgate_host::RootFilter;
use tollgate_host::fake::{Answer, FakeEnvoy, Outcome, Request};
use tollgate_policy::names::{ROUTE_HEADER, fact};
use tollgate_policy::redaction::Role;

use super::config::{KEY, MODEL};

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// It arrived, so.
    Text(String),
    /// It was refused: the words of the refusal, and everything else that the caller got with them.
    Refused { message: String, all: String },
    /// What arrived holds no text in this place, or did not arrive in one piece.
    Garbled(String),
}

/// One exchange, as far as tests look at it.
#[derive(Debug)]
pub struct Exchange {
    /// The text.
    pub arrived: Arrived,
    /// Findings by rule and action, as filter state has them.
    pub findings: String,
    /// The route that Envoy was told to take.
    pub route: Option<String>,
}

/// Sends a request with `text` said by `role`, and reads what the provider gets.
pub fn request<R: RootFilter>(envoy: &FakeEnvoy<R>, role: Role, text: &str) -> Exchange {
    let (messages, place) = match role {
        Role::User => (json!([{"role": "user", "content": text}]), "/messages/0/content"),
        Role::System => {
            (json!([{"role": "system", "content": text}, {"role": "user", "content": ""}]), "/messages/0/content")
        }
        Role::Assistant => {
            (json!([{"role": "user", "content": ""}, {"role": "assistant", "content": text}]), "/messages/1/content")
        }
        Role::Tool => (
            json!([
                {"role": "user", "content": ""},
                {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": text},
            ]),
            "/messages/2/content",
        ),
    };
    let outcome = envoy.exchange(post(&json!({"model": MODEL, "messages": messages})), whole(""));
    let arrived = match refused(&outcome) {
        Some(refused) => refused,
        None => read(&outcome.upstream.body(), place),
    };
    told(&outcome, arrived)
}

/// Has the provider answer with `text`, all at once, and reads what the client gets.
pub fn answer<R: RootFilter>(envoy: &FakeEnvoy<R>, text: &str) -> Exchange {
    let outcome = envoy.exchange(ask(false), whole(text));
    let arrived = refused(&outcome).unwrap_or_else(|| read(&outcome.client.body(), "/choices/0/message/content"));
    told(&outcome, arrived)
}

/// Most events of a stream: a longer text has several characters to an event.
const EVENTS: usize = 512;

/// Has the provider answer with `text` as a stream, an event for each character, of which the gateway gets a byte at a time.
pub fn stream<R: RootFilter>(envoy: &FakeEnvoy<R>, text: &str) -> Exchange {
    let event = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        let event = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]});
        format!("data: {event}\n\n")
    };
    let mut body = event(json!({"role": "assistant", "content": ""}), Value::Null);
    let characters: Vec<char> = text.chars().collect();
    for piece in characters.chunks(characters.len().div_ceil(EVENTS).max(1)) {
        body += &event(json!({"content": piece.iter().collect::<String>()}), Value::Null);
    }
    body += &event(json!({}), json!("stop"));
    body += "data: [DONE]\n\n";
    let answer = Answer::new(200).header("content-type", "text/event-stream").body_by(body, 1);
    let outcome = envoy.exchange(ask(true), answer);
    let arrived = refused(&outcome).unwrap_or_else(|| joined(&outcome.client.text()));
    told(&outcome, arrived)
}

fn told(outcome: &Outcome, arrived: Arrived) -> Exchange {
    Exchange {
        arrived,
        findings: outcome.state(fact::REDACTIONS).unwrap_or_default().to_owned(),
        route: outcome.upstream.header(ROUTE_HEADER).map(str::to_owned),
    }
}

/// A request in which there is nothing to find.
fn ask(stream: bool) -> Request {
    post(&json!({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": ""}]}))
}

fn post(body: &Value) -> Request {
    Request::post("/v1/chat/completions").header("authorization", &format!("Bearer {KEY}")).json(body.to_string())
}

fn whole(text: &str) -> Answer {
    let message = json!({"role": "assistant", "content": text, "refusal": null});
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2});
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage});
    Answer::new(200).json(body.to_string())
}

/// The gateway's refusal, in the place of the request or of the answer.
fn refused(outcome: &Outcome) -> Option<Arrived> {
    if outcome.local_reply.is_none() && outcome.client.status() < 400 {
        return None;
    }
    let all = outcome.client.text();
    let message = serde_json::from_str::<Value>(&all).ok().and_then(|body| message(&body));
    let message = message.unwrap_or_else(|| format!("status {}: {all}", outcome.client.status()));
    Some(Arrived::Refused { message, all })
}

fn message(body: &Value) -> Option<String> {
    body.pointer("/error/message").and_then(Value::as_str).map(str::to_owned)
}

fn read(body: &[u8], place: &str) -> Arrived {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return Arrived::Garbled(format!("what arrived is no JSON: {error}")),
    };
    match body.pointer(place).and_then(Value::as_str) {
        Some(text) => Arrived::Text(text.to_owned()),
        None => Arrived::Garbled(format!("what arrived has no text at {place}")),
    }
}

/// The text that a client puts together from a stream.
fn joined(stream: &str) -> Arrived {
    let mut text = String::new();
    let mut done = false;
    for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
        if data == "[DONE]" {
            done = true;
            continue;
        }
        let event: Value = match serde_json::from_str(data) {
            Ok(event) => event,
            Err(error) => return Arrived::Garbled(format!("an event of the stream is no JSON: {error}")),
        };
        if let Some(message) = message(&event) {
            return Arrived::Refused { message, all: stream.to_owned() };
        }
        for choice in event.get("choices").and_then(Value::as_array).into_iter().flatten() {
            text += choice.pointer("/delta/content").and_then(Value::as_str).unwrap_or_default();
        }
    }
    if done { Arrived::Text(text) } else { Arrived::Garbled("the stream does not end with [DONE]".to_owned()) }
}
