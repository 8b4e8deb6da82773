//! What holds on every schedule. `TOLLGATE_LONG=1` plays some thousand more.

use proptest::prelude::*;
use tollgate_policy::quota::{Unit, Window};

use super::rival;
use super::world::{Outcome, START, Scenario, run};

fn cases(few: u32) -> ProptestConfig {
    let long = std::env::var_os("TOLLGATE_LONG").is_some();
    ProptestConfig { cases: if long { few * 100 } else { few }, max_shrink_iters: 200, ..ProptestConfig::default() }
}

/// The use of the windows that were there from beginning to end while requests came, in parts of a thousand of the limit.
fn full(outcome: &Outcome, scenario: &Scenario, length_ms: u64) -> Vec<u64> {
    let ended = START + scenario.busy_ms - length_ms;
    let windows = outcome.windows.iter().filter(|(from, _)| **from <= ended);
    windows.map(|(_, truth)| truth.held * 1_000 / scenario.limit).collect()
}

/// The most that was charged in any stretch of `length_ms`.
fn most_in(outcome: &Outcome, length_ms: u64) -> u64 {
    let (mut first, mut sum, mut most) = (0, 0, 0);
    for (at, used) in &outcome.charges {
        sum += used;
        while outcome.charges[first].0 + length_ms <= *at {
            sum -= outcome.charges[first].1;
            first += 1;
        }
        most = most.max(sum);
    }
    most
}

/// Everything that can go wrong, in all measures.
fn weather() -> impl Strategy<Value = Scenario> {
    let fleet = (any::<u64>(), 1usize..6, 1usize..5, 1usize..4);
    let traffic = (20u64..200, 1u64..400, 0u64..800, 1u64..120, 1u64..4_000);
    let network = (0u64..900, 0u64..40, 0u64..40);
    let faults = (prop_oneof![Just(0), 2_000u64..40_000], prop_oneof![Just(0), 5_000u64..60_000]);
    let clocks = (0u64..5_000, 0u64..200);
    let rest = (prop_oneof![Just((0, 0)), (0u64..60_000, 0u64..80_000)], prop_oneof![Just(vec![]), limits()]);
    (fleet, traffic, network, faults, clocks, rest).prop_map(
        |((seed, envoys, workers, replicas), traffic, network, deaths, clocks, (away, limits))| Scenario {
            seed,
            envoys,
            workers,
            replicas,
            limit: 100_000,
            busy_ms: 90_000,
            requests_per_s: traffic.0,
            reserve: (traffic.1, traffic.1 + traffic.2),
            used_percent: (0, traffic.3),
            takes_ms: (1, traffic.4),
            delay_ms: (1, 1 + network.0),
            lost_percent: network.1,
            twice_percent: network.2,
            worker_dies_ms: deaths.0,
            envoy_dies_ms: deaths.1,
            envoy_skew_ms: clocks.0,
            replica_skew_ms: clocks.1,
            away,
            limits,
            ..Scenario::default()
        },
    )
}

fn limits() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0u64..90_000, 10_000u64..300_000), 1..4).prop_map(|mut limits| {
        limits.sort_unstable();
        limits
    })
}

proptest! {
    #![proptest_config(cases(8))]

    /// The world itself checks each admission; see `World::admitted`.
    #[test]
    fn no_weather_makes_a_window_overshoot(scenario in weather()) {
        let outcome = run(&scenario);
        // What the service has charged covers what was really used, save for what nobody reserved.
        for (from, charged, spent) in &outcome.ledger {
            let truth = outcome.windows.get(from).copied().unwrap_or_default();
            prop_assert!(charged + truth.beyond >= truth.held, "{charged} charged, {truth:?}");
            prop_assert!(*spent <= truth.held, "{spent} reported, {truth:?}");
        }
    }

    #[test]
    fn no_weather_makes_a_sliding_minute_overshoot(scenario in weather()) {
        // Of one clock: a replica's that is ahead forgets so much earlier.
        let scenario = Scenario { sliding: true, used_percent: (0, 100), limits: vec![], replica_skew_ms: 0, ..scenario };
        let outcome = run(&scenario);
        let most = most_in(&outcome, 60_000);
        prop_assert!(most <= scenario.limit, "{most} of {} in a minute", scenario.limit);
    }

    #[test]
    fn no_weather_lets_more_requests_fly_than_allowed(scenario in weather()) {
        run(&Scenario { unit: Unit::InFlight, sliding: true, limit: 60, limits: vec![], ..scenario });
    }

    /// Messages may be lost, doubled and reordered: when the fleet has come to rest, the service knows to the token what was used.
    #[test]
    fn nothing_is_lost_or_counted_twice(scenario in weather()) {
        let scenario = Scenario {
            per: Window::Hour,
            limit: 10_000_000,
            busy_ms: 20_000,
            rest_ms: 600_000,
            worker_dies_ms: 0,
            envoy_dies_ms: 0,
            limits: vec![],
            ..scenario
        };
        let outcome = run(&scenario);
        let truth: Vec<_> = outcome.windows.iter().map(|(from, truth)| (*from, truth.held, truth.held)).collect();
        prop_assert_eq!(outcome.ledger, truth);
    }

    #[test]
    fn demand_uses_a_quota(seed: u64, envoys in 1usize..9, workers in 1usize..5, sliding: bool, excess in 15u64..60) {
        let average = 200 * 60;
        let requests_per_s = 200_000 * excess / 10 / average + 1;
        let busy_ms = if sliding { 400_000 } else { 130_000 };
        let scenario = Scenario { seed, envoys, workers, sliding, requests_per_s, reserve: (50, 350), used_percent: (80, 100), busy_ms, ..Scenario::default() };
        let outcome = run(&scenario);
        if sliding {
            let used: u64 = outcome.charges.iter().map(|(_, used)| used).sum();
            let fair = scenario.limit * (busy_ms / 60_000);
            prop_assert!(used * 100 >= fair * 95, "{used} of {fair}");
        } else {
            for used in full(&outcome, &scenario, 60_000) {
                prop_assert!(used >= 950, "{used} ‰");
            }
        }
    }

    /// Who is refused is refused because little is left, wherever in the fleet it asked.
    #[test]
    fn nobody_is_refused_while_plenty_is_left(seed: u64, envoys in 1usize..9, workers in 1usize..5) {
        let scenario = Scenario { seed, envoys, workers, requests_per_s: 300, ..Scenario::default() };
        let outcome = run(&scenario);
        let most = outcome.refused_with_left.keys().max().copied().unwrap_or(0);
        prop_assert!(most <= 10, "refused with {most} % left: {:?}", outcome.refused_with_left);
        prop_assert_eq!(outcome.unavailable, 0);
    }
}

#[test]
fn leases_outlast_a_service_that_is_away_and_end_when_they_must() {
    let calm = Scenario { per: Window::Hour, limit: 20_000_000, busy_ms: 240_000, ..Scenario::default() };
    let short = run(&Scenario { away: (60_000, 75_000), ..calm.clone() });
    assert_eq!((short.refused, short.unavailable), (0, 0));
    let long = run(&Scenario { away: (60_000, 180_000), ..calm });
    assert_eq!(long.refused, 0);
    // Thirty seconds of leases, then a minute and a half of nothing, and then it goes on as if nothing had been.
    let lost = long.asked - long.admitted;
    assert!((long.asked / 3..long.asked / 2).contains(&lost), "{lost} of {}", long.asked);
    assert_eq!(lost, long.unavailable);
    assert!(long.charges.iter().any(|(at, _)| *at > 200_000));
}

#[test]
fn a_raised_limit_is_used_and_a_lowered_one_holds_for_what_is_not_granted() {
    let scenario = Scenario { per: Window::Hour, busy_ms: 300_000, requests_per_s: 200, ..Scenario::default() };
    let raised = run(&Scenario { limits: vec![(100_000, 400_000)], ..scenario.clone() });
    let used = raised.windows.values().next().unwrap().held;
    assert!((380_000..=400_000).contains(&used), "{used}");
    let lowered = run(&Scenario { limit: 4_000_000, limits: vec![(20_000, 600_000)], ..scenario });
    let used = lowered.windows.values().next().unwrap().held;
    // What was used until then, about 20 s of 200 requests, is below the new limit.
    assert!((570_000..=600_000).contains(&used), "{used}");
}

#[test]
fn use_beyond_what_was_reserved_overshoots_by_what_was_in_flight() {
    let scenario =
        Scenario { used_percent: (100, 130), requests_per_s: 300, takes_ms: (20, 200), ..Scenario::default() };
    let outcome = run(&scenario);
    let beyond_each = scenario.reserve.1 * 30 / 100;
    // In flight, or ended and not reported yet: a tick and an exchange while the quota runs low.
    let unreported = scenario.requests_per_s / 2;
    let bound = (outcome.most_in_flight + unreported) * beyond_each;
    for truth in outcome.windows.values() {
        println!("{} over, {} beyond", truth.held.saturating_sub(scenario.limit), truth.beyond);
        let overshoot = truth.held.saturating_sub(scenario.limit);
        assert!(overshoot <= bound, "{overshoot} over, at most {bound}");
        assert!(truth.beyond > bound, "the bound says nothing where all of it is {} beyond", truth.beyond);
    }
}

#[test]
fn in_steady_state_less_than_one_request_in_a_thousand_asks() {
    let scenario = Scenario {
        requests_per_s: 5_000,
        limit: 1_000_000_000,
        per: Window::Hour,
        busy_ms: 60_000,
        ..Scenario::default()
    };
    let outcome = run(&scenario);
    assert!(outcome.calls * 1_000 < outcome.asked, "{} calls for {}", outcome.calls, outcome.asked);
    assert_eq!(outcome.admitted, outcome.asked);
}

/// Run with `--nocapture` to read the table.
#[test]
fn next_to_check_then_charge() {
    let steady = Scenario { requests_per_s: 300, ..Scenario::default() };
    let stormy = Scenario {
        lost_percent: 10,
        twice_percent: 10,
        delay_ms: (1, 200),
        worker_dies_ms: 30_000,
        envoy_dies_ms: 60_000,
        envoy_skew_ms: 5_000,
        ..steady.clone()
    };
    let streams = Scenario {
        requests_per_s: 10_000,
        busy_ms: 101,
        rest_ms: 40_000,
        reserve: (500, 500),
        used_percent: (100, 100),
        takes_ms: (20_000, 30_000),
        ..Scenario::default()
    };
    println!("| traffic on a limit of 200,000 | leases | check, then charge |\n|---|---|---|");
    for (name, scenario, overshoots) in [
        ("1,000 streams at once, budget for 400", streams, true),
        ("300 requests/s of 0.1 to 3 s", steady.clone(), true),
        ("the same, 10 times as long each", Scenario { takes_ms: (500, 30_000), ..steady.clone() }, true),
        ("the same, messages lost, workers and Envoys dying", stormy, true),
        ("20 Envoys of 4 workers", Scenario { envoys: 20, workers: 4, ..steady }, true),
    ] {
        let leased = run(&scenario).windows.values().map(|truth| truth.held).max().unwrap();
        let charged = rival::fullest_window(&scenario, 60_000);
        let percent = |spent: u64| spent * 1_000 / scenario.limit;
        let (a, b) = (percent(leased), percent(charged));
        println!("| {name} | {leased} ({}.{} %) | {charged} ({}.{} %) |", a / 10, a % 10, b / 10, b % 10);
        assert!(leased <= scenario.limit);
        assert_eq!(charged > scenario.limit, overshoots);
    }
}
