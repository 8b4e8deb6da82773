//! What an operator has stopped.

use std::rc::Rc;

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_stages::{Exchange, OnBody, OnHeaders, Reply};

use crate::world::*;

fn is_stopped(reply: &Reply, status: u16, what: &str) {
    let message = message(reply);
    assert_eq!((reply.status, header(reply, "x-should-retry")), (status, Some("false")), "{message}");
    assert!(message.contains(what) && message.contains("was stopped by an operator"), "{message}");
    assert_eq!(reply.details, "tollgate_stopped");
}

fn stopping(change: impl Fn(&mut Value)) -> Value {
    let mut config = leased(json!([{"name": "tpm", "unit": "tokens", "limit": 1_000, "per": "hour"}]));
    change(&mut config);
    config
}

#[test]
fn a_team_that_is_stopped_is_refused_before_its_body_is_read() {
    let config = stopping(|config| config["teams"][0]["stopped"] = json!("a job runs away"));
    for dialect in ClientDialect::ALL {
        let mut exchange = Exchange::as_team(engine(&config), "team").unwrap();
        let verdict = exchange.on_request_headers(&Request::new(*dialect, "large", None).heads(), false);
        let OnHeaders::Answer(reply) = verdict else { panic!("{verdict:?}") };
        is_stopped(&reply, 403, "team `team`");
        assert!(message(&reply).contains("operator: a job runs away."), "{}", message(&reply));
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let kind = match dialect {
            ClientDialect::AnthropicMessages => "permission_error",
            _ => "invalid_request_error",
        };
        assert_eq!(body["error"]["type"], kind);
        assert_eq!(facts(&mut exchange)["tollgate.decision"], "stopped");
    }
}

#[test]
fn a_model_that_is_stopped_is_refused_by_its_own_name_and_by_an_alias_that_leads_to_it_alone() {
    for (patterns, model, stopped) in [
        (json!(["large*"]), "large-7", true),
        (json!(["large-1"]), "large", true),
        (json!(["large-1"]), "smart", false),
        (json!(["large-*", "other"]), "smart", true),
        (json!(["smart"]), "smart", true),
        (json!(["smart"]), "large", false),
    ] {
        let config = stopping(|config| config["stoppedModels"] = patterns.clone());
        let (_, verdict) = World::new(&config).send(&Request::chat(model, 10));
        match verdict {
            OnBody::Answer(reply) => {
                assert!(stopped, "{patterns} {model}");
                is_stopped(&reply, 403, &format!("model `{model}`"));
            }
            _ => assert!(!stopped, "{patterns} {model}"),
        }
    }
}

#[test]
fn a_route_that_has_no_provider_left_says_why() {
    let config = stopping(|config| config["routes"][0]["backends"] = json!([]));
    let mut world = World::new(&config);
    is_stopped(&refused(world.send(&Request::chat("large", 10)).1), 503, "route `big`");
    let request = Request::chat("little", 10);
    assert_eq!(forwarded(&request, world.send(&request).1).1, "small.eu");
}

#[test]
fn a_stop_reaches_those_who_wait() {
    let stops: [&dyn Fn(&mut Value); 3] = [
        &|config| config["teams"][0]["stopped"] = json!(""),
        &|config| config["stoppedModels"] = json!(["large"]),
        &|config| config["routes"][0]["backends"] = json!([]),
    ];
    for (stop, status) in stops.into_iter().zip([403, 403, 503]) {
        let before = stopping(|_| {});
        let mut world = World::new(&before);
        let request = Request::chat("large", 10);
        let mut exchange = world.begin(&request);
        let body = request.body.to_string().into_bytes();
        assert!(exchange.on_stop(&engine(&stopping(stop))).is_none(), "it does not wait yet");
        let verdict = world.with(|till, now| exchange.on_request_body(&body, till, now));
        assert!(matches!(verdict, OnBody::Wait), "{verdict:?}");
        assert!(exchange.on_stop(&Rc::clone(&world.engine)).is_none());
        assert!(exchange.on_stop(&engine(&before)).is_none());
        let reply = exchange.on_stop(&engine(&stopping(stop))).unwrap();
        is_stopped(&reply, status, "was stopped");
        assert_eq!(exchange.waits_for(), None);
        world.finish(&mut exchange);
        assert_eq!(exchange.take_use(), None);
    }
}
