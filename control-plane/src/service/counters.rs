//! What the services have done, for metrics.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the process started.
#[derive(Debug, Default)]
pub struct Counters {
    introduced: AtomicU64,
    renewals: AtomicU64,
    asks: AtomicU64,
    booked: AtomicU64,
    duplicates: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    pub(super) fn introduced(&self) {
        self.introduced.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn renewed(&self, asks: usize) {
        self.renewals.fetch_add(1, Ordering::Relaxed);
        self.asks.fetch_add(asks as u64, Ordering::Relaxed);
    }

    pub(super) fn reported(&self, anew: bool) {
        if anew { &self.booked } else { &self.duplicates }.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// In Prometheus' text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        let mut page = String::new();
        for (name, help, count) in [
            ("tollgate_quota_introductions_total", "Envoys that introduced themselves.", &self.introduced),
            ("tollgate_quota_renewals_total", "Calls to renew leases.", &self.renewals),
            ("tollgate_quota_asks_total", "Pools that were asked for in them.", &self.asks),
            ("tollgate_reports_booked_total", "Usage reports that were booked.", &self.booked),
            ("tollgate_reports_repeated_total", "Usage reports that had been booked before.", &self.duplicates),
            ("tollgate_calls_refused_total", "Calls of Envoys that made no sense.", &self.refused),
            ("tollgate_calls_failed_total", "Calls of Envoys that the ledger could not answer.", &self.failed),
        ] {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}");
        }
        page
    }
}
