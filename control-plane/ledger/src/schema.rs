//! The tables, and how a database of an earlier version gets to them.

use crate::error::{Error, Result};
use crate::sql::Driver;

/// Every change of the tables, in order, each in a transaction of its own. What was released is never edited: a change is a new line.
const MIGRATIONS: &[(i64, &str)] = &[(1, include_str!("../migrations/0001_ledger.sql"))];

/// The version of the tables that this program works on.
pub(crate) const VERSION: i64 = 1;

/// Brings the tables to [`VERSION`], inside the transaction that is open. Several replicas may do this at once.
///
/// # Errors
/// A newer version was here: an older one would not know what the newer keeps.
pub(crate) fn migrate(connection: &mut dyn Driver, now_ms: u64) -> Result<()> {
    connection.lock_schema()?;
    connection
        .batch("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, applied_ms BIGINT NOT NULL)")?;
    let found = current(connection)?;
    for (version, statements) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        connection.batch(statements).map_err(|error| error.during(&format!("migration {version}")))?;
        let applied = "INSERT INTO schema_versions (version, applied_ms) VALUES ($1, $2)";
        connection.execute(applied, &[(*version).into(), now_ms.into()])?;
    }
    Ok(())
}

/// Fails unless the tables are those of [`VERSION`].
pub(crate) fn expect_current(connection: &mut dyn Driver) -> Result<()> {
    let found = current(connection).map_err(|error| match error.is_retryable() {
        true => error,
        false => Error::damaged(format!("this database holds no ledger ({error})")),
    })?;
    if found < VERSION {
        let advice = "start the control plane once, it migrates";
        return Err(Error::damaged(format!("the ledger's tables are of version {found}, not {VERSION}: {advice}")));
    }
    Ok(())
}

fn current(connection: &mut dyn Driver) -> Result<i64> {
    let found = connection.one("SELECT COALESCE(MAX(version), 0) FROM schema_versions", &[])?.int(0)?;
    if found > VERSION {
        let advice = "use that version, or a newer one";
        let message = format!("the ledger's tables are of version {found}, this program knows {VERSION}: {advice}");
        return Err(Error::damaged(message));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbered_without_a_gap() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        assert_eq!(versions, (1..=VERSION).collect::<Vec<_>>());
    }
}
