//! A proxy that counts on its own: what it can do of quotas, and what it says of the rest.

use serde_json::{Value, json};
use tollgate_policy::gateway::GatewayConfig;
use tollgate_policy::single::QuotaCheckConfig;
use tollgate_stages::{Engine, OnBody};

use crate::world::*;

fn problem(config: &Value) -> Option<String> {
    let config: GatewayConfig = serde_json::from_value(config.clone()).unwrap();
    Engine::try_from(&config).err().map(|error| error.to_string())
}

#[test]
fn what_only_the_control_plane_can_do_is_refused_with_what_to_do_instead() {
    for (quota, field, advice) in [
        (
            json!({"name": "q", "unit": "tokens", "limit": 1, "per": "minute", "window": "sliding"}),
            "`window`",
            "`fixed`",
        ),
        (
            json!({"name": "q", "unit": "usd", "limit": 1, "per": "month", "timeZone": "Europe/Zurich"}),
            "`timeZone`",
            "remove it",
        ),
    ] {
        let said = problem(&config(json!([quota]))).unwrap();
        for words in ["team `team`: quota `q`", field, advice, "`quotaService`"] {
            assert!(said.contains(words), "{said}");
        }
        assert_eq!(problem(&leased(json!([quota]))), None);
        if quota["unit"] != "usd" {
            let single: QuotaCheckConfig = serde_json::from_value(json!({"team": "t", "quotas": [quota]})).unwrap();
            let said = Engine::try_from(&single).unwrap_err().to_string();
            assert!(said.starts_with("quota `q`: `window`"), "{said}");
        }
    }
    let utc = json!([{"name": "q", "unit": "usd", "limit": 1, "per": "month", "timeZone": "UTC"}]);
    assert_eq!(problem(&config(utc)), None);
}

#[test]
fn what_cannot_be_meant_is_refused_in_either_mode() {
    let quotas = json!([{"name": "q", "unit": "requests", "limit": 1, "per": "minute", "clamp": true}]);
    for config in [config(quotas.clone()), leased(quotas)] {
        let said = problem(&config).unwrap();
        assert!(said.contains("quota `q`: `clamp`"), "{said}");
    }
}

#[test]
fn a_seat_that_nobody_returns_is_free_again_and_none_before_its_time() {
    let quotas = json!([{"name": "seats", "unit": "inFlight", "limit": 2, "per": "minute"}]);
    let mut world = World::new(&config(quotas));
    let mut admitted = |at_ms: u64| {
        world.now = NOW + at_ms;
        matches!(world.send(&Request::chat("large", 10)).1, OnBody::Forward { .. })
    };
    assert!(admitted(50_000) && admitted(59_999));
    for at in [60_000, 70_000, 110_000, 119_999] {
        assert!(!admitted(at), "both are in flight at {at}");
    }
    assert!(admitted(120_000) && admitted(120_001) && !admitted(120_002));
}

#[test]
fn a_seat_is_returned_whatever_turns_meanwhile() {
    let quotas = json!([{"name": "seats", "unit": "inFlight", "limit": 1, "per": "minute"}]);
    let mut world = World::new(&config(quotas));
    for begins in [0, 59_000, 61_000, 119_500, 240_000] {
        world.now = NOW + begins;
        let (mut exchange, verdict) = world.send(&Request::chat("large", 10));
        assert!(matches!(verdict, OnBody::Forward { .. }), "{begins}");
        world.now += 2_000;
        assert_eq!(refused(world.send(&Request::chat("large", 10)).1).status, 429);
        world.answer(&mut exchange, &completion("large-1", 1, 1));
    }
}
