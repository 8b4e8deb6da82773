//! What each fuzz target does with its bytes. Any bytes are read or refused, and never a panic: inside Envoy that is an outage for every
//! request of a worker.
//!
//! The bodies are here and not in the targets so that a plain test can run them over seeds and over what was once found
//! (`tests/seeds.rs`). `scripts/fuzz` runs the targets.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is how a target says that it found something"
)]

mod exchange;
mod input;
mod messages;
mod redaction;

use tollgate_dialects::request::{OutputBound, ask_for_stream_usage};
use tollgate_dialects::stream::{ClientStream, Lane};
use tollgate_dialects::translate::{self, AnswerPlan, Attempt, StreamTranslator};
use tollgate_dialects::{endpoint, request as requests, response};
use tollgate_wire::edit::Edits;
use tollgate_wire::eventstream::Decoder;
use tollgate_wire::json::{Kind, Limits, Tape, Value};
use tollgate_wire::sse;

pub use exchange::exchange;
pub use input::{PAIRS, Pair};
use input::{framed, pieces, split};
pub use messages::messages;
pub use redaction::{redact, response_filter};

/// JSON: what is accepted can be walked to its end, and its strings read.
pub fn json(data: &[u8]) {
    fn walk(value: Value<'_>) {
        match value.kind() {
            Kind::Array => value.items().for_each(walk),
            Kind::Object => value.entries().for_each(|(key, value)| {
                let _ = key.decode();
                walk(value);
            }),
            Kind::String => drop(value.as_str().map(|text| text.decode().len())),
            Kind::Number | Kind::Null | Kind::Bool => {
                let _ = (value.as_f64(), value.as_u64(), value.as_i64());
            }
        }
    }
    let mut tape = Tape::default();
    if let Ok(value) = tape.parse(data, Limits::default()) {
        walk(value);
    }
}

/// Server-sent events: the same ones however the bytes are cut.
pub fn sse(data: &[u8]) {
    let (cuts, stream) = split(data);
    let run = |pieces: &[&[u8]]| {
        let mut events = Vec::new();
        let mut parser = sse::Parser::new(1 << 10);
        let mut sink = |event: sse::Event<'_>| events.push((event.event.to_owned(), event.data.to_vec()));
        let failed = pieces.iter().any(|piece| parser.push(piece, &mut sink).is_err());
        if let Some(event) = parser.finish() {
            sink(event);
        }
        (failed, events)
    };
    assert_eq!(run(&pieces(cuts, stream)), run(&[stream]));
}

/// AWS event streams: the same messages however the bytes are cut.
pub fn eventstream(data: &[u8]) {
    let (cuts, stream) = split(data);
    let run = |pieces: &[&[u8]]| {
        let mut messages = Vec::new();
        let mut decoder = Decoder::new(1 << 16);
        let failed = pieces.iter().any(|piece| {
            decoder
                .push(piece, |message| {
                    let headers: Vec<_> = message.headers().map(|(name, value)| format!("{name}={value:?}")).collect();
                    messages.push((headers, message.payload.to_vec()));
                })
                .is_err()
        });
        (failed, messages, decoder.finish().is_ok())
    };
    assert_eq!(run(&pieces(cuts, stream)), run(&[stream]));
}

/// Requests from every dialect to every API: refused with a 4xx, or JSON comes out.
pub fn request(data: &[u8]) {
    let Some((pair, body)) = Pair::choose(data) else { return };
    let provider = pair.provider();
    let lenient = ["seed".to_owned(), "top_k".to_owned(), "n".to_owned()];
    let attempt =
        Attempt { client: pair.client, provider: &provider, model: Some(pair.model), lenient: &lenient, now_nanos: 1 };
    match translate::request(&attempt, body) {
        Ok(upstream) => {
            assert!(upstream.path.starts_with('/') && !upstream.path.contains([' ', '\r', '\n']), "{}", upstream.path);
            if let Some(body) = upstream.body {
                expect_json(&body);
            }
        }
        Err(refusal) => assert!((400..500).contains(&refusal.status), "{refusal}"),
    }
}

/// Complete answers of every API to every dialect: JSON comes out, or the events of a stream for a client that waits for one.
pub fn answer(data: &[u8]) {
    let Some((pair, data)) = Pair::choose(data) else { return };
    let Some((&choice, body)) = data.split_first() else { return };
    let status = [200, 400, 401, 404, 429, 500, 503, 529][usize::from(choice % 8)];
    let mut plan = pair.plan();
    plan.json_tool = choice & 8 != 0;
    plan.streaming = choice & 16 != 0;
    let answer = translate::response(&plan, status, "application/json", body);
    assert!(answer.status >= 200);
    let streamed = plan.streaming && answer.status < 400;
    if let Some(body) = answer.body {
        if streamed { expect_events(&body) } else { expect_json(&body) }
    }
}

/// Streams of every API to every dialect: the same bytes however they are cut, and events of JSON.
pub fn stream(data: &[u8]) {
    let Some((pair, data)) = Pair::choose(data) else { return };
    let (cuts, stream) = split(data);
    let mut plan = pair.plan();
    plan.streaming = true;
    plan.include_usage = cuts.first().is_some_and(|cut| cut & 1 != 0);
    let stream = &*framed(pair.api, stream);
    let whole = translated(&plan, &[stream]);
    assert_eq!(translated(&plan, &pieces(cuts, stream)), whole);
    if !plan.passes_through() {
        expect_events(&whole);
    }
}

fn translated(plan: &AnswerPlan, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut translator = StreamTranslator::new(plan);
    pieces.iter().for_each(|piece| translator.push(piece, &mut out));
    translator.finish(&mut out);
    out
}

/// What the gateway reads: paths, requests, answers and events of every dialect, and its edits of them.
pub fn facts(data: &[u8]) {
    let Some((pair, body)) = Pair::choose(data) else { return };
    if let Ok(text) = std::str::from_utf8(body) {
        let _ = endpoint::resolve("POST", text);
    }
    let mut tape = Tape::default();
    let Ok(value) = tape.parse(body, Limits::default()) else { return };
    if let Ok(facts) = requests::facts(pair.client, value) {
        for edit in [true, false] {
            let mut edits = Edits::default();
            match edit {
                true => drop(ask_for_stream_usage(&facts, &mut edits)),
                false => drop(OutputBound::of(&facts).cap(7, &mut edits)),
            }
            let edited = edits.apply(body).expect("edits of one body do not overlap");
            expect_json(&edited);
        }
    }
    let _ = response::facts(pair.client, value);
    let mut stream = ClientStream::new(pair.client);
    let lanes: Vec<Lane> = stream.observe("message", value).deltas.iter().map(|delta| delta.lane).collect();
    let mut out = Vec::new();
    lanes.into_iter().for_each(|lane| stream.delta_event(lane, "a\"\n", &mut out));
    stream.end_mark(&mut out);
    expect_events(&out);
}

fn expect_json(body: &[u8]) {
    let mut tape = Tape::default();
    if let Err(error) = tape.parse(body, Limits::default()) {
        panic!("{error}: {}", String::from_utf8_lossy(body));
    }
}

fn expect_events(stream: &[u8]) {
    let mut parser = sse::Parser::new(usize::MAX);
    let pushed = parser.push(stream, |event| {
        if event.has_data && event.data != b"[DONE]" {
            expect_json(event.data);
        }
    });
    assert!(
        pushed.is_ok() && parser.finish().is_none(),
        "an event is not complete: {}",
        String::from_utf8_lossy(stream)
    );
}
