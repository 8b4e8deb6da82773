use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::{Limits, Tape, Value};

use super::*;
use crate::ClientDialect;
use crate::canonical::Citation;

fn plan(api: ProviderApi) -> AnswerPlan {
    AnswerPlan::new(ClientDialect::OpenaiResponses, &ProviderConfig::new(api), "model", 1_000_000_000).unwrap()
}

fn str(text: &'static str) -> Str<'static> {
    Str::from_escaped(text)
}

/// What a stream says, event by event: its name and its data.
fn events(out: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(out).unwrap();
    let event = |event: &str| {
        let (name, data) = event.split_once('\n').unwrap();
        (name.strip_prefix("event: ").unwrap().to_owned(), data.strip_prefix("data: ").unwrap().to_owned())
    };
    text.split_terminator("\n\n").map(event).collect()
}

fn written(api: ProviderApi, all: Vec<Event<'_>>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut writer = EventWriter::new(&plan(api));
    all.into_iter().for_each(|event| writer.write(event, &mut out));
    writer.finish(&mut out);
    let events = events(&out);
    for (index, (name, data)) in events.iter().enumerate() {
        assert!(data.starts_with(&format!(r#"{{"type":"{name}","sequence_number":{index},"#)), "{data}");
    }
    events
}

fn names(events: &[(String, String)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.strip_prefix("response.").unwrap()).collect()
}

fn finish(reason: FinishReason) -> Event<'static> {
    Event::Finish { reason, stop_sequence: None }
}

/// Of the last event: `status`, and what `look` finds in the answer.
fn last<R>(events: &[(String, String)], look: impl FnOnce(Value<'_>) -> R) -> R {
    let mut tape = Tape::default();
    let data = tape.parse(events.last().unwrap().1.as_bytes(), Limits::default()).unwrap();
    look(data.get("response").unwrap())
}

#[test]
fn a_text_has_its_events() {
    let events = written(
        ProviderApi::Openai,
        vec![
            Event::Text(str("Hi")),
            Event::Text(str("")),
            Event::Text(str("!")),
            finish(FinishReason::Stop),
            Event::End,
        ],
    );
    let expected = [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(names(&events), expected);
    assert!(events[6].1.contains(r#""text":"Hi!""#));
    last(&events, |response| {
        let output = response.get("output").unwrap();
        assert!(events[8].1.contains(output.items().next().unwrap().raw()), "the item as it was told");
        assert!(response.get("usage").unwrap().is_null());
    });
}

#[test]
fn calls_in_turns_are_items_side_by_side() {
    let start = |tool| Event::ToolStart { tool, id: None, name: str("f") };
    let more = |tool, json| Event::ToolArguments { tool, json: str(json) };
    let events = written(
        ProviderApi::Openai,
        vec![
            Event::Text(str("Both.")),
            start(0),
            start(1),
            more(1, r#"{\"b\""#),
            more(0, r#"{\"a\":1}"#),
            more(7, "lost"),
            more(1, ":2}"),
            finish(FinishReason::ToolCalls),
            Event::End,
        ],
    );
    last(&events, |response| {
        let output: Vec<_> = response.get("output").unwrap().items().collect();
        let arguments: Vec<_> =
            output.iter().filter_map(|item| Some(item.get("arguments")?.as_str()?.decode())).collect();
        assert_eq!(arguments, [r#"{"a":1}"#, r#"{"b":2}"#]);
        let ids: Vec<_> = output.iter().filter_map(|item| Some(item.get("call_id")?.as_str()?.decode())).collect();
        assert!(ids.iter().all(|id| id.starts_with("call_")) && ids[0] != ids[1]);
        assert_eq!(response.get("status").unwrap().as_str().unwrap(), "completed");
    });
    let done = names(&events).iter().filter(|name| **name == "output_item.done").count();
    assert_eq!(done, 3);
}

#[test]
fn a_signature_ends_its_reasoning_and_stands_alone_before_a_call() {
    let events = written(
        ProviderApi::Anthropic,
        vec![
            Event::Reasoning(str("one")),
            Event::Signature(str("s")),
            Event::Signature(str("1")),
            Event::Reasoning(str("two")),
            Event::PartEnd,
            Event::Signature(str("s3")),
            Event::ToolStart { tool: 0, id: Some(str("c")), name: str("f") },
            Event::PartEnd,
            finish(FinishReason::ToolCalls),
        ],
    );
    last(&events, |response| {
        let items: Vec<_> = response.get("output").unwrap().items().collect();
        let sealed: Vec<_> = items
            .iter()
            .map(|item| item.get("encrypted_content").map(|sealed| sealed.as_str().unwrap().decode().into_owned()))
            .collect();
        let expected = [Some("tollgate.anthropic.s1"), Some("tollgate.unsigned"), Some("tollgate.anthropic.s3"), None];
        assert_eq!(sealed, expected.map(|sealed| sealed.map(str::to_owned)));
        assert!(items[2].get("summary").unwrap().is_empty());
        assert_eq!(items[3].get("arguments").unwrap().as_str().unwrap(), "{}");
    });
}

#[test]
fn an_answer_cut_by_its_limit_says_where() {
    let events = written(
        ProviderApi::Anthropic,
        vec![
            Event::Text(str("See.")),
            Event::PartEnd,
            Event::ToolStart { tool: 0, id: Some(str("a")), name: str("f") },
            Event::ToolArguments { tool: 0, json: str("{}") },
            Event::PartEnd,
            Event::ToolStart { tool: 1, id: Some(str("b")), name: str("f") },
            Event::ToolArguments { tool: 1, json: str("{") },
            Event::PartEnd,
            finish(FinishReason::Length),
        ],
    );
    assert_eq!(names(&events).last(), Some(&"incomplete"));
    let begun_or_over = names(&events).into_iter().filter_map(|name| name.strip_prefix("output_item."));
    let expected = ["added", "done", "added", "done", "added", "done"];
    assert_eq!(begun_or_over.collect::<Vec<_>>(), expected, "a call that is over is told so before the next begins");
    last(&events, |response| {
        let statuses: Vec<_> = response
            .get("output")
            .unwrap()
            .items()
            .map(|item| item.get("status").unwrap().as_str().unwrap().decode().into_owned())
            .collect();
        assert_eq!(statuses, ["completed", "completed", "incomplete"]);
        assert!(response.get("incomplete_details").unwrap().raw().contains("max_output_tokens"));
    });
}

#[test]
fn refused_in_words_is_an_answer_and_filtered_is_half_of_one() {
    let said = written(
        ProviderApi::Openai,
        vec![Event::Text(str("a")), Event::Refusal(str("No.")), finish(FinishReason::Refused)],
    );
    assert_eq!(names(&said).last(), Some(&"completed"));
    assert!(names(&said).contains(&"refusal.delta") && names(&said).contains(&"refusal.done"));
    last(&said, |response| {
        let item = response.get("output").unwrap().items().next().unwrap();
        assert_eq!(item.get("content").unwrap().len(), 2, "text and refusal of one message");
    });
    let filtered = written(ProviderApi::Openai, vec![Event::Text(str("a")), finish(FinishReason::Refused)]);
    assert_eq!(names(&filtered).last(), Some(&"incomplete"));
    last(&filtered, |response| assert!(response.get("incomplete_details").unwrap().raw().contains("content_filter")));
}

#[test]
fn nothing_follows_the_end_and_an_answer_without_one_failed() {
    let refusal = Refusal::new(429, RefusalKind::RateLimited, "Slow down.");
    let events = written(
        ProviderApi::Openai,
        vec![Event::Text(str("a")), Event::Error(refusal), Event::Text(str("b")), Event::End],
    );
    assert_eq!(names(&events).last(), Some(&"failed"));
    last(&events, |response| {
        assert_eq!(response.get("error").unwrap().raw(), r#"{"code":"rate_limit_exceeded","message":"Slow down."}"#);
        assert_eq!(
            response.get("output").unwrap().items().next().unwrap().get("status").unwrap().raw(),
            r#""incomplete""#
        );
    });
    for cut in [vec![], vec![Event::Text(str("a"))]] {
        assert_eq!(names(&written(ProviderApi::Openai, cut)).last(), Some(&"failed"));
    }
    let twice = written(
        ProviderApi::Openai,
        vec![finish(FinishReason::Stop), finish(FinishReason::Length), Event::End, Event::End],
    );
    assert_eq!(names(&twice), ["created", "in_progress", "completed"]);
}

#[test]
fn citations_name_the_characters_they_are_behind() {
    let url = Citation { url: Some(str("u")), ..Citation::default() };
    let ranged = Citation { range: Some((6, 8)), ..url };
    let events = written(
        ProviderApi::Anthropic,
        vec![
            Event::Text(str(r"\u00e9\n: ")),
            Event::PartEnd,
            Event::Text(str("it")),
            Event::Citation(url),
            Event::ToolStart { tool: 0, id: None, name: str("f") },
            Event::Citation(ranged),
            Event::Text(str("on")),
            Event::Citation(Citation { title: Some(str("doc")), ..Citation::default() }),
            finish(FinishReason::Stop),
        ],
    );
    let cited: Vec<_> =
        events.iter().filter(|(name, _)| name.ends_with("annotation.added")).map(|(_, data)| data).collect();
    assert!(cited[0].contains(r#""annotation_index":0,"annotation":{"type":"url_citation","start_index":4,"end_index":6,"url":"u","title":""}"#), "{}", cited[0]);
    assert!(cited[1].contains(r#""start_index":0,"end_index":2"#), "{}", cited[1]);
    assert!(
        cited[2].contains(
            r#""annotation_index":1,"annotation":{"type":"file_citation","index":0,"file_id":"","filename":"doc"}"#
        ),
        "{}",
        cited[2]
    );
    last(&events, |response| assert_eq!(response.raw().matches("_citation").count(), 3));
}

#[test]
fn tokens_go_with_their_text() {
    let mut tape = Tape::default();
    let numbers = tape.parse(b"[-0.5,[104]]", Limits::default()).unwrap();
    let (logprob, bytes) = (numbers.items().next().unwrap(), numbers.items().nth(1));
    let token = |token, bytes| crate::canonical::TokenLogprob { token: str(token), logprob, bytes, top: Vec::new() };
    let events = written(
        ProviderApi::Openai,
        vec![
            Event::Logprobs(vec![token("h", bytes)]),
            Event::Text(str("h")),
            Event::Text(str("i")),
            Event::Logprobs(vec![token("\u{e9}", None)]),
            finish(FinishReason::Stop),
        ],
    );
    let h = r#"{"token":"h","bytes":[104],"logprob":-0.5,"top_logprobs":[]}"#;
    let e = "{\"token\":\"\u{e9}\",\"bytes\":[195,169],\"logprob\":-0.5,\"top_logprobs\":[]}";
    assert!(events[4].1.contains(&format!(r#""delta":"h","logprobs":[{h}]"#)), "{}", events[4].1);
    assert!(events[5].1.contains(r#""delta":"i","logprobs":[]"#));
    assert!(events[6].1.contains(&format!(r#""logprobs":[{h},{e}]"#)), "{}", events[6].1);
}

#[test]
fn an_answer_too_long_to_be_shown_whole_fails() {
    let piece = "x".repeat(1 << 20);
    let pieces = (0..5).map(|_| Event::Text(Str::from_escaped(&piece))).chain([finish(FinishReason::Stop), Event::End]);
    let events = written(ProviderApi::Openai, pieces.collect());
    assert_eq!(names(&events).iter().filter(|name| **name == "failed").count(), 1);
    assert_eq!(names(&events).last(), Some(&"failed"));
    let mut whole = EventWriter::without_events(&plan(ProviderApi::Openai));
    let mut out = Vec::new();
    for _ in 0..5 {
        whole.write(Event::Text(Str::from_escaped(&piece)), &mut out);
    }
    whole.write(finish(FinishReason::Stop), &mut out);
    let response = whole.into_response();
    assert!(out.is_empty() && response.len() > 5 << 20, "what is not streamed has no such bound");
}

#[test]
fn only_one_of_several_answers_is_written() {
    let events = written(
        ProviderApi::Openai,
        vec![
            Event::Text(str("a")),
            Event::Choice(1),
            Event::Text(str("b")),
            finish(FinishReason::Stop),
            Event::Choice(0),
            Event::Text(str("c")),
            Event::End,
        ],
    );
    last(&events, |response| assert!(response.get("output").unwrap().raw().contains(r#""text":"ac""#)));
}

#[test]
fn json_by_way_of_a_tool_is_text() {
    let mut asked = plan(ProviderApi::Anthropic);
    asked.json_tool = true;
    for (arguments, text) in [(Some(r#"{\"a\":1}"#), r#"{"a":1}"#), (None, "{}")] {
        let mut writer = EventWriter::new(&asked);
        let mut out = Vec::new();
        writer.write(Event::ToolStart { tool: 0, id: None, name: str("answer") }, &mut out);
        if let Some(json) = arguments {
            writer.write(Event::ToolArguments { tool: 0, json: str(json) }, &mut out);
        }
        writer.write(Event::PartEnd, &mut out);
        writer.write(finish(FinishReason::ToolCalls), &mut out);
        writer.finish(&mut out);
        last(&events(&out), |response| {
            let item = response.get("output").unwrap().items().next().unwrap();
            let part = item.get("content").unwrap().items().next().unwrap();
            assert_eq!(&*part.get("text").unwrap().as_str().unwrap().decode(), text);
        });
    }
}
