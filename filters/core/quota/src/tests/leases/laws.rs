//! What holds on every schedule.

use super::world::{Outcome, Scenario, run};

/// The windows that were there from beginning to end while requests came.
fn full(outcome: &Outcome, scenario: &Scenario, length_ms: u64) -> Vec<u64> {
    let ended = super::world::START + scenario.busy_ms.saturating_sub(length_ms);
    outcome.windows.iter().filter(|(from, _)| **from <= ended).map(|(_, truth)| truth.held).collect()
}

fn show(name: &str, scenario: &Scenario, outcome: &Outcome) {
    let minute = |to: u64| outcome.charges.iter().filter(|(at, _)| *at + 60_000 > to && *at <= to).map(|(_, used)| used).sum::<u64>();
    println!("minutes {:?}", (60..=scenario.busy_ms / 1000).step_by(10).map(|s| minute(s * 1000) * 1000 / scenario.limit).collect::<Vec<_>>());
    println!(
        "{name}: asked {} admitted {} waited {} refused {} unavailable {} calls {} inflight {} windows {:?} left {:?}",
        outcome.asked,
        outcome.admitted,
        outcome.waited,
        outcome.refused,
        outcome.unavailable,
        outcome.calls,
        outcome.most_in_flight,
        outcome.windows.values().map(|truth| truth.held * 1000 / scenario.limit).collect::<Vec<_>>(),
        outcome.refused_with_left,
    );
}

#[test]
fn explore() {
    let calm = Scenario::default();
    for (name, scenario) in [
        ("calm 100/s", calm.clone()),
        ("calm 1000/s", Scenario { requests_per_s: 1000, limit: 2_000_000, ..calm.clone() }),
        ("tight", Scenario { requests_per_s: 100, limit: 50_000, ..calm.clone() }),
        ("ample", Scenario { requests_per_s: 1000, limit: 200_000_000, ..calm.clone() }),
        ("storm", Scenario { lost_percent: 20, twice_percent: 20, delay_ms: (1, 800), worker_dies_ms: 5_000, envoy_dies_ms: 15_000, envoy_skew_ms: 5_000, replica_skew_ms: 100, ..calm.clone() }),
        ("mild storm", Scenario { lost_percent: 5, twice_percent: 5, delay_ms: (1, 200), worker_dies_ms: 30_000, envoy_dies_ms: 60_000, envoy_skew_ms: 5_000, replica_skew_ms: 100, ..calm.clone() }),
        ("sliding", Scenario { sliding: true, ..calm.clone() }),
        ("second", Scenario { per: tollgate_policy::quota::Window::Second, limit: 3_000, takes_ms: (10, 200), busy_ms: 20_000, ..calm.clone() }),
        ("inflight", Scenario { unit: tollgate_policy::quota::Unit::InFlight, sliding: true, per: tollgate_policy::quota::Window::Hour, limit: 100, ..calm.clone() }),
    ] {
        let outcome = run(&scenario);
        show(name, &scenario, &outcome);
        let _ = full(&outcome, &scenario, 60_000);
    }
}
