//! Periods that are over go, and pools without any: users come and go without end.

use tollgate_quota::lease::LONGEST_TTL_MS;

use super::tables;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sql::Driver;

/// Periods of one transaction: nobody waits for its locks for long.
const STEP: u64 = 200;

/// How long a period is kept after it counts no more: a lease of it may still be reported on, and clocks may differ.
const LINGER_MS: u64 = 2 * LONGEST_TTL_MS;

impl Ledger {
    /// Forgets the periods that count no more, and the pools that have none left; how many periods went. To be called every minute or so, by
    /// any replica.
    ///
    /// # Errors
    /// The store cannot be written. What is gone until then stays gone.
    pub fn sweep(&self, now_ms: u64) -> Result<u64> {
        let (over, mut swept) = (now_ms.saturating_sub(LINGER_MS), 0);
        loop {
            let gone = self.write(|connection| step(connection, over))?;
            swept += gone;
            if gone < STEP {
                return Ok(swept);
            }
        }
    }
}

fn step(connection: &mut dyn Driver, over: u64) -> Result<u64> {
    let sql = "SELECT pool, from_ms FROM books WHERE counts_until_ms <= $1 ORDER BY pool, from_ms LIMIT $2";
    let due = connection.query(sql, &[over.into(), STEP.into()])?;
    for row in &due {
        // Whoever grants has this lock too.
        let (id, lock) = (row.int(0)?, connection.for_update());
        connection.query(&format!("SELECT id FROM pools WHERE id = $1{lock}"), &[id.into()])?;
        tables::forget(connection, id, row.count(1)?)?;
        let sql = "DELETE FROM pools WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM books WHERE books.pool = pools.id)";
        connection.execute(sql, &[id.into()])?;
    }
    Ok(due.len() as u64)
}
