use tollgate_wire::json::{Limits, Tape};

use super::*;

/// What is read of events, in short: `text a`, `tool 0 f`, `end`.
fn read(events: &[&str]) -> Vec<String> {
    let (mut reader, mut tape, mut out) = (EventReader::default(), Tape::default(), Vec::new());
    for event in events {
        let data = tape.parse(event.as_bytes(), Limits::default()).unwrap();
        reader.read("", data, &mut |event| out.push(short(&event)));
    }
    out
}

fn short(event: &Event<'_>) -> String {
    match event {
        Event::Start { .. } => "start".to_owned(),
        Event::Text(text) => format!("text {}", text.raw()),
        Event::Refusal(text) => format!("refusal {}", text.raw()),
        Event::Reasoning(text) => format!("reasoning {}", text.raw()),
        Event::Signature(text) => format!("signature {}", text.raw()),
        Event::ToolStart { tool, name, .. } => format!("tool {tool} {}", name.raw()),
        Event::ToolArguments { tool, json } => format!("arguments {tool} {}", json.decode()),
        Event::Citation(citation) => format!("citation {:?}", citation.range),
        Event::Logprobs(logprobs) => format!("logprobs {}", logprobs.len()),
        Event::PartEnd => "part-end".to_owned(),
        Event::Finish { reason, .. } => format!("finish {reason:?}"),
        Event::Usage(usage) => format!("usage {}", usage.total()),
        Event::Error(refusal) => format!("error {} {:?}", refusal.status, refusal.kind),
        Event::End => "end".to_owned(),
        other => format!("{other:?}"),
    }
}

const COMPLETED: &str = r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed","usage":{"input_tokens":1,"output_tokens":2}}}"#;

#[test]
fn what_is_said_again_is_heard_once() {
    let item = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"ab"}]}}"#;
    let events = [
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}"#,
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":""}"#,
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"b"}"#,
        r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"ab"}"#,
        r#"{"type":"response.content_part.done","output_index":0,"content_index":0,"part":{"type":"output_text","text":"ab"}}"#,
        item,
        item,
        COMPLETED,
        COMPLETED,
    ];
    assert_eq!(read(&events), ["text a", "text b", "part-end", "start", "finish Stop", "usage 3", "end"]);
}

#[test]
fn servers_that_do_not_number_their_items_are_understood() {
    let events = [
        r#"{"type":"response.output_text.delta","delta":"a"}"#,
        r#"{"type":"response.output_text.done","text":"a"}"#,
        COMPLETED,
    ];
    assert_eq!(read(&events), ["text a", "start", "finish Stop", "usage 3", "end"]);
}

#[test]
fn a_call_is_begun_by_whatever_names_it_first() {
    let call = r#"{"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}"#;
    let done = format!(r#"{{"type":"response.output_item.done","output_index":2,"item":{call}}}"#);
    let events = [
        r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"a"}"#,
        r#"{"type":"response.function_call_arguments.done","output_index":2,"arguments":"{\"a\":1}"}"#,
        &done,
        COMPLETED,
    ];
    let expected = ["tool 0 f", "arguments 0 {\"a\":1}", "part-end", "start", "finish ToolCalls", "usage 3", "end"];
    assert_eq!(read(&events), expected);
}

#[test]
fn what_was_only_begun_is_completed_by_the_end() {
    let completed = r#"{"type":"response.completed","response":{"status":"completed","output":[
        {"type":"message","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]}]}}"#;
    let events = [
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}"#,
        completed,
    ];
    assert_eq!(read(&events), ["text a", "start", "part-end", "refusal b", "part-end", "finish Refused", "end"]);
}

#[test]
fn ranges_are_those_of_the_whole_text() {
    let annotation = r#"{"type":"url_citation","url":"https://a.example","title":"A","start_index":1,"end_index":3}"#;
    let added = format!(
        r#"{{"type":"response.output_text.annotation.added","output_index":1,"content_index":0,"annotation":{annotation}}}"#
    );
    let done = format!(
        r#"{{"type":"response.content_part.done","output_index":1,"content_index":0,"part":{{"type":"output_text","text":"def","annotations":[{annotation}]}}}}"#
    );
    let events = [
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\u00e4bc"}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"de"}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"f"}"#,
        &added,
        &done,
    ];
    // Spoken of in pieces, the source does not come again with the part; without the piece it comes then.
    assert_eq!(read(&events)[1..], ["text de", "text f", "citation Some((4, 6))", "part-end"]);
    assert_eq!(read(&[events[0], &done])[1..], ["text def", "citation Some((4, 6))", "part-end"]);
}

#[test]
fn errors_have_the_status_of_their_code_and_end_all() {
    for (event, expected) in [
        (r#"{"type":"error","code":"rate_limit_exceeded","message":"m","sequence_number":1}"#, "error 429 RateLimited"),
        (r#"{"type":"error","error":{"code":"server_error","message":"m"}}"#, "error 500 Upstream"),
        (r#"{"error":{"message":"m"}}"#, "error 500 Upstream"),
        (
            r#"{"type":"response.failed","response":{"error":{"code":"image_too_large","message":"m"}}}"#,
            "error 400 InvalidRequest",
        ),
        (
            r#"{"type":"response.failed","response":{"error":{"code":"insufficient_quota","message":"m"}}}"#,
            "error 429 Billing",
        ),
        (r#"{"type":"response.failed"}"#, "error 500 Upstream"),
    ] {
        assert_eq!(read(&[event, COMPLETED]), [expected], "{event}");
    }
    let paid = r#"{"type":"response.failed","response":{"error":null,"usage":{"input_tokens":4,"output_tokens":0}}}"#;
    assert_eq!(read(&[paid]), ["usage 4", "error 500 Upstream"]);
}

#[test]
fn an_unfinished_answer_says_why() {
    for (details, expected) in [
        (r#"{"reason":"max_output_tokens"}"#, "finish Length"),
        (r#"{"reason":"content_filter"}"#, "finish Refused"),
        ("null", "finish Length"),
    ] {
        let event = format!(
            r#"{{"type":"response.incomplete","response":{{"status":"incomplete","incomplete_details":{details},"output":[]}}}}"#
        );
        assert_eq!(read(&[&event]), ["start", expected, "end"], "{details}");
    }
}
