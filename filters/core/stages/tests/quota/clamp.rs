//! Requests that are made to fit.

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;

use crate::world::*;

const GENERATING: [ClientDialect; 4] = [
    ClientDialect::OpenaiChat,
    ClientDialect::OpenaiResponses,
    ClientDialect::OpenaiCompletions,
    ClientDialect::AnthropicMessages,
];

fn both(quotas: &Value) -> [World; 2] {
    [World::new(&config(quotas.clone())), World::new(&leased(quotas.clone()))]
}

/// What the request may cost by its new body, at the dearest.
fn worst(exchange: &tollgate_stages::Exchange, body: &Value, dialect: ClientDialect) -> u64 {
    let asked = exchange.summary().asked.unwrap().input.upper_bound;
    asked
        + body[bound_field(dialect)].as_u64().unwrap_or_else(|| panic!("{dialect}: {body}"))
            * body["n"].as_u64().unwrap_or(1)
}

#[test]
fn the_last_request_is_allowed_what_is_left_and_told_so() {
    for dialect in GENERATING {
        for unit in ["tokens", "outputTokens"] {
            let quotas = json!([{"name": "q", "unit": unit, "limit": 1_000, "per": "hour", "clamp": true}]);
            for mut world in both(&quotas) {
                let request = Request::new(dialect, "large", Some(700));
                let (exchange, verdict) = world.send(&request);
                let (body, _) = forwarded(&request, verdict);
                assert_eq!(body, request.body, "it fits as it is");
                let first = if unit == "tokens" { worst(&exchange, &body, dialect) } else { 700 };

                let began = world.now;
                let (mut exchange, verdict) = world.send(&request);
                assert!(world.now < began + 250, "nothing is to come, and it waits");
                let (body, _) = forwarded(&request, verdict);
                let cap = body[bound_field(dialect)].as_u64().unwrap();
                let second = if unit == "tokens" { worst(&exchange, &body, dialect) } else { cap };
                assert_eq!(first + second, 1_000, "{dialect} {unit}: all of it and no more");
                assert!(exchange.answer_headers().contains(&("x-tollgate-clamped-to", cap.to_string())));
                assert_eq!(facts(&mut exchange)["tollgate.clamped_to"], cap.to_string());

                let reply = refused(world.send(&request).1);
                assert_eq!(reply.status, 429, "{dialect} {unit}: nothing is left");
            }
        }
    }
}

#[test]
fn what_is_leased_is_of_use_although_nobody_answers() {
    let quotas = json!([{"name": "q", "unit": "outputTokens", "limit": 100_000, "per": "hour", "clamp": true}]);
    let mut world = World::new(&leased(quotas));
    let (_, verdict) = world.send(&Request::chat("large", 1_000));
    assert!(matches!(verdict, tollgate_stages::OnBody::Forward { .. }), "{verdict:?}");
    world.service.away = true;
    world.now += 2_000;
    let began = world.now;
    let request = Request::chat("large", 50_000);
    let (body, _) = forwarded(&request, world.send(&request).1);
    let cap = body["max_completion_tokens"].as_u64().unwrap();
    assert!((500..50_000).contains(&cap), "{cap}");
    assert!((1_000..1_300).contains(&(world.now - began)), "the service might have had more");
}

#[test]
fn choices_share_what_is_left() {
    let quotas = json!([{"name": "q", "unit": "outputTokens", "limit": 1_000, "per": "hour", "clamp": true}]);
    for mut world in both(&quotas) {
        let mut request = Request::chat("large", 700);
        request.body["n"] = 3.into();
        request.body["max_tokens"] = 900.into();
        let (body, _) = forwarded(&request, world.send(&request).1);
        assert_eq!((&body["max_completion_tokens"], &body["max_tokens"]), (&json!(333), &json!(333)));
    }
}

#[test]
fn money_buys_as_many_tokens_as_the_dearest_provider_sells() {
    // 100 dollars per million: a tenth of a cent buys ten tokens of output, less what the input costs.
    let quotas = json!([{"name": "budget", "unit": "usd", "limit": 0.05, "per": "hour", "clamp": true}]);
    for mut world in both(&quotas) {
        let request = Request::chat("large", 4_000);
        let (mut exchange, verdict) = world.send(&request);
        let (body, _) = forwarded(&request, verdict);
        let cap = body["max_completion_tokens"].as_u64().unwrap();
        let input = exchange.summary().asked.unwrap().input.upper_bound;
        assert!(input * 10 + cap * 100 <= 50_000 && input * 10 + (cap + 2) * 100 >= 50_000, "{input} {cap}");
        world.answer(&mut exchange, &completion("large-1", 1, 1));
        let (body, _) = forwarded(&request, world.send(&request).1);
        assert!(body["max_completion_tokens"].as_u64().unwrap() > cap - 2, "the rest was returned");
    }
}

#[test]
fn what_the_api_would_not_take_is_refused_here() {
    let quotas = json!([{"name": "q", "unit": "outputTokens", "limit": 1_000, "per": "hour", "clamp": true}]);
    for mut world in both(&quotas) {
        let (_, verdict) = world.send(&Request::chat("large", 985));
        assert!(matches!(verdict, tollgate_stages::OnBody::Forward { .. }), "{verdict:?}");
        // 15 are left: less than the Responses API takes, and than a budget for thinking.
        let reply = refused(world.send(&Request::new(ClientDialect::OpenaiResponses, "large", Some(100))).1);
        assert_eq!(reply.status, 429);
        let mut thinking = Request::new(ClientDialect::AnthropicMessages, "large", Some(2_000));
        thinking.body["thinking"] = json!({"type": "enabled", "budget_tokens": 1_024});
        assert_eq!(refused(world.send(&thinking).1).status, 429);
        let (body, _) = forwarded(&Request::chat("large", 100), world.send(&Request::chat("large", 100)).1);
        assert_eq!(body["max_completion_tokens"], 15);
    }
}

#[test]
fn a_quota_that_does_not_clamp_refuses_beside_one_that_does() {
    let quotas = json!([
        {"name": "tpm", "unit": "tokens", "limit": 10_000, "per": "hour", "clamp": true},
        {"name": "out", "unit": "outputTokens", "limit": 500, "per": "hour"},
    ]);
    for mut world in both(&quotas) {
        let reply = refused(world.send(&Request::chat("large", 700)).1);
        assert!(message(&reply).contains("`out`"), "{}", message(&reply));
        let request = Request::chat("large", 400);
        assert_eq!(forwarded(&request, world.send(&request).1).0, request.body);
    }
}

#[test]
fn a_request_without_a_bound_is_given_a_share_and_told_so() {
    for (clamp, limit) in [(true, 300), (false, 300), (false, 10_000)] {
        let quotas = json!([{"name": "tpm", "unit": "tokens", "limit": limit, "per": "hour", "clamp": clamp}]);
        for mut world in both(&quotas) {
            for dialect in GENERATING {
                let request = Request::new(dialect, "smart", None);
                let began = world.now;
                let (mut exchange, verdict) = world.send(&request);
                assert!(world.now < began + 250, "nothing is to come, and it waits");
                let (body, _) = forwarded(&request, verdict);
                let cap = body[bound_field(dialect)].as_u64();
                if dialect == ClientDialect::OpenaiCompletions {
                    assert_eq!(cap, None, "the API itself allows no more than 16 where nothing is said");
                } else if limit == 300 {
                    assert!(worst(&exchange, &body, dialect) <= limit, "{dialect}: {body}");
                    assert!(exchange.answer_headers().iter().any(|(name, _)| *name == "x-tollgate-clamped-to"));
                } else {
                    assert_eq!(cap, None, "{dialect}: it fits as it is");
                }
                world.answer(&mut exchange, &completion("large-1", 1, 0));
                world.rest(3);
            }
        }
    }
}
