//! What is asked: chat requests of an exact size, made of prose as people write it to assistants.

use std::fmt::Write;

use serde_json::json;
use tollgate_throughput::SENTENCES;

/// The e-mail address in requests that hold personal data.
pub const EMAIL: &str = "jane.doe@example.com";
/// What redaction makes of [`EMAIL`] when it pseudonymizes.
pub const PLACEHOLDER: &str = "<EMAIL_1>";
/// The model that clients ask for.
pub const MODEL: &str = "gpt-4o";

/// A chat completion request of exactly `size` bytes: a system prompt and turns of prose, the last one the user's. `personal` puts an e-mail
/// address and a card number into the last turn. A stream answers with `events` pieces of text: `max_tokens` says so.
///
/// # Panics
/// `size` is too small to hold the frame of the request, some 400 bytes.
#[must_use]
pub fn chat_request(size: usize, personal: bool, stream_events: Option<u32>) -> Vec<u8> {
    let mut prose = Prose::default();
    let turn = (size / 5).clamp(1200, 24_000);
    let mut messages = vec![json!({
        "role": "system",
        "content": "You are a helpful assistant for the support team. Answer briefly, and say so when you are not sure.",
    })];
    let opening =
        if personal { format!("Write to {EMAIL}, who paid with 4111 1111 1111 1111.\n") } else { String::new() };
    while size > turn * 2 + encoded(&messages, "", stream_events).len() {
        let role = if messages.len() % 2 == 1 { "user" } else { "assistant" };
        messages.push(json!({"role": role, "content": prose.take(turn)}));
    }
    if messages.len() % 2 == 0 {
        messages.push(json!({"role": "assistant", "content": prose.take(200)}));
    }
    let frame = encoded(&messages, &opening, stream_events).len();
    assert!(frame <= size, "a request of {size} bytes has no room for its frame of {frame} bytes");
    let body = encoded(&messages, &(opening + &prose.take(size - frame)), stream_events);
    assert_eq!(body.len(), size, "the size of a request is exact");
    body
}

fn encoded(messages: &[serde_json::Value], last: &str, stream_events: Option<u32>) -> Vec<u8> {
    let mut messages = messages.to_vec();
    messages.push(json!({"role": "user", "content": last}));
    let mut request = json!({"messages": messages, "model": MODEL, "temperature": 0.2});
    match stream_events {
        Some(events) => {
            request["stream"] = json!(true);
            request["max_tokens"] = json!(events);
        }
        None => request["max_tokens"] = json!(512),
    }
    request.to_string().into_bytes()
}

/// Sentences in an order that repeats late, the same in every run.
#[derive(Default)]
struct Prose {
    state: u32,
}

impl Prose {
    /// Prose that takes exactly `size` bytes as the inside of a JSON string.
    fn take(&mut self, size: usize) -> String {
        let mut text = String::with_capacity(size);
        let mut left = size;
        while left > 0 {
            for c in self.sentence().chars().chain([' ']) {
                let cost = if matches!(c, '"' | '\\' | '\n') { 2 } else { c.len_utf8() };
                if cost > left {
                    // The last bytes are filled with what costs one byte each.
                    let _ = write!(text, "{:.<left$}", "");
                    return text;
                }
                text.push(c);
                left -= cost;
            }
        }
        text
    }

    fn sentence(&mut self) -> &'static str {
        // Numerical Recipes' generator: quality does not matter here, being the same everywhere does.
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        SENTENCES[(self.state >> 16) as usize % SENTENCES.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_size_asked_for_and_are_json() {
        for size in [1024, 1500, 32 << 10, 512 << 10, 1_000_000] {
            for personal in [false, true] {
                let body = chat_request(size, personal, None);
                assert_eq!(body.len(), size);
                let request: serde_json::Value = serde_json::from_slice(&body).unwrap();
                let messages = request["messages"].as_array().unwrap();
                assert_eq!(messages.last().unwrap()["role"], "user");
                assert_eq!(messages.last().unwrap()["content"].as_str().unwrap().contains(EMAIL), personal);
            }
        }
    }

    #[test]
    fn a_stream_says_how_many_events_it_wants() {
        let request: serde_json::Value = serde_json::from_slice(&chat_request(1024, false, Some(200))).unwrap();
        assert_eq!(request["max_tokens"], 200);
        assert_eq!(request["stream"], true);
    }

    #[test]
    fn roles_alternate() {
        let request: serde_json::Value = serde_json::from_slice(&chat_request(64 << 10, false, None)).unwrap();
        let roles: Vec<_> =
            request["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
        assert_eq!(roles[0], "system");
        assert!(roles.len() > 5);
        for (i, role) in roles[1..].iter().enumerate() {
            assert_eq!(*role, if i % 2 == 0 { "user" } else { "assistant" });
        }
    }
}
