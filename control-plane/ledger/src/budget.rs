//! The limits of the configuration in force, as the ledger needs them: for alerts, and for the finance view.

use serde::Serialize;
use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::sql::{Driver, Row};

/// A limit of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The team.
    pub team: String,
    /// The limit's name.
    pub quota: String,
    /// What is counted.
    pub unit: Unit,
    /// The window.
    pub per: Window,
    /// Whose use is added up.
    pub by: Subject,
    /// How much fits into one window, in the smallest steps of the unit.
    pub limit: u64,
    /// Percentages at which an alert is raised.
    pub alert_at: Vec<u8>,
}

impl Budget {
    /// A team's quota.
    #[must_use]
    pub fn new(team: &str, quota: &Quota) -> Self {
        Self {
            team: team.to_owned(),
            quota: quota.name.clone(),
            unit: quota.unit,
            per: quota.per,
            by: quota.by,
            limit: quota.limit_steps(),
            alert_at: quota.alert_at.clone(),
        }
    }

    fn read(row: &Row) -> Result<Self> {
        let thresholds = row.text(6)?.split(',').filter(|text| !text.is_empty());
        Ok(Self {
            team: row.text(0)?.to_owned(),
            quota: row.text(1)?.to_owned(),
            unit: named(row.text(2)?)?,
            per: named(row.text(3)?)?,
            by: named(row.text(4)?)?,
            limit: row.count(5)?,
            alert_at: thresholds.filter_map(|text| text.parse().ok()).collect(),
        })
    }
}

/// The name under which a unit, a window or a subject stands in the configuration, and so in the tables.
pub(crate) fn name_of(value: impl Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        other => Err(Error::damaged(format!("{other:?} is no name"))),
    }
}

/// The other way.
pub(crate) fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T> {
    serde_json::from_value(name.into()).map_err(|error| Error::damaged(format!("`{name}`: {error}")))
}

/// The limit of a team by its name.
pub(crate) fn find(connection: &mut dyn Driver, team: &str, quota: &str) -> Result<Option<Budget>> {
    let sql = "SELECT team, quota, unit, per, subject_kind, limit_steps, alert_at FROM budgets WHERE team = $1 AND quota = $2";
    connection.first(sql, &[team.into(), quota.into()])?.as_ref().map(Budget::read).transpose()
}

impl Ledger {
    /// Makes `budgets` all the limits there are. Windows that are open at `now_ms` have the new limits at once.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn set_budgets(&self, budgets: &[Budget], now_ms: u64) -> Result<()> {
        self.write(|connection| {
            connection.lock_schema()?;
            connection.execute("DELETE FROM budgets", &[])?;
            for budget in budgets {
                let thresholds: Vec<_> = budget.alert_at.iter().map(u8::to_string).collect();
                let sql = "INSERT INTO budgets (team, quota, unit, per, subject_kind, limit_steps, alert_at) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let parameters = [
                    (&budget.team).into(),
                    (&budget.quota).into(),
                    (&name_of(budget.unit)?).into(),
                    (&name_of(budget.per)?).into(),
                    (&name_of(budget.by)?).into(),
                    budget.limit.into(),
                    (&thresholds.join(",")).into(),
                ];
                connection.execute(sql, &parameters)?;
            }
            let sql = "UPDATE windows SET limit_steps = (SELECT budgets.limit_steps FROM budgets \
                       WHERE budgets.team = windows.team AND budgets.quota = windows.quota) \
                       WHERE until_ms > $1 AND EXISTS (SELECT 1 FROM budgets WHERE budgets.team = windows.team \
                       AND budgets.quota = windows.quota AND budgets.limit_steps <> windows.limit_steps)";
            connection.execute(sql, &[now_ms.into()]).map(drop)
        })
    }

    /// All limits, by team and name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn budgets(&self) -> Result<Vec<Budget>> {
        let sql = "SELECT team, quota, unit, per, subject_kind, limit_steps, alert_at FROM budgets";
        let rows = self.read(|connection| connection.query(sql, &[]))?;
        let mut budgets = rows.iter().map(Budget::read).collect::<Result<Vec<_>>>()?;
        budgets.sort_by(|a, b| (&a.team, &a.quota).cmp(&(&b.team, &b.quota)));
        Ok(budgets)
    }
}
