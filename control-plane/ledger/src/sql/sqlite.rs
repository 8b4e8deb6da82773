//! SQLite, inside the process.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};

use super::{Driver, Purpose, Row, Value};
use crate::error::{Error, Kind, Result};

/// How long a connection waits for the one that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection.
pub(crate) struct Sqlite(Connection);

impl Sqlite {
    /// Opens a file, and creates it where `create` says so: readable to its owner alone, since it tells who asked for what, and when.
    pub(crate) fn open(path: &Path, create: bool) -> Result<Self> {
        let shown = path.display();
        if create {
            let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
            file.map_err(|error| Error::unavailable(format!("{shown} cannot be written: {error}")))?;
        } else if !path.exists() {
            return Err(Error::invalid(format!("there is no ledger at {shown}")));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            connection.set_prepared_statement_cache_capacity(64);
            // WAL: readers never wait for the writer. FULL: what was answered as booked is on the disk, also when the power goes.
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
            Ok(connection)
        });
        opened.map(Self).map_err(|error| failure(&error).during(&format!("{shown}")))
    }

    fn prepared<T>(
        &mut self,
        sql: &str,
        parameters: &[Value],
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        // `$1` is a name to SQLite, numbered by where it first stands; `?1` is number one wherever it stands.
        let sql = sql.replace('$', "?");
        let statement = self.0.prepare_cached(&sql);
        let answer = statement.and_then(|mut statement| {
            for (index, value) in parameters.iter().enumerate() {
                match value {
                    Value::Int(value) => statement.raw_bind_parameter(index + 1, value)?,
                    Value::Text(value) => statement.raw_bind_parameter(index + 1, value)?,
                }
            }
            run(&mut statement)
        });
        answer.map_err(|error| failure(&error))
    }
}

impl Driver for Sqlite {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        self.prepared(sql, parameters, |statement| {
            let columns = statement.column_count();
            let mut rows = statement.raw_query();
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|column| row.get_ref(column).map(owned));
                all.push(Row(values.collect::<rusqlite::Result<_>>()?));
            }
            Ok(all)
        })
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64> {
        self.prepared(sql, parameters, |statement| statement.raw_execute().map(|changed| changed as u64))
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.0.execute_batch(sql).map_err(|error| failure(&error))
    }

    fn begin(&mut self, purpose: Purpose) -> Result<()> {
        // A writer that began as a reader could find that another has written since, and would have to give up.
        self.batch(match purpose {
            Purpose::Read => "BEGIN DEFERRED",
            Purpose::Write => "BEGIN IMMEDIATE",
        })
    }

    fn lock_schema(&mut self) -> Result<()> {
        // A transaction that writes is alone already.
        Ok(())
    }

    fn for_update(&self) -> &'static str {
        ""
    }

    fn clock_ms(&mut self) -> Result<u64> {
        // A file is one machine's.
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let since = since.map_err(|_| Error::unavailable("the clock is before 1970"))?;
        Ok(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        // No column of ours is either: whoever reads it will say where it stands.
        ValueRef::Real(value) => Value::Text(format!("the number {value}")),
        ValueRef::Null | ValueRef::Blob(_) => Value::Text(String::new()),
    }
}

fn failure(error: &rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Kind::Conflict,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::SchemaChanged | ErrorCode::Unknown) => {
            Kind::Damaged
        }
        _ => Kind::Unavailable,
    };
    Error::new(kind, error.to_string())
}
