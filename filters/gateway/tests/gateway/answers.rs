//! What becomes of answers.

use serde_json::json;
use tollgate_host::fake::Answer;

use crate::fixtures::*;

#[test]
fn usage_is_asked_for_in_streams_and_hidden_again() {
    let gateway = gateway(&config());
    let outcome = gateway.exchange(chat(OTHER_KEY, &ask_streamed("hi")), sse(stream_of(&["hello"]), 64));
    assert_eq!(json_of(&outcome.upstream)["stream_options"]["include_usage"], true);
    assert!(!text_of(&outcome.client).contains("prompt_tokens"), "{}", text_of(&outcome.client));
    assert_eq!(streamed_text(&outcome), "hello");
    assert_eq!(outcome.state("gen_ai.usage.output_tokens"), Some("7"));

    let mut asked = ask_streamed("hi");
    asked["stream_options"] = json!({"include_usage": true});
    let outcome = gateway.exchange(chat(OTHER_KEY, &asked), sse(stream_of(&["hello"]), 64));
    assert_eq!(text_of(&outcome.client), stream_of(&["hello"]), "a client that asked sees every byte");
}

#[test]
fn an_answer_with_nothing_to_change_passes_byte_for_byte() {
    let body = b"{ \"id\" : \"x\", \"choices\": [ ],\n \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 2, \"total_tokens\": 3} }";
    let answer = Answer::new(200)
        .header("content-type", "application/json")
        .header("content-length", &body.len().to_string())
        .body(body);
    let outcome = gateway(&config()).exchange(chat(OTHER_KEY, &ask("hi")), answer);
    assert_eq!(outcome.client.body(), body);
    assert_eq!(outcome.client.header("content-length"), Some(body.len().to_string().as_str()));
}

#[test]
fn envoys_own_errors_come_in_the_callers_dialect() {
    let gateway = gateway(&config());
    for (status, text) in
        [(503, "no healthy upstream"), (504, "upstream request timeout"), (502, "upstream connect error"), (404, "")]
    {
        let answer = || {
            let answer = Answer::new(status);
            if text.is_empty() { answer } else { answer.header("content-type", "text/plain").body(text) }
        };
        let outcome = gateway.exchange(chat(OTHER_KEY, &ask("hi")), answer());
        assert_eq!(outcome.client.status(), status);
        assert!(json_of(&outcome.client)["error"]["message"].is_string(), "{status}");
        let outcome = gateway.exchange(
            messages(
                OTHER_KEY,
                &json!({"model": "smart", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}),
            ),
            answer(),
        );
        assert_eq!(json_of(&outcome.client)["type"], "error", "{status}");
    }
}

#[test]
fn a_broken_answer_is_a_well_formed_error() {
    let gateway = gateway(&config());
    for body in ["{\"choices\": [", "<html>", ""] {
        let answer = Answer::new(200).header("content-type", "application/json").body(body);
        let outcome = gateway.exchange(chat(OTHER_KEY, &ask("hi")), answer);
        assert_eq!(outcome.client.status(), 502, "{body:?}");
        assert!(json_of(&outcome.client)["error"]["message"].is_string());
    }
}

#[test]
fn a_providers_error_passes_with_its_placeholders_restored_and_costs_nothing() {
    let answer = Answer::new(400).header("content-type", "application/json").body(
        json!({"error": {"message": "cannot mail <EMAIL_1>", "type": "invalid_request_error", "param": null, "code": null}}).to_string(),
    );
    let outcome = gateway(&config()).exchange(chat(SUPPORT_KEY, &ask("mail jane@example.com")), answer);
    assert_eq!(outcome.client.status(), 400);
    assert_eq!(json_of(&outcome.client)["error"]["message"], "cannot mail jane@example.com");
    assert_eq!(outcome.state("gen_ai.usage.input_tokens"), Some("0"));
}

#[test]
fn a_cut_stream_is_charged_for_what_was_delivered_and_says_so() {
    let gateway = gateway(&config());
    let whole = stream_of(&["one ", "two ", "three "]);
    let cut = &whole[..whole.find("\"stop\"").unwrap()];
    let mut stream = gateway.stream();
    stream.send(chat(OTHER_KEY, &ask_streamed("hi")));
    stream.answer(sse(cut, 100));
    let outcome = stream.finish();
    assert_eq!(outcome.state("tollgate.usage_source"), Some("partial"));
    let output: u64 = outcome.state("gen_ai.usage.output_tokens").unwrap().parse().unwrap();
    assert!((3..20).contains(&output), "{output}");
}

/// An answer that a provider ends early in an orderly way looks complete to an SDK: the stream must say that it is not.
#[test]
fn a_stream_that_ends_early_ends_in_an_error_wherever_it_was_cut() {
    let whole = stream_of(&["one ", "two"]);
    let finished = whole.find("\"stop\"").unwrap();
    // With a policy events are read and written, without one and with usage asked for they pass as they came.
    let mut asked = ask_streamed("hi");
    asked["stream_options"] = json!({"include_usage": true});
    for (key, asked) in [(SUPPORT_KEY, &ask_streamed("mail a@example.com")), (OTHER_KEY, &asked)] {
        let gateway = gateway(&config());
        for cut in (1..whole.len()).step_by(7) {
            let outcome = gateway.exchange(chat(key, asked), sse(&whole[..cut], 50));
            let text = text_of(&outcome.client);
            let (errors, ends) = (text.matches("data: {\"error\"").count(), text.matches("data: [DONE]\n\n").count());
            let is_finished = cut > whole[finished..].find("\n").unwrap() + finished;
            assert_eq!((errors, ends), if is_finished { (0, 1) } else { (1, 0) }, "cut at {cut}: {text}");
        }
        assert_eq!(gateway.exchange(chat(key, asked), sse("", 50)).client.status(), 502);
        let outcome = gateway.exchange(chat(key, asked), sse(&whole, 50));
        assert!(text_of(&outcome.client).ends_with("[DONE]\n\n") && !text_of(&outcome.client).contains("error"));
    }
}

#[test]
fn a_message_that_is_finished_but_not_ended_gets_its_end() {
    let request =
        json!({"model": "smart", "stream": true, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]});
    let events = [
        r#"{"type":"message_start","message":{"id":"m","model":"c","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#,
    ];
    let stream: String = events.iter().map(|data| format!("event: x\ndata: {data}\n\n")).collect();
    let outcome = gateway(&config()).exchange(messages(OTHER_KEY, &request), sse(&stream, 0));
    assert_eq!(
        text_of(&outcome.client),
        format!("{stream}event: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n")
    );
    let outcome = gateway(&config()).exchange(messages(OTHER_KEY, &request), sse(&stream[..stream.len() / 2], 0));
    assert!(text_of(&outcome.client).contains("event: error\n"), "{}", text_of(&outcome.client));
}

/// Nothing is held back of what passes as it came, so its last event may be out without the blank line that makes it one.
#[test]
fn a_last_blank_line_that_is_missing_is_added_to_what_passes() {
    let mut asked = ask_streamed("hi");
    asked["stream_options"] = json!({"include_usage": true});
    let whole = stream_of(&["one"]);
    let gateway = gateway(&config());
    for missing in [1, 2] {
        let outcome = gateway.exchange(chat(OTHER_KEY, &asked), sse(&whole[..whole.len() - missing], 50));
        assert_eq!(text_of(&outcome.client).trim_end(), whole.trim_end());
        assert!(text_of(&outcome.client).ends_with("\n\n"));
    }
}

/// Where nothing is to change, an event of any size passes. What follows it is not read, so nobody can say that the end is missing.
#[test]
fn an_event_too_large_to_be_read_passes_where_nothing_is_to_change() {
    let mut asked = ask_streamed("hi");
    asked["stream_options"] = json!({"include_usage": true});
    let whole = stream_of(&["one", &"0".repeat(17 << 20), "two"]);
    let outcome = gateway(&config()).exchange(chat(OTHER_KEY, &asked), sse(&whole, 1 << 20));
    assert!(outcome.client.body() == whole.as_bytes(), "{} of {} bytes", outcome.client.body().len(), whole.len());
    assert_eq!(outcome.state("tollgate.usage_source"), Some("partial"));

    let outcome = gateway(&config()).exchange(chat(OTHER_KEY, &ask_streamed("hi")), sse(&whole, 1 << 20));
    let text = text_of(&outcome.client);
    assert!(text.contains("one") && text.contains("data: {\"error\"") && !text.contains("00"), "{}", text.len());
}

/// A block that is complete is not yet a message.
#[test]
fn a_message_that_breaks_off_between_blocks_ends_in_an_error() {
    let request =
        json!({"model": "smart", "stream": true, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]});
    let events = [
        r#"{"type":"message_start","message":{"id":"m","model":"c","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
    ];
    let stream: String = events.iter().map(|data| format!("event: x\ndata: {data}\n\n")).collect();
    let outcome = gateway(&config()).exchange(messages(OTHER_KEY, &request), sse(&stream, 0));
    let text = text_of(&outcome.client);
    assert!(text.starts_with(&stream) && text[stream.len()..].starts_with("event: error\n"), "{text}");
}
