//! Empty ledgers of both kinds, to be tested alike.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod cluster;

use std::sync::atomic::{AtomicU32, Ordering};

use cluster::Cluster;
use tollgate_ledger::{Budget, Clock, Ledger, Query, Rules, Store, Used};
use tollgate_quota::lease::{Ask, Holder, Pool, Report, Told};

/// Some day in 2026, ten seconds into a minute.
pub const NOW: u64 = 1_790_000_050_000;
pub const MINUTE: u64 = NOW / 60_000;

/// Places for ledgers: SQLite files in a folder, schemas in a PostgreSQL of the test's own.
pub struct Stores {
    folder: tempfile::TempDir,
    pub cluster: Cluster,
    next: AtomicU32,
}

impl Stores {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, cluster: Cluster::start(), next: AtomicU32::new(0) }
    }

    /// The address of an empty ledger in a file.
    pub fn sqlite_address(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("sqlite://{}/{number}.db", self.folder.path().display())
    }

    /// The address of an empty ledger in a schema of its own.
    pub fn postgres_address(&self) -> String {
        let name = format!("s{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.cluster.execute(&format!("CREATE SCHEMA {name}"));
        self.cluster.url(&name)
    }

    pub fn sqlite(&self) -> Store {
        self.sqlite_address().parse().unwrap()
    }

    pub fn postgres(&self) -> Store {
        self.postgres_address().parse().unwrap()
    }

    /// One of each.
    pub fn both(&self) -> [Store; 2] {
        [self.sqlite(), self.postgres()]
    }
}

pub fn open(store: &Store) -> Ledger {
    Ledger::open(store).unwrap_or_else(|error| panic!("{store}: {error}"))
}

/// All use there is, as one row.
pub fn total(ledger: &Ledger) -> Used {
    let all = Query { from_minute: 0, until_minute: u64::MAX, ..Query::default() };
    ledger.usage(&all).unwrap().into_iter().next().unwrap_or_default()
}

/// The pool of a limit.
pub fn pool(budget: &Budget, subject: &str) -> Pool {
    let (team, quota) = (budget.team.clone(), budget.quota.clone());
    Pool { team, quota, counts: budget.counts, subject: subject.into() }
}

/// An Envoy's word on one pool: what it used of the period that began at `from_ms`, and what it needs.
pub fn ask(pool: &Pool, envoy: u64, from_ms: Option<u64>, spent: u64, need: u64) -> Ask {
    let report = |from_ms| Report { from_ms, returned: 0, spent, out: 0, closed: false };
    let holder = Holder { envoy, record: 1 };
    Ask { pool: pool.clone(), holder, reports: from_ms.into_iter().map(report).collect(), need, least: need }
}

/// One ask, and its answer.
pub fn renew(ledger: &Ledger, rules: &Rules, ask: &Ask, now_ms: u64) -> Told {
    let asks = std::slice::from_ref(ask);
    ledger.renew(asks, rules, Clock::At(now_ms)).unwrap().into_iter().next().unwrap()
}
