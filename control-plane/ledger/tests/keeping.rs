//! What is kept and for how long, who may open a ledger, and who changed what.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::sync::OnceLock;

use support::{MINUTE, NOW, Stores, ask, open, pool, renew, total};
use tollgate_ledger::{
    Applied, Budget, Counts, Dimension, Entry, Group, Kind, Ledger, PoolStanding, Query, Report, Retention, Rules,
    Store, Tags, Use,
};
use tollgate_policy::quota::{Quota, Subject, Unit, Window};

const DAY_MS: u64 = 86_400_000;

fn stores() -> &'static Stores {
    static STORES: OnceLock<Stores> = OnceLock::new();
    STORES.get_or_init(Stores::start)
}

fn report(sequence: u64, minute: u64) -> Report {
    let of = Tags { team: "t".into(), user: format!("u{}", sequence % 2), ..Tags::default() };
    let counts = Counts { requests: 1, input: sequence, partial: 1, ..Counts::default() };
    let usage = vec![Use { minute, of, counts }];
    Report { envoy: "edge".into(), epoch: 1, sequence, usage }
}

#[test]
fn old_minutes_become_days_and_the_sums_stay() {
    for store in stores().both() {
        let ledger = open(&store);
        // 90 reports over 30 days, each told on its day.
        for sequence in 1..=90 {
            let ago = 100 - sequence / 3;
            ledger.apply_report(&report(sequence, MINUTE - ago * 1440 - sequence % 7), NOW - ago * DAY_MS).unwrap();
        }
        let by_day = Query {
            from_minute: 0,
            until_minute: u64::MAX,
            team: Some("t".into()),
            by: vec![Dimension::Day, Dimension::User],
        };
        let before = ledger.usage(&by_day).unwrap();
        assert!(matches!(before[0].group[..], [Group::Day(_), Group::Name(_)]) && before.len() > 50, "{before:?}");
        let short = Retention { minutes: 10, days: 400 };
        assert_eq!(ledger.retain(short, NOW).unwrap_err().kind, Kind::Invalid);
        let keep = Retention { minutes: 80, days: 400 };
        let retained = ledger.retain(keep, NOW).unwrap();
        assert!((15..=25).contains(&retained.days) && retained.deleted == 0, "{retained:?}");
        assert_eq!(ledger.usage(&by_day).unwrap(), before, "{store}");
        assert_eq!(ledger.retain(keep, NOW).unwrap().days, 0, "there is nothing more to do");
        assert_eq!(ledger.apply_report(&report(5, MINUTE), NOW).unwrap(), Applied::Duplicate);
        // 13 months later only the last days are left, and then none.
        let retained = ledger.retain(keep, NOW + 500 * DAY_MS).unwrap();
        assert!(retained.deleted > 0);
        assert_eq!(total(&ledger).counts, Counts::default(), "{store}");
    }
}

#[test]
fn numbers_behind_a_gap_are_folded_once_their_envoy_is_long_silent() {
    for store in stores().both() {
        let ledger = open(&store);
        for sequence in [1, 3, 4, 9] {
            ledger.apply_report(&report(sequence, MINUTE), NOW).unwrap();
        }
        ledger.retain(Retention::default(), NOW + 10 * DAY_MS).unwrap();
        assert_eq!(ledger.apply_report(&report(2, MINUTE), NOW).unwrap(), Applied::Booked { moved: 0 }, "{store}");
        ledger.retain(Retention::default(), NOW + 40 * DAY_MS).unwrap();
        for sequence in [1, 3, 4, 9] {
            assert_eq!(ledger.apply_report(&report(sequence, MINUTE), NOW).unwrap(), Applied::Duplicate, "{store}");
        }
        assert_eq!(total(&ledger).counts.requests, 5);
    }
}

#[test]
fn what_is_leased_is_swept_when_it_counts_no_more_and_not_before() {
    for store in stores().both() {
        let ledger = open(&store);
        let quota = Quota { by: Subject::User, ..Quota::new("rpm", Unit::Requests, 60.0, Window::Minute) };
        let budget = Budget::new("t", &quota);
        let rules = Rules::new(std::slice::from_ref(&budget));
        for user in 0..500 {
            let told =
                renew(&ledger, &rules, &ask(&pool(&budget, &format!("u{user}")), 1, None, 0, 2), NOW + user * 10);
            assert!(told.leases[0].granted >= 2);
        }
        let of = |user: &str, now_ms| ledger.pool(&pool(&budget, user), now_ms).unwrap();
        assert_eq!(ledger.sweep(NOW + 59_000).unwrap(), 0, "{store}");
        assert!(of("u0", NOW + 59_000).charged >= 2);
        // A lease may be told of for as long as the longest runs, twice.
        assert_eq!(ledger.sweep(NOW + 180_000 + 2_499).unwrap(), 250, "{store}");
        assert_eq!(of("u0", NOW + 59_000), PoolStanding::default());
        assert!(of("u250", NOW + 59_000).charged >= 2, "{store}");
        assert_eq!(ledger.sweep(NOW + 1_000_000).unwrap(), 250, "{store}");
        // Who comes back begins anew.
        let again = renew(&ledger, &rules, &ask(&pool(&budget, "u0"), 1, None, 0, 60), NOW + 1_000_000);
        assert_eq!(again.leases[0].granted, 60, "{store}");
    }
}

#[test]
fn what_is_no_ledger_is_not_opened_and_a_newer_one_is_left_alone() {
    // A server of its own, where the one schema is known by its name.
    let stores = Stores::start();
    for store in stores.both() {
        let missing = Ledger::open_existing(&store).unwrap_err();
        assert!(!missing.is_retryable(), "{missing}");
        let entry = |at_ms| Entry {
            at_ms,
            who: "replica-1".into(),
            what: "kill-switch".into(),
            subject: "team/support".into(),
            detail: "stopped".into(),
        };
        let ledger = open(&store);
        [entry(NOW), entry(NOW), entry(NOW + 1)].iter().for_each(|entry| ledger.note(entry).unwrap());
        assert_eq!(ledger.audit(NOW, 10).unwrap(), [entry(NOW), entry(NOW + 1)], "{store}");
        assert!(Ledger::open_existing(&store).is_ok());
        let newer = "INSERT INTO schema_versions (version, applied_ms) VALUES (99, 0)";
        match &store {
            Store::Sqlite(path) => drop(rusqlite::Connection::open(path).unwrap().execute(newer, []).unwrap()),
            Store::Postgres(_) => stores.cluster.execute(&newer.replace("schema_versions", "s1.schema_versions")),
        }
        for refused in [Ledger::open(&store), Ledger::open_existing(&store)] {
            let error = refused.unwrap_err();
            assert!(error.kind == Kind::Damaged && error.to_string().contains("version 99"), "{store}: {error}");
        }
    }
}

#[test]
fn a_file_of_sqlite_is_its_owners_alone() {
    let store = stores().sqlite();
    open(&store);
    let Store::Sqlite(path) = store else { panic!("{store}") };
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn replicas_that_start_at_once_make_the_tables_once() {
    for store in stores().both() {
        std::thread::scope(|scope| {
            let replicas: Vec<_> = (0..6).map(|_| scope.spawn(|| Ledger::open(&store))).collect();
            for replica in replicas {
                replica.join().unwrap().unwrap_or_else(|error| panic!("{store}: {error}"));
            }
        });
    }
}
