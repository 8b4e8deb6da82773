//! A provider that says what it saw, in every place of an answer that holds text.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_stages::{AnswerMode, Exchange};
use tollgate_wire::sse;

use crate::check::holds;
use crate::world::Heads;

/// A whole answer, and whether the client finds in it what was said and no placeholder.
pub fn check_whole(exchange: &mut Exchange, dialect: ClientDialect, seen: &str, said: &str) {
    let answer = whole(dialect, seen);
    assert_eq!(exchange.on_response_headers(&Heads::answering("application/json"), false), AnswerMode::Hold);
    let out = exchange.on_response_body(answer.to_string().as_bytes(), true).expect("placeholders are in it").body;
    let out: Value = serde_json::from_slice(&out).unwrap();
    assert!(!holds(&out, "<EMAIL_1>") && !holds(&out, "_1>"), "{dialect}: {out}");
    assert_eq!(out, whole(dialect, said), "{dialect}");
}

/// An answer that holds `text` wherever an answer holds text.
fn whole(dialect: ClientDialect, text: &str) -> Value {
    let arguments = json!({"q": text}).to_string();
    match dialect {
        ClientDialect::OpenaiChat => {
            json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text, "refusal": text, "reasoning_content": text,
                "annotations": [{"type": "url_citation", "url_citation": {"url": text, "title": text, "start_index": 0}}],
                "audio": {"id": "audio_1", "data": "AAAA", "transcript": text, "expires_at": 1},
                "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}},
                    {"id": "call_2", "type": "custom", "custom": {"name": "f", "input": text}}]},
                "stop_reason": text, "novel": [text]}], "novel": {"a": text}})
        }
        ClientDialect::OpenaiCompletions => {
            json!({"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "text": text, "finish_reason": "stop", "novel": [text]}]})
        }
        ClientDialect::AnthropicMessages => {
            json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [
            {"type": "thinking", "thinking": text, "signature": "AAAA"},
            {"type": "text", "text": text, "citations": [{"type": "char_location", "cited_text": text, "document_title": text}]},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"q": text}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "web_search_result", "title": text, "url": text}]},
            {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {"type": "code_execution_result", "stdout": text, "stderr": text}},
            {"type": "novel", "novel": text}], "stop_reason": "stop_sequence", "stop_sequence": text})
        }
        _ => {
            json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "instructions": text, "error": null,
            "metadata": {"a": text}, "user": text, "tools": [{"type": "function", "name": "f", "description": text, "parameters": {"d": text}}],
            "output": output(text, &arguments), "novel": text})
        }
    }
}

fn output(text: &str, arguments: &str) -> Value {
    json!([
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": text}]},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": text, "annotations": [{"type": "url_citation", "url": text, "title": text}]},
            {"type": "refusal", "refusal": text}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": arguments},
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "f", "input": text},
        {"type": "code_interpreter_call", "id": "ci_1", "code": text, "outputs": [{"type": "logs", "logs": text}]},
        {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": text}},
        {"type": "novel", "novel": text}
    ])
}

/// Sends a stream and checks what comes out of it: the texts, their order, and that nothing of a placeholder is left. Returns the bytes.
pub fn check_stream(
    exchange: &mut Exchange,
    dialect: ClientDialect,
    seen: &str,
    said: &str,
    pieces: usize,
    cuts: &[usize],
) -> String {
    let sent = stream(dialect, seen, pieces);
    assert_eq!(exchange.on_response_headers(&Heads::answering("text/event-stream"), false), AnswerMode::Stream);
    let mut out = Vec::new();
    let mut rest = sent.as_bytes();
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
        rest = behind;
        out.extend(exchange.on_response_body(piece, false).map_or_else(|| piece.to_vec(), |changed| changed.body));
    }
    out.extend(exchange.on_response_body(b"", true).map_or_else(Vec::new, |changed| changed.body));
    let out = String::from_utf8(out).unwrap();
    let expected = texts(dialect, &stream(dialect, said, 1));
    let found = texts(dialect, &out);
    assert_eq!(found, expected, "{dialect} in {pieces} pieces: {out}");
    in_order(dialect, &out);
    out
}

/// The first events of a stream whose first text is `first`; what has come out behind them.
pub fn first_text(exchange: &mut Exchange, dialect: ClientDialect, first: &str) -> String {
    let sent = stream(dialect, first, 1);
    // Up to the end of the event that holds the text.
    let from = sent.find(".delta\n").unwrap_or(0);
    let at = from + sent[from..].find("One two").or_else(|| sent[from..].find("Well, then")).unwrap();
    let end = at + sent[at..].find("\n\n").unwrap() + 2;
    exchange.on_response_headers(&Heads::answering("text/event-stream"), false);
    let out = exchange.on_response_body(&sent.as_bytes()[..end], false);
    let out = out.map_or_else(|| sent[..end].to_owned(), |changed| String::from_utf8(changed.body).unwrap());
    out[out.rfind("data: ").unwrap()..].to_owned()
}

/// Sends the front of a stream. Whatever is cut, what comes out is whole events, and they end once: as an answer of the dialect does if
/// the model was `done`, otherwise in an error.
pub fn check_cut(exchange: &mut Exchange, dialect: ClientDialect, front: &[u8], done: bool) {
    assert_eq!(exchange.on_response_headers(&Heads::answering("text/event-stream"), false), AnswerMode::Stream);
    let mut out = exchange.on_response_body(front, false).map_or_else(|| front.to_vec(), |changed| changed.body);
    out.extend(exchange.on_response_body(b"", true).map_or_else(Vec::new, |changed| changed.body));
    let out = String::from_utf8_lossy(&out);
    let is_end =
        |event: &Value| ["message_stop", "response.completed"].contains(&event["type"].as_str().unwrap_or_default());
    let events = events(&out);
    let ends = events.iter().filter(|event| is_end(event)).count() + out.matches("data: [DONE]").count();
    let errors = events.iter().filter(|event| event["error"].is_object()).count();
    assert_eq!((ends, errors), if done { (1, 0) } else { (0, 1) }, "{dialect}: {} bytes: {out}", front.len());
    let last = events.last().is_some_and(|event| is_end(event) || event["error"].is_object());
    assert!(last || out.trim_end().ends_with("data: [DONE]"), "{dialect}: behind the end: {out}");
}

/// Where a stream has said that the model is done, up to the blank line behind.
pub fn done_at(stream: &str) -> usize {
    let marks = ["\"finish_reason\":\"stop\"", "event: message_delta", "event: response.completed"];
    let mark = marks.iter().find_map(|mark| stream.find(mark)).unwrap();
    mark + stream[mark..].find("\n\n").unwrap()
}

/// The texts of a stream, by what they are, put together as a client does; texts that are complete in an event under their path.
fn texts(dialect: ClientDialect, stream: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for event in events(stream) {
        let kind = event["type"].as_str().unwrap_or_default();
        match dialect {
            ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions => {
                join(&event["choices"], "", true, &mut texts)
            }
            ClientDialect::AnthropicMessages => {
                let path = format!("{}", event["index"]);
                match kind {
                    "content_block_start" => join(&event["content_block"], &path, true, &mut texts),
                    "content_block_delta" => join(&event["delta"], &path, true, &mut texts),
                    _ => join(&event["delta"], kind, true, &mut texts),
                }
            }
            _ => {
                let path =
                    format!("{kind} {} {} {}", event["output_index"], event["content_index"], event["summary_index"]);
                join(&event, &path, kind.ends_with(".delta"), &mut texts);
            }
        }
    }
    texts.retain(|path, text| !text.is_empty() && !path.ends_with("/type") && !path.ends_with("/item_id"));
    texts
}

fn join(value: &Value, path: &str, append: bool, texts: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            let known = texts.entry(path.to_owned()).or_default();
            if append { known.push_str(text) } else { text.clone_into(known) }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| {
            let at = item["index"].as_u64().unwrap_or(at as u64);
            join(item, &format!("{path}/{at}"), append, texts);
        }),
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| join(value, &format!("{path}/{key}"), append, texts))
        }
        _ => {}
    }
}

fn events(stream: &str) -> Vec<Value> {
    let mut events = Vec::new();
    let mut parser = sse::Parser::new(usize::MAX);
    parser
        .push(stream.as_bytes(), |event| {
            if event.has_data && event.data != b"[DONE]" {
                events.push(serde_json::from_slice(event.data).unwrap_or_else(|e| panic!("{e} in {stream}")));
            }
        })
        .unwrap();
    assert!(parser.finish().is_none_or(|last| last.complete), "an event is not complete: {stream}");
    events
}

/// Nothing of a block, a part or a choice comes behind its end, and the stream ends once.
fn in_order(dialect: ClientDialect, stream: &str) {
    let mut ended = Vec::new();
    let mut sequence = 0;
    for event in events(stream) {
        let kind = event["type"].as_str().unwrap_or_default();
        match dialect {
            ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions => {
                for choice in event["choices"].as_array().into_iter().flatten() {
                    assert!(!ended.contains(&choice["index"].to_string()), "behind its end: {event}");
                    if !choice["finish_reason"].is_null() {
                        ended.push(choice["index"].to_string());
                    }
                }
            }
            ClientDialect::AnthropicMessages => {
                assert!(!ended.contains(&event["index"].to_string()), "behind its end: {event}");
                assert!(!ended.contains(&"all".to_owned()) || kind == "message_stop", "behind the end: {event}");
                match kind {
                    "content_block_stop" => ended.push(event["index"].to_string()),
                    "message_delta" => ended.push("all".to_owned()),
                    _ => {}
                }
            }
            _ => {
                let number = event["sequence_number"].as_u64().unwrap();
                assert!(number >= sequence, "{event}");
                sequence = number;
                let lane = |stem: &str| {
                    format!("{stem} {} {} {}", event["output_index"], event["content_index"], event["summary_index"])
                };
                if let Some(stem) = kind.strip_suffix(".delta") {
                    assert!(!ended.contains(&lane(stem)), "behind its end: {event}");
                } else if let Some(stem) = kind.strip_suffix(".done") {
                    ended.push(lane(stem));
                }
            }
        }
    }
    if matches!(dialect, ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions) {
        assert!(stream.ends_with("data: [DONE]\n\n") && stream.matches("[DONE]").count() == 1, "{stream}");
    }
}

/// A stream that says `text` in every kind of delta there is, each in so many pieces.
pub fn stream(dialect: ClientDialect, text: &str, pieces: usize) -> String {
    let arguments = json!({"q": text}).to_string();
    let mut out = Vec::new();
    let mut event = |name: Option<&str>, data: Value| sse::write_event(&mut out, name, data.to_string().as_bytes());
    match dialect {
        ClientDialect::OpenaiChat => {
            let mut chunk = |delta: Value, finish: Value| {
                event(
                    None,
                    json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}),
                );
            };
            chunk(json!({"role": "assistant"}), Value::Null);
            for key in ["content", "refusal", "reasoning_content"] {
                cut(text, pieces).into_iter().for_each(|piece| chunk(json!({key: piece}), Value::Null));
            }
            chunk(
                json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]}),
                Value::Null,
            );
            for piece in cut(&arguments, pieces) {
                chunk(json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}), Value::Null);
            }
            for piece in cut(text, pieces) {
                chunk(json!({"tool_calls": [{"index": 1, "custom": {"input": piece}}]}), Value::Null);
            }
            chunk(
                json!({"annotations": [{"type": "url_citation", "url_citation": {"title": text}}], "novel": text}),
                Value::Null,
            );
            chunk(json!({}), json!("stop"));
        }
        ClientDialect::OpenaiCompletions => {
            let mut chunk = |text: &str, finish: Value| {
                event(
                    None,
                    json!({"id": "c", "object": "text_completion", "created": 1, "model": "m",
                    "choices": [{"index": 0, "text": text, "logprobs": null, "finish_reason": finish}]}),
                );
            };
            cut(text, pieces).into_iter().for_each(|piece| chunk(piece, Value::Null));
            chunk("", json!("stop"));
        }
        ClientDialect::AnthropicMessages => {
            let mut event = |data: Value| event(Some(data["type"].as_str().unwrap().to_owned().as_str()), data);
            event(
                json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}}),
            );
            let blocks = [
                (json!({"type": "thinking", "thinking": "", "signature": ""}), "thinking_delta", "thinking", text),
                (json!({"type": "text", "text": ""}), "text_delta", "text", text),
                (
                    json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}),
                    "input_json_delta",
                    "partial_json",
                    &arguments,
                ),
            ];
            for (index, (block, kind, field, text)) in blocks.into_iter().enumerate() {
                event(json!({"type": "content_block_start", "index": index, "content_block": block}));
                for piece in cut(text, pieces) {
                    event(
                        json!({"type": "content_block_delta", "index": index, "delta": {"type": kind, field: piece}}),
                    );
                }
                event(json!({"type": "content_block_stop", "index": index}));
            }
            event(
                json!({"type": "content_block_start", "index": 3, "content_block": {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
                "content": [{"type": "web_search_result", "title": text, "url": text}]}}),
            );
            event(json!({"type": "content_block_stop", "index": 3}));
            event(
                json!({"type": "message_delta", "delta": {"stop_reason": "stop_sequence", "stop_sequence": text}, "usage": {"output_tokens": 5}}),
            );
            event(json!({"type": "message_stop"}));
        }
        _ => {
            let mut number = 0;
            let mut event = |kind: &str, mut data: Value| {
                data["type"] = json!(kind);
                data["sequence_number"] = json!(number);
                number += 1;
                event(Some(kind), data);
            };
            event(
                "response.created",
                json!({"response": {"id": "resp_1", "status": "in_progress", "model": "m", "instructions": text, "output": []}}),
            );
            let lanes = [
                (
                    "reasoning_summary_text",
                    json!({"output_index": 0, "summary_index": 0, "item_id": "rs_1"}),
                    "text",
                    text,
                ),
                ("output_text", json!({"output_index": 1, "content_index": 0, "item_id": "msg_1"}), "text", text),
                ("refusal", json!({"output_index": 1, "content_index": 1, "item_id": "msg_1"}), "refusal", text),
                ("function_call_arguments", json!({"output_index": 2, "item_id": "fc_1"}), "arguments", &arguments),
                ("custom_tool_call_input", json!({"output_index": 3, "item_id": "ctc_1"}), "input", text),
                ("code_interpreter_call_code", json!({"output_index": 4, "item_id": "ci_1"}), "code", text),
                ("audio.transcript", json!({"output_index": 5}), "transcript", text),
            ];
            for (stem, place, field, text) in lanes {
                for piece in cut(text, pieces) {
                    let mut data = place.clone();
                    data["delta"] = json!(piece);
                    event(&format!("response.{stem}.delta"), data);
                }
                let mut data = place.clone();
                data[field] = json!(text);
                event(&format!("response.{stem}.done"), data);
            }
            for piece in cut(text, pieces) {
                event(
                    "response.shell_call_output_content.delta",
                    json!({"output_index": 6, "command_index": 0, "delta": {"stdout": piece}}),
                );
            }
            event(
                "response.output_item.done",
                json!({"output_index": 6, "item": {"type": "shell_call_output", "output": [{"stdout": text}]}}),
            );
            event(
                "response.completed",
                json!({"response": {"id": "resp_1", "status": "completed", "model": "m", "instructions": text,
                "output": output(text, &arguments), "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}}),
            );
        }
    }
    if matches!(dialect, ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions) {
        sse::write_event(&mut out, None, b"[DONE]");
    }
    String::from_utf8(out).unwrap()
}

/// A text in so many pieces of about the same size.
fn cut(text: &str, pieces: usize) -> Vec<&str> {
    let size = text.len().div_ceil(pieces).max(1);
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.ceil_char_boundary(size.min(rest.len())));
        found.push(piece);
        rest = behind;
    }
    found
}
