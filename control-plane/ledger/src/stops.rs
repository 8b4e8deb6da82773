//! The kill switch: what an operator has stopped by command, and who did it.

use std::fmt;
use std::str::FromStr;

use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::key::fit;
use crate::ledger::Ledger;
use crate::sql::{Row, Value};

/// What can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// A team, by name.
    Team,
    /// A provider, by name.
    Provider,
    /// Models, by name or by a pattern with `*`.
    Model,
}

impl Switch {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Provider => "provider",
            Self::Model => "model",
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Switch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Team, Self::Provider, Self::Model]
            .into_iter()
            .find(|switch| switch.as_str() == text)
            .ok_or_else(|| Error::damaged(format!("`{text}` is nothing that can be stopped")))
    }
}

/// One thing that is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What it is.
    pub switch: Switch,
    /// Its name. Longer than 200 bytes it is cut and matches nothing.
    pub name: String,
    /// Since when, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who stopped it.
    pub who: String,
    /// Why; may be empty.
    pub why: String,
}

impl Stop {
    /// What stands in the audit for a switch that was thrown one way or the other.
    fn entry(&self, detail: String) -> Entry {
        Entry {
            at_ms: self.at_ms,
            who: self.who.clone(),
            what: "kill-switch".into(),
            subject: format!("{}/{}", self.switch, self.name),
            detail,
        }
    }
}

impl Ledger {
    /// Stops something, and notes it in the audit. Stopped again it has the new reason, and is stopped since the first time. Whether it was not
    /// stopped before.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn stop(&self, stop: &Stop) -> Result<bool> {
        let key: [Value; 2] = [stop.switch.as_str().into(), (&*fit(&stop.name)).into()];
        let [who, why]: [Value; 2] = [&stop.who, &stop.why].map(|text| (&text.replace('\0', "\u{fffd}")).into());
        self.write(|connection| {
            let [kind, name] = key.clone();
            let insert = "INSERT INTO stops (kind, name, at_ms, who, why) VALUES ($1, $2, $3, $4, $5) \
                          ON CONFLICT (kind, name) DO NOTHING";
            let values = [kind.clone(), name.clone(), stop.at_ms.into(), who.clone(), why.clone()];
            let is_new = connection.execute(insert, &values)? > 0;
            if !is_new {
                let update = "UPDATE stops SET who = $3, why = $4 WHERE kind = $1 AND name = $2";
                connection.execute(update, &[kind, name, who.clone(), why.clone()])?;
            }
            let reason = if stop.why.is_empty() { "no reason given" } else { &stop.why };
            audit::write(connection, &stop.entry(format!("stopped: {reason}")))?;
            Ok(is_new)
        })
    }

    /// Lets it run again, and notes it in the audit; `stop` says what, and who does it when and why. What it was stopped by, or `None` if it was not.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn resume(&self, stop: &Stop) -> Result<Option<Stop>> {
        let key = [stop.switch.as_str().into(), (&*fit(&stop.name)).into()];
        self.write(|connection| {
            let sql = "DELETE FROM stops WHERE kind = $1 AND name = $2 RETURNING kind, name, at_ms, who, why";
            let Some(was) = connection.first(sql, &key)? else { return Ok(None) };
            let reason = if stop.why.is_empty() { String::new() } else { format!(": {}", stop.why) };
            audit::write(connection, &stop.entry(format!("resumed{reason}")))?;
            read(&was).map(Some)
        })
    }

    /// Everything that is stopped, by kind and name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn stops(&self) -> Result<Vec<Stop>> {
        let rows = self.read(|connection| connection.query("SELECT kind, name, at_ms, who, why FROM stops", &[]))?;
        let mut stops = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        stops.sort_by(|a, b| (a.switch, &a.name).cmp(&(b.switch, &b.name)));
        Ok(stops)
    }
}

fn read(row: &Row) -> Result<Stop> {
    Ok(Stop {
        switch: row.text(0)?.parse()?,
        name: row.text(1)?.to_owned(),
        at_ms: row.count(2)?,
        who: row.text(3)?.to_owned(),
        why: row.text(4)?.to_owned(),
    })
}
