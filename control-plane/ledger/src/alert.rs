//! Alerts: one for each threshold of a limit in each window, however many reports cross it and however many replicas look.

use tollgate_policy::quota::{Shape, Subject, Unit};

use crate::DAY_MS;
use crate::budget::{Budget, name_of, named};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sql::{Driver, Row};
use crate::window::Window;

/// An alert is of no use to anybody a week after its window: where a webhook is configured late, it is not told the past.
const STALE_MS: u64 = 7 * DAY_MS;

/// A threshold was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// In which window.
    pub window: Window,
    /// The threshold, in percent of the limit.
    pub threshold: u8,
    /// What the limit counts.
    pub unit: Unit,
    /// Whose use it adds up; [`Window::subject`] names them.
    pub by: Subject,
    /// The limit then, in the smallest steps of the unit.
    pub limit: u64,
    /// What was known to be spent then.
    pub spent: u64,
    /// When, in milliseconds since 1970.
    pub raised_ms: u64,
    /// How often its delivery was tried, this time included.
    pub attempts: u64,
}

/// How many alerts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlertCounts {
    /// Raised and kept (see [`crate::Retention`]).
    pub raised: u64,
    /// Of these, delivered.
    pub delivered: u64,
    /// Of these, tried in vain at least once and not delivered.
    pub failing: u64,
}

/// Raises the alerts that are due where `spent` is known to be used in a window whose last alert was at `alerted` percent; the
/// threshold that is the last one now.
pub(crate) fn raise(
    connection: &mut dyn Driver,
    budget: &Budget,
    window: &Window,
    spent: u64,
    alerted: u64,
    now_ms: u64,
) -> Result<u64> {
    let mut last = alerted;
    for threshold in &budget.alert_at {
        let threshold = u64::from(*threshold);
        if budget.limit == 0
            || threshold <= alerted
            || u128::from(spent) * 100 < u128::from(budget.limit) * u128::from(threshold)
        {
            continue;
        }
        last = last.max(threshold);
        let [team, quota, subject, from] = window.key();
        if budget.window == Shape::Sliding {
            // The same stretch of time, a step later.
            let sql = "SELECT until_ms FROM alerts WHERE team = $1 AND quota = $2 AND subject = $3 AND threshold = $4 AND until_ms > $5";
            let said = [team.clone(), quota.clone(), subject.clone(), threshold.into(), now_ms.into()];
            if connection.first(sql, &said)?.is_some() {
                continue;
            }
        }
        let sql = "INSERT INTO alerts (team, quota, subject, from_ms, threshold, until_ms, unit, limit_steps, spent, raised_ms, \
                   next_ms, attempts, sent_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0) \
                   ON CONFLICT (team, quota, subject, from_ms, threshold) DO NOTHING";
        // Whose use it is goes with the unit: the budget may be gone when the alert is read.
        let unit = format!("{} {}", name_of(budget.unit)?, name_of(budget.by)?);
        let parameters = [
            team,
            quota,
            subject,
            from,
            threshold.into(),
            window.until_ms.into(),
            (&unit).into(),
            budget.limit.into(),
            spent.into(),
            now_ms.into(),
            now_ms.into(),
        ];
        connection.execute(sql, &parameters)?;
    }
    Ok(last)
}

impl Alert {
    fn read(row: &Row) -> Result<Self> {
        let (unit, by) = row.text(6)?.split_once(' ').unwrap_or_default();
        Ok(Self {
            window: Window::read(row, 0)?,
            threshold: u8::try_from(row.count(5)?).unwrap_or(u8::MAX),
            unit: named(unit)?,
            by: named(by)?,
            limit: row.count(7)?,
            spent: row.count(8)?,
            raised_ms: row.count(9)?,
            attempts: row.count(10)?,
        })
    }
}

impl Ledger {
    /// Takes alerts that are due for delivery, oldest first, at most `most`; none whose window has been over for a week. Nobody else gets them for `claim_ms`, after which they are
    /// due again unless [`Ledger::alert_delivered`] or [`Ledger::alert_failed`] was called.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn alerts_due(&self, now_ms: u64, claim_ms: u64, most: u64) -> Result<Vec<Alert>> {
        // The condition stands twice: PostgreSQL looks at it again once another replica's claim is committed.
        let sql = "UPDATE alerts SET attempts = attempts + 1, next_ms = $2 WHERE sent_ms = 0 AND next_ms <= $1 \
                   AND (team, quota, subject, from_ms, threshold) IN (SELECT team, quota, subject, from_ms, threshold FROM alerts \
                   WHERE sent_ms = 0 AND next_ms <= $1 AND until_ms > $4 ORDER BY raised_ms, threshold LIMIT $3) \
                   RETURNING team, quota, subject, from_ms, until_ms, threshold, unit, limit_steps, spent, raised_ms, attempts";
        let stale = now_ms.saturating_sub(STALE_MS);
        let claimed = [now_ms.into(), now_ms.saturating_add(claim_ms).into(), most.into(), stale.into()];
        let rows = self.write(|connection| connection.query(sql, &claimed))?;
        let mut alerts = rows.iter().map(Alert::read).collect::<Result<Vec<_>>>()?;
        alerts.sort_by_key(|alert| (alert.raised_ms, alert.threshold));
        Ok(alerts)
    }

    /// Notes that an alert was delivered.
    ///
    /// # Errors
    /// The store cannot be written; the alert will be delivered once more then.
    pub fn alert_delivered(&self, alert: &Alert, now_ms: u64) -> Result<()> {
        self.set_alert(alert, "sent_ms", now_ms.max(1))
    }

    /// Notes that it was not, and when it is due again.
    ///
    /// # Errors
    /// The store cannot be written; it is due when the claim ends then.
    pub fn alert_failed(&self, alert: &Alert, again_ms: u64) -> Result<()> {
        self.set_alert(alert, "next_ms", again_ms)
    }

    fn set_alert(&self, alert: &Alert, column: &str, value: u64) -> Result<()> {
        let sql = format!(
            "UPDATE alerts SET {column} = $6 WHERE team = $1 AND quota = $2 AND subject = $3 AND from_ms = $4 AND threshold = $5"
        );
        let [team, quota, subject, from] = alert.window.key();
        let parameters = [team, quota, subject, from, u64::from(alert.threshold).into(), value.into()];
        self.write(|connection| connection.execute(&sql, &parameters)).map(drop)
    }

    /// How many alerts there are, for metrics.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn alert_counts(&self) -> Result<AlertCounts> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN sent_ms > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), \
                   CAST(COALESCE(SUM(CASE WHEN sent_ms = 0 AND attempts > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM alerts";
        let row = self.read(|connection| connection.one(sql, &[]))?;
        Ok(AlertCounts { raised: row.count(0)?, delivered: row.count(1)?, failing: row.count(2)? })
    }
}
