//! A decision about the quotas under one key, made on what was read and not written yet.

use std::sync::Arc;

use tollgate_policy::quota::Unit;

use crate::cost::Cost;
use crate::denied::{Exceeded, Shed};
use crate::plan::{Group, Line};
use crate::reservation::{Claim, Hold};
use crate::standing::Standing;
use crate::state::{Entry, State};
use crate::store::{MOST_ATTEMPTS, Store, StoreError, Unavailable, Version};
use crate::window::{self, Span};

/// What one key would hold if the request were admitted.
#[derive(Debug)]
pub(crate) struct Draft {
    key: String,
    version: Option<Version>,
    state: State,
    rows: Vec<Row>,
}

/// One quota in a draft.
#[derive(Debug)]
struct Row {
    entry: Entry,
    before: Standing,
    amount: u64,
    /// What the request must leave to others, for the class it is of.
    floor: u64,
}

impl Row {
    /// What a request does not use at all does not refuse it, not even an overdrawn quota.
    fn is_refused(&self) -> bool {
        self.amount > 0 && self.amount.saturating_add(self.floor) > self.before.remaining
    }

    /// Milliseconds until it may fit; `None` if it never can.
    fn wait(&self, now_ms: u64) -> Option<u64> {
        (self.amount.saturating_add(self.floor) <= self.before.limit).then(|| match self.before.unit {
            Unit::InFlight => SEAT_MS,
            _ => self.before.reset_ms(now_ms),
        })
    }

    fn after(&self) -> Standing {
        let mut standing = self.before.clone();
        standing.remaining = standing.remaining.saturating_sub(self.amount);
        standing
    }
}

impl Draft {
    /// Reads a key and decides.
    pub(crate) fn load(
        group: &Group,
        key: String,
        store: &mut dyn Store,
        cost: &Cost,
        class: Option<&str>,
        now_ms: u64,
    ) -> Result<Self, Unavailable> {
        let (mut state, version) = match store.load(&key)? {
            Some((bytes, version)) => (State::decode(&bytes)?, Some(version)),
            None => (State::default(), None),
        };
        state.close(now_ms);
        let mut rows = Vec::with_capacity(group.lines.len());
        for line in &group.lines {
            let amount = cost.amount(line.unit);
            // The only place that says where room comes from: a window and the policy's limit.
            let (quota, span, others) = match line.unit {
                Unit::InFlight => seats(&state, line, now_ms),
                _ => (line.id, Span::begin(line.per, now_ms), 0),
            };
            let mut entry = state.find(quota).copied().unwrap_or(Entry { quota, span, taken: 0 });
            let before = Standing {
                quota: Arc::clone(&line.name),
                unit: line.unit,
                per: line.per,
                by: group.by,
                limit: line.limit,
                remaining: line.limit.saturating_sub(entry.taken.saturating_add(others)),
                resets_at_ms: entry.span.until_ms(),
                clamp: line.clamp,
            };
            // Also where nothing is reserved: the window begins with the request, and its use may turn out to be more.
            entry.taken = entry.taken.saturating_add(amount);
            state.put(entry);
            rows.push(Row { entry, before, amount, floor: line.floor(class) });
        }
        Ok(Self { key, version, state, rows })
    }

    /// Where the request stands with each quota once this draft is written.
    pub(crate) fn after(&self) -> impl Iterator<Item = Standing> {
        self.rows.iter().map(Row::after)
    }

    fn is_refused(&self) -> bool {
        self.rows.iter().any(Row::is_refused)
    }

    /// Writes the decision, making it anew for as long as somebody else wrote first. `false` if it became a refusal.
    pub(crate) fn commit(
        &mut self,
        group: &Group,
        store: &mut dyn Store,
        cost: &Cost,
        class: Option<&str>,
        now_ms: u64,
    ) -> Result<bool, Unavailable> {
        for _ in 0..MOST_ATTEMPTS {
            match store.store(&self.key, &self.state.encode(), self.version) {
                Ok(()) => return Ok(true),
                Err(StoreError::Unavailable(unavailable)) => return Err(unavailable),
                Err(StoreError::Conflict) => {}
            }
            *self = Self::load(group, std::mem::take(&mut self.key), store, cost, class, now_ms)?;
            if self.is_refused() {
                return Ok(false);
            }
        }
        Err(Unavailable::new("too many workers change the same counts at once"))
    }

    /// What a written draft holds.
    pub(crate) fn hold(&mut self) -> Hold {
        let claim = |row: &Row| Claim {
            quota: row.entry.quota,
            unit: row.before.unit,
            span: row.entry.span,
            amount: row.amount,
        };
        Hold { claims: self.rows.iter().map(claim).collect(), key: std::mem::take(&mut self.key) }
    }
}

/// The refusal that lasts longest, if any quota refuses.
pub(crate) fn refusal(drafts: &[Draft], class: Option<&str>, now_ms: u64) -> Option<Box<Exceeded>> {
    let rows = || drafts.iter().flat_map(|draft| &draft.rows);
    let refused = rows().filter(|row| row.is_refused());
    let worst = refused.max_by_key(|row| row.wait(now_ms).unwrap_or(u64::MAX))?;
    let fits = worst.amount <= worst.before.remaining;
    Some(Box::new(Exceeded {
        standing: worst.before.clone(),
        requested: worst.amount,
        retry_after_ms: worst.wait(now_ms),
        standings: rows().map(|row| row.before.clone()).collect(),
        room: worst.before.remaining.saturating_sub(worst.floor),
        shed: class.filter(|_| fits).map(|class| Shed { class: class.to_owned(), floor: worst.floor }),
    }))
}

/// When to try again where requests in flight are counted: any of them may end any time.
pub(crate) const SEAT_MS: u64 = 1_000;

/// Where a request in flight is counted, and how many are counted beside it. Those that begin in one stretch of the quota's length are counted
/// together, until the next such stretch is over too: so each counts for one length at least, and no count is dropped while its requests run.
fn seats(state: &State, line: &Line, now_ms: u64) -> (u64, Span, u64) {
    let length_ms = window::length_ms(line.per);
    let stretch = now_ms / length_ms;
    let span = Span { from_ms: stretch.saturating_mul(length_ms), length_ms: length_ms.saturating_mul(2) };
    // Two names for turns that alternate.
    let ids = [line.id, line.id ^ (1 << 63)];
    let [id, other] = if stretch.is_multiple_of(2) { ids } else { [ids[1], ids[0]] };
    (id, span, state.find(other).map_or(0, |entry| entry.taken))
}
