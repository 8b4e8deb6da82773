//! Quotas, the same in a `Team` file and in the gateway's configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod problems;
#[cfg(test)]
mod tests;

/// One limit of a team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quota {
    /// Named in refusals, headers and metrics; unique within the team.
    pub name: String,
    /// What is counted.
    pub unit: Unit,
    /// How much fits into one window: tokens or requests in whole numbers, US dollars with up to six decimals.
    pub limit: f64,
    /// The window. For `inFlight`, how long a request is counted at most whose end nobody reports.
    pub per: Window,
    /// Whether windows follow one another, or the limit holds in any stretch of a window's length. Not for `per: second`, nor for `inFlight`,
    /// which has no windows to choose between.
    #[serde(default, skip_serializing_if = "Shape::is_fixed")]
    pub window: Shape,
    /// The time zone of days and months, by its IANA name (`Europe/Zurich`); UTC if absent. Only for fixed windows of a day or a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whose use is added up.
    #[serde(default)]
    pub by: Subject,
    /// A request whose allowed output does not fit into what is left is allowed what fits, rather than refused. For `tokens`, `outputTokens`
    /// and `usd`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clamp: bool,
    /// Which classes of traffic are shed before the limit is reached, and at which percentage of it: `{batch: 80}` keeps the last fifth
    /// for everybody else. A class that is not named here may use all of it. The threshold is judged by what is known of the fleet's use, a second
    /// or two old; the limit itself never is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shed_at: BTreeMap<String, u8>,
    /// Percentages of the limit at which an alert is raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_at: Vec<u8>,
}

impl Quota {
    /// A limit of a team as a whole, in fixed windows, with nothing else chosen.
    #[must_use]
    pub fn new(name: &str, unit: Unit, limit: f64, per: Window) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            limit,
            per,
            window: Shape::default(),
            time_zone: None,
            by: Subject::default(),
            clamp: false,
            shed_at: BTreeMap::new(),
            alert_at: Vec::new(),
        }
    }

    /// The limit in the unit's smallest step: tokens, requests, or millionths of a US dollar.
    #[must_use]
    pub fn limit_steps(&self) -> u64 {
        let steps = self.limit * self.unit.steps_per_unit() as f64;
        // `as` saturates: a limit below zero is none at all, one beyond u64 is no limit in practice.
        steps.round() as u64
    }
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Input and output tokens together.
    Tokens,
    /// Tokens of the input.
    InputTokens,
    /// Tokens of the output.
    OutputTokens,
    /// Requests.
    Requests,
    /// US dollars by the price table.
    Usd,
    /// Requests that have begun and not ended.
    InFlight,
}

impl Unit {
    /// How many of the smallest steps make one unit.
    #[must_use]
    pub fn steps_per_unit(self) -> u64 {
        match self {
            Self::Usd => 1_000_000,
            Self::Tokens | Self::InputTokens | Self::OutputTokens | Self::Requests | Self::InFlight => 1,
        }
    }
}

/// The window of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Window {
    /// One second.
    Second,
    /// Sixty seconds.
    Minute,
    /// Sixty minutes.
    Hour,
    /// A calendar day in UTC, or in the quota's time zone.
    Day,
    /// A calendar month in UTC, or in the quota's time zone.
    Month,
}

/// How windows follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One after the other: at the turn of a window the whole limit is there again.
    #[default]
    Fixed,
    /// In any stretch of a window's length at most the limit, whenever it begins. A month is 30 days. What was used comes back in steps of a
    /// 32nd of the window, once it is older than a window.
    Sliding,
}

impl Shape {
    fn is_fixed(&self) -> bool {
        *self == Self::Fixed
    }
}

/// Whose use a quota adds up, always within the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The whole team.
    #[default]
    Team,
    /// Each value of the `app` tag.
    App,
    /// Each value of the `user` tag.
    User,
    /// Each model as the client names it.
    Model,
}
