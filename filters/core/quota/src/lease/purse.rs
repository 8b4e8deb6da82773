//! What one worker holds of a pool, in its own memory.

use super::account::{LONGEST_TTL_MS, Record, is_ahead};
use super::message::{Facts, Pool};

/// What a worker drew from one period and what became of it. Times are this Envoy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slice {
    pub from_ms: u64,
    pub stops_at_ms: u64,
    pub counts_until_ms: u64,
    /// Ready to be reserved.
    pub free: u64,
    /// Held by open requests.
    pub reserved: u64,
    /// Given up and used, and not written to the store yet.
    pub closed: u64,
    pub spent: u64,
}

impl Slice {
    /// Puts what was used in the place of what was reserved. Use beyond it is paid from what is ready, and what even that does not cover is
    /// reported as spent without having been drawn: it has happened.
    pub(crate) fn settle(&mut self, reserved: u64, used: u64) {
        self.reserved = self.reserved.saturating_sub(reserved);
        self.spent = self.spent.saturating_add(used);
        if used <= reserved {
            self.free = self.free.saturating_add(reserved - used);
            self.closed = self.closed.saturating_add(used);
        } else {
            let paid = self.free.min(used - reserved);
            self.free -= paid;
            self.closed = self.closed.saturating_add(reserved.saturating_add(paid));
        }
    }

    pub(crate) fn is_usable(&self, now_ms: u64) -> bool {
        is_ahead(self.stops_at_ms, LONGEST_TTL_MS, now_ms)
    }

    fn is_empty(&self) -> bool {
        self.free == 0 && self.reserved == 0 && !self.is_unwritten()
    }

    fn is_unwritten(&self) -> bool {
        self.closed > 0 || self.spent > 0
    }
}

/// A pool in a worker.
#[derive(Debug, Clone)]
pub(crate) struct Purse {
    pub id: u64,
    pub pool: Pool,
    pub slices: Vec<Slice>,
    /// As the store had them when it was last read.
    pub facts: Facts,
    pub told_at_ms: u64,
    pub told_until_ms: u64,
    /// What was free in the store then, and whether the service must still be told of something, and when.
    pub shelf: u64,
    pub holds: bool,
    pub sync_at_ms: u64,
    /// Reserved since the last tick, and the most in a tick of late: what to keep ready.
    pub used: u64,
    pub peak: u64,
    /// What waiting requests lack, and how little of it would do.
    pub short: u64,
    pub least: u64,
    /// Until when this worker's own ask for them is under way.
    pub asking_until_ms: u64,
}

impl Purse {
    pub(crate) fn new(id: u64, pool: Pool) -> Self {
        Self {
            id,
            pool,
            slices: Vec::new(),
            facts: Facts::default(),
            told_at_ms: 0,
            told_until_ms: 0,
            shelf: 0,
            holds: false,
            sync_at_ms: 0,
            used: 0,
            peak: 0,
            short: 0,
            least: 0,
            asking_until_ms: 0,
        }
    }

    /// What may be reserved from at `now_ms`.
    pub(crate) fn usable(&mut self, now_ms: u64) -> Option<&mut Slice> {
        self.slices.iter_mut().rev().find(|slice| slice.is_usable(now_ms))
    }

    pub(crate) fn ready(&mut self, now_ms: u64) -> u64 {
        self.usable(now_ms).map_or(0, |slice| slice.free)
    }

    /// Writes what is unwritten into the record, and reads how things stand.
    pub(crate) fn write(&self, record: &mut Record, now_ms: u64) {
        record.forget(now_ms);
        if self.slices.iter().any(Slice::is_unwritten) {
            record.changed_at_ms = now_ms;
        }
        for slice in &self.slices {
            if let Some(account) = record.find(slice.from_ms) {
                account.close(slice.closed, slice.spent);
            }
        }
    }

    /// Follows a record that was written.
    pub(crate) fn written(&mut self, record: &Record, now_ms: u64) {
        for slice in &mut self.slices {
            (slice.closed, slice.spent) = (0, 0);
            if let Some(account) = record.accounts.iter().find(|account| account.from_ms == slice.from_ms) {
                slice.stops_at_ms = account.stops_at_ms;
                slice.counts_until_ms = account.counts_until_ms;
            }
        }
        self.slices.retain(|slice| !slice.is_empty() || slice.is_usable(now_ms));
        self.learn(record, now_ms);
    }

    /// Reads how things stand.
    pub(crate) fn learn(&mut self, record: &Record, now_ms: u64) {
        self.facts = record.facts;
        self.told_at_ms = record.told_at_ms;
        self.told_until_ms = record.told_until_ms;
        self.sync_at_ms = record.sync_at_ms;
        self.shelf = record.free(now_ms);
        self.holds = record.has_news();
    }

    /// Whether what was told is of the period that is open.
    pub(crate) fn is_told(&self, now_ms: u64) -> bool {
        self.told_at_ms > 0 && now_ms < self.told_until_ms
    }

    /// Gives up what is more than the recent use wants ready, for others to draw. Everything where the pool runs low fleet-wide, and
    /// of a period that has stopped.
    pub(crate) fn give_back(&mut self, now_ms: u64) {
        let keep = if self.facts.keep == 0 { 0 } else { self.peak.saturating_mul(2) };
        for slice in &mut self.slices {
            let keep = if slice.is_usable(now_ms) { keep } else { 0 };
            let more = slice.free.saturating_sub(keep);
            slice.free -= more;
            slice.closed = slice.closed.saturating_add(more);
        }
    }

    /// Whether a tick has anything to do in the store.
    pub(crate) fn is_restless(&self, now_ms: u64) -> bool {
        self.used > 0
            || self.short > 0
            || self.slices.iter().any(Slice::is_unwritten)
            || (self.holds && now_ms >= self.sync_at_ms)
    }

    /// Whether it can be forgotten.
    pub(crate) fn is_idle(&self) -> bool {
        !self.holds && self.used == 0 && self.short == 0 && self.slices.iter().all(Slice::is_empty)
    }
}
