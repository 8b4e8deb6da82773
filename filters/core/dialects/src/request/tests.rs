use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape};

use super::*;
use crate::text::Place;

fn with<R>(dialect: ClientDialect, body: &str, look: impl FnOnce(Result<RequestFacts<'_>, Refusal>) -> R) -> R {
    let mut tape = Tape::default();
    look(facts(dialect, tape.parse(body.as_bytes(), Limits::default()).unwrap()))
}

fn texts(dialect: ClientDialect, body: &str) -> Vec<String> {
    with(dialect, body, |facts| facts.unwrap().texts.iter().map(|span| span.text.decode().into_owned()).collect())
}

fn refused(dialect: ClientDialect, body: &str) -> String {
    with(dialect, body, |facts| facts.unwrap_err().param.unwrap_or_default())
}

fn edited(body: &str, facts: &RequestFacts<'_>, edit: impl FnOnce(&RequestFacts<'_>, &mut Edits)) -> String {
    let mut edits = Edits::default();
    edit(facts, &mut edits);
    String::from_utf8(edits.apply(body.as_bytes()).unwrap()).unwrap()
}

const OPENAI: ClientDialect = ClientDialect::OpenaiChat;
const ANTHROPIC: ClientDialect = ClientDialect::AnthropicMessages;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_chat_request_is_read() {
    let body = r#"{"model":"gpt-4o","stream":true,"n":2,"max_tokens":5,"max_completion_tokens":7,"user":"u-1",
        "stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}"#;
    with(OPENAI, body, |facts| {
        let facts = facts.unwrap();
        assert_eq!(facts.model, "gpt-4o");
        assert!(facts.stream && facts.wants_stream_usage);
        assert_eq!((facts.choices, facts.max_output_tokens, facts.media), (2, Some(7), 0));
        assert_eq!(facts.end_user.unwrap(), "u-1");
        assert_eq!(facts.texts.last().unwrap().place, Place::USER);
    });
}

#[test]
fn a_messages_request_is_read() {
    let body = r#"{"model":"claude","max_tokens":9,"metadata":{"user_id":"u-2"},"system":"be kind","messages":[]}"#;
    with(ANTHROPIC, body, |facts| {
        let facts = facts.unwrap();
        assert_eq!(facts.model, "claude");
        assert_eq!((facts.stream, facts.choices, facts.max_output_tokens), (false, 1, Some(9)));
        assert_eq!(facts.end_user.unwrap(), "u-2");
        assert!(facts.texts.iter().any(|span| span.place == Place::SYSTEM && span.text == "be kind"));
    });
}

/// Strings `t1`, `t2`, ... are text, everything else is not: whatever the parsers gather must be exactly those.
#[track_caller]
fn exactly_the_marked(dialect: ClientDialect, body: &str, marks: usize, media: u32) {
    let mut found = texts(dialect, body);
    found.retain(|text| !text.starts_with("key_"));
    found.sort();
    let mut expected: Vec<_> = (1..=marks).map(|mark| format!("t{mark:02}")).collect();
    expected.sort();
    assert_eq!(found, expected);
    with(dialect, body, |facts| assert_eq!(facts.unwrap().media, media));
}

#[test]
fn every_text_of_a_chat_request_is_found_and_nothing_else() {
    let body = r#"{
        "model": "gpt-4o", "reasoning_effort": "low", "temperature": 0.5, "stop": ["t01"], "user": "t02",
        "messages": [
            {"role": "system", "content": "t03"},
            {"role": "developer", "content": [{"type": "text", "text": "t04"}]},
            {"role": "user", "name": "t05", "content": [
                {"type": "text", "text": "t06"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "t07"}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                {"type": "file", "file": {"file_data": "AAAA", "filename": "t08"}},
                {"type": "key_new", "key_new": {"key_deep": ["t09"]}}
            ]},
            {"role": "assistant", "content": null, "refusal": "t10", "reasoning_content": "t11", "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "t12", "arguments": "t13"}},
                {"id": "call_2", "type": "custom", "custom": {"key_input": "t14"}}
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "t15"},
            {"role": "assistant", "content": "t16", "key_unknown": "t17"}
        ],
        "tools": [{"type": "function", "function": {"name": "t18", "description": "t19", "parameters": {"key_p": "t20"}}}],
        "key_unknown": {"key_a": [{"key_b": "t21"}]}
    }"#;
    exactly_the_marked(OPENAI, body, 21, 4);
}

#[test]
fn every_text_of_a_messages_request_is_found_and_nothing_else() {
    let body = r#"{
        "model": "claude", "max_tokens": 9, "stop_sequences": ["t01"], "service_tier": "auto",
        "system": [{"type": "text", "text": "t02", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "messages": [
            {"role": "user", "content": "t03"},
            {"role": "user", "content": [
                {"type": "text", "text": "t04"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                {"type": "image", "source": {"type": "url", "url": "t05"}},
                {"type": "document", "title": "t06", "context": "t07",
                    "source": {"type": "text", "media_type": "text/plain", "data": "t08"}},
                {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "t09"}]}}
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "t10", "signature": "SIGNATURE"},
                {"type": "thinking", "thinking": "", "signature": "tollgate.google.SIGNATURE"},
                {"type": "redacted_thinking", "data": "SIGNATURE"},
                {"type": "tool_use", "id": "toolu_1", "name": "t11", "input": {"key_q": ["t12", {"key_type": "t13"}]}}
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": true, "content": [{"type": "text", "text": "t14"}]},
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": "t15"},
                {"type": "key_block", "key_x": {"key_y": "t16"}}
            ]}
        ],
        "tools": [{"name": "t17", "description": "t18", "input_schema": {"key_properties": {"key_q": "t19"}}}],
        "key_unknown": "t20"
    }"#;
    exactly_the_marked(ANTHROPIC, &body.replace("SIGNATURE", &"EqQB+/w=".repeat(12)), 20, 2);
}

#[test]
fn nothing_hides_in_fields_that_are_not_text() {
    let openai = |message: &str| texts(OPENAI, &format!(r#"{{"model":"m","messages":[{message}]}}"#));
    for message in [
        r#"{"role":"jane@example.com"}"#,
        r#"{"role":["jane@example.com"]}"#,
        r#"{"role":"user","content":{"x":"jane@example.com"}}"#,
        r#"{"role":"user","content":["jane@example.com"]}"#,
        r#"{"role":"user","content":[{"type":"jane@example.com"}]}"#,
        r#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,jane@example.com"}}]}"#,
        r#"{"role":"user","content":[{"type":"image_url","image_url":"jane@example.com"}]}"#,
        r#"{"role":"user","content":[{"type":"file","file":"jane@example.com"}]}"#,
        r#"{"role":"tool","tool_call_id":"jane@example.com"}"#,
        r#"{"role":"assistant","tool_calls":{"x":"jane@example.com"}}"#,
        r#"{"role":"assistant","tool_calls":["jane@example.com"]}"#,
        r#"{"role":"assistant","tool_calls":[{"id":{"jane@example.com":1}}]}"#,
        r#"{"role":"assistant","tool_calls":[{"index":"jane@example.com"}]}"#,
        r#"{"role":"assistant","thinking_blocks":[{"signature":"jane@example.com"}]}"#,
        r#"{"role":"assistant","thinking_blocks":[{"signature":"tollgate.google.jane@example.com"}]}"#,
        r#"{"role":"assistant","tool_calls":[{"extra_content":{"google":{"thought_signature":"jane@example.com"}}}]}"#,
        r#"{"role":"assistant","tool_calls":[{"extra_content":{"other":{"thought_signature":"jane@example.com"}}}]}"#,
        r#"{"role":"assistant","function_call":"jane@example.com"}"#,
        r#"{"role":"user","jane@example.com":1}"#,
    ] {
        assert!(openai(message).iter().any(|text| text.contains("jane@example.com")), "{message}");
    }
    for tail in [r#""tools":"jane@example.com""#, r#""tools":{"x":"jane@example.com"}"#, r#""jane@example.com":0"#] {
        let found = texts(OPENAI, &format!(r#"{{"model":"m","messages":[],{tail}}}"#));
        assert!(found.iter().any(|text| text == "jane@example.com"), "{tail}");
    }
    let anthropic = |block: &str| {
        texts(ANTHROPIC, &format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{block}]}}]}}"#))
    };
    for block in [
        r#"{"type":"jane@example.com"}"#,
        r#"{"type":"text","data":"jane@example.com"}"#,
        r#"{"type":"image","source":{"type":"base64","media_type":"jane@example.com"}}"#,
        r#"{"type":"document","source":{"type":"text","data":"jane@example.com"}}"#,
        r#"{"type":"tool_use","id":"jane@example.com"}"#,
        r#"{"type":"tool_use","input":{"jane@example.com":1}}"#,
        r#"{"type":"tool_result","content":{"x":"jane@example.com"}}"#,
        r#"{"type":"text","cache_control":{"ttl":"jane@example.com"}}"#,
        r#""jane@example.com""#,
    ] {
        assert!(anthropic(block).iter().any(|text| text == "jane@example.com"), "{block}");
    }
}

#[test]
fn tool_arguments_are_marked_as_json_inside() {
    let body = r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[
        {"id":"c1","function":{"name":"f","arguments":"{\"q\":\"jane@example.com\"}"}}]}]}"#;
    with(OPENAI, body, |facts| {
        let facts = facts.unwrap();
        let span = facts.texts.iter().find(|span| span.json_inside).unwrap();
        assert_eq!(span.text.decode(), r#"{"q":"jane@example.com"}"#);
        assert_eq!(facts.texts.iter().filter(|span| span.json_inside).count(), 1);
    });
}

#[test]
fn what_decisions_hang_on_must_be_right() {
    for dialect in [OPENAI, ANTHROPIC] {
        assert_eq!(refused(dialect, "{}"), "model");
        assert_eq!(refused(dialect, r#"{"model":"m"}"#), "messages");
        assert_eq!(refused(dialect, r#"{"model":1,"messages":[]}"#), "model");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":{}}"#), "messages");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":[],"stream":"yes"}"#), "stream");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":[],"max_tokens":-1}"#), "max_tokens");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":[],"model":"n"}"#), "model");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":[],"m\u006fdel":"n"}"#), "model");
        assert_eq!(refused(dialect, r#"{"model":"m","messages":[],"messages":[]}"#), "messages");
        with(dialect, "[]", |facts| assert_eq!(facts.unwrap_err().status, 400));
        with(dialect, r#"{"model":"m","messages":[],"stream":null,"max_tokens":null}"#, |facts| {
            let facts = facts.unwrap();
            assert_eq!((facts.stream, facts.max_output_tokens), (false, None));
        });
    }
    assert_eq!(refused(OPENAI, r#"{"model":"m","messages":[1]}"#), "messages[0]");
    assert_eq!(refused(OPENAI, r#"{"model":"m","messages":[],"n":"2"}"#), "n");
    assert_eq!(refused(OPENAI, r#"{"model":"m","messages":[],"stream_options":1}"#), "stream_options");
    let twice = r#"{"model":"m","messages":[],"stream_options":{"include_usage":true,"include_usage":false}}"#;
    assert_eq!(refused(OPENAI, twice), "stream_options.include_usage");
}

#[test]
fn usage_is_asked_for_once() {
    for (body, expected) in [
        (r#"{"model":"m","messages":[]}"#, r#"{"model":"m","messages":[]}"#),
        (
            r#"{"model":"m","messages":[],"stream":true}"#,
            r#"{"stream_options":{"include_usage":true},"model":"m","messages":[],"stream":true}"#,
        ),
        (
            r#"{"model":"m","messages":[],"stream":true,"stream_options":null}"#,
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{}}"#,
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage": false}}"#,
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage": true}}"#,
        ),
        (
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_obfuscation":false}}"#,
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#,
        ),
        (
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#,
            r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
    ] {
        with(OPENAI, body, |facts| {
            let out = edited(body, &facts.unwrap(), |facts, edits| {
                assert_eq!(ask_for_stream_usage(facts, edits), body != expected);
            });
            assert_eq!(out, expected);
        });
    }
    with(ANTHROPIC, r#"{"model":"m","messages":[],"stream":true}"#, |facts| {
        assert!(!ask_for_stream_usage(&facts.unwrap(), &mut Edits::default()));
    });
}

#[test]
fn output_is_capped() {
    for (dialect, body, holds, expected) in [
        (OPENAI, r#"{"model":"m","messages":[]}"#, 10, r#"{"max_completion_tokens":10,"model":"m","messages":[]}"#),
        (OPENAI, r#"{"model":"m","messages":[],"max_tokens":7}"#, 7, r#"{"model":"m","messages":[],"max_tokens":7}"#),
        (
            OPENAI,
            r#"{"model":"m","messages":[],"max_tokens":70}"#,
            10,
            r#"{"model":"m","messages":[],"max_tokens":10}"#,
        ),
        (
            OPENAI,
            r#"{"model":"m","messages":[],"max_tokens":70,"max_completion_tokens":null}"#,
            10,
            r#"{"model":"m","messages":[],"max_tokens":10,"max_completion_tokens":null}"#,
        ),
        (ANTHROPIC, r#"{"model":"m","messages":[]}"#, 10, r#"{"max_tokens":10,"model":"m","messages":[]}"#),
        (
            ANTHROPIC,
            r#"{"model":"m","messages":[],"max_tokens":11}"#,
            10,
            r#"{"model":"m","messages":[],"max_tokens":10}"#,
        ),
    ] {
        with(dialect, body, |facts| {
            let out = edited(body, &facts.unwrap(), |facts, edits| {
                assert_eq!(OutputBound::of(facts).cap(10, edits), holds, "{body}")
            });
            assert_eq!(out, expected);
        });
    }
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    /// Whatever JSON comes: facts or a refusal, and every string of a free-form field is among the texts.
    #[test]
    fn any_json_is_read_or_refused(text in "[ -~]{0,40}", key in "[a-z_]{1,12}") {
        let escaped = format!("{text:?}").replace("\\'", "'");
        for dialect in [OPENAI, ANTHROPIC] {
            let body = format!(r#"{{"model":"m","messages":[{{"role":"user","{key}":[{{"{key}":{escaped}}}]}}]}}"#);
            let mut tape = Tape::default();
            let Ok(value) = tape.parse(body.as_bytes(), Limits::default()) else { continue };
            let facts = facts(dialect, value).unwrap();
            let skipped = text.is_empty() || ["type", "role"].contains(&key.as_str()) || key.ends_with("id");
            proptest::prop_assert!(skipped || facts.texts.iter().any(|span| span.text == *text), "{body}");
        }
    }
}
