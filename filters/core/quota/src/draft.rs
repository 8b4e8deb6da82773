//! A decision about the quotas under one key, made on what was read and not written yet.

use std::sync::Arc;

use crate::cost::Cost;
use crate::denied::Exceeded;
use crate::plan::Group;
use crate::reservation::{Claim, Hold};
use crate::standing::Standing;
use crate::state::{Entry, State};
use crate::store::{MOST_ATTEMPTS, Store, StoreError, Unavailable, Version};
use crate::window::Span;

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
}

impl Row {
    /// What a request does not use at all does not refuse it, not even an overdrawn quota.
    fn is_refused(&self) -> bool {
        self.amount > 0 && self.amount > self.before.remaining
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
            let open = state.find(line.id).copied();
            let mut entry =
                open.unwrap_or_else(|| Entry { quota: line.id, span: Span::begin(line.per, now_ms), taken: 0 });
            let before = Standing {
                quota: Arc::clone(&line.name),
                unit: line.unit,
                per: line.per,
                by: group.by,
                limit: line.limit,
                remaining: line.limit.saturating_sub(entry.taken),
                resets_at_ms: entry.span.until_ms(),
            };
            // Also where nothing is reserved: the window begins with the request, and its use may turn out to be more.
            entry.taken = entry.taken.saturating_add(amount);
            state.put(entry);
            rows.push(Row { entry, before, amount });
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
        now_ms: u64,
    ) -> Result<bool, Unavailable> {
        for _ in 0..MOST_ATTEMPTS {
            match store.store(&self.key, &self.state.encode(), self.version) {
                Ok(()) => return Ok(true),
                Err(StoreError::Unavailable(unavailable)) => return Err(unavailable),
                Err(StoreError::Conflict) => {}
            }
            *self = Self::load(group, std::mem::take(&mut self.key), store, cost, now_ms)?;
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
pub(crate) fn refusal(drafts: &[Draft], now_ms: u64) -> Option<Exceeded> {
    let rows = || drafts.iter().flat_map(|draft| &draft.rows);
    let wait = |row: &Row| (row.amount <= row.before.limit).then(|| row.before.reset_ms(now_ms));
    let worst = rows().filter(|row| row.is_refused()).max_by_key(|row| wait(row).unwrap_or(u64::MAX))?;
    Some(Exceeded {
        standing: worst.before.clone(),
        requested: worst.amount,
        retry_after_ms: wait(worst),
        standings: rows().map(|row| row.before.clone()).collect(),
    })
}
