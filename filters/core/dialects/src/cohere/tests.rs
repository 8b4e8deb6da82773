use tollgate_wire::json::{Limits, Tape};

use super::*;
use crate::Usage;
use crate::canonical::{Event, FinishReason, Part, PlaceUnit};
use crate::refusal::RefusalKind;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn an_answer_is_read() {
    let mut tape = Tape::default();
    let body = br#"{"id":"1","finish_reason":"TOOL_CALL","message":{"content":[{"type":"thinking","thinking":"Hm"},
        {"type":"text","text":"Well"}],"tool_plan":"I look","tool_calls":[{"id":"c","function":{"name":"f"}}]},
        "usage":{"tokens":{"input_tokens":10.0,"output_tokens":2},"cached_tokens":50}}"#;
    let answer = read_answer(tape.parse(body, Limits::default()).unwrap()).unwrap();
    let [choice] = &*answer.choices else { panic!() };
    assert_eq!(choice.finish, FinishReason::ToolCalls);
    let [Part::Reasoning { .. }, Part::Text { text: said, .. }, Part::Text { text: plan, .. }, Part::ToolCall { .. }] =
        &*choice.parts
    else {
        panic!("{:?}", choice.parts)
    };
    assert_eq!((said.raw(), plan.raw()), ("Well", "I look"));
    // What came from the cache cannot be more than all there was.
    assert_eq!(answer.usage, Some(Usage { input: 10, output: 2, cached_read: 10, ..Usage::default() }));
}

#[test]
fn counts_of_tokens_come_before_what_is_billed() {
    let mut tape = Tape::default();
    for (usage, expected) in [
        (r#"{"tokens":{"input_tokens":9},"billed_units":{"input_tokens":1,"output_tokens":2}}"#, Some((9, 2))),
        (r#"{"billed_units":{"input_tokens":1}}"#, Some((1, 0))),
        (r#"{"billed_units":{"search_units":1}}"#, None),
        ("null", None),
    ] {
        let usage = Usage::from_cohere(tape.parse(usage.as_bytes(), Limits::default()).unwrap());
        assert_eq!(usage.map(|usage| (usage.input, usage.output)), expected);
    }
}

type Range = Option<(u64, u64)>;

/// The title, the range, and the number and length of the document of what a citation is read as, whose block of text is number 1.
fn cited(citation: &str) -> Vec<(Option<String>, Range, Range)> {
    let mut tape = Tape::default();
    let citation = tape.parse(citation.as_bytes(), Limits::default()).unwrap();
    let said = citation::Said { text_block: Some(1) };
    citation::citations(citation, said)
        .map(|citation| {
            let place = citation.document.map(|place| {
                assert_eq!((place.unit, place.range.0), (PlaceUnit::Character, 0));
                (place.index, place.range.1)
            });
            (citation.title.map(|title| title.decode().into_owned()), citation.range, place)
        })
        .collect()
}

#[test]
fn offsets_of_a_citation_are_those_of_the_answers_text_or_none() {
    let source = r#""sources":[{"type":"tool","id":"t:0","tool_output":{}}],"start":2,"end":5"#;
    let range = |more: &str| cited(&format!("{{{source}{more}}}")).first().cloned().map(|(_, range, _)| range);
    assert_eq!(range(""), Some(Some((2, 5))));
    assert_eq!(range(r#","type":"TEXT_CONTENT","content_index":1"#), Some(Some((2, 5))));
    assert_eq!(range(r#","content_index":2"#), Some(None));
    assert_eq!(range(r#","type":"PLAN""#), Some(None));
    assert_eq!(range(r#","end":1"#), Some(None));
    // Nobody else has citations of thinking.
    assert_eq!(range(r#","type":"THINKING_CONTENT""#), None);
}

#[test]
fn every_source_is_a_citation_and_a_document_of_the_request_is_known_by_its_number() {
    let citation = r#"{"start":0,"end":1,"sources":[
        {"type":"document","id":"doc:3","document":{"id":"doc:3","title":"T","text":"\u00e9t\u00e9"}},
        {"type":"document","id":"web","document":{"snippet":"x"}}]}"#;
    let range = Some((0, 1));
    assert_eq!(cited(citation), [(Some("T".to_owned()), range, Some((3, 3))), (Some("web".to_owned()), range, None)]);
    assert_eq!(cited(r#"{"start":0,"end":1}"#), []);
}

#[test]
fn an_answer_that_broke_off_is_none() {
    let mut tape = Tape::default();
    let mut failure = |body: &str| {
        let body = tape.parse(body.as_bytes(), Limits::default()).unwrap();
        assert_eq!(failure(body).is_some(), read_answer(body).is_none());
        failure(body).map(|refusal| (refusal.status, refusal.kind))
    };
    assert_eq!(failure(r#"{"finish_reason":"TIMEOUT","message":{}}"#), Some((504, RefusalKind::Timeout)));
    assert_eq!(failure(r#"{"finish_reason":"ERROR","message":{}}"#), Some((502, RefusalKind::Upstream)));
    assert_eq!(failure(r#"{"finish_reason":"COMPLETE","message":{}}"#), None);
    assert_eq!(failure(r#"{"message":{}}"#), None);
}

/// The events that those of a stream become, in a few words each.
fn events(stream: &[&str]) -> Vec<String> {
    let (mut reader, mut tape, mut events) = (EventReader::default(), Tape::default(), Vec::new());
    for data in stream {
        let data = tape.parse(data.as_bytes(), Limits::default()).unwrap();
        reader.read("", data, &mut |event| {
            events.push(match event {
                Event::Text(text) => format!("text {}", text.raw()),
                Event::Reasoning(text) => format!("reasoning {}", text.raw()),
                Event::ToolStart { tool, name, .. } => format!("tool {tool} {}", name.raw()),
                Event::ToolArguments { tool, json } => format!("arguments {tool} {}", json.raw()),
                Event::Finish { reason, .. } => format!("finish {reason:?}"),
                Event::Logprobs(tokens) => format!("logprobs {}", tokens.len()),
                Event::Citation(citation) => format!("citation {:?}", citation.range),
                Event::Error(refusal) => format!("error {}", refusal.message),
                Event::PartEnd => "part end".to_owned(),
                Event::Usage(usage) => format!("usage {}", usage.total()),
                Event::End => "end".to_owned(),
                other => format!("{other:?}"),
            });
        });
    }
    events
}

#[test]
fn what_is_a_list_or_one_thing_is_read_either_way() {
    let call = |calls: &str| {
        format!(r#"{{"type":"tool-call-start","index":4,"delta":{{"message":{{"tool_calls":{calls}}}}}}}"#)
    };
    let one = r#"{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#;
    let expected = ["tool 0 f", "arguments 0 {}"];
    assert_eq!(events(&[&call(one)]), expected);
    assert_eq!(events(&[&call(&format!("[{one}]"))]), expected);
    let citation = |citations: &str| {
        format!(r#"{{"type":"citation-start","index":0,"delta":{{"message":{{"citations":{citations}}}}}}}"#)
    };
    let one = r#"{"start":1,"end":2,"sources":[{"type":"tool","id":"t"}]}"#;
    assert_eq!(events(&[&citation(one)]), ["citation Some((1, 2))"]);
    assert_eq!(events(&[&citation(&format!("[{one},{one}]"))]).len(), 2);
}

#[test]
fn what_makes_no_sense_in_a_stream_is_let_go() {
    let text = r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#;
    let nothing = [
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":""}}}}"#,
        r#"{"type":"content-delta","index":0}"#,
        r#"{"type":"content-delta","delta":null}"#,
        r#"{"type":"tool-call-delta","index":7,"delta":{"message":{"tool_calls":{"function":{"arguments":"{"}}}}}"#,
        r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":[]}}}"#,
        r#"{"type":"tool-call-end","index":0}"#,
        r#"{"type":"citation-end","index":0}"#,
        r#"{"type":"debug","prompt":"p"}"#,
        r#"{"type":"later","message":"m"}"#,
        "[]",
        "5",
    ];
    assert_eq!(events(&nothing), Vec::<String>::new());
    assert_eq!(events(&[text, r#"{"type":"message-end"}"#]), ["text a", "finish Stop", "end"]);
    assert_eq!(events(&[r#"{"message":"broken","id":"1"}"#]), ["error broken"]);
}

#[test]
fn the_end_of_one_call_does_not_end_another() {
    let start = |index: u8| {
        format!(
            r#"{{"type":"tool-call-start","index":{index},"delta":{{"message":{{"tool_calls":{{"function":{{"name":"f"}}}}}}}}}}"#
        )
    };
    let end = |index: u8| format!(r#"{{"type":"tool-call-end","index":{index}}}"#);
    assert_eq!(events(&[&start(0), &start(1), &end(0), &end(1)]), ["tool 0 f", "tool 1 f", "part end"]);
}
