//! Who is admitted, and what the others are told.

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_stages::OnBody;

use crate::world::*;

/// With leases, and without.
fn both(quotas: &Value) -> [World; 2] {
    [World::new(&config(quotas.clone())), World::new(&leased(quotas.clone()))]
}

#[test]
fn what_is_left_is_told_and_what_does_not_fit_is_refused() {
    let quotas = json!([
        {"name": "tpm", "unit": "tokens", "limit": 1_000, "per": "hour"},
        {"name": "rpm", "unit": "requests", "limit": 10, "per": "minute"},
    ]);
    for mut world in both(&quotas) {
        let (mut first, verdict) = world.send(&Request::chat("large", 600));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
        let reserved = first.summary().asked.map(|asked| asked.input.upper_bound + asked.output_bound).unwrap();
        let headers = first.answer_headers();
        let told = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        assert_eq!(told("x-ratelimit-limit-tokens"), Some("1000".to_owned()));
        assert_eq!(told("x-ratelimit-remaining-tokens"), Some((1_000 - reserved).to_string()));
        assert_eq!(told("x-ratelimit-remaining-requests"), Some("9".to_owned()));

        for dialect in [ClientDialect::OpenaiChat, ClientDialect::AnthropicMessages] {
            let (_, verdict) = world.send(&Request::new(dialect, "large", Some(600)));
            let reply = refused(verdict);
            assert_eq!(reply.status, 429);
            assert!(message(&reply).contains("`tpm` allows 1000 tokens per hour for the team"), "{}", message(&reply));
            let wait: u64 = header(&reply, "retry-after").unwrap().parse().unwrap();
            assert!((3_590..=3_600).contains(&wait), "{wait}");
            let name = match dialect {
                ClientDialect::AnthropicMessages => "anthropic-ratelimit-tokens-remaining",
                _ => "x-ratelimit-remaining-tokens",
            };
            assert_eq!(header(&reply, name), Some((1_000 - reserved).to_string().as_str()));
            assert_eq!(header(&reply, "x-should-retry"), None);
        }
        let (_, verdict) = world.send(&Request::chat("large", 5_000));
        let reply = refused(verdict);
        assert_eq!((header(&reply, "x-should-retry"), header(&reply, "retry-after")), (Some("false"), None));

        // Settled at what it used, the rest is there again.
        world.answer(&mut first, &completion("large-1", 10, 20));
        let (_, verdict) = world.send(&Request::chat("large", 900));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
    }
}

#[test]
fn of_several_that_refuse_the_longest_is_told() {
    let quotas = json!([
        {"name": "rpm", "unit": "requests", "limit": 1, "per": "minute"},
        {"name": "rph", "unit": "requests", "limit": 1, "per": "hour"},
    ]);
    for mut world in both(&quotas) {
        let (_, verdict) = world.send(&Request::chat("large", 1));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
        let (_, verdict) = world.send(&Request::chat("large", 1));
        let reply = refused(verdict);
        assert!(header(&reply, "retry-after").unwrap().parse::<u64>().unwrap() > 3_500, "{reply:?}");
    }
}

#[test]
fn a_class_is_shed_before_the_others_and_told_so() {
    let quotas = json!([{"name": "rph", "unit": "requests", "limit": 10, "per": "hour", "shedAt": {"batch": 80}}]);
    for mut world in both(&quotas) {
        let batch = Request::chat("large", 1).header("x-class", " Batch ");
        let admitted = (0..10).filter(|_| matches!(world.send(&batch).1, OnBody::Forward { .. })).count();
        assert_eq!(admitted, 8);
        let reply = refused(world.send(&batch).1);
        assert_eq!(reply.status, 429);
        assert!(
            message(&reply).contains("2 requests left, of which requests of the class `batch` must leave 2"),
            "{}",
            message(&reply)
        );
        assert!(header(&reply, "retry-after").is_some());
        // Another class, none, and one that is too long to be any.
        let long = "batch".repeat(20);
        for request in [batch.clone().header("x-class", "interactive"), Request::chat("large", 1)] {
            let (_, verdict) = world.send(&request);
            assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
        }
        let reply = refused(world.send(&Request::chat("large", 1).header("x-class", &long)).1);
        assert!(!message(&reply).contains("class"), "{}", message(&reply));
    }
}

#[test]
fn requests_in_flight_are_counted_until_they_end() {
    let quotas = json!([{"name": "seats", "unit": "inFlight", "limit": 2, "per": "hour"}]);
    for mut world in both(&quotas) {
        let mut open: Vec<_> = (0..2).map(|_| world.send(&Request::chat("large", 10))).collect();
        assert!(open.iter().all(|(_, verdict)| matches!(verdict, OnBody::Forward { .. })));
        let reply = refused(world.send(&Request::chat("large", 10)).1);
        assert_eq!((reply.status, header(&reply, "retry-after")), (429, Some("1")));
        assert!(message(&reply).contains("2 requests in flight for the team"), "{}", message(&reply));
        let (mut first, _) = open.pop().unwrap();
        world.answer(&mut first, &completion("large-1", 1, 1));
        let (_, verdict) = world.send(&Request::chat("large", 10));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
        assert_eq!(refused(world.send(&Request::chat("large", 10)).1).status, 429);
    }
}

#[test]
fn an_alias_is_counted_as_the_model_behind_it_that_makes_most_tokens() {
    let bound = |change: &dyn Fn(&mut Value), model: &str| {
        let mut config = config(json!([]));
        change(&mut config);
        let (exchange, verdict) = World::new(&config).send(&Request::chat(model, 10));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{verdict:?}");
        exchange.summary().asked.unwrap().input.upper_bound
    };
    let backends = |models: Vec<Value>| {
        move |config: &mut Value| {
            config["routes"][0]["models"] = json!(["*"]);
            config["routes"][0]["backends"] =
                models.iter().map(|model| json!({"provider": "p", "model": model})).collect();
        }
    };
    let own = backends(vec![Value::Null]);
    let (gpt, claude) = (bound(&own, "gpt-4o"), bound(&own, "claude-opus-4"));
    assert!(gpt < claude);
    assert_eq!(bound(&backends(vec![json!("gpt-4o")]), "any"), gpt);
    assert_eq!(bound(&backends(vec![json!("gpt-4o"), json!("claude-opus-4")]), "any"), claude);
    assert_eq!(bound(&backends(vec![Value::Null, json!("claude-opus-4")]), "gpt-4o"), claude);
    assert_eq!(bound(&backends(vec![Value::Null, json!("gpt-4o")]), "claude-opus-4"), claude);
}

#[test]
fn a_request_without_output_needs_no_room_for_any() {
    let quotas = json!([{"name": "tpm", "unit": "tokens", "limit": 100, "per": "hour"}]);
    for mut world in both(&quotas) {
        let request = Request::new(ClientDialect::OpenaiEmbeddings, "large", None);
        for _ in 0..3 {
            let (exchange, verdict) = world.send(&request);
            assert_eq!(forwarded(&request, verdict).0, request.body);
            assert_eq!(exchange.summary().asked.unwrap().output_bound, 0);
        }
    }
}
