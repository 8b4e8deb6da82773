use tollgate_wire::json::{Limits, Tape};

use super::*;

fn observe(stream: &mut ClientStream, event: &str, data: &str, look: impl FnOnce(EventFacts<'_>)) {
    let mut tape = Tape::default();
    look(stream.observe(event, tape.parse(data.as_bytes(), Limits::default()).unwrap()));
}

fn lane(index: u32, kind: LaneKind) -> Lane {
    Lane { index, kind }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn chunks_are_read_by_lane() {
    let mut stream = ClientStream::new(ClientDialect::OpenaiChat);
    observe(
        &mut stream,
        "",
        r#"{"id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt-4o","choices":[
            {"index":1,"delta":{"role":"assistant","content":"a","refusal":"b","reasoning_content":"c","tool_calls":[
                {"index":2,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\""}}]},"finish_reason":null}]}"#,
        |facts| {
            let deltas: Vec<_> =
                facts.deltas.iter().map(|delta| (delta.lane, delta.text.decode().into_owned())).collect();
            let expected = [
                (lane(1, LaneKind::Content), "a".to_owned()),
                (lane(1, LaneKind::Refusal), "b".to_owned()),
                (lane(1, LaneKind::Reasoning), "c".to_owned()),
                (lane(1, LaneKind::Tool(2)), "{\"x\"".to_owned()),
            ];
            assert_eq!(deltas, expected);
            assert!(facts.ended.is_empty() && !facts.all_ended && !facts.usage_only && facts.usage.is_none());
            assert_eq!(facts.model.unwrap(), "gpt-4o");
        },
    );
    observe(&mut stream, "", r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}],"usage":null}"#, |facts| {
        assert!(facts.ends(lane(1, LaneKind::Tool(2))) && !facts.ends(lane(0, LaneKind::Content)));
        assert!(!facts.usage_only);
    });
    observe(
        &mut stream,
        "",
        r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#,
        |facts| {
            assert!(facts.usage_only);
            assert_eq!(facts.usage.unwrap().total(), 7);
        },
    );
    observe(&mut stream, "", r#"{"choices":[],"prompt_filter_results":[]}"#, |facts| assert!(!facts.usage_only));
    observe(&mut stream, "", r#"{"error":{"message":"no"}}"#, |facts| assert!(facts.error && facts.all_ended));
    assert!(is_done(b" [DONE]\r") && !is_done(b"{}"));
}

/// Of several choices the last one's end counts, whatever is told of the others behind theirs.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn an_answer_is_finished_when_nothing_of_it_goes_on() {
    for dialect in [ClientDialect::OpenaiChat, ClientDialect::OpenaiCompletions] {
        let mut stream = ClientStream::new(dialect);
        let chunks = [
            (r#"{"choices":[],"prompt_filter_results":[]}"#, false),
            (r#"{"choices":[{"index":0,"finish_reason":null}]}"#, false),
            (r#"{"choices":[{"index":1,"finish_reason":null}]}"#, false),
            (r#"{"choices":[{"index":0,"finish_reason":"stop"}]}"#, false),
            (r#"{"choices":[{"index":0,"finish_reason":null,"content_filter_results":{}}]}"#, false),
            (r#"{"choices":[{"index":1,"finish_reason":"length"}]}"#, true),
            (r#"{"choices":[{"index":1,"finish_reason":null,"content_filter_results":{}}]}"#, true),
            (r#"{"choices":[{"index":2,"finish_reason":null}]}"#, false),
        ];
        for (chunk, finished) in chunks {
            observe(&mut stream, "", chunk, |_| ());
            assert_eq!(stream.is_finished(), finished, "{dialect}: {chunk}");
        }
    }
    let mut stream = ClientStream::new(ClientDialect::AnthropicMessages);
    let events = [
        (r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#, false),
        (r#"{"type":"content_block_stop","index":0}"#, false),
        (r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#, true),
        (r#"{"type":"ping"}"#, true),
    ];
    for (event, finished) in events {
        observe(&mut stream, "", event, |_| ());
        assert_eq!(stream.is_finished(), finished, "{event}");
    }
    let mut stream = ClientStream::new(ClientDialect::OpenaiResponses);
    let done = r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"a"}"#;
    observe(&mut stream, "", done, |_| ());
    assert!(!stream.is_finished(), "its last event is the whole answer");
}

/// Azure's first chunk is about its filters, and all else in it is empty; SDKs pass over chunks that look like it.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn chunks_of_our_own_are_like_those_with_choices() {
    for dialect in [ClientDialect::OpenaiChat, ClientDialect::OpenaiCompletions] {
        let mut stream = ClientStream::new(dialect);
        let about_filters = r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}"#;
        observe(&mut stream, "", about_filters, |facts| assert!(facts.model.is_none()));
        let first = r#"{"id":"c1","object":"o","created":5,"model":"m","choices":[{"index":0,"finish_reason":null}]}"#;
        observe(&mut stream, "", first, |facts| assert_eq!(facts.model.unwrap(), "m"));
        let mut out = Vec::new();
        stream.delta_event(lane(0, LaneKind::Content), "text", &mut out);
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with(r#"data: {"id":"c1","object":"o","created":5,"model":"m","choices":"#), "{out}");
    }
}

#[test]
fn message_events_are_read_by_block() {
    let mut stream = ClientStream::new(ClientDialect::AnthropicMessages);
    let start = r#"{"type":"message_start","message":{"model":"claude","usage":{"input_tokens":9,"cache_read_input_tokens":1,"output_tokens":1}}}"#;
    observe(&mut stream, "message_start", start, |facts| {
        assert_eq!(facts.model.unwrap(), "claude");
        assert_eq!(facts.usage.unwrap().input, 10);
    });
    for (data, kind, text) in [
        (
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"a"}}"#,
            LaneKind::Content,
            "a",
        ),
        (
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"thinking_delta","thinking":"b"}}"#,
            LaneKind::Reasoning,
            "b",
        ),
        (
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
            LaneKind::Tool(0),
            "{",
        ),
        (
            r#"{"type":"content_block_start","index":3,"content_block":{"type":"text","text":"early"}}"#,
            LaneKind::Content,
            "early",
        ),
    ] {
        observe(&mut stream, "content_block_delta", data, |facts| {
            let delta = facts.deltas.iter().next().unwrap();
            assert_eq!((delta.lane, &*delta.text.decode()), (lane(3, kind), text));
        });
    }
    let cited = r#"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"cited_text":"quoted"}}}"#;
    observe(&mut stream, "content_block_delta", cited, |facts| assert_eq!(facts.texts[0].text, "quoted"));
    observe(&mut stream, "content_block_stop", r#"{"type":"content_block_stop","index":3}"#, |facts| {
        assert!(facts.ends(lane(3, LaneKind::Content)) && !facts.ends(lane(2, LaneKind::Content)));
    });
    observe(
        &mut stream,
        "message_delta",
        r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":25}}"#,
        |facts| {
            assert_eq!((facts.usage.unwrap().input, facts.usage.unwrap().output), (10, 25));
            assert!(facts.all_ended && !facts.usage_only);
        },
    );
    observe(&mut stream, "message_stop", r#"{"type":"message_stop"}"#, |facts| assert!(facts.done));
    observe(&mut stream, "error", r#"{"type":"error","error":{"type":"overloaded_error"}}"#, |facts| {
        assert!(facts.error)
    });
}

#[test]
fn added_text_reads_back_in_its_lane() {
    let kinds = [LaneKind::Content, LaneKind::Reasoning, LaneKind::Refusal, LaneKind::Tool(4)];
    let mut stream = ClientStream::new(ClientDialect::OpenaiChat);
    let first = r#"{"id":"c\"1","object":"chat.completion.chunk","created":5,"model":"gpt-4o","system_fingerprint":"fp","choices":[{"index":2}]}"#;
    observe(&mut stream, "", first, |_| {});
    for kind in kinds {
        let mut out = Vec::new();
        stream.delta_event(lane(2, kind), "a\"\n", &mut out);
        let text = String::from_utf8(out).unwrap();
        let data = text.strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap();
        assert!(data.starts_with(r#"{"id":"c\"1","object":"chat.completion.chunk","created":5,"model":"gpt-4o","system_fingerprint":"fp","#), "{data}");
        observe(&mut ClientStream::new(ClientDialect::OpenaiChat), "", data, |facts| {
            let delta = facts.deltas.iter().next().unwrap();
            assert_eq!((delta.lane, &*delta.text.decode()), (lane(2, kind), "a\"\n"));
        });
    }
    let stream = ClientStream::new(ClientDialect::AnthropicMessages);
    for kind in [LaneKind::Content, LaneKind::Reasoning, LaneKind::Tool(0)] {
        let mut out = Vec::new();
        stream.delta_event(lane(2, kind), "a\"\n", &mut out);
        let text = String::from_utf8(out).unwrap();
        let data = text.strip_prefix("event: content_block_delta\ndata: ").unwrap().strip_suffix("\n\n").unwrap();
        observe(&mut ClientStream::new(ClientDialect::AnthropicMessages), "", data, |facts| {
            let delta = facts.deltas.iter().next().unwrap();
            assert_eq!((delta.lane, &*delta.text.decode()), (lane(2, kind), "a\"\n"));
        });
    }
}

#[test]
fn servers_that_say_reasoning_get_it_back() {
    let mut stream = ClientStream::new(ClientDialect::OpenaiChat);
    observe(&mut stream, "", r#"{"choices":[{"index":0,"delta":{"reasoning":"hm"}}]}"#, |facts| {
        assert_eq!(facts.deltas.iter().next().unwrap().lane.kind, LaneKind::Reasoning);
    });
    let mut out = Vec::new();
    stream.delta_event(lane(0, LaneKind::Reasoning), "x", &mut out);
    assert!(String::from_utf8(out).unwrap().contains(r#""reasoning":"x""#));
}
