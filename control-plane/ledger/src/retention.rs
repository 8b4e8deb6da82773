//! What is kept, and for how long. Use is first kept by minute, then by day; nothing that could still be booked to is touched.

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::sql::Driver;
use crate::usage::COUNTED;
use crate::{DAY_MS, MINUTE_MS};

/// For how many days things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Use by minute; then it is added up by day. At least 40: a report may book 35 days back.
    pub minutes: u64,
    /// Use by day, what was reported of limits, alerts, and the numbers of the reports of Envoys that are gone. At least `minutes`.
    pub days: u64,
}

impl Default for Retention {
    /// Minutes for two months, so that this month and the last can be looked into; days for thirteen months.
    fn default() -> Self {
        Self { minutes: 62, days: 400 }
    }
}

/// What [`Ledger::retain`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retained {
    /// Days whose minutes were added up.
    pub days: u64,
    /// Rows that were deleted for their age.
    pub deleted: u64,
}

/// A report's number is kept beyond a gap for as long as a report may book back.
const GAP_MS: u64 = 36 * DAY_MS;

impl Ledger {
    /// Adds up old minutes and deletes what is older still. To be called once a day or so, by any replica.
    ///
    /// # Errors
    /// The retention is too short, or the store cannot be written. What was done until then is done, and whole.
    pub fn retain(&self, retention: Retention, now_ms: u64) -> Result<Retained> {
        if retention.minutes < 40 || retention.days < retention.minutes {
            return Err(Error::invalid("use by minute is kept for 40 days at least, and by day for no less"));
        }
        let mut retained = Retained::default();
        let full = (now_ms / DAY_MS).saturating_sub(retention.minutes);
        // A day is a transaction: whoever reads sees it by minute or by day, never both, never none.
        while self.write(|connection| add_up_oldest_day(connection, full))? {
            retained.days += 1;
        }
        let old_ms = now_ms.saturating_sub(retention.days.saturating_mul(DAY_MS));
        let silent = now_ms.saturating_sub(GAP_MS);
        retained.deleted = self.write(|connection| {
            let deleted = connection.execute("DELETE FROM usage_days WHERE day < $1", &[(old_ms / DAY_MS).into()])?
                + connection.execute("DELETE FROM alerts WHERE until_ms < $1", &[old_ms.into()])?
                + connection.execute("DELETE FROM reported WHERE until_ms < $1", &[old_ms.into()])?;
            // What an Envoy that is silent for so long has not sent is not to come: its numbers end with the last one seen.
            let sql = "UPDATE report_streams SET through = (SELECT MAX(reports.sequence) FROM reports \
                       WHERE reports.envoy = report_streams.envoy AND reports.epoch = report_streams.epoch) \
                       WHERE last_ms < $1 AND EXISTS (SELECT 1 FROM reports \
                       WHERE reports.envoy = report_streams.envoy AND reports.epoch = report_streams.epoch)";
            connection.execute(sql, &[silent.into()])?;
            let sql = "DELETE FROM reports WHERE EXISTS (SELECT 1 FROM report_streams WHERE report_streams.envoy = reports.envoy \
                       AND report_streams.epoch = reports.epoch AND reports.sequence <= report_streams.through)";
            let numbers = connection.execute(sql, &[])?;
            let streams = connection.execute("DELETE FROM report_streams WHERE last_ms < $1", &[old_ms.into()])?;
            Ok(deleted + numbers + streams)
        })?;
        Ok(retained)
    }
}

/// Moves the oldest day before `full` from minutes to days; false if there is none.
fn add_up_oldest_day(connection: &mut dyn Driver, full: u64) -> Result<bool> {
    connection.lock_schema()?;
    let minutes_of_day = DAY_MS / MINUTE_MS;
    let oldest = connection.one("SELECT COALESCE(MIN(minute), -1) FROM usage_minutes", &[])?.int(0)?;
    let Some(day) = u64::try_from(oldest).ok().map(|minute| minute / minutes_of_day).filter(|day| *day < full) else {
        return Ok(false);
    };
    let tags = "team, app, user_tag, feature, model, provider, route";
    let sums = COUNTED.map(|name| format!("CAST(SUM({name}) AS BIGINT)")).join(", ");
    let adds = COUNTED.map(|name| format!("{name} = usage_days.{name} + excluded.{name}")).join(", ");
    let sql = format!(
        "INSERT INTO usage_days (day, {tags}, {counted}) SELECT minute / 1440, {tags}, {sums} FROM usage_minutes \
         WHERE minute >= $1 AND minute < $2 GROUP BY minute / 1440, {tags} \
         ON CONFLICT (day, {tags}) DO UPDATE SET {adds}",
        counted = COUNTED.join(", "),
    );
    let span = [(day * minutes_of_day).into(), ((day + 1) * minutes_of_day).into()];
    connection.execute(&sql, &span)?;
    connection.execute("DELETE FROM usage_minutes WHERE minute >= $1 AND minute < $2", &span)?;
    Ok(true)
}
