//! Clients of the Responses API, whose streams say every text several times: in pieces, complete, in its item, and in the whole answer.

use serde_json::{Value, json};
use tollgate_host::fake::Request;

use crate::fixtures::*;

fn responses(body: &Value) -> Request {
    let body = body.to_string();
    Request::post("/v1/responses")
        .header("content-type", "application/json")
        .header("content-length", &body.len().to_string())
        .header("authorization", &format!("Bearer {SUPPORT_KEY}"))
        .body(body)
}

/// What a provider streams that says `text` in `pieces`, and calls a tool with the same.
fn stream(pieces: &[&str]) -> String {
    let text: String = pieces.concat();
    let arguments = json!({ "to": text }).to_string();
    let message = json!({"id": "msg_1", "type": "message", "status": "completed", "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]});
    let call = json!({"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "send", "arguments": arguments});
    let response = |status: &str, output: Value, usage: Value| {
        json!({"id": "resp_1", "object": "response", "status": status, "model": "gpt-5", "instructions": "Help <EMAIL_1>.",
            "error": null, "output": output, "usage": usage})
    };
    let mut events = vec![
        json!({"type": "response.created", "response": response("in_progress", json!([]), Value::Null)}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []}}),
        json!({"type": "response.content_part.added", "item_id": "msg_1", "output_index": 0, "content_index": 0, "part": {"type": "output_text", "text": "", "annotations": []}}),
    ];
    events.extend(pieces.iter().map(|piece| json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": piece, "logprobs": []})));
    events.push(json!({"type": "response.output_text.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, "text": text, "logprobs": []}));
    events.push(json!({"type": "response.content_part.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, "part": message["content"][0]}));
    events.push(json!({"type": "response.output_item.done", "output_index": 0, "item": message}));
    events.push(json!({"type": "response.output_item.added", "output_index": 1, "item": {"id": "fc_1", "type": "function_call", "status": "in_progress", "call_id": "call_1", "name": "send", "arguments": ""}}));
    let (front, back) = arguments.split_at(arguments.len() / 2);
    events.extend([front, back].map(|piece| json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": piece})));
    events.push(json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 1, "arguments": arguments}));
    events.push(json!({"type": "response.output_item.done", "output_index": 1, "item": call}));
    let usage = json!({"input_tokens": 11, "output_tokens": 7, "total_tokens": 18});
    events
        .push(json!({"type": "response.completed", "response": response("completed", json!([message, call]), usage)}));
    let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
        event["sequence_number"] = number.into();
        format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())
    });
    numbered.collect()
}

/// The events a client gets, whose numbers never fall.
fn events(stream: &str) -> Vec<Value> {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<Value> = data.map(|data| serde_json::from_str(data).unwrap()).collect();
    let numbers: Vec<_> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    events
}

fn joined(events: &[Value], kind: &str) -> String {
    events.iter().filter(|event| event["type"] == kind).map(|event| event["delta"].as_str().unwrap()).collect()
}

#[test]
fn placeholders_are_restored_wherever_the_text_comes_again() {
    let gateway = gateway(&config());
    let ask = json!({"model": "smart", "stream": true, "instructions": "Help jane@example.com.", "input": "mail her"});
    let body = stream(&["Dear <EM", "AIL", "_1", ">, and <EMAIL_1>!", " <CREDIT"]);
    let said = "Dear jane@example.com, and jane@example.com! <CREDIT";
    for cut in [1, 2, 3, 7, 50, 333, body.len()] {
        let outcome = gateway.exchange(responses(&ask), sse(&body, cut));
        assert!(!text_of(&outcome.upstream).contains("jane"), "{}", text_of(&outcome.upstream));
        let events = events(&text_of(&outcome.client));
        let of = |kind: &str| events.iter().rfind(|event| event["type"] == kind).unwrap().clone();
        assert_eq!(joined(&events, "response.output_text.delta"), said, "cut every {cut} bytes");
        assert_eq!(of("response.output_text.done")["text"], said);
        assert_eq!(of("response.content_part.done")["part"]["text"], said);
        let arguments = json!({ "to": said }).to_string();
        assert_eq!(joined(&events, "response.function_call_arguments.delta"), arguments);
        assert_eq!(of("response.function_call_arguments.done")["arguments"], arguments);
        let response = &of("response.completed")["response"];
        assert_eq!(response["output"][0]["content"][0]["text"], said);
        assert_eq!(response["output"][1]["arguments"], arguments);
        assert_eq!(response["instructions"], "Help jane@example.com.");
        let done = events.iter().position(|event| event["type"] == "response.output_text.done").unwrap();
        let last = events.iter().rposition(|event| event["type"] == "response.output_text.delta").unwrap();
        assert!(last < done, "what was held back comes in front of the event that ends its text");
        assert_eq!(outcome.state("gen_ai.usage.output_tokens"), Some("7"));
    }
}

#[test]
fn response_rules_apply_to_pieces_and_to_the_whole_alike() {
    let mut config = config();
    config["redaction"][0]["spec"]["apply"] = json!(["response"]);
    let gateway = gateway(&config);
    let ask = json!({"model": "smart", "stream": true, "input": "who?"});
    let body = stream(&["Ask bo", "b@exam", "ple.com about Night", "jar."]);
    for cut in [1, 5, 64, body.len()] {
        let outcome = gateway.exchange(responses(&ask), sse(&body, cut));
        let text = text_of(&outcome.client);
        assert!(!text.contains("bob@example.com") && !text.contains("Nightjar"), "{text}");
        let events = events(&text);
        assert_eq!(joined(&events, "response.output_text.delta"), "Ask [EMAIL] about [CODENAMES].");
        let last = events.last().unwrap();
        assert_eq!(last["response"]["output"][0]["content"][0]["text"], "Ask [EMAIL] about [CODENAMES].");
    }
}

#[test]
fn a_stream_that_is_cut_ends_in_an_error_with_a_number() {
    let gateway = gateway(&config());
    let ask = json!({"model": "smart", "stream": true, "input": "who?"});
    let body = stream(&["One", "two"]);
    let front = body.split("event: response.output_text.done").next().unwrap();
    let outcome = gateway.exchange(responses(&ask), sse(front, 64));
    let text = text_of(&outcome.client);
    let (_, error) = text.split_once("event: error\ndata: ").unwrap();
    let error: Value = serde_json::from_str(error.trim()).unwrap();
    assert_eq!((&error["type"], &error["error"]["type"]), (&json!("error"), &json!("server_error")));
    assert!(error["sequence_number"].is_u64() && error["message"] == error["error"]["message"]);
}
