//! Who changed what: configurations that came into force, switches that were thrown.

use crate::error::Result;
use crate::key::fit;
use crate::ledger::Ledger;
use crate::sql::{Driver, Row};

/// An entry. Entries are never changed, and kept for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who: a replica's name, a person.
    pub who: String,
    /// What was changed: `config`, `kill-switch`.
    pub what: String,
    /// Of what: a digest, `team/support`.
    pub subject: String,
    /// To what, in words. Never a secret.
    pub detail: String,
}

/// Writes an entry in the transaction of what it tells of.
pub(crate) fn write(connection: &mut dyn Driver, entry: &Entry) -> Result<()> {
    let sql = "INSERT INTO audit (at_ms, who, what, subject, detail) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (at_ms, who, what, subject) DO NOTHING";
    let [who, what, subject] = [&entry.who, &entry.what, &entry.subject].map(|text| (&*fit(text)).into());
    let detail = entry.detail.replace('\0', "\u{fffd}");
    connection.execute(sql, &[entry.at_ms.into(), who, what, subject, (&detail).into()]).map(drop)
}

impl Ledger {
    /// Writes an entry. The same one, written again, stands once.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn note(&self, entry: &Entry) -> Result<()> {
        self.write(|connection| write(connection, entry))
    }

    /// The entries since `from_ms`, oldest first, at most `most`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn audit(&self, from_ms: u64, most: u64) -> Result<Vec<Entry>> {
        let sql = "SELECT at_ms, who, what, subject, detail FROM audit WHERE at_ms >= $1 ORDER BY at_ms LIMIT $2";
        let rows = self.read(|connection| connection.query(sql, &[from_ms.into(), most.into()]))?;
        let read = |row: &Row| {
            let text = |column| Ok::<_, crate::Error>(row.text(column)?.to_owned());
            Ok(Entry { at_ms: row.count(0)?, who: text(1)?, what: text(2)?, subject: text(3)?, detail: text(4)? })
        };
        rows.iter().map(read).collect()
    }
}
