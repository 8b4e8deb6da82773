//! Many workers and exchanges on one service: nobody overspends, everything comes back.

use proptest::prelude::*;
use serde_json::json;
use tollgate_stages::{Exchange, OnBody};

use crate::world::*;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// A request at an Envoy and worker, which wants so much output, and whether it asks within its bound or for none.
    Ask { envoy: usize, worker: usize, bound: Option<u64>, choices: u64 },
    /// One of the open ones ends, having used so many percent of what it may.
    End { which: usize, percent: u64 },
    /// One of the open ones never gets to a provider.
    Fail { which: usize },
    /// Time goes by.
    Rest,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3usize, 0..2usize, prop::option::weighted(0.8, 1..3_000u64), 1..3u64)
            .prop_map(|(envoy, worker, bound, choices)| Step::Ask { envoy, worker, bound, choices }),
        4 => (any::<usize>(), 0..=100u64).prop_map(|(which, percent)| Step::End { which, percent }),
        1 => any::<usize>().prop_map(|which| Step::Fail { which }),
        2 => Just(Step::Rest),
    ]
}

/// An exchange under way, where, and what it may cost by the body that went out.
struct Open {
    exchange: Exchange,
    at: (usize, usize),
    input: u64,
    output: u64,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn use_and_what_is_open_never_exceed_the_limit_and_all_the_rest_comes_back(
        steps in prop::collection::vec(step(), 1..60),
        limit in 500..20_000u64,
        clamp: bool,
        leases: bool,
    ) {
        let quotas = json!([{"name": "tpm", "unit": "tokens", "limit": limit, "per": "day", "clamp": clamp}]);
        // A proxy on its own is a fleet of one.
        let envoys = if leases { 3 } else { 1 };
        let mut world = World::of(&if leases { leased(quotas) } else { config(quotas) }, envoys, 2);
        let mut open: Vec<Open> = Vec::new();
        let mut spent = 0;
        for step in steps {
            match step {
                Step::Ask { envoy, worker, bound, choices } => {
                    let envoy = envoy % envoys as usize;
                    let mut request = Request::new(tollgate_dialects::ClientDialect::OpenaiChat, "large", bound);
                    request.body["n"] = choices.into();
                    let (exchange, verdict) = world.send_at(envoy, worker, &request);
                    match verdict {
                        OnBody::Forward { .. } => {
                            let body = forwarded(&request, verdict).0;
                            let each = body["max_completion_tokens"].as_u64().unwrap_or(4_000);
                            let input = exchange.summary().asked.unwrap().input.upper_bound;
                            prop_assert!(bound.is_none_or(|bound| each <= bound));
                            open.push(Open { exchange, at: (envoy, worker), input, output: each * choices });
                        }
                        OnBody::Answer(reply) => prop_assert_eq!(reply.status, 429),
                        OnBody::Wait => prop_assert!(false, "it waits on"),
                    }
                }
                Step::End { which, percent } if !open.is_empty() => {
                    let mut one = open.swap_remove(which % open.len());
                    let used = (one.input * percent / 100, one.output * percent / 100);
                    // An answer that says it cost nothing is not believed.
                    let used = (used.0.max(1), used.1.max(1));
                    let (envoy, worker) = one.at;
                    let told = world.answer_at(envoy, worker, &mut one.exchange, &completion("large-1", used.0, used.1));
                    prop_assert_eq!(told.is_some(), leases);
                    prop_assert!(told.is_none_or(|(_, counts)| (counts.input, counts.output) == used));
                    spent += used.0 + used.1;
                }
                Step::Fail { which } if !open.is_empty() => {
                    let mut one = open.swap_remove(which % open.len());
                    one.exchange.internal_error();
                    world.at(one.at.0, one.at.1, |till, _| one.exchange.finish(till, None));
                }
                Step::End { .. } | Step::Fail { .. } => {}
                Step::Rest => world.rest(1),
            }
            let reserved: u64 = open.iter().map(|one| one.input + one.output).sum();
            prop_assert!(spent + reserved <= limit, "{spent} and {reserved} of {limit}");
        }
        for mut one in open {
            one.exchange.internal_error();
            world.at(one.at.0, one.at.1, |till, _| one.exchange.finish(till, None));
        }
        world.rest(120);
        if leases {
            prop_assert_eq!(world.service.charged("tpm"), spent);
        }
    }
}
