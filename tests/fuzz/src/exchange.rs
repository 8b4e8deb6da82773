//! A whole exchange under a policy that has everything on.

use std::cell::OnceCell;
use std::rc::Rc;

use tollgate_dialects::stream::is_done;
use tollgate_policy::gateway::GatewayConfig;
use tollgate_quota::Memory;
use tollgate_stages::{AnswerMode, Engine, Exchange, Headers, OnBody, OnHeaders, Till};
use tollgate_wire::sse::Parser;

use crate::expect_json;
use crate::input::{Pair, pieces, split};

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
        "teams": [{"name": "team", "routes": [{"route": "any", "target": "any"}, {"route": "home", "target": "home"}], "redaction": "all"}]
    }"#;
    ENGINE.with(|engine| {
        Rc::clone(engine.get_or_init(|| {
            let config: GatewayConfig = serde_json::from_str(CONFIG).expect("a configuration");
            Rc::new(Engine::try_from(&config).expect("a sound one"))
        }))
    })
}

/// A request and its answer: no panic, nothing planted in what goes out, JSON and events in what comes back.
pub fn exchange(data: &[u8]) {
    let Some((pair, data)) = Pair::choose(data) else { return };
    let (cuts, data) = split(data);
    let end = data.windows(2).position(|two| two == b"\0\0").unwrap_or(data.len());
    let (body, answer) = (&data[..end], data.get(end + 2..).unwrap_or_default());
    let body = replaced(body, b"@@", PLANT.as_bytes());
    let dialect = pair.client;
    let mut exchange = Exchange::as_team(engine(), "team").expect("the team is there");
    let asking = [(":method", "POST"), (":path", dialect.path())];
    let OnHeaders::AwaitBody = exchange.on_request_headers(&Heads(&asking), false) else { return };
    match exchange.on_request_body(&body, &mut Till::alone(&mut Memory::default()), 1) {
        OnBody::Answer(reply) => return expect_json(&reply.body),
        OnBody::Wait => unreachable!("nothing is leased"),
        OnBody::Forward { body: changed, .. } => {
            let sent = changed.as_deref().unwrap_or(&body);
            expect_json(sent);
            // By itself: within a longer word it is another value.
            let alone = |around: &[u8]| {
                around.get(1..=PLANT.len()) == Some(PLANT.as_bytes())
                    && [around.first(), around.last()].iter().all(|byte| matches!(byte, Some(b' ' | b'"')))
            };
            assert!(!sent.windows(PLANT.len() + 2).any(alone), "it goes out: {}", String::from_utf8_lossy(sent));
        }
    }
    let streamed = cuts.first().is_some_and(|cut| cut & 1 == 0);
    let kind = if streamed { "text/event-stream" } else { "application/json" };
    let heads = [(":status", "200"), ("content-type", kind)];
    match exchange.on_response_headers(&Heads(&heads), false) {
        AnswerMode::Stream => {
            let mut out = Vec::new();
            for piece in pieces(cuts, answer) {
                let changed = exchange.on_response_body(piece, false);
                out.extend(changed.map_or_else(|| piece.to_vec(), |changed| changed.body));
            }
            out.extend(exchange.on_response_body(b"", true).map_or_else(Vec::new, |changed| changed.body));
            let mut parser = Parser::new(usize::MAX);
            let read = parser.push(&out, |event| {
                if event.has_data && !is_done(event.data) {
                    expect_json(event.data);
                }
            });
            assert!(read.is_ok());
        }
        AnswerMode::Hold => {
            if let Some(changed) = exchange.on_response_body(answer, true) {
                expect_json(&changed.body);
            }
        }
        AnswerMode::Pass | AnswerMode::Replace(_) => {}
    }
    exchange.finish(&mut Till::alone(&mut Memory::default()), None);
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
