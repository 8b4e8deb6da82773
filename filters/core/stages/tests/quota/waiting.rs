//! Requests that wait for a lease.

use serde_json::json;
use tollgate_quota::Memory;
use tollgate_stages::{OnBody, Till};

use crate::world::*;

fn tokens(limit: u64) -> serde_json::Value {
    json!([{"name": "tpm", "unit": "tokens", "limit": limit, "per": "hour"}])
}

#[test]
fn a_request_goes_on_where_it_waited_with_all_that_was_decided_before() {
    let with_policy = |mut config: serde_json::Value| {
        config["redaction"] = json!([{"name": "pii", "spec": {"rules": [{"detect": ["email"], "action": "pseudonymize"}], "apply": ["request", "response"]}}]);
        config["teams"][0]["redaction"] = json!("pii");
        config
    };
    let mut request = Request::chat("large", 100);
    request.body["stream"] = true.into();
    request.body["messages"][0]["content"] = "mail jane@example.com".into();
    let body = request.body.to_string().into_bytes();

    let mut alone = World::new(&with_policy(config(tokens(100_000))));
    let (_, verdict) = alone.send(&request);
    let expected = forwarded(&request, verdict);
    assert!(!expected.0.to_string().contains("jane"));
    assert_eq!(expected.0["stream_options"]["include_usage"], true);

    let mut world = World::new(&with_policy(leased(tokens(100_000))));
    let mut exchange = world.begin(&request);
    let verdict = world.with(|till, now| exchange.on_request_body(&body, till, now));
    assert!(matches!(verdict, OnBody::Wait), "{verdict:?}");
    // Nobody has answered yet.
    let verdict = world.with(|till, now| exchange.on_retry(till, now + 100));
    assert!(matches!(verdict, OnBody::Wait), "{verdict:?}");
    world.ask_for(0, 0, &exchange);
    let verdict = world.with(|till, now| exchange.on_retry(till, now));
    assert_eq!(forwarded(&request, verdict), expected);
    assert_eq!(exchange.waits_for(), None);
    // What comes after it finds a lease, and asks nobody.
    let asks = world.service.asks;
    for _ in 0..2 {
        let mut exchange = world.begin(&request);
        let verdict = world.with(|till, now| exchange.on_request_body(&body, till, now));
        assert_eq!(forwarded(&request, verdict), expected);
    }
    assert_eq!(world.service.asks, asks);
}

#[test]
fn quotas_of_one_subject_are_waited_for_together() {
    let mut world = World::new(&leased(json!([
        {"name": "tpm", "unit": "tokens", "limit": 10_000, "per": "hour"},
        {"name": "rpm", "unit": "requests", "limit": 10, "per": "minute"},
        {"name": "budget", "unit": "usd", "limit": 1, "per": "month"},
    ])));
    let request = Request::chat("large", 100);
    let body = request.body.to_string().into_bytes();
    let mut exchange = world.begin(&request);
    assert!(matches!(world.with(|till, now| exchange.on_request_body(&body, till, now)), OnBody::Wait));
    world.ask_for(0, 0, &exchange);
    assert_eq!(world.service.asks, 3);
    let verdict = world.with(|till, now| exchange.on_retry(till, now));
    assert_eq!(forwarded(&request, verdict).1, "big.eu");
}

#[test]
fn a_wait_ends_within_a_second_whoever_is_away() {
    for (allow, worker) in [(false, true), (true, true), (false, false), (true, false)] {
        let mut config = leased(tokens(1_000));
        if allow {
            config["teams"][0]["onUnavailable"] = json!("allow");
        }
        let mut world = World::new(&config);
        world.service.away = true;
        if !worker {
            world.envoys[0].workers.clear();
        }
        let request = Request::chat("large", 100);
        let body = request.body.to_string().into_bytes();
        let mut exchange = world.begin(&request);
        let first = world.with(|till, now| exchange.on_request_body(&body, till, now));
        assert!(matches!(first, OnBody::Wait), "{first:?}");
        assert_eq!(exchange.waits_for().is_some(), worker);
        let before = world.with(|till, now| exchange.on_retry(till, now + 999));
        assert!(matches!(before, OnBody::Wait), "{before:?}");
        let after = world.with(|till, now| exchange.on_retry(till, now + 1_000));
        if allow {
            assert_eq!(forwarded(&request, after).1, "big.eu");
            assert_eq!(facts(&mut exchange)["tollgate.quota"], "unavailable");
        } else {
            let reply = refused(after);
            assert_eq!((reply.status, header(&reply, "x-should-retry")), (503, None));
        }
    }
}

#[test]
fn a_clock_that_is_set_back_ends_a_wait() {
    for worker in [true, false] {
        let mut world = World::new(&leased(tokens(1_000)));
        world.service.away = true;
        if !worker {
            world.envoys[0].workers.clear();
        }
        let request = Request::chat("large", 100);
        let mut exchange = world.begin(&request);
        let body = request.body.to_string().into_bytes();
        assert!(matches!(world.with(|till, now| exchange.on_request_body(&body, till, now)), OnBody::Wait));
        let verdict = world.with(|till, now| exchange.on_retry(till, now - 3_600_000));
        assert_eq!(refused(verdict).status, 503);
    }
}

#[test]
fn who_leaves_while_waiting_leaves_nothing_behind() {
    let mut world = World::new(&leased(tokens(1_000)));
    let request = Request::chat("large", 500);
    let body = request.body.to_string().into_bytes();
    for _ in 0..3 {
        let mut exchange = world.begin(&request);
        assert!(matches!(world.with(|till, now| exchange.on_request_body(&body, till, now)), OnBody::Wait));
        // It has asked, and is gone before the answer is of use to it.
        world.ask_for(0, 0, &exchange);
        world.finish(&mut exchange);
        assert_eq!(exchange.take_use(), None);
        drop(exchange);
        world.rest(60);
        assert_eq!(world.service.charged("tpm"), 0);
    }
    let (_, verdict) = world.send(&Request::chat("large", 900));
    assert_eq!(forwarded(&request, verdict).1, "big.eu");
}

#[test]
fn what_is_refused_after_it_was_admitted_returns_all_of_it() {
    for config in [config(tokens(1_000)), leased(tokens(1_000))] {
        let mut world = World::new(&config);
        for _ in 0..5 {
            let (mut exchange, verdict) = world.send(&Request::chat("large", 900));
            assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
            // The host could not change its headers, say.
            assert_eq!(exchange.internal_error().status, 500);
            world.finish(&mut exchange);
            assert_eq!(exchange.take_use(), None);
        }
    }
}

#[test]
fn a_retry_of_what_does_not_wait_is_refused() {
    let mut world = World::new(&leased(tokens(1_000)));
    let mut exchange = world.begin(&Request::chat("large", 10));
    let verdict = exchange.on_retry(&mut Till::alone(&mut Memory::default()), NOW);
    assert_eq!(refused(verdict).status, 500);
    world.finish(&mut exchange);
}
