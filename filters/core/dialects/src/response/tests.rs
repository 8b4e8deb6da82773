use tollgate_wire::json::{Limits, Tape};

use super::*;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_chat_completion_is_read() {
    let body = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06","choices":[{"index":0,
        "message":{"role":"assistant","content":"t1","refusal":null,"reasoning_content":"t2",
            "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"q\":\"t3\"}"}}]},
        "finish_reason":"stop"}],
        "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
            "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}"#;
    let mut tape = Tape::default();
    let facts = facts(ClientDialect::OpenaiChat, tape.parse(body.as_bytes(), Limits::default()).unwrap());
    assert_eq!(facts.model.unwrap(), "gpt-4o-2024-08-06");
    let usage = facts.usage.unwrap();
    assert_eq!((usage.input, usage.output, usage.cached_read, usage.reasoning), (10, 5, 4, 2));
    let texts: Vec<_> = facts.texts.iter().map(|span| (span.text.decode().into_owned(), span.json_inside)).collect();
    assert_eq!(
        texts,
        [("t1".into(), false), ("t2".into(), false), ("f".into(), false), (r#"{"q":"t3"}"#.into(), true)]
    );
    assert!(!facts.error);
}

#[test]
fn a_message_is_read() {
    let body = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[
        {"type":"thinking","thinking":"t1","signature":"sig"},
        {"type":"text","text":"t2","citations":[{"type":"char_location","cited_text":"t3","document_index":0}]},
        {"type":"tool_use","id":"toolu_1","name":"f","input":{"q":"t4"}}],
        "stop_reason":"tool_use","usage":{"input_tokens":3,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,
            "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15},"output_tokens":7}}"#;
    let mut tape = Tape::default();
    let facts = facts(ClientDialect::AnthropicMessages, tape.parse(body.as_bytes(), Limits::default()).unwrap());
    let usage = facts.usage.unwrap();
    assert_eq!((usage.input, usage.output, usage.uncached_input()), (123, 7, 3));
    assert_eq!((usage.cached_read, usage.cache_write, usage.cache_write_1h), (100, 20, 15));
    let texts: Vec<_> = facts.texts.iter().map(|span| span.text.decode().into_owned()).collect();
    assert_eq!(texts, ["t1", "t2", "t3", "f", "q", "t4"]);
}

#[test]
fn errors_and_odd_bodies_are_no_answers() {
    let mut tape = Tape::default();
    for (dialect, body) in [
        (ClientDialect::OpenaiChat, r#"{"error":{"message":"no"}}"#),
        (ClientDialect::AnthropicMessages, r#"{"type":"error","error":{"type":"api_error","message":"no"}}"#),
    ] {
        assert!(facts(dialect, tape.parse(body.as_bytes(), Limits::default()).unwrap()).error);
    }
    for body in ["null", "[]", "{}", r#"{"usage":null}"#, r#"{"usage":{}}"#, r#"{"choices":[{}],"content":[1]}"#] {
        for dialect in ClientDialect::ALL {
            let value = tape.parse(body.as_bytes(), Limits::default()).unwrap();
            assert_eq!(facts(*dialect, value).usage, None, "{body}");
        }
    }
}

#[test]
fn reports_of_one_answer_never_shrink() {
    let mut usage = Usage { input: 123, cached_read: 100, cache_write: 20, output: 1, ..Usage::default() };
    usage.merge_parts(&Usage { output: 40, ..Usage::default() });
    assert_eq!((usage.input, usage.output, usage.cached_read), (123, 40, 100));
    usage.merge_parts(&Usage { input: 10, output: 39, ..Usage::default() });
    assert_eq!((usage.input, usage.output), (130, 40));
    let mut usage = Usage { input: 19, output: 3, ..Usage::default() };
    usage.merge(&Usage { input: 19, cached_read: 8, output: 2, ..Usage::default() });
    assert_eq!((usage.input, usage.output, usage.cached_read), (19, 3, 8));
}
