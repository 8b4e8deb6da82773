//! One worker's side: reserve, settle, and now and then the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_policy::quota::Unit;

use super::account::PATIENCE_MS;
use super::account::is_ahead;
use super::message::{Ask, Facts, Pool, Told};
use super::purse::{Purse, Slice};
use super::records;
use crate::cost::Cost;
use crate::store::{Store, Unavailable};

/// Pools a worker holds slices of. One more takes the place of one that is not in use; if all are, it is refused as unavailable.
pub const MOST_PURSES: usize = 4_096;

/// A slice is refilled with at most one part in this many of what is there, so that other workers find some as well.
const SHARES: u64 = 4;

/// What other Envoys hold ready is called back if it is one part in this many of the limit; less than that may be refused although it is there.
pub const WORTHWHILE: u64 = 32;

/// For so long what the service said is taken for true: a storm of refusals asks once in this time.
const FRESH_MS: u64 = 1_000;

/// What a request takes from one pool.
#[derive(Debug, Clone, Copy)]
pub struct Want<'a> {
    /// The store's key of the pool's record.
    pub key: &'a str,
    /// The pool within the key.
    pub id: u64,
    /// The pool's name: team, quota and subject.
    pub pool: [&'a str; 3],
    /// What it counts: see [`Pool::counts`].
    pub counts: u64,
    /// What is counted.
    pub unit: Unit,
    /// How much, in the unit's smallest step.
    pub amount: u64,
    /// How little would do: `amount`, or less where the quota clamps.
    pub least: u64,
    /// What must be left fleet-wide after this request: see [`super::floor`].
    pub floor: u64,
}

/// What a request holds until its use is known. Dropped unsettled it stays charged until its window ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "what is not settled stays charged until its window ends"]
pub struct Held {
    claims: Vec<Claim>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    /// Shared with the worker's own.
    key: Arc<str>,
    id: u64,
    unit: Unit,
    from_ms: u64,
    amount: u64,
}

impl Held {
    /// The period and amount of each pool that is drawn on, in the order they were wanted.
    pub fn claims(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.claims.iter().map(|claim| (claim.id, claim.from_ms, claim.amount))
    }
}

/// Why a request is not admitted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// The place of the pool in the wants.
    pub want: usize,
    /// What to do.
    pub verdict: Verdict,
    /// How the pool stands.
    pub facts: Facts,
    /// What this Envoy has ready: with it a clamped request would pass at once.
    pub room: u64,
}

/// What to do with a request that is not admitted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send the asks of [`Worker::ask`] and try again when the service has answered, at the next tick at the latest.
    Wait,
    /// It does not fit.
    Exceeded,
    /// It would leave less than its class must.
    Shed,
    /// Nobody has answered in time, or the store fails: the policy decides.
    Unavailable,
}

/// An ask, and where its answer belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The store's key.
    pub key: String,
    /// The pool within the key.
    pub id: u64,
    /// When, by this Envoy's clock.
    pub at_ms: u64,
    /// What to send.
    pub ask: Ask,
}

/// How a pool stands as far as a worker knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolStands {
    pub facts: Facts,
    /// What this Envoy has ready.
    pub room: u64,
    /// When the open period ends, and more may be granted.
    pub turns_at_ms: u64,
}

/// The slices of one worker.
#[derive(Debug, Clone)]
pub struct Worker {
    envoy: u64,
    purses: BTreeMap<Arc<str>, Vec<Purse>>,
    count: usize,
}

impl Worker {
    /// A worker of the Envoy whose life the service has named `envoy`.
    #[must_use]
    pub fn new(envoy: u64) -> Self {
        Self { envoy, purses: BTreeMap::new(), count: 0 }
    }

    /// Reserves from every pool, or takes nothing. Touches the store only where a slice runs out. `since_ms` is when the request came: it
    /// waits at most `most_wait_ms` from then.
    ///
    /// # Errors
    /// [`Short`] for the first pool that refuses, or else for the first that has too little.
    pub fn reserve(
        &mut self,
        store: &mut dyn Store,
        wants: &[Want<'_>],
        since_ms: u64,
        most_wait_ms: u64,
        now_ms: u64,
    ) -> Result<Held, Short> {
        let mut waits = None;
        for (at, want) in wants.iter().enumerate() {
            let unavailable = || Short { want: at, verdict: Verdict::Unavailable, facts: Facts::default(), room: 0 };
            let purse = self.purse(store, want, now_ms).ok_or_else(unavailable)?;
            let sheds = purse.is_told(now_ms) && want.floor > 0 && {
                let Facts { left, elsewhere, .. } = purse.facts;
                let there = left.saturating_add(elsewhere).saturating_add(purse.shelf);
                there.saturating_add(purse.ready(now_ms)) < want.floor.saturating_add(want.amount)
            };
            if sheds && want.amount > 0 {
                return Err(Short { want: at, verdict: Verdict::Shed, facts: purse.facts, room: 0 });
            }
            if want.amount == 0 || purse.ready(now_ms) >= want.amount {
                continue;
            }
            if !draw(purse, store, want, now_ms).map_err(|_| unavailable())? {
                let short = short(purse, at, want, since_ms, most_wait_ms, now_ms);
                if short.verdict != Verdict::Wait {
                    return Err(short);
                }
                // Others may lack as well: they are asked for together. And one that refuses for good need not wait for this one.
                waits.get_or_insert(short);
            }
        }
        if let Some(short) = waits {
            return Err(short);
        }
        // Who made room for one pool may have taken it from another.
        let lacks = |want: &Want<'_>| {
            want.amount > 0 && self.find(want.key, want.id).is_none_or(|purse| want.amount > purse.ready(now_ms))
        };
        if let Some(at) = wants.iter().position(lacks) {
            return Err(Short { want: at, verdict: Verdict::Unavailable, facts: Facts::default(), room: 0 });
        }
        let mut held = Held { claims: Vec::with_capacity(wants.len()) };
        for want in wants.iter().filter(|want| want.amount > 0) {
            let Some((key, _)) = self.purses.get_key_value(want.key) else { continue };
            let key = Arc::clone(key);
            let Some(purse) = self.find(want.key, want.id) else { continue };
            purse.used = purse.used.saturating_add(want.amount);
            let Some(slice) = purse.usable(now_ms) else { continue };
            slice.free = slice.free.saturating_sub(want.amount);
            slice.reserved = slice.reserved.saturating_add(want.amount);
            let Want { id, unit, amount, .. } = *want;
            held.claims.push(Claim { key, id, unit, from_ms: slice.from_ms, amount });
        }
        Ok(held)
    }

    /// Puts what was really used in the place of what was reserved, in this worker's memory: the store learns of it with the next draw or
    /// tick. Requests are never returned, and a seat in flight always is.
    pub fn settle(&mut self, held: &mut Held, actual: &Cost) {
        self.replace(held, |claim| match claim.unit {
            Unit::Requests => actual.requests.max(claim.amount),
            Unit::InFlight => 0,
            unit => actual.amount(unit),
        });
    }

    /// Returns everything, for a request that never left.
    pub fn cancel(&mut self, held: &mut Held) {
        self.replace(held, |_| 0);
    }

    fn replace(&mut self, held: &mut Held, used: impl Fn(&Claim) -> u64) {
        for claim in held.claims.drain(..) {
            let used = used(&claim);
            let Some(purse) = self.find(&claim.key, claim.id) else { continue };
            if let Some(slice) = purse.slices.iter_mut().find(|slice| slice.from_ms == claim.from_ms) {
                slice.settle(claim.amount, used);
            }
        }
    }

    /// What is asked for requests that wait, at once: for the pools under `key`.
    ///
    /// # Errors
    /// The store fails; the next tick tries again.
    pub fn ask(&mut self, store: &mut dyn Store, key: &str, now_ms: u64) -> Result<Vec<Asked>, Unavailable> {
        let envoy = self.envoy;
        let mut asked = Vec::new();
        for purse in self.purses.get_mut(key).into_iter().flatten() {
            asked.extend(sync(purse, store, key, envoy, now_ms)?);
        }
        Ok(asked)
    }

    /// What is due: writes what is unwritten, gives up what rests, forgets what is not in use, and asks where it is time. Every quarter
    /// of a second, on every worker.
    ///
    /// # Errors
    /// The store fails; the next tick tries again.
    pub fn tick(&mut self, store: &mut dyn Store, now_ms: u64) -> Result<Vec<Asked>, Unavailable> {
        let envoy = self.envoy;
        let mut asked = Vec::new();
        for (key, purses) in &mut self.purses {
            for purse in purses {
                purse.peak = purse.used.max(purse.peak - purse.peak / 4);
                if purse.used == 0 && purse.peak < 4 {
                    purse.peak = 0;
                }
                purse.give_back(now_ms);
                if purse.is_restless(now_ms) {
                    asked.extend(sync(purse, store, key, envoy, now_ms)?);
                }
                purse.used = 0;
            }
        }
        self.forget();
        Ok(asked)
    }

    /// Takes over the service's answer: for all workers of this Envoy.
    ///
    /// # Errors
    /// The store fails; the next ask is answered with the same and more.
    pub fn told(&mut self, store: &mut dyn Store, asked: &Asked, told: &Told, now_ms: u64) -> Result<(), Unavailable> {
        let purse =
            self.purses.get_mut(asked.key.as_str()).and_then(|purses| purses.iter_mut().find(|it| it.id == asked.id));
        let record = records::change(store, &asked.key, |records| {
            let record = records.find(asked.id)?;
            if told.holder.envoy == asked.ask.holder.envoy {
                record.take(told, asked.at_ms, now_ms);
            }
            Some(record.clone())
        })?;
        if let (Some(purse), Some(record)) = (purse, record) {
            purse.learn(&record, now_ms);
            // One who is told that there is nothing does not ask again at once.
            let dry = record.facts.left == 0 && purse.shelf == 0;
            purse.asking_until_ms = if dry { now_ms.saturating_add(PATIENCE_MS) } else { 0 };
        }
        Ok(())
    }

    /// The limit, what is left of it fleet-wide as far as is known here, and when the open period counts no more: for the answer's headers.
    /// `None` before the service has said anything.
    #[must_use]
    pub fn standing(&self, key: &str, id: u64, now_ms: u64) -> Option<(u64, u64, u64)> {
        let purse = self.purses.get(key)?.iter().find(|purse| purse.id == id)?;
        let slice = purse.slices.iter().rev().find(|slice| slice.is_usable(now_ms));
        let turns_at_ms = purse.told_until_ms.max(now_ms);
        let (ready, until) = slice.map_or((0, turns_at_ms), |slice| (slice.free, slice.counts_until_ms));
        let Facts { limit, left, .. } = purse.facts;
        let left = left.saturating_add(purse.shelf).saturating_add(ready).min(limit);
        (purse.told_at_ms > 0).then_some((limit, left, until))
    }

    /// How a pool stands; `None` before the service has said anything.
    pub(crate) fn pool(&self, key: &str, id: u64, now_ms: u64) -> Option<PoolStands> {
        let purse = self.purses.get(key)?.iter().find(|purse| purse.id == id)?;
        let ready = purse.slices.iter().rev().find(|slice| slice.is_usable(now_ms)).map_or(0, |slice| slice.free);
        (purse.told_at_ms > 0).then(|| PoolStands {
            facts: purse.facts,
            room: ready.saturating_add(purse.shelf),
            turns_at_ms: purse.told_until_ms.max(now_ms),
        })
    }

    fn find(&mut self, key: &str, id: u64) -> Option<&mut Purse> {
        self.purses.get_mut(key)?.iter_mut().find(|purse| purse.id == id)
    }

    fn purse(&mut self, store: &mut dyn Store, want: &Want<'_>, now_ms: u64) -> Option<&mut Purse> {
        // Twice, because the borrow of a found one would outlive the search.
        if self.find(want.key, want.id).is_none() {
            if self.count >= MOST_PURSES {
                self.make_room(store, now_ms)?;
            }
            let [team, quota, subject] = want.pool.map(str::to_owned);
            self.purses
                .entry(Arc::from(want.key))
                .or_default()
                .push(Purse::new(want.id, Pool { team, quota, counts: want.counts, subject }));
            self.count += 1;
        }
        self.find(want.key, want.id)
    }

    /// Empties the purses that no request holds of, so that a new one finds room.
    fn make_room(&mut self, store: &mut dyn Store, now_ms: u64) -> Option<()> {
        for (key, purses) in &mut self.purses {
            for purse in purses.iter_mut().filter(|purse| purse.slices.iter().all(|slice| slice.reserved == 0)) {
                (purse.peak, purse.used) = (0, 0);
                purse.give_back(now_ms);
                if write(purse, store, key, now_ms).is_ok() {
                    (purse.holds, purse.short) = (false, 0);
                    purse.slices.clear();
                }
            }
        }
        self.forget();
        (self.count < MOST_PURSES).then_some(())
    }

    fn forget(&mut self) {
        for purses in self.purses.values_mut() {
            purses.retain(|purse| !purse.is_idle());
        }
        self.purses.retain(|_, purses| !purses.is_empty());
        self.count = self.purses.values().map(Vec::len).sum();
    }
}

/// Fills a slice so that it holds what is wanted. `false` if the Envoy has too little.
fn draw(purse: &mut Purse, store: &mut dyn Store, want: &Want<'_>, now_ms: u64) -> Result<bool, Unavailable> {
    let (record, drawn) = records::change(store, want.key, |records| {
        let record = records.entry(want.id)?;
        purse.write(record, now_ms);
        record.changed_at_ms = now_ms;
        let drawn = record.current(now_ms).and_then(|account| {
            let slice = purse.slices.iter().find(|slice| slice.from_ms == account.from_ms);
            let lacks = want.amount.saturating_sub(slice.map_or(0, |slice| slice.free));
            let spare = purse.peak.saturating_mul(2).min(account.free() / SHARES);
            let amount = lacks.max(spare);
            account.draw(amount).then_some((*account, amount))
        });
        Some((record.clone(), drawn))
    })?
    .ok_or(Unavailable::new("more subjects are in use at once than the proxy keeps leases for"))?;
    if let Some((account, amount)) = drawn {
        match purse.slices.iter_mut().find(|slice| slice.from_ms == account.from_ms) {
            Some(slice) => slice.free = slice.free.saturating_add(amount),
            None => purse.slices.push(Slice { from_ms: account.from_ms, free: amount, ..Slice::default() }),
        }
        purse.slices.sort_by_key(|slice| slice.from_ms);
    }
    purse.written(&record, now_ms);
    Ok(drawn.is_some())
}

fn write(purse: &mut Purse, store: &mut dyn Store, key: &str, now_ms: u64) -> Result<(), Unavailable> {
    let record = records::change(store, key, |records| {
        let record = records.find(purse.id)?;
        purse.write(record, now_ms);
        Some(record.clone())
    })?;
    purse.written(&record.unwrap_or_default(), now_ms);
    Ok(())
}

fn sync(
    purse: &mut Purse,
    store: &mut dyn Store,
    key: &str,
    envoy: u64,
    now_ms: u64,
) -> Result<Option<Asked>, Unavailable> {
    let asking = is_ahead(purse.asking_until_ms, PATIENCE_MS, now_ms);
    let short = if asking { 0 } else { purse.short };
    let (record, ask) = records::change(store, key, |records| {
        let record = records.entry(purse.id)?;
        purse.write(record, now_ms);
        let due = record.is_due(short, now_ms);
        let ask = due.then(|| record.ask(purse.pool.clone(), envoy, short, purse.least.min(short), now_ms));
        Some((record.clone(), ask))
    })?
    .ok_or(Unavailable::new("more subjects are in use at once than the proxy keeps leases for"))?;
    purse.written(&record, now_ms);
    if short > 0 {
        (purse.short, purse.least) = (0, 0);
        purse.asking_until_ms = now_ms.saturating_add(PATIENCE_MS);
    }
    Ok(ask.map(|ask| Asked { key: key.to_owned(), id: purse.id, at_ms: now_ms, ask }))
}

/// What a request is told that finds too little. One that waits adds to what is asked for.
fn short(purse: &mut Purse, at: usize, want: &Want<'_>, since_ms: u64, most_wait_ms: u64, now_ms: u64) -> Short {
    let facts = purse.facts;
    let room = purse.ready(now_ms).saturating_add(purse.shelf);
    let heard =
        purse.is_told(now_ms) && (purse.told_at_ms >= since_ms || now_ms < purse.told_at_ms.saturating_add(FRESH_MS));
    // What rests elsewhere is worth waiting for where it is worth speaking of.
    let elsewhere = if facts.elsewhere >= facts.limit / WORTHWHILE { facts.elsewhere } else { 0 };
    let least = want.least.min(want.amount);
    // One that clamps takes what is here where nothing is to come.
    let clamps = least < want.amount && least <= room;
    let comes = facts.left.saturating_add(elsewhere);
    let may_fit = room.saturating_add(comes) >= least && !(clamps && comes == 0);
    let waited = now_ms >= since_ms.saturating_add(most_wait_ms);
    let verdict = match (heard, may_fit, waited) {
        (true, true, false) | (false, _, false) => Verdict::Wait,
        (true, false, _) | (true, true, true) => Verdict::Exceeded,
        // What is here is leased, whoever answers.
        (false, _, true) if clamps => Verdict::Exceeded,
        (false, _, true) => Verdict::Unavailable,
    };
    if verdict == Verdict::Wait {
        // What is ready here goes to the first that waits.
        let ready = if purse.short == 0 { purse.ready(now_ms) } else { 0 };
        let least = least.saturating_sub(ready).max(1);
        purse.least = if purse.short == 0 { least } else { purse.least.min(least) };
        purse.short = purse.short.saturating_add(want.amount.saturating_sub(ready).max(1));
    }
    Short { want: at, verdict, facts, room }
}
