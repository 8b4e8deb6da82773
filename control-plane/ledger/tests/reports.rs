//! Every report is booked once: doubled, shuffled, over several replicas, with connections that are cut.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{MINUTE, NOW, Stores, open, total};
use tollgate_ledger::{Applied, Counts, Dimension, Group, Ledger, Listed, Query, Report, Store, Tags, Use};
use tollgate_policy::gateway::Price;

fn stores() -> &'static Stores {
    static STORES: OnceLock<Stores> = OnceLock::new();
    STORES.get_or_init(Stores::start)
}

/// Whose use, on what, and how many tokens.
fn report(envoy: u8, sequence: u64, spread: &[(u8, u8, u16)]) -> Report {
    let of = |team: u8, model: u8| Tags {
        team: format!("team-{team}"),
        model: format!("model-{model}"),
        provider: "p".into(),
        ..Tags::default()
    };
    let entry = |&(team, model, tokens): &(u8, u8, u16)| Use {
        minute: MINUTE - u64::from(model),
        of: of(team, model),
        counts: Counts {
            requests: 1,
            input: tokens.into(),
            output: u64::from(tokens) * 2,
            from_provider: 1,
            ..Counts::default()
        },
    };
    Report { envoy: format!("edge-{envoy}"), epoch: 1, sequence, usage: spread.iter().map(entry).collect() }
}

/// Reports of three Envoys, then the order in which they come, some of them twice.
fn traffic() -> impl Strategy<Value = (Vec<Report>, Vec<Report>)> {
    let spread = prop::collection::vec((0u8..3, 0u8..3, 0u16..2000), 0..4);
    let envoys = prop::collection::vec(prop::collection::vec(spread, 1..12), 3);
    envoys.prop_flat_map(|envoys| {
        let number = |(envoy, reports): (usize, &Vec<Vec<_>>)| {
            let number = |(index, spread): (usize, &Vec<_>)| report(envoy as u8, index as u64 + 1, spread);
            reports.iter().enumerate().map(number).collect::<Vec<_>>()
        };
        let once: Vec<Report> = envoys.iter().enumerate().flat_map(number).collect();
        let again = prop::sample::subsequence(once.clone(), 0..=once.len());
        (Just(once), again).prop_flat_map(|(once, again)| {
            let arriving: Vec<_> = once.iter().cloned().chain(again).collect();
            (Just(once), Just(arriving).prop_shuffle())
        })
    })
}

type Sums = BTreeMap<(String, String), (u64, u64, u64)>;

fn truth(reports: &[Report]) -> Sums {
    let mut sums = Sums::new();
    for entry in reports.iter().flat_map(|report| &report.usage) {
        let sum = sums.entry((entry.of.team.clone(), entry.of.model.clone())).or_default();
        *sum = (sum.0 + 1, sum.1 + entry.counts.input, sum.2 + entry.counts.output);
    }
    sums
}

fn booked(ledger: &Ledger) -> Sums {
    let by = vec![Dimension::Team, Dimension::Model];
    let rows = ledger.usage(&Query { from_minute: 0, until_minute: u64::MAX, team: None, by }).unwrap();
    let name = |group: &Group| match group {
        Group::Name(name) => name.clone(),
        Group::Day(day) => panic!("{day}"),
    };
    let sums = |row: tollgate_ledger::Used| {
        ((name(&row.group[0]), name(&row.group[1])), (row.counts.requests, row.counts.input, row.counts.output))
    };
    rows.into_iter().map(sums).collect()
}

/// Applies the reports from several threads, each a replica with connections of its own.
fn apply(store: &Store, reports: &[Report], disturb: impl Fn() + Sync) -> u64 {
    let replicas = 3;
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for replica in 0..replicas {
            let mine: Vec<_> = reports.iter().skip(replica).step_by(replicas).collect();
            threads.push(scope.spawn(move || {
                let ledger = loop {
                    match Ledger::open(store) {
                        Ok(ledger) => break ledger,
                        Err(error) => assert!(error.is_retryable(), "{error}"),
                    }
                };
                let once = |report: &&Report| loop {
                    match ledger.apply_report(report, NOW) {
                        Ok(Applied::Booked { .. }) => return 1,
                        Ok(Applied::Duplicate) => return 0,
                        Err(error) => assert!(error.is_retryable(), "{error}"),
                    }
                };
                mine.iter().map(once).sum::<u64>()
            }));
        }
        while threads.iter().any(|thread| !thread.is_finished()) {
            disturb();
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn check(store: &Store, once: &[Report], arriving: &[Report], disturb: impl Fn() + Sync) {
    let ledger = open(store);
    apply(store, arriving, disturb);
    assert_eq!(booked(&ledger), truth(once), "{store}");
}

#[test]
fn doubled_and_shuffled_reports_are_booked_once_on_sqlite() {
    let mut runner =
        TestRunner::new(Config { cases: 24, failure_persistence: None, max_shrink_iters: 0, ..Config::default() });
    let law = |(once, arriving): (Vec<Report>, Vec<Report>)| {
        check(&stores().sqlite(), &once, &arriving, || ());
        Ok(())
    };
    runner.run(&traffic(), law).unwrap();
}

#[test]
fn doubled_and_shuffled_reports_are_booked_once_on_postgresql() {
    let mut runner =
        TestRunner::new(Config { cases: 16, failure_persistence: None, max_shrink_iters: 0, ..Config::default() });
    let law = |(once, arriving): (Vec<Report>, Vec<Report>)| {
        check(&stores().postgres(), &once, &arriving, || ());
        Ok(())
    };
    runner.run(&traffic(), law).unwrap();
}

#[test]
fn connections_that_are_cut_in_the_middle_lose_nothing() {
    // A server of its own: it cuts every connection there is.
    let stores = Stores::start();
    let mut runner =
        TestRunner::new(Config { cases: 4, failure_persistence: None, max_shrink_iters: 0, ..Config::default() });
    let law = |(once, arriving): (Vec<Report>, Vec<Report>)| {
        check(&stores.postgres(), &once, &arriving, || stores.cluster.cut_connections());
        Ok(())
    };
    runner.run(&traffic(), law).unwrap();
}

#[test]
fn a_gap_is_waited_for_and_numbers_behind_it_count() {
    for store in stores().both() {
        let ledger = open(&store);
        let apply = |sequence| ledger.apply_report(&report(0, sequence, &[(0, 0, 10)]), NOW).unwrap();
        let (booked, duplicate) = (Applied::Booked { moved: 0 }, Applied::Duplicate);
        assert_eq!([apply(3), apply(5), apply(3), apply(1), apply(1)], [booked, booked, duplicate, booked, duplicate]);
        assert_eq!(
            [apply(2), apply(3), apply(2), apply(4), apply(5)],
            [booked, duplicate, duplicate, booked, duplicate]
        );
        assert_eq!(total(&ledger).counts.requests, 5);
        // Another life of the same Envoy counts from 1 again.
        let reborn = Report { epoch: 2, ..report(0, 1, &[(0, 0, 10)]) };
        assert_eq!(ledger.apply_report(&reborn, NOW).unwrap(), booked);
    }
}

#[test]
fn a_report_without_a_number_is_refused_and_a_wrong_clock_is_set_right() {
    for store in stores().both() {
        let ledger = open(&store);
        for wrong in [
            Report { sequence: 0, ..report(0, 1, &[]) },
            Report { epoch: 0, ..report(0, 1, &[]) },
            Report { epoch: u64::MAX, ..report(0, 1, &[]) },
        ] {
            let error = ledger.apply_report(&wrong, NOW).unwrap_err();
            assert!(!error.is_retryable(), "{error}");
        }
        let mut odd = report(0, 1, &[(0, 0, 10), (1, 0, 10), (2, 0, 10)]);
        odd.usage[0].minute = 0;
        odd.usage[1].minute = MINUTE + 600;
        odd.usage[2].of.user = "\0".to_owned() + &"long".repeat(3000);
        assert_eq!(ledger.apply_report(&odd, NOW).unwrap(), Applied::Booked { moved: 2 });
        let now = Query { from_minute: MINUTE, until_minute: MINUTE + 1, ..Query::default() };
        assert_eq!(ledger.usage(&now).unwrap()[0].counts.requests, 3);
    }
}

#[test]
fn use_is_priced_by_the_table_in_force_in_its_minute() {
    for store in stores().both() {
        let ledger = open(&store);
        let price = |input| Price { input, output: 0.0, cache_read: None, cache_write: None };
        let listed = |input: f64| Listed { provider: "p".into(), model: "model-0".into(), price: Some(price(input)) };
        let hour = 3_600_000;
        assert_eq!(ledger.set_prices(&[listed(2.0)], NOW - hour).unwrap(), 1);
        assert_eq!(ledger.set_prices(&[listed(2.0)], NOW - hour / 2).unwrap(), 0);
        assert_eq!(ledger.set_prices(&[listed(3.0)], NOW).unwrap(), 1);
        let mut late = report(0, 1, &[(0, 0, 100), (0, 0, 100), (0, 0, 100), (0, 1, 100)]);
        late.usage[0].minute -= 10; // at 2
        late.usage[1].minute -= 120; // before any: at the first, 2
        assert_eq!(late.usage[2].minute, MINUTE); // at 3, which came in this minute
        ledger.apply_report(&late, NOW).unwrap();
        let used = total(&ledger);
        assert_eq!((used.micro_usd, used.unpriced), (200 + 200 + 300, 1));
        assert_eq!(ledger.set_prices(&[], NOW + hour).unwrap(), 1);
        let mut gone = report(0, 2, &[(0, 0, 100)]);
        gone.usage[0].minute += 61;
        ledger.apply_report(&gone, NOW + hour + 60_000).unwrap();
        assert_eq!((total(&ledger).micro_usd, total(&ledger).unpriced), (700, 2));
    }
}
