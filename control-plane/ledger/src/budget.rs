//! The limits of the configuration in force, as the ledger needs them: for alerts, and for the finance view.

use serde::Serialize;
use tollgate_policy::quota::{Quota, Shape, Subject, Unit, Window};

use crate::calendar::Calendar;
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::sql::{Driver, Row, Value, many};

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
    /// How windows follow one another.
    #[serde(skip)]
    pub window: Shape,
    /// The time zone of days and months; UTC where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whose use is added up.
    pub by: Subject,
    /// How much fits into one window, in the smallest steps of the unit.
    pub limit: u64,
    /// Percentages at which an alert is raised.
    pub alert_at: Vec<u8>,
    /// What it counts, as [`tollgate_quota::lease::counts`] has it.
    #[serde(skip)]
    pub counts: u64,
}

const COLUMNS: &str = "team, quota, unit, per, subject_kind, limit_steps, alert_at, shape, time_zone, counts";

impl Budget {
    /// A team's quota.
    #[must_use]
    pub fn new(team: &str, quota: &Quota) -> Self {
        Self {
            team: team.to_owned(),
            quota: quota.name.clone(),
            unit: quota.unit,
            per: quota.per,
            window: quota.window,
            time_zone: quota.time_zone.clone(),
            by: quota.by,
            limit: quota.limit_steps(),
            alert_at: quota.alert_at.clone(),
            counts: tollgate_quota::lease::counts(quota),
        }
    }

    /// Its windows.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar::of(self.unit, self.per, self.window, self.time_zone.as_deref())
    }

    fn values(&self) -> Result<Vec<Value>> {
        let thresholds: Vec<_> = self.alert_at.iter().map(u8::to_string).collect();
        Ok(vec![
            (&self.team).into(),
            (&self.quota).into(),
            (&name_of(self.unit)?).into(),
            (&name_of(self.per)?).into(),
            (&name_of(self.by)?).into(),
            self.limit.into(),
            (&thresholds.join(",")).into(),
            (&name_of(self.window)?).into(),
            self.time_zone.as_deref().unwrap_or_default().into(),
            self.counts.cast_signed().into(),
        ])
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
            window: named(row.text(7)?)?,
            time_zone: Some(row.text(8)?).filter(|zone| !zone.is_empty()).map(str::to_owned),
            counts: row.int(9)?.cast_unsigned(),
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

/// Those limits of some teams that somebody wants to be told about, by team and name.
pub(crate) fn watched(connection: &mut dyn Driver, teams: &[&str]) -> Result<Vec<Budget>> {
    let teams: Vec<Value> = teams.iter().map(|team| (*team).into()).collect();
    let sql = format!("SELECT {COLUMNS} FROM budgets WHERE alert_at <> '' AND team IN");
    let rows = many::select(connection, &sql, "", &[], &teams)?;
    let mut budgets = rows.iter().map(Budget::read).collect::<Result<Vec<_>>>()?;
    budgets.sort_by(|a, b| (&a.team, &a.quota).cmp(&(&b.team, &b.quota)));
    Ok(budgets)
}

impl Ledger {
    /// Makes `budgets` all the limits there are, for alerts and the finance view.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn set_budgets(&self, budgets: &[Budget]) -> Result<()> {
        let rows = budgets.iter().map(Budget::values).collect::<Result<Vec<_>>>()?;
        self.write(|connection| {
            connection.lock_schema()?;
            connection.execute("DELETE FROM budgets", &[])?;
            many::insert(connection, &format!("INSERT INTO budgets ({COLUMNS})"), "", &rows).map(drop)
        })
    }

    /// All limits, by team and name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn budgets(&self) -> Result<Vec<Budget>> {
        let sql = format!("SELECT {COLUMNS} FROM budgets");
        let rows = self.read(|connection| connection.query(&sql, &[]))?;
        let mut budgets = rows.iter().map(Budget::read).collect::<Result<Vec<_>>>()?;
        budgets.sort_by(|a, b| (&a.team, &a.quota).cmp(&(&b.team, &b.quota)));
        Ok(budgets)
    }
}
