//! One set of statements over two databases.
//!
//! Every statement of the ledger is written once, in the SQL that SQLite and PostgreSQL share: `BIGINT` and `TEXT` columns without `NULL`,
//! `INSERT … ON CONFLICT`, `RETURNING`, parameters as `$1`. What differs, the connection, is behind [`Driver`].

pub(crate) mod many;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod tls;

use crate::error::{Error, Result};

/// A value of a column or a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    /// Saturates: 2^63 tokens, dollars' millionths or milliseconds do not come to pass.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The number in a column.
    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(*value),
            other => Err(Error::damaged(format!("column {column} holds {other:?} where a number belongs"))),
        }
    }

    /// The count in a column: what is below zero is none.
    pub(crate) fn count(&self, column: usize) -> Result<u64> {
        Ok(u64::try_from(self.int(column)?).unwrap_or(0))
    }

    /// The text in a column.
    pub(crate) fn text(&self, column: usize) -> Result<&str> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(Error::damaged(format!("column {column} holds {other:?} where a text belongs"))),
        }
    }
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// One consistent view.
    Read,
    /// All or nothing.
    Write,
}

/// A connection to a database.
pub(crate) trait Driver: Send {
    /// Runs a statement and reads all it answers.
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>>;
    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64>;
    /// Runs several statements without parameters.
    fn batch(&mut self, sql: &str) -> Result<()>;
    /// Begins a transaction.
    fn begin(&mut self, purpose: Purpose) -> Result<()>;
    /// Waits until no other process changes the tables themselves; until the transaction ends.
    fn lock_schema(&mut self) -> Result<()>;
    /// What follows a `SELECT` whose rows are to be this transaction's alone until it ends.
    fn for_update(&self) -> &'static str;
    /// The time of the clock that all who use this database share, in milliseconds since 1970.
    fn clock_ms(&mut self) -> Result<u64>;

    /// Makes the transaction last, also through a loss of power.
    fn commit(&mut self) -> Result<()> {
        self.batch("COMMIT")
    }

    /// Undoes the transaction.
    fn rollback(&mut self) -> Result<()> {
        self.batch("ROLLBACK")
    }

    /// The first row of the answer.
    fn first(&mut self, sql: &str, parameters: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, parameters)?.into_iter().next())
    }

    /// The only row of the answer.
    fn one(&mut self, sql: &str, parameters: &[Value]) -> Result<Row> {
        self.first(sql, parameters)?.ok_or_else(|| Error::damaged(format!("no row came back from {sql}")))
    }
}
