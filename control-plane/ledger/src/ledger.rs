//! The ledger itself: connections, and transactions that are repeated where that is right.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::schema;
use crate::sql::postgres::Postgres;
use crate::sql::sqlite::Sqlite;
use crate::sql::{Driver, Purpose};
use crate::store::Store;

/// The most connections of one process. A writer of SQLite is alone anyway; PostgreSQL has a hundred by default, for all replicas.
const MOST_CONNECTIONS: usize = 8;
/// How long a call waits for one of them.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a transaction is tried. The pauses between add up to about two seconds.
const ATTEMPTS: u32 = 8;
/// The same for a call whose asker comes again by itself, where the store cannot be reached: a connection that has broken is made anew once.
const SOON: u32 = 2;
/// A store that could not be reached is not tried again for so long.
const REST: Duration = Duration::from_millis(500);

/// What every team used and may still use. A clone is another handle to the same.
///
/// Calls block: from asynchronous code, make them with `tokio::task::spawn_blocking`. Every call that writes may be repeated when its
/// answer was lost, and then changes nothing more.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    store: Store,
    create: bool,
    /// Whether the tables are those of this version.
    current: AtomicBool,
    /// SQLite has one writer at a time, and those who wait inside it look again in ever longer pauses: they wait here.
    writer: Mutex<()>,
    pool: Mutex<Pool>,
    free: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Box<dyn Driver>>,
    open: usize,
    /// When the store could not be reached, and why.
    refused: Option<(Instant, Error)>,
}

/// How long a transaction is worth trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    Usual,
    Short,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.0.store)
    }
}

impl Ledger {
    /// Opens a ledger to write to it: creates it where there is none, and migrates an older one.
    ///
    /// # Errors
    /// The store cannot be reached, or belongs to a newer version.
    pub fn open(store: &Store) -> Result<Self> {
        let ledger = Self::lazy(store);
        ledger.ready()?;
        Ok(ledger)
    }

    /// The same, without a look at it: every call fails until the store can be reached, and works from then on.
    #[must_use]
    pub fn lazy(store: &Store) -> Self {
        Self::over(store, true)
    }

    /// Where it is.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Whether the store can be reached and is of this version.
    ///
    /// # Errors
    /// It is not.
    pub fn ready(&self) -> Result<()> {
        let look = |connection: &mut dyn Driver| schema::expect_current(connection);
        self.transaction(Purpose::Read, Patience::Short, look)
    }

    /// Opens a ledger that is there, to read from it.
    ///
    /// # Errors
    /// There is none, or it belongs to another version.
    pub fn open_existing(store: &Store) -> Result<Self> {
        let ledger = Self::over(store, false);
        ledger.read(schema::expect_current)?;
        Ok(ledger)
    }

    fn over(store: &Store, create: bool) -> Self {
        Self(Arc::new(Inner {
            store: store.clone(),
            create,
            current: AtomicBool::new(!create),
            writer: Mutex::default(),
            pool: Mutex::default(),
            free: Condvar::new(),
        }))
    }

    /// Reads, in one consistent view.
    pub(crate) fn read<T>(&self, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        self.transaction(Purpose::Read, Patience::Usual, work)
    }

    /// Writes, all or nothing. `work` runs again where another transaction was in the way or the connection was lost: also when it was
    /// lost in the very commit, so whatever it books it must find booked.
    pub(crate) fn write<T>(&self, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        self.transaction(Purpose::Write, Patience::Usual, work)
    }

    /// The same for a caller who comes again soon anyway, and whom an answer is of no use to that is late.
    pub(crate) fn write_soon<T>(&self, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        self.transaction(Purpose::Write, Patience::Short, work)
    }

    fn transaction<T>(
        &self,
        purpose: Purpose,
        patience: Patience,
        work: impl Fn(&mut dyn Driver) -> Result<T>,
    ) -> Result<T> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(purpose, &work) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let most = match (patience, error.kind) {
                (Patience::Short, Kind::Unavailable) => SOON,
                _ => ATTEMPTS,
            };
            if !error.is_retryable() || attempt >= most {
                return Err(error);
            }
            tracing::debug!(%error, attempt, "a transaction of the ledger is tried again");
            std::thread::sleep(Duration::from_millis(8 << attempt));
        }
    }

    fn attempt<T>(&self, purpose: Purpose, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        let alone = purpose == Purpose::Write && matches!(self.0.store, Store::Sqlite(_));
        let _turn = alone.then(|| self.0.writer.lock().unwrap_or_else(PoisonError::into_inner));
        let mut lent = self.lend()?;
        let connection = lent.as_mut();
        let done = self.migrated(connection).and_then(|()| connection.begin(purpose)).and_then(|()| {
            let done = work(connection)?;
            connection.commit()?;
            Ok(done)
        });
        // A connection is used again only if it is known to be outside of any transaction.
        let is_sound = match &done {
            Ok(_) => true,
            Err(error) if error.kind == Kind::Unavailable => false,
            Err(_) => connection.rollback().is_ok(),
        };
        self.give_back(is_sound.then_some(lent));
        done
    }

    /// Sees to the tables, once.
    fn migrated(&self, connection: &mut dyn Driver) -> Result<()> {
        if self.0.current.load(Ordering::Acquire) {
            return Ok(());
        }
        connection.begin(Purpose::Write)?;
        let now_ms = connection.clock_ms()?;
        schema::migrate(connection, now_ms)?;
        connection.commit()?;
        self.0.current.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes a connection, or makes one while there are not too many.
    fn lend(&self) -> Result<Box<dyn Driver>> {
        let inner = &*self.0;
        let pool = inner.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = |pool: &mut Pool| pool.idle.is_empty() && pool.open >= MOST_CONNECTIONS;
        let waited = inner.free.wait_timeout_while(pool, PATIENCE, busy);
        let (mut pool, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Error::unavailable(format!("all {MOST_CONNECTIONS} connections to {} are busy", inner.store)));
        }
        if let Some(connection) = pool.idle.pop() {
            return Ok(connection);
        }
        if let Some((when, error)) = &pool.refused
            && when.elapsed() < REST
        {
            return Err(error.clone());
        }
        pool.open += 1;
        drop(pool);
        let connected = connect(&inner.store, inner.create);
        if let Err(error) = &connected {
            inner.pool.lock().unwrap_or_else(PoisonError::into_inner).refused = Some((Instant::now(), error.clone()));
            self.give_back(None);
        }
        connected
    }

    /// Puts a connection back, or notes that it is no more.
    fn give_back(&self, connection: Option<Box<dyn Driver>>) {
        let mut pool = self.0.pool.lock().unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) => pool.idle.push(connection),
            // Where one connection broke, those that lie idle most likely did too: a database that came back shall not be asked through
            // each of them in turn.
            None => {
                let lost = 1 + pool.idle.len();
                pool.idle.clear();
                pool.open = pool.open.saturating_sub(lost);
            }
        }
        self.0.free.notify_all();
    }
}

fn connect(store: &Store, create: bool) -> Result<Box<dyn Driver>> {
    Ok(match store {
        Store::Sqlite(path) => Box::new(Sqlite::open(path, create)?),
        Store::Postgres(address) => Box::new(Postgres::connect(address)?),
    })
}
