//! What the provider says: about 700 bytes in one piece, or a stream of small events, in both APIs.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::prompt::{EMAIL, PLACEHOLDER};

/// Stands in every whole answer: a client that finds it has the answer.
pub const MARKER: &str = "the ledger balances";

/// The API an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Chat completions.
    Openai,
    /// Messages.
    Anthropic,
}

impl Dialect {
    /// Headers beside the content's type and length: some ten, as the real APIs send.
    #[must_use]
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Openai => &[
                ("access-control-expose-headers", "X-Request-ID"),
                ("openai-organization", "org-example"),
                ("openai-processing-ms", "412"),
                ("openai-version", "2020-10-01"),
                ("x-ratelimit-limit-requests", "10000"),
                ("x-ratelimit-limit-tokens", "30000000"),
                ("x-ratelimit-remaining-requests", "9999"),
                ("x-ratelimit-remaining-tokens", "29999744"),
                ("x-request-id", "req_5f6f0c1f3c2d4f7f8f3f"),
            ],
            Self::Anthropic => &[
                ("anthropic-organization-id", "01234567-89ab-cdef-0123-456789abcdef"),
                ("anthropic-ratelimit-requests-limit", "4000"),
                ("anthropic-ratelimit-requests-remaining", "3999"),
                ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z"),
                ("anthropic-ratelimit-tokens-limit", "400000"),
                ("anthropic-ratelimit-tokens-remaining", "399000"),
                ("anthropic-ratelimit-tokens-reset", "2026-01-01T00:00:00Z"),
                ("request-id", "req_011CQabcdefghijklmnopqrs"),
                ("via", "1.1 google"),
            ],
        }
    }
}

/// All answers, written once.
#[derive(Debug)]
pub struct Answers {
    whole: HashMap<(Dialect, Option<&'static str>), Bytes>,
    streams: HashMap<(Dialect, u32, bool), Arc<[Bytes]>>,
}

impl Answers {
    /// Writes the answers, streams of each length in `lengths` among them.
    #[must_use]
    pub fn new(lengths: &[u32]) -> Self {
        let mut answers = Self { whole: HashMap::new(), streams: HashMap::new() };
        for dialect in [Dialect::Openai, Dialect::Anthropic] {
            for mention in [None, Some(EMAIL), Some(PLACEHOLDER)] {
                let text = text(mention.unwrap_or("the customer"));
                let body = if dialect == Dialect::Openai { openai_whole(&text) } else { anthropic_whole(&text) };
                answers.whole.insert((dialect, mention), Bytes::from(body.to_string()));
            }
            for &length in lengths {
                for usage in [false, true] {
                    let events = if dialect == Dialect::Openai {
                        openai_stream(length, usage)
                    } else {
                        anthropic_stream(length)
                    };
                    answers.streams.insert((dialect, length, usage), events.into_iter().map(Bytes::from).collect());
                }
            }
        }
        answers
    }

    /// An answer in one piece that speaks of `mention`, one of the strings of [`crate::prompt`].
    #[must_use]
    pub fn whole(&self, dialect: Dialect, mention: Option<&'static str>) -> Bytes {
        self.whole.get(&(dialect, mention)).cloned().unwrap_or_default()
    }

    /// The events of a stream of `length` pieces of text; none if that length was not foreseen.
    #[must_use]
    pub fn stream(&self, dialect: Dialect, length: u32, usage: bool) -> Arc<[Bytes]> {
        self.streams.get(&(dialect, length, usage)).cloned().unwrap_or_default()
    }
}

/// What all pieces of a stream of `length` say together.
#[must_use]
pub fn streamed_text(length: u32) -> String {
    (0..length).map(piece).collect()
}

fn piece(index: u32) -> String {
    const WORDS: [&str; 8] = [" the", " ledger", " of", " every", " team", " is", " balanced", ","];
    WORDS[index as usize % WORDS.len()].to_owned()
}

fn text(mention: &str) -> String {
    format!(
        "I have read all of it, and {MARKER} with what {mention} was told. Three questions stay open: who signs off the new currency, \
         whether the nightly job may run twice, and what happens to invoices that were sent before the change."
    )
}

fn openai_whole(text: &str) -> Value {
    json!({
        "id": "chatcmpl-BX0aXkz3Yq7mQm5rT9uV1wYz2AbCd", "object": "chat.completion", "created": 1_750_000_000, "model": "gpt-4o-2024-08-06",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text, "refusal": null, "annotations": []},
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": openai_usage(62), "service_tier": "default", "system_fingerprint": "fp_07871e2ad8",
    })
}

fn openai_usage(output: u32) -> Value {
    json!({"prompt_tokens": 231, "completion_tokens": output, "total_tokens": 231 + output, "prompt_tokens_details": {"cached_tokens": 0}})
}

fn anthropic_whole(text: &str) -> Value {
    // The frame around the text is smaller than OpenAI's, the answer is not.
    let text = format!(
        "{text} Shall I draft a reply to them, or would you rather wait until these are settled with the whole team?"
    );
    json!({
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {
            "input_tokens": 231, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 62,
            "service_tier": "standard",
        },
    })
}

fn openai_stream(length: u32, usage: bool) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        let mut chunk = json!({
            "id": "chatcmpl-BX0aXkz3Yq7mQm5rT9uV1wYz2AbCd", "object": "chat.completion.chunk", "created": 1_750_000_000,
            "model": "gpt-4o-2024-08-06", "service_tier": "default", "system_fingerprint": "fp_07871e2ad8",
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}],
        });
        if usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    };
    let mut events = vec![chunk(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null)];
    events.extend((0..length).map(|index| chunk(json!({"content": piece(index)}), Value::Null)));
    events.push(chunk(json!({}), json!("stop")));
    if usage {
        let mut last = chunk(json!({}), Value::Null);
        last["choices"] = json!([]);
        last["usage"] = openai_usage(length);
        events.push(last);
    }
    let mut frames: Vec<_> = events.into_iter().map(|event| format!("data: {event}\n\n")).collect();
    frames.push("data: [DONE]\n\n".to_owned());
    frames
}

fn anthropic_stream(length: u32) -> Vec<String> {
    let mut start = anthropic_whole("");
    start["content"] = json!([]);
    start["stop_reason"] = Value::Null;
    start["usage"]["output_tokens"] = json!(1);
    let mut events = vec![
        json!({"type": "message_start", "message": start}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
    ];
    events.extend((0..length).map(
        |index| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece(index)}}),
    ));
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({
        "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": length},
    }));
    events.push(json!({"type": "message_stop"}));
    events
        .into_iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_answers_have_about_700_bytes() {
        let answers = Answers::new(&[]);
        for dialect in [Dialect::Openai, Dialect::Anthropic] {
            let body = answers.whole(dialect, None);
            assert!((650..800).contains(&body.len()), "{dialect:?}: {}", body.len());
            assert!(String::from_utf8_lossy(&body).contains(MARKER));
        }
    }

    #[test]
    fn a_stream_has_one_event_for_each_piece() {
        let answers = Answers::new(&[200]);
        assert_eq!(answers.stream(Dialect::Openai, 200, false).len(), 203);
        assert_eq!(answers.stream(Dialect::Openai, 200, true).len(), 204);
        assert_eq!(answers.stream(Dialect::Anthropic, 200, true).len(), 206);
        assert!(answers.stream(Dialect::Openai, 7, false).is_empty());
    }
}
