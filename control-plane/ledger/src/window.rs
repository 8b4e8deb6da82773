//! What reports say was spent of limits by day or month that somebody wants to be told about.
//!
//! Leases have books of their own, which know of spending sooner. This is for what no lease was taken for: use that passed while the
//! service was away, and Envoys that only report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_policy::quota::{Subject, Unit};

use crate::error::Result;
use crate::key::fit;
use crate::sql::{Driver, Row, Value};
use crate::{MINUTE_MS, alert, budget};
use tollgate_quota::report::{Counts, Tags};

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

/// One entry of a report as it was booked: when, under which tags, how much, and what it cost.
pub(crate) type Booked<'a> = (u64, &'a Tags, &'a Counts, u64);

/// Adds what was booked to the windows it falls into, and raises the alerts that fall due by it.
pub(crate) fn add(connection: &mut dyn Driver, entries: &[Booked<'_>], now_ms: u64) -> Result<()> {
    let mut teams: Vec<&str> = entries.iter().map(|(_, tags, ..)| tags.team.as_str()).collect();
    teams.sort_unstable();
    teams.dedup();
    for budget in budget::watched(connection, &teams)? {
        let calendar = budget.calendar();
        let mut sums = BTreeMap::<Window, u64>::new();
        for (minute, tags, counts, micro_usd) in entries.iter().filter(|(_, tags, ..)| tags.team == budget.team) {
            let Some((from_ms, until_ms)) = calendar.around(minute * MINUTE_MS) else { continue };
            let amount = match budget.unit {
                Unit::Tokens => counts.input.saturating_add(counts.output),
                Unit::InputTokens => counts.input,
                Unit::OutputTokens => counts.output,
                Unit::Requests => counts.requests,
                Unit::Usd => *micro_usd,
                Unit::InFlight => 0,
            };
            let subject = match budget.by {
                Subject::Team => "",
                Subject::App => &tags.app,
                Subject::User => &tags.user,
                Subject::Model => &tags.model,
            };
            let (team, quota, subject) = (budget.team.clone(), budget.quota.clone(), subject.to_owned());
            let sum = sums.entry(Window { team, quota, subject, from_ms, until_ms }).or_default();
            *sum = sum.saturating_add(amount.min(1 << 52));
        }
        for (window, amount) in sums.iter().filter(|(_, amount)| **amount > 0) {
            let sql = "INSERT INTO reported (team, quota, subject, from_ms, until_ms, spent, alerted) \
                       VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (team, quota, subject, from_ms) \
                       DO UPDATE SET spent = reported.spent + excluded.spent RETURNING spent, alerted";
            let [team, quota, subject, from] = window.key();
            let key = [team.clone(), quota.clone(), subject.clone(), from.clone()];
            let row = connection.one(sql, &[team, quota, subject, from, window.until_ms.into(), (*amount).into()])?;
            let (spent, alerted) = (row.count(0)?, row.count(1)?);
            let last = alert::raise(connection, &budget, window, spent, alerted, now_ms)?;
            if last > alerted {
                let sql =
                    "UPDATE reported SET alerted = $5 WHERE team = $1 AND quota = $2 AND subject = $3 AND from_ms = $4";
                let [team, quota, subject, from] = key;
                connection.execute(sql, &[team, quota, subject, from, last.into()])?;
            }
        }
    }
    Ok(())
}
