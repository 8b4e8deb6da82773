//! Windows: how much of a limit was charged in one stretch of time, and how much leases still hold.
//!
//! The law: **a lease is granted only if what was charged, what open leases hold and the lease itself are within the limit.** So what is
//! charged stays within it too, but for what an Envoy charges beyond its lease, or after the lease had expired and was given to others.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::key::fit;
use crate::sql::{Driver, Row, Value};

/// One window of one limit for one subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The team.
    pub team: String,
    /// The name of the limit.
    pub quota: String,
    /// Whose use is added up: the app, user or model by name; empty for the whole team.
    pub subject: String,
    /// Its first millisecond since 1970. Windows of one limit and subject are told apart by it.
    pub from_ms: u64,
    /// The first millisecond after it.
    pub until_ms: u64,
}

impl Window {
    pub(crate) fn key(&self) -> [Value; 4] {
        let texts = [&self.team, &self.quota, &self.subject].map(|text| Value::from(&*fit(text)));
        let [team, quota, subject] = texts;
        [team, quota, subject, self.from_ms.into()]
    }

    /// The window as it is stored.
    pub(crate) fn fitted(&self) -> Self {
        let [team, quota, subject] = [&self.team, &self.quota, &self.subject].map(|text| fit(text).into_owned());
        Self { team, quota, subject, from_ms: self.from_ms, until_ms: self.until_ms }
    }

    pub(crate) fn read(row: &Row, from: usize) -> Result<Self> {
        Ok(Self {
            team: row.text(from)?.to_owned(),
            quota: row.text(from + 1)?.to_owned(),
            subject: row.text(from + 2)?.to_owned(),
            from_ms: row.count(from + 3)?,
            until_ms: row.count(from + 4)?,
        })
    }
}

/// How a window stands, in the smallest steps of its limit's unit: tokens, requests, or millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// The limit.
    pub limit: u64,
    /// What was charged.
    pub spent: u64,
    /// What open leases hold.
    pub reserved: u64,
}

impl Standing {
    /// What may still be handed out.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent).saturating_sub(self.reserved)
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { limit: row.count(0)?, spent: row.count(1)?, reserved: row.count(2)? })
    }
}

/// Opens a window where it is not open, and locks it until the transaction ends. `limit` is the limit in force where the caller knows it;
/// else the one in the budgets holds for a new window, and the old one for an old.
pub(crate) fn open(connection: &mut dyn Driver, window: &Window, limit: Option<u64>) -> Result<Standing> {
    let [team, quota, subject, from] = window.key();
    let (limit, on_conflict) = match limit {
        Some(limit) => (limit, "limit_steps = excluded.limit_steps"),
        None => {
            let sql = "SELECT limit_steps FROM budgets WHERE team = $1 AND quota = $2";
            let known = connection.first(sql, &[team.clone(), quota.clone()])?;
            (known.map_or(Ok(0), |row| row.count(0))?, "spent = windows.spent")
        }
    };
    let sql = format!(
        "INSERT INTO windows (team, quota, subject, from_ms, until_ms, limit_steps, spent, reserved) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (team, quota, subject, from_ms) DO UPDATE SET {on_conflict} \
         RETURNING limit_steps, spent, reserved"
    );
    Standing::read(&connection.one(&sql, &[team, quota, subject, from, window.until_ms.into(), limit.into()])?)
}

/// Adds to what was charged, and changes what is reserved by what came and went. The window is locked by [`open`].
pub(crate) fn change(
    connection: &mut dyn Driver,
    window: &Window,
    spent: u64,
    reserve: u64,
    release: u64,
) -> Result<Standing> {
    let [team, quota, subject, from] = window.key();
    let sql = "UPDATE windows SET spent = spent + $5, reserved = reserved + $6 - $7 \
               WHERE team = $1 AND quota = $2 AND subject = $3 AND from_ms = $4 RETURNING limit_steps, spent, reserved";
    let parameters = [team, quota, subject, from, spent.into(), reserve.into(), release.into()];
    Standing::read(&connection.one(sql, &parameters)?)
}

impl crate::Ledger {
    /// How a window stands; nothing where no lease was taken from it and nothing was charged to it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn standing(&self, window: &Window) -> Result<Option<Standing>> {
        let sql = "SELECT limit_steps, spent, reserved FROM windows \
                   WHERE team = $1 AND quota = $2 AND subject = $3 AND from_ms = $4";
        self.read(|connection| connection.first(sql, &window.key())?.as_ref().map(Standing::read).transpose())
    }

    /// The windows that are open at `now_ms`, of one team or of all, and how they stand.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open_windows(&self, team: Option<&str>, now_ms: u64) -> Result<Vec<(Window, Standing)>> {
        let sql = "SELECT limit_steps, spent, reserved, team, quota, subject, from_ms, until_ms FROM windows \
                   WHERE until_ms > $1 AND from_ms <= $1 AND (team = $2 OR $2 = '')";
        let rows = self.read(|connection| connection.query(sql, &[now_ms.into(), team.unwrap_or_default().into()]))?;
        let read = |row: &Row| Ok((Window::read(row, 3)?, Standing::read(row)?));
        let mut open = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        open.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(open)
    }
}
