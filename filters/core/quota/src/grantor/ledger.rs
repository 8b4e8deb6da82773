//! The seam to wherever the grants are kept.

use crate::lease::{Holder, Period, Pool};

/// A period of a pool, and the sums over its holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book {
    /// Which stretch of time.
    pub period: Period,
    /// What is charged: for each holder [`Holding::charged`].
    pub charged: u64,
    /// What is known to be used.
    pub spent: u64,
    /// Somebody found too little: until then everybody keeps little. Milliseconds since 1970.
    pub pressed_until_ms: u64,
}

/// What one holder has of one period. Totals since its beginning, in the unit's smallest step; each only grows, but for `out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// Granted to it.
    pub granted: u64,
    /// Given back.
    pub returned: u64,
    /// Used, as far as it has said.
    pub spent: u64,
    /// With its workers, when it last said.
    pub out: u64,
    /// How fast it uses it up, in steps per second: the most of late.
    pub rate: u64,
    /// When it was last heard of, in milliseconds since 1970.
    pub seen_ms: u64,
}

impl Holding {
    /// What it may have used: all it was granted and has not given back, or more if it says so.
    #[must_use]
    pub fn charged(&self) -> u64 {
        self.granted.saturating_sub(self.returned).max(self.spent)
    }

    /// What it has and its workers have not drawn.
    #[must_use]
    pub fn idle(&self) -> u64 {
        self.granted.saturating_sub(self.returned).saturating_sub(self.spent.saturating_add(self.out))
    }
}

/// The holders of a period that were heard of lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Others {
    /// How many they are.
    pub active: u64,
    /// The sum of [`Holding::idle`] over them.
    pub idle: u64,
}

/// The grants of all pools. [`super::serve`] calls it for one pool, within one transaction that no other of that pool runs beside
/// (`SELECT … FOR UPDATE` of the pool's row, or `BEGIN IMMEDIATE`); what it fails in is undone as a whole.
pub trait Ledger {
    /// Why it fails.
    type Error;

    /// The pool's periods, by their beginning.
    ///
    /// # Errors
    /// The ledger cannot be asked; so too below.
    fn books(&mut self, pool: &Pool) -> Result<Vec<Book>, Self::Error>;

    /// Puts a period in the place of the one that begins with it.
    ///
    /// # Errors
    /// See [`Ledger::books`].
    fn put_book(&mut self, pool: &Pool, book: &Book) -> Result<(), Self::Error>;

    /// Forgets a period and its holdings.
    ///
    /// # Errors
    /// See [`Ledger::books`].
    fn drop_book(&mut self, pool: &Pool, from_ms: u64) -> Result<(), Self::Error>;

    /// What one holder has of a period.
    ///
    /// # Errors
    /// See [`Ledger::books`].
    fn holding(&mut self, pool: &Pool, from_ms: u64, holder: Holder) -> Result<Option<Holding>, Self::Error>;

    /// Puts it in the place of what that was.
    ///
    /// # Errors
    /// See [`Ledger::books`].
    fn put_holding(&mut self, pool: &Pool, from_ms: u64, holder: Holder, holding: &Holding) -> Result<(), Self::Error>;

    /// The holders but `holder` that were heard of at `since_ms` or later.
    ///
    /// # Errors
    /// See [`Ledger::books`].
    fn others(&mut self, pool: &Pool, from_ms: u64, holder: Holder, since_ms: u64) -> Result<Others, Self::Error>;
}
