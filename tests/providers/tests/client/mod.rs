//! A bare HTTP/1.1 client: it shows what was on the wire, cuts and all, which a real client would hide.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tollgate_providers::Kind;

/// An answer as far as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Chunks as they were written, where the body was chunked.
    pub chunks: Vec<Vec<u8>>,
    /// Whether the body ended as HTTP says it must.
    pub complete: bool,
    /// Whether the connection was reset.
    pub reset: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The data of server-sent events that are JSON.
    pub fn events(&self) -> Vec<Value> {
        self.text().lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect()
    }
}

/// Sends a request on a connection of its own and reads until it is closed. None: closed without an answer.
pub async fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    request.push_str("\r\n");
    let sent = [request.as_bytes(), body].concat();
    stream.write_all(&sent).await.unwrap();
    let mut raw = Vec::new();
    let reset = stream.read_to_end(&mut raw).await.is_err();
    parse(&raw, reset)
}

fn parse(raw: &[u8], reset: bool) -> Option<Answer> {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let mut answer = Answer { status, headers, body: Vec::new(), chunks: Vec::new(), complete: false, reset };
    let mut rest = &raw[end + 4..];
    if let Some(length) = answer.header("content-length") {
        answer.complete = rest.len() == length.parse::<usize>().unwrap();
        answer.body = rest.to_vec();
        return Some(answer);
    }
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if size == 0 {
            answer.complete = true;
            break;
        }
        answer.chunks.push(rest[..size].to_vec());
        rest = &rest[size + 2..];
    }
    answer.body = answer.chunks.concat();
    Some(answer)
}

/// Headers that every API of `kind` accepts.
pub fn credentials(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::OpenAi | Kind::Vertex | Kind::Bedrock | Kind::Cohere => &[("authorization", "Bearer sk-test")],
        Kind::Azure => &[("api-key", "sk-test")],
        Kind::Anthropic => &[("x-api-key", "sk-test"), ("anthropic-version", "2023-06-01")],
        Kind::Gemini => &[("x-goog-api-key", "sk-test")],
    }
}

/// The publishers of a project on Vertex AI.
pub const VERTEX: &str = "/v1/projects/p-1/locations/europe-west4/publishers";

/// `base` with members of `change` on top.
pub fn with(mut base: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// Where and what to ask: the same question in each API, streamed or not.
pub fn question(kind: Kind, text: &str, stream: bool) -> (String, Value) {
    let messages = json!([{"role": "user", "content": text}]);
    match kind {
        Kind::OpenAi if stream => {
            let options = json!({"include_usage": true});
            let body = json!({"model": "gpt-4o", "messages": messages, "stream": true, "stream_options": options});
            ("/v1/chat/completions".into(), body)
        }
        Kind::OpenAi => ("/v1/chat/completions".into(), json!({"model": "gpt-4o", "messages": messages})),
        Kind::Azure => {
            let mut body = json!({"messages": messages, "stream": stream});
            if stream {
                body["stream_options"] = json!({"include_usage": true});
            }
            ("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21".into(), body)
        }
        Kind::Anthropic => {
            let body = json!({"model": "claude-sonnet-4-5", "max_tokens": 500, "messages": messages, "stream": stream});
            ("/v1/messages".into(), body)
        }
        Kind::Gemini => {
            let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
            let body = json!({"contents": [{"role": "user", "parts": [{"text": text}]}]});
            (format!("/v1beta/models/gemini-2.5-flash:{method}"), body)
        }
        Kind::Vertex => {
            let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
            let body = json!({"contents": [{"role": "user", "parts": [{"text": text}]}]});
            (format!("{VERTEX}/google/models/gemini-2.5-flash:{method}"), body)
        }
        Kind::Cohere => {
            let body = json!({"model": "command-a-03-2025", "messages": messages, "stream": stream});
            ("/v2/chat".into(), body)
        }
        Kind::Bedrock => {
            let method = if stream { "converse-stream" } else { "converse" };
            let body = json!({"messages": [{"role": "user", "content": [{"text": text}]}]});
            (format!("/model/eu.anthropic.claude-sonnet-4-5-v1%3A0/{method}"), body)
        }
    }
}

/// Asks with credentials and a JSON body.
pub async fn post(kind: Kind, to: SocketAddr, path: &str, body: &Value) -> Option<Answer> {
    send(to, "POST", path, credentials(kind), body.to_string().as_bytes()).await
}

/// Asks [`question`].
pub async fn ask(kind: Kind, to: SocketAddr, text: &str, stream: bool) -> Option<Answer> {
    let (path, body) = question(kind, text, stream);
    post(kind, to, &path, &body).await
}
