//! Quotas, the same in a `Team` file and in the gateway's configuration.

use serde::{Deserialize, Serialize};

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
    /// The window.
    pub per: Window,
    /// Whose use is added up.
    #[serde(default)]
    pub by: Subject,
    /// Percentages of the limit at which an alert is raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_at: Vec<u8>,
}

impl Quota {
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
}

impl Unit {
    /// How many of the smallest steps make one unit.
    #[must_use]
    pub fn steps_per_unit(self) -> u64 {
        match self {
            Self::Usd => 1_000_000,
            Self::Tokens | Self::InputTokens | Self::OutputTokens | Self::Requests => 1,
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
    /// A calendar day in UTC.
    Day,
    /// A calendar month in UTC.
    Month,
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
