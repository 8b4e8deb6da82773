//! Use, by minute and later by day: booked, and read again.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::price::PicoPrice;
use crate::sql::{Driver, Value, many};
use tollgate_quota::report::{Counts, Tags};

/// Counted in the tables, in the order of [`Counts::fields`], then what the ledger adds.
pub(crate) const COUNTED: [&str; 14] = [
    "requests",
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "from_provider",
    "estimated",
    "partial",
    "cache_write_hour_tokens",
    "unpriced",
    "micro_usd",
];

/// The row that adds to a minute and its tags.
pub(crate) fn row(minute: u64, tags: &Tags, counts: &Counts, price: Option<PicoPrice>) -> (Vec<Value>, u64) {
    let Tags { team, app, user, feature, model, provider, route } = tags;
    let mut values: Vec<Value> = vec![minute.into()];
    values.extend([team, app, user, feature, model, provider, route].map(Into::into));
    // Far above what a minute can hold, and far enough below 2^63 that sums over years stay in it.
    values.extend(counts.fields().map(|count| count.min(1 << 48).into()));
    values.push(if price.is_some() { 0 } else { counts.requests.min(1 << 48) }.into());
    let micro_usd = price.map_or(0, |price| price.micro_usd(counts)).min(1 << 52);
    values.push(micro_usd.into());
    (values, micro_usd)
}

/// Books rows. They are of different keys, in the order of their keys.
pub(crate) fn book(connection: &mut dyn Driver, rows: &[Vec<Value>]) -> Result<()> {
    let key = "minute, team, app, user_tag, feature, model, provider, route";
    let adds = COUNTED.map(|name| format!("{name} = usage_minutes.{name} + excluded.{name}")).join(", ");
    let head = format!("INSERT INTO usage_minutes ({key}, {})", COUNTED.join(", "));
    many::insert(connection, &head, &format!(" ON CONFLICT ({key}) DO UPDATE SET {adds}"), rows).map(drop)
}

/// What use can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The team.
    Team,
    /// The app.
    App,
    /// The end user.
    User,
    /// The feature.
    Feature,
    /// The model the provider was asked for.
    Model,
    /// The provider.
    Provider,
    /// The route.
    Route,
    /// The day, in UTC.
    Day,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Team, Self::App, Self::User, Self::Feature, Self::Model, Self::Provider, Self::Route, Self::Day];

    /// Its name in `--by` and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::App => "app",
            Self::User => "user",
            Self::Feature => "feature",
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Route => "route",
            Self::Day => "day",
        }
    }

    fn column(self) -> &'static str {
        if self == Self::User { "user_tag" } else { self.as_str() }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dimension {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::invalid(format!("use cannot be grouped by `{name}`: there are {names}"))
        })
    }
}

/// Which use is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// From this minute since 1970. Use that is kept by day counts if its day begins at it or later.
    pub from_minute: u64,
    /// To before this minute.
    pub until_minute: u64,
    /// Of this team alone.
    pub team: Option<String>,
    /// One row for each combination of these; one for all of it where empty.
    pub by: Vec<Dimension>,
}

/// Use under one combination of what it was grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Used {
    /// The values, in the order of [`Query::by`]; a day as days since 1970.
    pub group: Vec<Group>,
    /// What was used.
    pub counts: Counts,
    /// Requests whose model had no price.
    pub unpriced: u64,
    /// What it cost, in millionths of a US dollar.
    pub micro_usd: u64,
}

/// One value that use is grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A name; empty where it is not known.
    Name(String),
    /// Days since 1970.
    Day(u64),
}

impl Ledger {
    /// Adds up use. Rows come in the order of what they are grouped by.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn usage(&self, query: &Query) -> Result<Vec<Used>> {
        let sums = COUNTED.map(|name| format!("CAST(COALESCE(SUM({name}), 0) AS BIGINT)")).join(", ");
        let by: Vec<_> = query.by.iter().map(|dimension| dimension.column()).collect();
        let (mut shown, mut grouped) = (by.join(", "), String::new());
        if !by.is_empty() {
            grouped = format!(" GROUP BY {shown}");
            shown.push_str(", ");
        }
        let tags = "team, app, user_tag, feature, model, provider, route";
        let counted = COUNTED.join(", ");
        let mut values: Vec<Value> = vec![query.from_minute.into(), query.until_minute.into()];
        let mut of_team = "";
        if let Some(team) = &query.team {
            values.push(team.into());
            of_team = " AND team = $3";
        }
        let sql = format!(
            "SELECT {shown}{sums} FROM (SELECT minute / 1440 AS day, {tags}, {counted} FROM usage_minutes \
             WHERE minute >= $1 AND minute < $2{of_team} UNION ALL SELECT day, {tags}, {counted} FROM usage_days \
             WHERE day * 1440 >= $1 AND day * 1440 < $2{of_team}) AS used{grouped}"
        );
        let rows = self.read(|connection| connection.query(&sql, &values))?;
        let mut used = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut group = Vec::with_capacity(query.by.len());
            for (column, dimension) in query.by.iter().enumerate() {
                group.push(match dimension {
                    Dimension::Day => Group::Day(row.count(column)?),
                    _ => Group::Name(row.text(column)?.to_owned()),
                });
            }
            let mut columns = [0; 12];
            for (index, count) in columns.iter_mut().enumerate() {
                *count = row.count(by.len() + index)?;
            }
            let (unpriced, micro_usd) = (row.count(by.len() + 12)?, row.count(by.len() + 13)?);
            used.push(Used { group, counts: Counts::from_fields(columns), unpriced, micro_usd });
        }
        // Here and not in SQL: PostgreSQL would sort names by the database's locale.
        used.sort_by(|a, b| a.group.cmp(&b.group));
        used.retain(|row| row.counts != Counts::default() || row.micro_usd > 0);
        Ok(used)
    }

    /// Every team that use was ever booked for or that has a limit, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn teams(&self) -> Result<Vec<String>> {
        let sql = "SELECT team FROM usage_minutes UNION SELECT team FROM usage_days UNION SELECT team FROM budgets";
        let rows = self.read(|connection| connection.query(sql, &[]))?;
        let mut teams = rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect::<Result<Vec<_>>>()?;
        teams.sort();
        Ok(teams)
    }
}
