//! PostgreSQL, over the network.

use std::collections::HashMap;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, NoTls, Statement};

use super::{Driver, Purpose, Row, Value, tls};
use crate::error::{Error, Kind, Result};
use crate::store::Postgres as Address;

/// No statement of ours takes long; one that does waits for something that will not come. A replica that stops in the middle of a
/// transaction (a frozen machine) shall not hold its locks for longer either.
const SESSION: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
                       SET idle_in_transaction_session_timeout = '30s'; SET synchronous_commit = on";

/// Names the lock that changes of the tables take: "tollgate" in ASCII.
const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(8390327693803812965)";

/// A connection.
pub(crate) struct Postgres {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Postgres {
    /// Connects.
    pub(crate) fn connect(address: &Address) -> Result<Self> {
        let mut config: Config = address.config.clone();
        config.application_name("tollgate").keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(15));
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        let connected = if address.tls {
            config.connect(tls::Connector::new(address.authorities.as_deref())?)
        } else {
            config.connect(NoTls)
        };
        let mut client = connected.map_err(|error| failure(&error))?;
        client.batch_execute(SESSION).map_err(|error| failure(&error))?;
        Ok(Self { client, prepared: HashMap::new() })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| failure(&error))?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn bound(parameters: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    fn one(value: &Value) -> &(dyn ToSql + Sync) {
        match value {
            Value::Int(number) => number,
            Value::Text(text) => text,
        }
    }
    parameters.iter().map(one).collect()
}

impl Driver for Postgres {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let statement = self.statement(sql)?;
        let rows = self.client.query(&statement, &bound(parameters)).map_err(|error| failure(&error))?;
        rows.iter().map(owned).collect()
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64> {
        let statement = self.statement(sql)?;
        self.client.execute(&statement, &bound(parameters)).map_err(|error| failure(&error))
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|error| failure(&error))
    }

    fn begin(&mut self, purpose: Purpose) -> Result<()> {
        // Writers lock the rows they decide on before they read them, so that each statement may see what was committed before it.
        self.batch(match purpose {
            Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Purpose::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        })
    }

    fn lock_schema(&mut self) -> Result<()> {
        self.batch(SCHEMA_LOCK)
    }

    fn for_update(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn clock_ms(&mut self) -> Result<u64> {
        self.one("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", &[])?.count(0)
    }
}

fn owned(row: &postgres::Row) -> Result<Row> {
    let value = |(index, column): (usize, &postgres::Column)| {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, i64>(index).map(Value::Int),
            Type::INT4 => row.try_get::<_, i32>(index).map(|number| Value::Int(number.into())),
            _ => row.try_get::<_, String>(index).map(Value::Text),
        };
        value.map_err(|error| Error::damaged(format!("column {}: {error}", column.name())))
    };
    Ok(Row(row.columns().iter().enumerate().map(value).collect::<Result<_>>()?))
}

fn failure(error: &postgres::Error) -> Error {
    let Some(answer) = error.as_db_error() else {
        // The connection: its own error says only that it is closed, or what could not be done; its cause says why.
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        return Error::unavailable(format!("PostgreSQL: {error}{cause}"));
    };
    let code = answer.code();
    let conflict = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
    let kind = match code.code().get(..2) {
        _ if conflict.contains(code) => Kind::Conflict,
        // Shut down, starting up, out of connections, canceled, a disk that is full.
        Some("57" | "53" | "08" | "58" | "25") => Kind::Unavailable,
        Some("28" | "3D") => Kind::Invalid,
        _ => Kind::Damaged,
    };
    Error::new(kind, format!("PostgreSQL: {} ({})", answer.message(), code.code()))
}
