//! A ledger in this process's memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::ledger::{Book, Holding, Ledger, Others};
use crate::lease::{Holder, Pool};

/// Grants that are gone with the process: for tests, and for one control plane whose budgets may begin anew when it does.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    pools: BTreeMap<Pool, BTreeMap<u64, Page>>,
}

/// A period and its holdings.
type Page = (Option<Book>, BTreeMap<Holder, Holding>);

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn books(&mut self, pool: &Pool) -> Result<Vec<Book>, Infallible> {
        let periods = self.pools.get(pool).into_iter().flat_map(BTreeMap::values);
        Ok(periods.filter_map(|(book, _)| *book).collect())
    }

    fn put_book(&mut self, pool: &Pool, book: &Book) -> Result<(), Infallible> {
        self.pools.entry(pool.clone()).or_default().entry(book.period.from_ms).or_default().0 = Some(*book);
        Ok(())
    }

    fn drop_book(&mut self, pool: &Pool, from_ms: u64) -> Result<(), Infallible> {
        if let Some(periods) = self.pools.get_mut(pool) {
            periods.remove(&from_ms);
            if periods.is_empty() {
                self.pools.remove(pool);
            }
        }
        Ok(())
    }

    fn holding(&mut self, pool: &Pool, from_ms: u64, holder: Holder) -> Result<Option<Holding>, Infallible> {
        Ok(self.pools.get(pool).and_then(|periods| periods.get(&from_ms)?.1.get(&holder).copied()))
    }

    fn put_holding(&mut self, pool: &Pool, from_ms: u64, holder: Holder, holding: &Holding) -> Result<(), Infallible> {
        let periods = self.pools.entry(pool.clone()).or_default();
        periods.entry(from_ms).or_default().1.insert(holder, *holding);
        Ok(())
    }

    fn others(&mut self, pool: &Pool, from_ms: u64, holder: Holder, since_ms: u64) -> Result<Others, Infallible> {
        let holdings = self.pools.get(pool).and_then(|periods| periods.get(&from_ms)).into_iter();
        let others = holdings
            .flat_map(|(_, holdings)| holdings)
            .filter(|(other, holding)| **other != holder && holding.seen_ms >= since_ms);
        Ok(others.fold(Others::default(), |sum, (_, holding)| Others {
            active: sum.active + 1,
            idle: sum.idle.saturating_add(holding.idle()),
        }))
    }
}
