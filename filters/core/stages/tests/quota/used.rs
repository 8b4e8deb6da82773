//! What is charged and reported, and how it is known to be so.

use serde_json::{Value, json};
use tollgate_quota::report::{Counts, Tags};
use tollgate_stages::{AnswerMode, Exchange};

use crate::world::*;

fn world() -> World {
    World::new(&leased(json!([])))
}

/// Sends pieces of a stream, and ends it or breaks off.
fn stream(world: &mut World, exchange: &mut Exchange, pieces: &[&str], ends: bool) -> (Tags, Counts) {
    let mode = exchange.on_response_headers(&answered("200", "text/event-stream"), false);
    assert_eq!(mode, AnswerMode::Stream);
    for piece in pieces {
        exchange.on_response_body(piece.as_bytes(), false);
    }
    if ends {
        exchange.on_response_body(b"", true);
    }
    world.with(|till, _| exchange.finish(till, Some("p")));
    exchange.take_use().unwrap()
}

fn sent(world: &mut World, request: &Request) -> (Exchange, u64) {
    let (exchange, verdict) = world.send(request);
    assert!(matches!(verdict, tollgate_stages::OnBody::Forward { .. }), "{verdict:?}");
    let estimate = exchange.summary().asked.unwrap().input.tokens;
    (exchange, estimate)
}

fn source(counts: &Counts) -> &'static str {
    assert_eq!(counts.requests, 1);
    match (counts.from_provider, counts.estimated, counts.partial) {
        (1, 0, 0) => "provider",
        (0, 1, 0) => "estimated",
        (0, 0, 1) => "partial",
        other => panic!("{other:?}"),
    }
}

fn chunk(content: &str, finish: Value, usage: Value) -> String {
    let choices = json!([{"index": 0, "delta": {"content": content}, "finish_reason": finish}]);
    format!(
        "data: {}\n\n",
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "large-1", "choices": choices, "usage": usage})
    )
}

fn usage_chunk(prompt: u64, completion: u64) -> String {
    let usage = json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion});
    format!(
        "data: {}\n\n",
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "large-1", "choices": [], "usage": usage})
    )
}

/// What it is, its pieces, whether the provider ends it, and how which counts are known.
type Case<'a> = (&'a str, &'a [&'a str], bool, &'static str, Option<u64>, u64);

#[test]
fn a_stream_is_charged_once_for_what_was_delivered() {
    let mut request = Request::chat("large", 100);
    request.body["stream"] = true.into();
    let (text, end, usage, done) = (
        chunk("Because of the air.", Value::Null, Value::Null),
        chunk("", json!("stop"), Value::Null),
        usage_chunk(11, 7),
        "data: [DONE]\n\n",
    );
    let error = "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n";
    let running = chunk(
        "Because of the air.",
        Value::Null,
        json!({"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}),
    );
    // 19 bytes are taken for 7 tokens.
    let cases: [Case<'_>; 9] = [
        ("a whole answer", &[&text, &end, &usage, done], true, "provider", Some(11), 7),
        ("without its end mark, but with its usage", &[&text, &end, &usage], true, "provider", Some(11), 7),
        ("left after its usage", &[&text, &end, &usage], false, "provider", Some(11), 7),
        ("without usage", &[&text, &end, done], true, "estimated", None, 7),
        ("cut by the provider", &[&text], true, "partial", None, 7),
        ("left by the client", &[&text, &text], false, "partial", None, 13),
        ("broken off by an error", &[&text, error], true, "partial", None, 7),
        ("cut, with a running count that is behind", &[&running], true, "partial", Some(11), 7),
        ("left before the first byte", &[], false, "partial", None, 0),
    ];
    for (case, pieces, ends, known, input, output) in cases {
        let mut world = world();
        let (mut exchange, estimate) = sent(&mut world, &request);
        let (_, counts) = stream(&mut world, &mut exchange, pieces, ends);
        assert_eq!(
            (source(&counts), counts.input, counts.output),
            (known, input.unwrap_or(estimate), output),
            "{case}"
        );
        let told = facts(&mut exchange);
        assert_eq!(told["tollgate.usage_source"], known, "{case}");
        assert_eq!(told["gen_ai.usage.output_tokens"], output.to_string(), "{case}");
        // However often the end is heard of.
        world.finish(&mut exchange);
        assert_eq!(exchange.take_use(), None, "{case}");
    }
}

#[test]
fn a_message_that_is_cut_keeps_the_input_that_was_counted() {
    let mut request = Request::new(tollgate_dialects::ClientDialect::AnthropicMessages, "large", Some(100));
    request.body["stream"] = true.into();
    let event = |data: Value| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap());
    let start = event(
        json!({"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "large-1", "content": [],
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 10,
            "cache_creation": {"ephemeral_1h_input_tokens": 4}, "output_tokens": 1}}}),
    );
    let begun =
        event(json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}));
    let text = event(
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Because of the air."}}),
    );
    let ended = event(json!({"type": "content_block_stop", "index": 0}));
    let last =
        event(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}));
    let stop = event(json!({"type": "message_stop"}));
    let whole = [&*start, &begun, &text, &ended, &last, &stop];
    for (pieces, known, output) in
        [(6, "provider", 5), (5, "provider", 5), (4, "partial", 7), (3, "partial", 7), (1, "partial", 1)]
    {
        let mut world = world();
        let (mut exchange, _) = sent(&mut world, &request);
        let (_, counts) = stream(&mut world, &mut exchange, &whole[..pieces], true);
        assert_eq!((source(&counts), counts.input, counts.output), (known, 35, output), "{pieces}");
        assert_eq!((counts.cached, counts.cache_write, counts.cache_write_hour), (20, 10, 4));
    }
}

#[test]
fn a_held_answer_is_counted_by_whoever_counted_it() {
    let said = |usage: Value| {
        let mut answer = completion("large-1", 0, 0);
        answer["usage"] = usage;
        answer
    };
    // `Because.` is 8 bytes: 3 tokens.
    for (answer, known, input, output) in [
        (completion("large-1", 11, 7), "provider", Some(11), 7),
        (said(Value::Null), "estimated", None, 3),
        (said(json!({"prompt_tokens": 0, "completion_tokens": 0})), "estimated", None, 3),
        (said(json!({"prompt_tokens": 11, "completion_tokens": 0})), "partial", Some(11), 3),
        (said(json!({"completion_tokens": 7})), "partial", None, 7),
    ] {
        let mut world = world();
        let (mut exchange, estimate) = sent(&mut world, &Request::chat("large", 100));
        let used = world.answer(&mut exchange, &answer);
        let (_, counts) = used.unwrap();
        assert_eq!(
            (source(&counts), counts.input, counts.output),
            (known, input.unwrap_or(estimate), output),
            "{answer}"
        );
    }
    // Parts of the whole stay apart.
    let mut world = world();
    let (mut exchange, _) = sent(&mut world, &Request::chat("large", 100));
    let answer = said(json!({"prompt_tokens": 30, "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 9, "audio_tokens": 5}}));
    let (_, counts) = world.answer(&mut exchange, &answer).unwrap();
    assert_eq!((counts.cached, counts.reasoning, counts.audio_input, counts.audio_output), (8, 9, 4, 5));
}

#[test]
fn what_cannot_be_read_is_charged_as_it_was_reserved() {
    let mut world = world();
    let (mut exchange, estimate) = sent(&mut world, &Request::chat("large", 100));
    let heads = answered_with("content-encoding", "gzip");
    assert_eq!(exchange.on_response_headers(&heads, false), AnswerMode::Pass);
    world.with(|till, _| exchange.finish(till, Some("p")));
    let (_, counts) = exchange.take_use().unwrap();
    assert_eq!((source(&counts), counts.input, counts.output), ("estimated", estimate, 100));
}

#[test]
fn errors_cost_no_tokens_and_still_are_requests() {
    for status in ["400", "429", "500", "503"] {
        let mut world = world();
        let (mut exchange, _) = sent(&mut world, &Request::chat("large", 100));
        exchange.on_response_headers(&answered(status, "application/json"), false);
        exchange.on_response_body(br#"{"error":{"message":"no"}}"#, true);
        world.with(|till, _| exchange.finish(till, None));
        let (tags, counts) = exchange.take_use().unwrap();
        assert_eq!((source(&counts), counts.input, counts.output), ("provider", 0, 0));
        assert_eq!((tags.provider.as_str(), tags.model.as_str(), tags.route.as_str()), ("", "large", "big"));
    }
}

#[test]
fn use_is_attributed_to_whom_and_what_was_paid() {
    let long = "ü".repeat(300);
    let tagged =
        Request::chat("smart", 100).header("x-app", "shop").header("x-user", &long).header("x-feature", "search");
    // Of two models at one provider the answer says which it was, of none the dearest is taken.
    for (provider, model, expected) in [
        (Some("p"), "large-2-2024", ("p", "large-2")),
        (Some("p"), "who-knows", ("p", "large-1")),
        (Some("q"), "large-1", ("q", "other")),
        (None, "other", ("q", "other")),
        (None, "who-knows", ("p", "large-1")),
    ] {
        let mut world = world();
        let (mut exchange, _) = sent(&mut world, &tagged);
        exchange.on_response_headers(&answered("200", "application/json"), false);
        exchange.on_response_body(completion(model, 1, 1).to_string().as_bytes(), true);
        assert!(exchange.wants_provider());
        world.with(|till, _| exchange.finish(till, provider));
        let (tags, _) = exchange.take_use().unwrap();
        assert_eq!((tags.provider.as_str(), tags.model.as_str()), expected);
        assert_eq!(
            (tags.team.as_str(), tags.app.as_str(), tags.feature.as_str(), tags.route.as_str()),
            ("team", "shop", "search", "alias")
        );
        assert!(tags.user.len() <= 200 && tags.user.starts_with("üü"), "{}", tags.user);
    }
}

#[test]
fn nothing_is_reported_of_what_was_refused_or_free_or_where_nobody_listens() {
    let mut alone = World::new(&config(json!([])));
    let (mut exchange, _) = sent(&mut alone, &Request::chat("large", 100));
    assert_eq!(alone.answer(&mut exchange, &completion("large-1", 1, 1)), None);

    let mut world = world();
    let (mut exchange, verdict) = world.send(&Request::chat("unknown", 1));
    assert_eq!(refused(verdict).status, 404);
    world.finish(&mut exchange);
    assert_eq!(exchange.take_use(), None);
}
