//! The ledger in SQL grants as the one in memory does, whose laws `tollgate-quota` proves; and several replicas grant as one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{NOW, Stores, ask, open, pool, renew};
use tollgate_ledger::{Budget, Clock, Kind, Ledger, Rules, Store};
use tollgate_policy::quota::{Quota, Shape, Subject, Unit, Window};
use tollgate_quota::grantor::{self, MemoryLedger, Terms};
use tollgate_quota::lease::{Ask, Holder, Pool, Report, Told};

fn stores() -> &'static Stores {
    static STORES: OnceLock<Stores> = OnceLock::new();
    STORES.get_or_init(Stores::start)
}

/// A limit for the team, one that slides for each user, and one of a day.
fn budgets(limit: f64) -> Vec<Budget> {
    let of = |name: &str, per, window, by| Quota { window, by, ..Quota::new(name, Unit::Tokens, limit, per) };
    [
        of("tpm", Window::Minute, Shape::Fixed, Subject::Team),
        of("sliding", Window::Minute, Shape::Sliding, Subject::User),
        of("daily", Window::Day, Shape::Fixed, Subject::Team),
    ]
    .iter()
    .map(|quota| Budget::new("t", quota))
    .collect()
}

fn pools(budgets: &[Budget]) -> Vec<Pool> {
    vec![pool(&budgets[0], ""), pool(&budgets[1], "jane"), pool(&budgets[1], "joe"), pool(&budgets[2], "")]
}

/// What an Envoy says of one pool: pool, record, what it has used and given back beyond what it said before, what it has out, whether a
/// period is over for it, its need.
type Word = (usize, u64, u64, u64, u64, bool, u64);

/// A call: how long after the last, of which Envoy, and its words.
type Call = (u64, u64, Vec<Word>);

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let word = (0usize..4, 1u64..3, 0u64..200, 0u64..200, 0u64..300, prop::bool::weighted(0.1), 0u64..600);
    let pause = prop_oneof![0u64..300, 0u64..3_000, Just(61_000u64)];
    prop::collection::vec((pause, 1u64..4, prop::collection::vec(word, 1..6)), 1..25)
}

/// The same calls on the ledger in memory and on a store.
fn hold(store: &Store, calls: &[Call]) {
    let ledger = open(store);
    let budgets = budgets(2_000.0);
    let (rules, pools) = (Rules::new(&budgets), pools(&budgets));
    let mut memory = MemoryLedger::default();
    let mut now_ms = NOW;
    // What each holder has said of each period.
    let mut said: BTreeMap<(usize, Holder), BTreeMap<u64, Report>> = BTreeMap::new();
    for (pause, envoy, words) in calls {
        now_ms += pause;
        let mut asks = Vec::new();
        for (at, record, spent, returned, out, closed, need) in words {
            let holder = Holder { envoy: *envoy, record: *record };
            let reports = said.entry((*at, holder)).or_default();
            if let Some(last) = reports.values_mut().next_back() {
                last.spent += spent;
                last.returned += returned;
                last.out = *out;
                last.closed |= closed;
            }
            let reports = reports.values().rev().take(35).copied().collect();
            asks.push(Ask { pool: pools[*at].clone(), holder, reports, need: *need, least: need / 2 });
        }
        let expected: Vec<Told> = asks
            .iter()
            .map(|ask| {
                let budget = budgets.iter().find(|budget| budget.quota == ask.pool.quota).unwrap();
                let terms = Terms { limit: budget.limit, windows: &budget.calendar(), stopped: false };
                grantor::serve(&mut memory, &terms, ask, now_ms).unwrap()
            })
            .collect();
        let told = ledger.renew(&asks, &rules, Clock::At(now_ms)).unwrap();
        assert_eq!(told, expected, "{store} at {}: {calls:?}", now_ms - NOW);
        for ((at, record, ..), told) in words.iter().zip(&told) {
            let reports = said.entry((*at, Holder { envoy: *envoy, record: *record })).or_default();
            for lease in &told.leases {
                reports.entry(lease.from_ms).or_insert(Report { from_ms: lease.from_ms, ..Report::default() });
            }
        }
    }
    for pool in &pools {
        let books = grantor::Ledger::books(&mut memory, pool).unwrap();
        let counting =
            books.iter().filter(|book| book.period.from_ms <= now_ms && book.period.counts_until_ms > now_ms);
        let sum = counting.fold((0, 0), |sum, book| (sum.0 + book.charged, sum.1 + book.spent));
        let standing = ledger.pool(pool, now_ms).unwrap();
        assert_eq!((standing.charged, standing.spent), sum, "{store}: {pool:?}");
    }
}

#[test]
fn what_is_granted_from_a_database_is_what_would_be_from_memory() {
    for (cases, postgres) in [(120, false), (40, true)] {
        let mut runner =
            TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() });
        let law = |calls: Vec<Call>| {
            hold(&if postgres { stores().postgres() } else { stores().sqlite() }, &calls);
            Ok(())
        };
        runner.run(&calls(), law).unwrap();
    }
}

/// Several replicas at once, each for Envoys of its own: calls name their pools in any order. What each Envoy was told is what the ledger holds
/// against it, and no more than the limit.
fn at_once(store: &Store, disturb: impl Fn() + Sync) {
    open(store);
    let budgets = budgets(10_000.0);
    let (rules, pools) = (Rules::new(&budgets), pools(&budgets));
    let told: Vec<AtomicU64> = pools.iter().map(|_| AtomicU64::new(0)).collect();
    std::thread::scope(|scope| {
        let replica = |replica: u64| {
            let (rules, pools, told) = (&rules, &pools, &told);
            move || {
                let ledger = Ledger::lazy(store);
                let mut has = vec![0; pools.len()];
                for round in 0..25u64 {
                    let mut order: Vec<usize> = (0..pools.len()).collect();
                    order.rotate_left((replica + round) as usize % pools.len());
                    let asks: Vec<Ask> =
                        order.iter().map(|at| ask(&pools[*at], replica + 1, None, 0, has[*at] + 113)).collect();
                    let answers = loop {
                        match ledger.renew(&asks, rules, Clock::At(NOW)) {
                            Ok(told) => break told,
                            Err(error) => assert!(error.is_retryable(), "{store}: {error}"),
                        }
                    };
                    for (at, answer) in order.iter().zip(answers) {
                        has[*at] = answer.leases[0].granted;
                    }
                }
                for (sum, has) in told.iter().zip(has) {
                    sum.fetch_add(has, Ordering::Relaxed);
                }
            }
        };
        let replicas: Vec<_> = (0..4).map(|n| scope.spawn(replica(n))).collect();
        while replicas.iter().any(|replica| !replica.is_finished()) {
            disturb();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    for (pool, told) in pools.iter().zip(told) {
        let charged = open(store).pool(pool, NOW).unwrap().charged;
        assert_eq!(charged, told.into_inner(), "{store}: {pool:?}");
        assert!((9_900..=10_000).contains(&charged), "{store}: {charged} of 10,000 {pool:?}");
    }
}

#[test]
fn replicas_grant_no_more_than_the_limit_together() {
    stores().both().iter().for_each(|store| at_once(store, || ()));
}

#[test]
fn connections_that_are_cut_in_the_middle_grant_nothing_twice() {
    // A server of its own: it cuts every connection there is.
    let stores = Stores::start();
    at_once(&stores.postgres(), || stores.cluster.cut_connections());
}

#[test]
fn what_the_configuration_does_not_know_is_not_granted_from() {
    for store in stores().both() {
        let ledger = open(&store);
        let budgets = budgets(100.0);
        let rules = Rules::new(&budgets);
        let known = pool(&budgets[0], "");
        let strangers = [
            Pool { team: "u".into(), ..known.clone() },
            Pool { quota: "rpm".into(), ..known.clone() },
            Pool { counts: known.counts ^ 1, ..known.clone() },
            Pool { subject: "jane".into(), ..known.clone() },
        ];
        for stranger in strangers {
            assert_eq!(renew(&ledger, &rules, &ask(&stranger, 1, None, 0, 5), NOW).leases, [], "{store}: {stranger:?}");
        }
        assert!(renew(&ledger, &rules, &ask(&known, 1, None, 0, 5), NOW).leases[0].granted >= 5, "{store}");
        // A team that is stopped keeps what it used, and gets nothing more.
        let stopped = rules.stopping(["t".to_owned()]);
        let before = ledger.pool(&known, NOW).unwrap().charged;
        let told = renew(&ledger, &stopped, &ask(&known, 2, None, 0, 5), NOW);
        assert_eq!((told.leases[0].granted, told.facts.limit), (0, 0), "{store}");
        assert_eq!(ledger.pool(&known, NOW).unwrap().charged, before);
    }
}

#[test]
fn a_call_is_one_envoys_and_has_a_bound() {
    let ledger = open(&stores().sqlite());
    let budgets = budgets(100.0);
    let rules = Rules::new(&budgets);
    let pool = pool(&budgets[0], "");
    let many: Vec<Ask> = (0..257).map(|_| ask(&pool, 1, None, 0, 0)).collect();
    assert_eq!(ledger.renew(&many, &rules, Clock::Database).unwrap_err().kind, Kind::Invalid);
    let two = [ask(&pool, 1, None, 0, 0), ask(&pool, 2, None, 0, 0)];
    assert_eq!(ledger.renew(&two, &rules, Clock::Database).unwrap_err().kind, Kind::Invalid);
    assert_eq!(ledger.renew(&[], &rules, Clock::Database).unwrap(), []);
}

#[test]
fn the_databases_clock_opens_the_window() {
    for store in stores().both() {
        let ledger = open(&store);
        let budgets = budgets(100.0);
        let asked = [ask(&pool(&budgets[0], ""), 1, None, 0, 5)];
        let told = ledger.renew(&asked, &Rules::new(&budgets), Clock::Database).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
        let from_ms = told[0].leases[0].from_ms;
        assert!(from_ms <= now + 1 && from_ms + 600_000 > now, "{store}: {from_ms} at {now}");
    }
}
