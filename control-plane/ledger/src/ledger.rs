//! The ledger itself: connections, and transactions that are repeated where that is right.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

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

/// What every team used and may still use. A clone is another handle to the same.
///
/// Calls block: from asynchronous code, make them with `tokio::task::spawn_blocking`. Every call that writes may be repeated when its
/// answer was lost, and then changes nothing more.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    store: Store,
    create: bool,
    pool: Mutex<Pool>,
    free: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Box<dyn Driver>>,
    open: usize,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.0.store)
    }
}

impl Ledger {
    /// Opens a ledger to write to it: creates it where there is none, and migrates an older one. `now_ms` is noted beside a migration.
    ///
    /// # Errors
    /// The store cannot be reached, or belongs to a newer version.
    pub fn open(store: &Store, now_ms: u64) -> Result<Self> {
        let ledger = Self::over(store, true);
        ledger.write(|connection| schema::migrate(connection, now_ms))?;
        Ok(ledger)
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
        let pool = Mutex::new(Pool::default());
        Self(Arc::new(Inner { store: store.clone(), create, pool, free: Condvar::new() }))
    }

    /// Reads, in one consistent view.
    pub(crate) fn read<T>(&self, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        self.transaction(Purpose::Read, work)
    }

    /// Writes, all or nothing. `work` runs again where another transaction was in the way or the connection was lost: also when it was
    /// lost in the very commit, so whatever it books it must find booked.
    pub(crate) fn write<T>(&self, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        self.transaction(Purpose::Write, work)
    }

    fn transaction<T>(&self, purpose: Purpose, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(purpose, &work) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if !error.is_retryable() || attempt == ATTEMPTS {
                return Err(error);
            }
            tracing::debug!(%error, attempt, "a transaction of the ledger is tried again");
            std::thread::sleep(Duration::from_millis(8 << attempt));
        }
    }

    fn attempt<T>(&self, purpose: Purpose, work: impl Fn(&mut dyn Driver) -> Result<T>) -> Result<T> {
        let mut lent = self.lend()?;
        let connection = lent.as_mut();
        let done = connection.begin(purpose).and_then(|()| {
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
        pool.open += 1;
        drop(pool);
        connect(&inner.store, inner.create).inspect_err(|_| self.give_back(None))
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
