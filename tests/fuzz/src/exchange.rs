//! A whole exchange under a policy that has everything on.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use tollgate_dialects::stream::{ClientStream, is_done};
use tollgate_dialects::translate;
use tollgate_policy::gateway::GatewayConfig;
use tollgate_quota::Memory;
use tollgate_stages::{AnswerMode, Engine, Exchange, Headers, OnBody, OnHeaders, Till};
use tollgate_wire::json::{Limits, Tape};
use tollgate_wire::sse::Parser;

use crate::expect_json;
use crate::input::{Pair, framed, pieces, split};

/// What no provider may see, in the place of every `@@` of a body.
const PLANT: &str = "jane.doe@example.com";

struct Heads<'a>(&'a [(&'a str, &'a str)]);

impl Headers for Heads<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

thread_local! {
    static ENGINE: OnceCell<Rc<Engine>> = const { OnceCell::new() };
}

fn engine() -> Rc<Engine> {
    const CONFIG: &str = r#"{
        "routes": [{"name": "any", "models": ["*"], "backends": [{"provider": "p", "model": "m"}]},
            {"name": "home", "models": [], "backends": [{"provider": "p", "model": "m"}]}],
        "redaction": [{"name": "all", "spec": {"rules": [
            {"detect": ["email"], "action": "pseudonymize", "onFinding": {"tag": "mail"}},
            {"detect": ["credit-card", "phone", "iban", "us-ssn", "ip-address"], "action": "mask"},
            {"detect": ["aws-access-key", "jwt", "private-key"], "action": "hash"},
            {"name": "ticket", "pattern": "ACME-[0-9]{6}", "action": "pseudonymize", "onFinding": {"routeTo": "home"}},
            {"name": "codenames", "words": ["Nightjar", "Bluefin"], "action": "block"}]}}],
        "teams": [{"name": "team", "routes": [{"route": "any", "target": "any"}, {"route": "home", "target": "home"}], "redaction": "all"},
            {"name": "plain", "routes": [{"route": "any", "target": "any"}]}]
    }"#;
    ENGINE.with(|engine| {
        Rc::clone(engine.get_or_init(|| {
            let config: GatewayConfig = serde_json::from_str(CONFIG).expect("a configuration");
            Rc::new(Engine::try_from(&config).expect("a sound one"))
        }))
    })
}

/// A bit of the first cut: the answer comes whole.
const WHOLE: u8 = 1;
/// Another: the team has no policy, so that events pass as they came.
const PLAIN: u8 = 0x40;
/// Another: the answer is the provider's, and is translated first.
const TRANSLATED: u8 = 0x80;

/// A request and its answer: no panic, nothing planted in what goes out, JSON and events in what comes back.
pub fn exchange(data: &[u8]) {
    let Some((pair, data)) = Pair::choose(data) else { return };
    let (cuts, data) = split(data);
    let end = data.windows(2).position(|two| two == b"\0\0").unwrap_or(data.len());
    let (body, answer) = (&data[..end], data.get(end + 2..).unwrap_or_default());
    let body = replaced(body, b"@@", PLANT.as_bytes());
    let choices = cuts.first().copied().unwrap_or(WHOLE);
    let choice = |bit| choices & bit != 0;
    let plain = choice(PLAIN);
    let Some(mut exchange) = asked(pair, plain, &body) else { return };
    let (status, answer) =
        if choice(TRANSLATED) { translated(pair, !choice(WHOLE), answer) } else { (200, Cow::Borrowed(answer)) };
    if choice(WHOLE) {
        if let AnswerMode::Hold = begun(&mut exchange, status, "application/json")
            && let Some(changed) = exchange.on_response_body(&answer, true)
        {
            expect_json(&changed.body);
        }
        exchange.finish(&mut Till::alone(&mut Memory::default()), None);
        return;
    }
    let out = streamed(exchange, &[&answer]);
    let again = asked(pair, plain, &body).expect("what was sent once is sent again");
    assert_eq!(streamed(again, &pieces(cuts, &answer)), out, "another cut makes another stream");
    let mut client = ClientStream::new(pair.client);
    let (mut parser, mut tape, mut ended) = (Parser::new(usize::MAX), Tape::default(), false);
    let read = parser.push(&out, |event| {
        if event.has_data && is_done(event.data) {
            ended = true;
        } else if event.has_data {
            match tape.parse(event.data, Limits::default()) {
                Ok(value) => {
                    let facts = client.observe(event.event, value);
                    ended |= facts.done || facts.error;
                }
                // A provider's own, which nobody has looked at.
                Err(_) if plain => {}
                Err(error) => panic!("{error}: {}", String::from_utf8_lossy(event.data)),
            }
        }
    });
    assert!(read.is_ok() && parser.finish().is_none_or(|last| last.complete), "an event is not complete");
    assert!(ended || !pair.client.generates(), "it has no end: {}", String::from_utf8_lossy(&out));
}

/// An exchange whose request went out; None if it did not. Nothing planted goes with it.
fn asked(pair: Pair, plain: bool, body: &[u8]) -> Option<Exchange> {
    let dialect = pair.client;
    let team = if plain { "plain" } else { "team" };
    let mut exchange = Exchange::as_team(engine(), team).expect("the team is there");
    let asking = [(":method", "POST"), (":path", dialect.path())];
    let OnHeaders::AwaitBody = exchange.on_request_headers(&Heads(&asking), false) else { return None };
    match exchange.on_request_body(body, &mut Till::alone(&mut Memory::default()), 1) {
        OnBody::Answer(reply) => {
            expect_json(&reply.body);
            None
        }
        OnBody::Wait => panic!("nothing is leased"),
        OnBody::Forward { body: changed, .. } => {
            let sent = changed.as_deref().unwrap_or(body);
            expect_json(sent);
            // By itself: within a longer word it is another value.
            let alone = |around: &[u8]| {
                around.get(1..=PLANT.len()) == Some(PLANT.as_bytes())
                    && [around.first(), around.last()].iter().all(|byte| matches!(byte, Some(b' ' | b'"')))
            };
            let leaks = !plain && sent.windows(PLANT.len() + 2).any(alone);
            assert!(!leaks, "it goes out: {}", String::from_utf8_lossy(sent));
            Some(exchange)
        }
    }
}

/// What the client's side sees of a provider's answer.
fn translated(pair: Pair, streaming: bool, answer: &[u8]) -> (u16, Cow<'_, [u8]>) {
    let mut plan = pair.plan();
    plan.streaming = streaming;
    if !streaming {
        let translated = translate::response(&plan, 200, "application/json", answer);
        return (translated.status, translated.body.map_or(Cow::Borrowed(answer), Cow::Owned));
    }
    (200, Cow::Owned(crate::translated(&plan, &[&framed(pair.api, answer)])))
}

fn begun(exchange: &mut Exchange, status: u16, kind: &str) -> AnswerMode {
    exchange.on_response_headers(&Heads(&[(":status", &status.to_string()), ("content-type", kind)]), false)
}

/// What comes out of a stream in these pieces.
fn streamed(mut exchange: Exchange, pieces: &[&[u8]]) -> Vec<u8> {
    assert_eq!(begun(&mut exchange, 200, "text/event-stream"), AnswerMode::Stream);
    let mut out = Vec::new();
    for piece in pieces {
        let changed = exchange.on_response_body(piece, false);
        out.extend(changed.map_or_else(|| piece.to_vec(), |changed| changed.body));
    }
    out.extend(exchange.on_response_body(b"", true).map_or_else(Vec::new, |changed| changed.body));
    exchange.finish(&mut Till::alone(&mut Memory::default()), None);
    out
}

fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(what.len()).position(|window| window == what) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}
