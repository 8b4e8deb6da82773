//! Leases never add up to more than the limit, whoever asks at once; and what is not used goes back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{NOW, Stores, open};
use tollgate_ledger::{Charge, Grant, LeaseRequest, Ledger, Report, Store, Window};

fn stores() -> &'static Stores {
    static STORES: OnceLock<Stores> = OnceLock::new();
    STORES.get_or_init(Stores::start)
}

fn window() -> Window {
    let from_ms = NOW - NOW % 3_600_000;
    Window { team: "t".into(), quota: "tpm".into(), subject: String::new(), from_ms, until_ms: from_ms + 7_200_000 }
}

fn ask(id: &str, limit: u64, wanted: u64) -> LeaseRequest {
    LeaseRequest { id: id.into(), envoy: "edge".into(), window: window(), limit, wanted, least: 1, ttl_ms: 60_000 }
}

fn charge(ledger: &Ledger, sequence: u64, lease: &str, amount: u64) {
    let charges = vec![Charge { window: window(), amount, lease: Some(lease.into()) }];
    let report = Report { envoy: "edge".into(), epoch: 1, sequence, usage: vec![], charges };
    ledger.apply_report(&report, NOW).unwrap();
}

/// Spent and reserved.
fn stands(ledger: &Ledger) -> (u64, u64) {
    let standing = ledger.standing(&window()).unwrap().unwrap();
    (standing.spent, standing.reserved)
}

#[test]
fn leases_are_within_the_limit_however_many_ask_at_once() {
    for store in stores().both() {
        open(&store);
        let granted: u64 = std::thread::scope(|scope| {
            let replica = |replica: u64| {
                let store = &store;
                move || {
                    let ledger = open(store);
                    let lease = |n: u64| ask(&format!("{replica}-{n}"), 10_000, 300 + n * 17);
                    (0..20).map(|n| ledger.grant(&lease(n), NOW).unwrap().amount).sum::<u64>()
                }
            };
            let replicas: Vec<_> = (0..4).map(|n| scope.spawn(replica(n))).collect();
            replicas.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(granted, 10_000, "{store}: all of it, and no more");
        assert_eq!(stands(&open(&store)), (0, 10_000), "{store}");
    }
}

#[test]
fn the_same_request_gets_the_same_lease() {
    for store in stores().both() {
        let ledger = open(&store);
        let first = ledger.grant(&ask("a", 1000, 600), NOW).unwrap();
        assert_eq!(first, Grant { amount: 600, expires_ms: NOW + 60_000, left: 400 });
        assert_eq!(ledger.grant(&ask("a", 1000, 600), NOW + 5).unwrap(), first);
        assert_eq!(stands(&ledger), (0, 600), "{store}");
        let elsewhere = LeaseRequest { window: Window { quota: "rpm".into(), ..window() }, ..ask("a", 10, 1) };
        assert!(!ledger.grant(&elsewhere, NOW).unwrap_err().is_retryable());
        let least = LeaseRequest { least: 401, ..ask("b", 1000, 600) };
        assert_eq!(ledger.grant(&least, NOW).unwrap().amount, 0);
        assert_eq!(ledger.grant(&ask("b", 1000, 600), NOW).unwrap().amount, 400);
        // A limit that was lowered below what is out: nothing more, and no number below zero.
        assert_eq!(
            ledger.grant(&ask("c", 500, 1), NOW).unwrap(),
            Grant { amount: 0, expires_ms: NOW + 60_000, left: 0 }
        );
        assert!(ledger.grant(&ask("d", 1000, 1), window().until_ms).is_err(), "the window is over");
        assert!(ledger.grant(&ask("", 1000, 1), NOW).is_err(), "a lease without a name");
    }
}

#[test]
fn what_is_drawn_returned_and_expired_adds_up() {
    for store in stores().both() {
        let ledger = open(&store);
        ledger.grant(&ask("a", 1000, 600), NOW).unwrap();
        charge(&ledger, 1, "a", 200);
        assert_eq!(stands(&ledger), (200, 400), "{store}");
        // 250 of it were used, of which 50 are not reported yet: they stay reserved.
        assert_eq!(ledger.return_lease("a", 350).unwrap(), 350);
        assert_eq!(ledger.return_lease("a", 350).unwrap(), 0, "the same word again");
        assert_eq!(stands(&ledger), (200, 50), "{store}");
        charge(&ledger, 2, "a", 50);
        assert_eq!(stands(&ledger), (250, 0), "{store}");
        assert_eq!(ledger.return_lease("nobody's", 5).unwrap(), 0);

        ledger.grant(&ask("b", 1000, 100), NOW).unwrap();
        charge(&ledger, 3, "b", 160);
        assert_eq!(stands(&ledger), (410, 0), "more than its lease is charged all the same");

        ledger.grant(&ask("c", 1000, 500), NOW).unwrap();
        charge(&ledger, 4, "c", 20);
        assert_eq!(ledger.expire_leases(NOW + 60_000, 5_000).unwrap().leases, 0, "not before the grace is over");
        let expired = ledger.expire_leases(NOW + 65_000, 5_000).unwrap();
        assert_eq!((expired.leases, expired.released), (1, 480));
        assert_eq!(ledger.expire_leases(NOW + 65_000, 5_000).unwrap().leases, 0);
        charge(&ledger, 5, "c", 30);
        assert_eq!(stands(&ledger), (460, 0), "{store}: late, and charged");
        assert_eq!(ledger.grant(&ask("c", 1000, 500), NOW).unwrap().amount, 0, "an expired lease does not come back");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Grant(u8, u64),
    Charge(u8, u64),
    Return(u8, u64),
    Expire(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0u8..6, 1u64..900).prop_map(|(id, wanted)| Step::Grant(id, wanted)),
        (0u8..6, 0u64..300).prop_map(|(id, amount)| Step::Charge(id, amount)),
        (0u8..6, 0u64..900).prop_map(|(id, unused)| Step::Return(id, unused)),
        (0u64..90_000).prop_map(Step::Expire),
    ];
    prop::collection::vec(step, 1..30)
}

/// The leases as they should be: amount, used, returned, expiry, open.
type Leases = std::collections::BTreeMap<u8, (u64, u64, u64, u64, bool)>;

fn hold(store: &Store, steps: &[Step]) {
    let (ledger, limit) = (open(store), 2000);
    let (mut leases, mut spent, mut now, mut sequence) = (Leases::new(), 0, NOW, 0);
    let holds = |lease: &(u64, u64, u64, u64, bool)| {
        if lease.4 { lease.0.saturating_sub(lease.1).saturating_sub(lease.2) } else { 0 }
    };
    for step in steps {
        let reserved: u64 = leases.values().map(holds).sum();
        match *step {
            Step::Grant(id, wanted) => {
                let grant = ledger.grant(&ask(&format!("l{id}"), limit, wanted), now).unwrap();
                if let Some(lease) = leases.get(&id) {
                    assert_eq!(grant.amount, if lease.4 { lease.0 } else { 0 });
                } else if grant.amount > 0 {
                    assert_eq!(grant.amount, wanted.min(limit.saturating_sub(spent + reserved)), "{steps:?}");
                    assert!(spent + reserved + grant.amount <= limit, "{steps:?}");
                    leases.insert(id, (grant.amount, 0, 0, grant.expires_ms, true));
                } else {
                    assert!(spent + reserved >= limit, "{steps:?}");
                }
            }
            Step::Charge(id, amount) => {
                sequence += 1;
                charge(&ledger, sequence, &format!("l{id}"), amount);
                spent += amount;
                leases.entry(id).and_modify(|lease| lease.1 += amount);
            }
            Step::Return(id, unused) => {
                ledger.return_lease(&format!("l{id}"), unused).unwrap();
                leases.entry(id).and_modify(|lease| lease.2 = lease.2.max(unused.min(lease.0)));
            }
            Step::Expire(later) => {
                now = (now + later).min(window().until_ms - 1);
                ledger.expire_leases(now, 0).unwrap();
                leases.values_mut().filter(|lease| lease.3 <= now).for_each(|lease| lease.4 = false);
            }
        }
        leases.values_mut().for_each(|lease| lease.4 &= holds(lease) > 0);
        let reserved: u64 = leases.values().map(holds).sum();
        let stands = ledger.standing(&window()).unwrap().unwrap_or_default();
        assert_eq!((stands.spent, stands.reserved), (spent, reserved), "{store}: {steps:?}");
    }
}

#[test]
fn what_is_reserved_is_what_open_leases_hold() {
    let mut runner =
        TestRunner::new(Config { cases: 24, failure_persistence: None, max_shrink_iters: 40, ..Config::default() });
    let law = |steps: Vec<Step>| {
        stores().both().iter().for_each(|store| hold(store, &steps));
        Ok(())
    };
    runner.run(&steps(), law).unwrap();
}
