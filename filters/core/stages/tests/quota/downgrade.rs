//! Requests beyond a quota that go to a cheaper model.

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_stages::OnBody;

use crate::world::*;

/// A cent a day, and a request a day of each model.
fn quotas() -> Value {
    json!([{"name": "budget", "unit": "usd", "limit": 0.1, "per": "day"}])
}

fn both(quotas: &Value) -> [World; 2] {
    [config(quotas.clone()), leased(quotas.clone())].map(|mut config| {
        config["teams"][0]["onExceeded"] = json!({"downgradeTo": "little"});
        World::new(&config)
    })
}

#[test]
fn what_is_too_dear_goes_to_the_cheaper_route_with_its_model_price_and_bound() {
    for mut world in both(&quotas()) {
        // A thousand tokens of the large model are a tenth of a dollar, of the little one a hundredth, and it makes 500 at most.
        for dialect in [ClientDialect::OpenaiChat, ClientDialect::AnthropicMessages, ClientDialect::OpenaiResponses] {
            let mut request = Request::new(dialect, "large", Some(1_000));
            request.body["stream"] = true.into();
            let (mut exchange, verdict) = world.send(&request);
            let (body, route) = forwarded(&request, verdict);
            assert_eq!((body["model"].as_str(), route.as_str()), (Some("little"), "small.eu"));
            assert_eq!(body[bound_field(dialect)], 500);
            assert!(exchange.answer_headers().contains(&("x-tollgate-downgraded-to", "little".to_owned())));
            let told = facts(&mut exchange);
            assert_eq!((told["tollgate.downgraded_to"].as_str(), told["tollgate.route"].as_str()), ("little", "small"));
            assert_eq!(told["gen_ai.request.model"], "large");
            world.finish(&mut exchange);
        }
        // One that fits goes where it wants.
        let request = Request::chat("large", 500);
        let (mut exchange, verdict) = world.send(&request);
        assert_eq!(forwarded(&request, verdict).1, "big.eu");
        assert!(!exchange.answer_headers().iter().any(|(name, _)| *name == "x-tollgate-downgraded-to"));
        world.answer(&mut exchange, &completion("large-1", 10, 400));
        // 40 of 100 thousandths of a dollar are used: 700 tokens more do not fit.
        let request = Request::chat("large", 700);
        let (mut exchange, verdict) = world.send(&request);
        assert_eq!(forwarded(&request, verdict).1, "small.eu");
        let used = world.answer(&mut exchange, &completion("little-2024", 10, 100));
        if let Some((tags, counts)) = used {
            assert_eq!((tags.model.as_str(), tags.route.as_str(), counts.output), ("little", "small", 100));
        }
    }
}

#[test]
fn quotas_by_model_are_those_of_the_model_it_goes_to() {
    let quotas = json!([{"name": "per-model", "unit": "requests", "limit": 1, "per": "hour", "by": "model"}]);
    for mut world in both(&quotas) {
        let routes = [(); 3].map(|()| match world.send(&Request::chat("large", 10)).1 {
            OnBody::Forward { route, .. } => route,
            OnBody::Answer(reply) => {
                assert_eq!(reply.status, 429);
                assert!(message(&reply).contains("`per-model`"), "{}", message(&reply));
                None
            }
            OnBody::Wait => panic!("it waits"),
        });
        assert_eq!(routes, [Some("big.eu".to_owned()), Some("small.eu".to_owned()), None]);
        // Who asks for the cheaper one has nowhere else to go.
        assert_eq!(refused(world.send(&Request::chat("little", 10)).1).status, 429);
    }
}

#[test]
fn where_neither_fits_the_refusal_is_of_the_one_that_fits_first_and_nothing_is_told_of_the_other() {
    let quotas = json!([
        {"name": "per-model", "unit": "requests", "limit": 1, "per": "minute", "by": "model"},
        {"name": "out", "unit": "outputTokens", "limit": 100, "per": "hour"},
    ]);
    for mut world in both(&quotas) {
        // Beyond the limit by itself, on any model: it never fits, and says so.
        let (mut exchange, verdict) = world.send(&Request::chat("large", 5_000));
        let reply = refused(verdict);
        assert_eq!((reply.status, header(&reply, "x-should-retry")), (429, Some("false")));
        let told = facts(&mut exchange);
        assert_eq!(told.get("tollgate.downgraded_to"), None);
        assert_eq!(told["tollgate.decision"], "rate_limited");
        world.finish(&mut exchange);
    }
}

#[test]
fn of_two_refusals_the_one_that_ends_first_is_told() {
    let model = |name: &str, unit: &str, limit: u64, per: &str| json!({"name": name, "unit": unit, "limit": limit, "per": per, "by": "model"});
    // The large one never fits, the little one in a minute.
    let never =
        json!([{"name": "budget", "unit": "usd", "limit": 0.1, "per": "day"}, model("rpm", "requests", 1, "minute")]);
    for mut world in both(&never) {
        world.send(&Request::chat("little", 10));
        let reply = refused(world.send(&Request::chat("large", 4_000)).1);
        let wait: u64 = header(&reply, "retry-after").unwrap().parse().unwrap();
        assert!(wait <= 60 && header(&reply, "x-should-retry").is_none(), "{}", message(&reply));
    }
    // The large one in a minute, the little one in an hour.
    let later = json!([model("rpm", "requests", 1, "minute"), model("out", "outputTokens", 600, "hour")]);
    for mut world in both(&later) {
        assert!(matches!(world.send(&Request::chat("little", 400)).1, OnBody::Forward { .. }));
        world.rest(70);
        assert!(matches!(world.send(&Request::chat("large", 10)).1, OnBody::Forward { .. }));
        let reply = refused(world.send(&Request::chat("large", 400)).1);
        assert!(message(&reply).contains("`rpm`"), "{}", message(&reply));
        assert!(header(&reply, "retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    }
}

#[test]
fn nobody_is_sent_where_it_must_not_go() {
    // The cheaper model is stopped; the team may not use it; a finding holds the request where it is.
    for case in ["stopped", "foreign", "held"] {
        for mut config in [config(quotas()), leased(quotas())] {
            config["teams"][0]["onExceeded"] = json!({"downgradeTo": "little"});
            let mut request = Request::chat("large", 1_000);
            match case {
                "stopped" => config["stoppedModels"] = json!(["lit*"]),
                "foreign" => drop(config["teams"][0]["routes"].as_array_mut().unwrap().pop()),
                _ => {
                    config["redaction"] = json!([{"name": "pii", "spec": {"rules": [
                        {"detect": ["email"], "action": "mask", "onFinding": {"routeTo": "big"}}]}}]);
                    config["teams"][0]["redaction"] = json!("pii");
                    request.body["messages"][0]["content"] = "mail jane@example.com".into();
                }
            }
            let reply = refused(World::new(&config).send(&request).1);
            assert_eq!(reply.status, 429, "{case}");
            assert!(message(&reply).contains("`budget`"), "{case}: {}", message(&reply));
        }
    }
}

#[test]
fn it_waits_for_the_cheaper_ones_lease_too() {
    let quotas = json!([{"name": "per-model", "unit": "requests", "limit": 1, "per": "hour", "by": "model"}]);
    let [_, mut world] = both(&quotas);
    let request = Request::chat("large", 10);
    let body = request.body.to_string().into_bytes();
    let (_, verdict) = world.send(&request);
    assert_eq!(forwarded(&request, verdict).1, "big.eu");
    let mut exchange = world.begin(&request);
    let mut verdict = world.with(|till, now| exchange.on_request_body(&body, till, now));
    let mut waits = Vec::new();
    while matches!(verdict, OnBody::Wait) {
        waits.push(exchange.waits_for().unwrap().to_owned());
        world.ask_for(0, 0, &exchange);
        verdict = world.with(|till, now| exchange.on_retry(till, now));
    }
    assert_eq!(forwarded(&request, verdict).1, "small.eu");
    waits.dedup();
    assert!(!waits.is_empty() && waits.len() <= 2, "{waits:?}");

    // Also if the first wait took all its time.
    let [_, mut world] =
        both(&json!([{"name": "per-model", "unit": "requests", "limit": 1, "per": "hour", "by": "model"}]));
    world.send(&request);
    world.now += 5_000;
    let mut exchange = world.begin(&request);
    assert!(matches!(world.with(|till, now| exchange.on_request_body(&body, till, now)), OnBody::Wait));
    world.ask_for(0, 0, &exchange);
    world.now += 1_000;
    let verdict = world.with(|till, now| exchange.on_retry(till, now));
    assert!(matches!(verdict, OnBody::Wait), "{verdict:?}");
    world.ask_for(0, 0, &exchange);
    let verdict = world.with(|till, now| exchange.on_retry(till, now));
    assert_eq!(forwarded(&request, verdict).1, "small.eu");

    // Nobody answers for the cheaper one: it is refused for the first, of which is known that nothing is left.
    let mut world = World::new(&{
        let mut config = leased(quotas);
        config["teams"][0]["onExceeded"] = json!({"downgradeTo": "little"});
        config
    });
    world.send(&request);
    // The service says once more that nothing is left of the first, and then no more.
    let mut exchange = world.begin(&request);
    let verdict = world.with(|till, now| exchange.on_request_body(&body, till, now));
    assert!(matches!(verdict, OnBody::Wait), "{verdict:?}");
    world.service.away = true;
    world.now += 1_000;
    let verdict = world.with(|till, now| exchange.on_retry(till, now));
    let reply = refused(verdict);
    assert_eq!(reply.status, 429, "{}", message(&reply));
}
