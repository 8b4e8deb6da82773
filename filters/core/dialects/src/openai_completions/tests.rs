use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Str, Tape, Value};

use super::*;
use crate::canonical::{Answer, Choice, Event, FinishReason, Part};
use crate::request::{OutputBound, RequestFacts, ask_for_stream_usage, facts};
use crate::stream::{ClientStream, Lane, LaneKind};
use crate::translate::AnswerPlan;
use crate::{ClientDialect, Usage, refusal::Refusal, response};

const DIALECT: ClientDialect = ClientDialect::OpenaiCompletions;

fn with<R>(body: &str, look: impl FnOnce(Value<'_>) -> R) -> R {
    let mut tape = Tape::default();
    look(tape.parse(body.as_bytes(), Limits::default()).unwrap())
}

fn asked<R>(body: &str, look: impl FnOnce(Result<RequestFacts<'_>, Refusal>) -> R) -> R {
    with(body, |body| look(facts(DIALECT, body)))
}

fn texts(body: &str) -> Vec<String> {
    asked(body, |facts| facts.unwrap().texts.iter().map(|span| span.text.decode().into_owned()).collect())
}

fn plan() -> AnswerPlan {
    let provider = ProviderConfig::new(ProviderApi::Anthropic);
    AnswerPlan::new(DIALECT, &provider, "m", 1_000_000_000).unwrap()
}

#[test]
fn every_prompt_is_read_and_answered_n_times() {
    for (prompt, prompts) in
        [(r#""one""#, 1), (r#"["one"]"#, 1), (r#"["one","two"]"#, 2), ("[1,2,3]", 1), ("[[1,2],[3]]", 2)]
    {
        for (ask, each) in [("", 1), (r#","n":2"#, 2), (r#","n":2,"best_of":4"#, 4), (r#","n":null"#, 1)] {
            let body = format!(r#"{{"model":"m","prompt":{prompt}{ask}}}"#);
            asked(&body, |facts| assert_eq!(facts.unwrap().choices, prompts * each, "{body}"));
        }
    }
    assert_eq!(texts(r#"{"model":"m","prompt":["one","two"],"suffix":"three"}"#), ["one", "two", "three"]);
}

#[test]
fn tokens_are_opaque() {
    let read = |body: &str| asked(body, |facts| facts.map(|facts| (facts.media, facts.numbers.len())).unwrap());
    assert_eq!(read(r#"{"model":"m","prompt":[1,2,3]}"#), (1, 3));
    assert_eq!(read(r#"{"model":"m","prompt":[[1,2],[3]]}"#), (2, 3));
    assert_eq!(read(r#"{"model":"m","prompt":"one"}"#), (0, 0));
}

#[test]
fn nothing_hides_in_a_completion_request() {
    for tail in [
        r#""prompt":{"x":"jane@example.com"}"#,
        r#""prompt":[{"x":["jane@example.com"]}]"#,
        r#""prompt":[[1,"jane@example.com"]]"#,
        r#""suffix":["jane@example.com"]"#,
        r#""stop":"jane@example.com""#,
        r#""echo":"jane@example.com""#,
        r#""user":"jane@example.com""#,
        r#""logit_bias":{"jane@example.com":1}"#,
        r#""stream_options":{"jane@example.com":1}"#,
        r#""jane@example.com":1"#,
    ] {
        let body = format!(r#"{{"model":"m",{tail}}}"#);
        assert!(texts(&body).iter().any(|text| text == "jane@example.com"), "{body}");
    }
}

#[test]
fn what_decisions_hang_on_must_be_right() {
    let refused = |body: &str| asked(body, |facts| facts.unwrap_err().param.unwrap_or_default());
    assert_eq!(refused(r#"{"prompt":"a"}"#), "model");
    assert_eq!(refused(r#"{"model":1}"#), "model");
    for field in ["model", "prompt", "stream", "stream_options", "max_tokens", "n", "best_of"] {
        let value = if field == "model" || field == "prompt" { "\"x\"" } else { "null" };
        assert_eq!(refused(&format!(r#"{{"{field}":{value},"{field}":{value}}}"#)), field);
    }
    assert_eq!(refused(r#"{"model":"m","n":-1}"#), "n");
    assert_eq!(refused(r#"{"model":"m","stream":1}"#), "stream");
    assert_eq!(refused(r#"{"model":"m","stream_options":1}"#), "stream_options");
}

#[test]
fn the_documented_bound_holds_where_the_client_names_none() {
    asked(r#"{"model":"m","prompt":"a"}"#, |facts| assert_eq!(facts.unwrap().max_output_tokens, Some(16)));
    asked(r#"{"model":"m","prompt":"a","max_tokens":7}"#, |facts| {
        let facts = facts.unwrap();
        assert_eq!((facts.max_output_tokens, facts.stream, facts.end_user.is_none()), (Some(7), false, true));
        let mut edits = Edits::default();
        assert_eq!(OutputBound::of(&facts).cap(5, &mut edits), 5);
    });
}

#[test]
fn usage_is_asked_for_in_streams() {
    let body = r#"{"model":"m","prompt":"a","stream":true}"#;
    asked(body, |facts| {
        let mut edits = Edits::default();
        assert!(ask_for_stream_usage(&facts.unwrap(), &mut edits));
        let edited = String::from_utf8(edits.apply(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(edited, r#"{"stream_options":{"include_usage":true},"model":"m","prompt":"a","stream":true}"#);
    });
    let body = r#"{"model":"m","prompt":"a","stream":true,"stream_options":{"include_usage":true}}"#;
    asked(body, |facts| assert!(!ask_for_stream_usage(&facts.unwrap(), &mut Edits::default())));
}

#[test]
fn an_answer_is_read() {
    let body = r#"{"id":"cmpl-1","model":"m-1","choices":[
        {"text":"one","index":0,"logprobs":{"tokens":["on","e"]},"finish_reason":"stop"},{"text":"two","index":1}],
        "usage":{"prompt_tokens":3,"completion_tokens":4}}"#;
    with(body, |body| {
        let facts = response::facts(DIALECT, body);
        assert_eq!(facts.model.unwrap(), "m-1");
        assert_eq!(facts.usage.unwrap(), Usage { input: 3, output: 4, ..Usage::default() });
        let texts: Vec<_> = facts.texts.iter().map(|span| span.text.decode().into_owned()).collect();
        assert_eq!(texts, ["one", "two"]);
        assert_eq!(facts.tokens.iter().map(|tokens| tokens.joined()).collect::<Vec<_>>(), ["one"]);
    });
    with(r#"{"error":{"message":"no"}}"#, |body| assert!(response::facts(DIALECT, body).error));
}

#[test]
fn a_stream_is_read_and_added_to() {
    let mut stream = ClientStream::new(DIALECT);
    let lane = Lane { index: 1, kind: LaneKind::Content };
    let chunk = r#"{"id":"cmpl-1","object":"text_completion","created":5,"model":"m-1",
        "choices":[{"text":"two","index":1,"logprobs":null,"finish_reason":null}]}"#;
    with(chunk, |data| {
        let facts = stream.observe("", data);
        assert_eq!(facts.model.unwrap(), "m-1");
        assert_eq!(
            facts.deltas.iter().map(|delta| (delta.lane, delta.text.raw())).collect::<Vec<_>>(),
            [(lane, "two")]
        );
        assert!(!facts.ends(lane) && !facts.usage_only);
    });
    let mut out = Vec::new();
    stream.delta_event(lane, "a \"b\"", &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":5,\"model\":\"m-1\",\"choices\":\
         [{\"index\":1,\"text\":\"a \\\"b\\\"\",\"logprobs\":null,\"finish_reason\":null}]}\n\n"
    );
    with(r#"{"choices":[{"text":"","index":1,"finish_reason":"stop"}]}"#, |data| {
        let facts = stream.observe("", data);
        assert!(facts.ends(lane) && !facts.ends(Lane { index: 0, ..lane }) && facts.deltas.is_empty());
    });
    with(r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#, |data| {
        let facts = stream.observe("", data);
        assert!(facts.usage_only && facts.usage.unwrap().output == 4);
    });
    with(r#"{"error":{"message":"no"}}"#, |data| {
        let facts = stream.observe("", data);
        assert!(facts.error && facts.all_ended);
    });
}

fn text(text: &str) -> Part<'_> {
    Part::Text { text: Str::from_escaped(text), cache: None }
}

#[test]
fn several_answers_are_written() {
    let choice = |part, finish| Choice { parts: vec![part], finish, stop_sequence: None, logprobs: Vec::new() };
    let choices = vec![choice(text("one"), FinishReason::Stop), choice(text("two"), FinishReason::Length)];
    let answer = Answer { id: None, model: None, choices, usage: None };
    let whole = String::from_utf8(write_answer(&answer, &plan())).unwrap();
    assert!(whole.starts_with(r#"{"id":"cmpl-"#), "{whole}");
    let expected = r#""choices":[{"text":"one","index":0,"logprobs":null,"finish_reason":"stop"},{"text":"two","index":1,"logprobs":null,"finish_reason":"length"}]}"#;
    assert!(whole.ends_with(expected), "{whole}");
    let (mut writer, mut out) = (EventWriter::new(&plan()), Vec::new());
    answer.events(&mut |event| writer.write(event, &mut out));
    writer.finish(&mut out);
    let stream = String::from_utf8(out).unwrap();
    let chunks: Vec<_> = stream.lines().filter_map(|line| Some(line.split_once("\"choices\":")?.1)).collect();
    assert_eq!(
        chunks,
        [
            r#"[{"text":"one","index":0,"logprobs":null,"finish_reason":null}]}"#,
            r#"[{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}]}"#,
            r#"[{"text":"two","index":1,"logprobs":null,"finish_reason":null}]}"#,
            r#"[{"text":"","index":1,"logprobs":null,"finish_reason":"length"}]}"#,
        ]
    );
    assert_eq!(stream.matches("[DONE]").count(), 1);
}

#[test]
fn choices_that_are_left_open_are_finished_at_the_end_and_failed_when_cut() {
    let events = |ends: bool| {
        let (mut writer, mut out) = (EventWriter::new(&plan()), Vec::new());
        for (choice, said) in [(0, "a"), (1, "b")] {
            writer.write(Event::Choice(choice), &mut out);
            writer.write(Event::Text(Str::from_escaped(said)), &mut out);
        }
        if ends {
            writer.write(Event::End, &mut out);
        }
        writer.finish(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(events(true).matches(r#""finish_reason":"stop""#).count(), 2);
    assert!(events(false).contains("data: {\"error\"") && events(false).ends_with("data: [DONE]\n\n"));
}
