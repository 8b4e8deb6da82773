//! One pool as a transaction has read it, and what it changes there.

use std::collections::BTreeMap;

use tollgate_quota::grantor::{Book, Holding, Ledger, Others};
use tollgate_quota::lease::{Holder, Period, Pool};

use crate::error::{Error, Result};

/// A pool's periods, what one Envoy holds of them, and the sums over what others hold. The rows in the store are locked.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub books: BTreeMap<u64, Bound>,
    pub holdings: BTreeMap<(u64, Holder), (Holding, Change)>,
    /// Of other Envoys, by period; of those that were heard of at `since_ms` or later.
    pub others: BTreeMap<u64, Others>,
    pub since_ms: u64,
    /// Periods that are to be forgotten.
    pub dropped: Vec<u64>,
}

/// A period, and what the ledger notes beside it.
#[derive(Debug)]
pub(crate) struct Bound {
    pub book: Book,
    /// The highest threshold that an alert was raised for, in percent.
    pub alerted: u64,
    pub change: Change,
}

/// Whether the store has it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Read,
    Written,
}

impl Page {
    /// The last period that has begun, what is known to be spent in all that count together with it, and the threshold it is at.
    pub fn spent(&self, now_ms: u64) -> Option<(Period, u64, u64)> {
        let open = self.books.values().rev().find(|bound| bound.book.period.from_ms <= now_ms)?;
        let period = open.book.period;
        let together = self.books.values().filter(|bound| bound.book.period.overlaps(&period));
        let spent = together.fold(0u64, |sum, bound| sum.saturating_add(bound.book.spent));
        Some((period, spent, open.alerted))
    }

    /// Notes up to which threshold alerts were raised.
    pub fn set_alerted(&mut self, from_ms: u64, alerted: u64) {
        if let Some(bound) = self.books.get_mut(&from_ms).filter(|bound| bound.alerted != alerted) {
            bound.alerted = alerted;
            bound.change = Change::Written;
        }
    }
}

impl Ledger for Page {
    type Error = Error;

    fn books(&mut self, _: &Pool) -> Result<Vec<Book>> {
        Ok(self.books.values().map(|bound| bound.book).collect())
    }

    fn put_book(&mut self, _: &Pool, book: &Book) -> Result<()> {
        let alerted = self.books.get(&book.period.from_ms).map_or(0, |bound| bound.alerted);
        self.books.insert(book.period.from_ms, Bound { book: *book, alerted, change: Change::Written });
        Ok(())
    }

    fn drop_book(&mut self, _: &Pool, from_ms: u64) -> Result<()> {
        self.books.remove(&from_ms);
        self.holdings.retain(|(of, _), _| *of != from_ms);
        self.others.remove(&from_ms);
        self.dropped.push(from_ms);
        Ok(())
    }

    fn holding(&mut self, _: &Pool, from_ms: u64, holder: Holder) -> Result<Option<Holding>> {
        Ok(self.holdings.get(&(from_ms, holder)).map(|(holding, _)| *holding))
    }

    fn put_holding(&mut self, _: &Pool, from_ms: u64, holder: Holder, holding: &Holding) -> Result<()> {
        self.holdings.insert((from_ms, holder), (*holding, Change::Written));
        Ok(())
    }

    fn others(&mut self, _: &Pool, from_ms: u64, holder: Holder, since_ms: u64) -> Result<Others> {
        if since_ms != self.since_ms {
            return Err(Error::damaged(format!("others were read since {}, not since {since_ms}", self.since_ms)));
        }
        let mut others = self.others.get(&from_ms).copied().unwrap_or_default();
        // Earlier records of the same Envoy are others too.
        let own = self.holdings.iter().filter(|((of, who), _)| *of == from_ms && *who != holder);
        for (_, (holding, _)) in own.filter(|(_, (holding, _))| holding.seen_ms >= since_ms) {
            others.active += 1;
            others.idle = others.idle.saturating_add(holding.idle());
        }
        Ok(others)
    }
}
