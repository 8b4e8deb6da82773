//! Redaction rules, the same in a `RedactionPolicy` file and in the gateway's configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

mod place;
mod rule;

pub use place::{Field, Place, Role, Scope};
pub use rule::{MIN_SCORE, NEAR, OnFinding, Rule};

/// `spec` of a `RedactionPolicy`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedactionSpec {
    /// Where two find overlapping text, the longer finding wins, then `allow`, then the higher priority, then the earlier rule.
    pub rules: Vec<Rule>,
    /// Which directions the rules look at. Placeholders are restored in answers in any case.
    #[serde(default = "both_directions")]
    pub apply: Vec<Direction>,
    /// Whether findings are acted on or only reported.
    #[serde(default)]
    pub mode: Mode,
    /// What becomes of text in fields that the caller's API does not have, as far as this gateway knows it.
    #[serde(default)]
    pub unknown_fields: UnknownFields,
    /// Examples the policy must hold to, run by `tollgate test`. Not sent to the filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<PolicyTest>,
}

fn both_directions() -> Vec<Direction> {
    vec![Direction::Request, Direction::Response]
}

impl RedactionSpec {
    /// The routes that findings send requests to, in the order of the rules.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| rule.on_finding.as_ref()?.route_to.as_deref())
    }

    /// Whether the rules look at `direction`.
    #[must_use]
    pub fn applies_to(&self, direction: Direction) -> bool {
        self.apply.contains(&direction)
    }
}

/// What is done with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Replaced for good by `[LABEL]`.
    Mask,
    /// Replaced for good by `[LABEL:digest]`, the digest keyed, so that equal values stay joinable.
    Hash,
    /// Replaced by `<LABEL_n>` on the way out and restored in the answer.
    Pseudonymize,
    /// The request is refused, naming the rule and never the value.
    Block,
    /// Left alone; keeps other rules away from the same text.
    Allow,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mask => "mask",
            Self::Hash => "hash",
            Self::Pseudonymize => "pseudonymize",
            Self::Block => "block",
            Self::Allow => "allow",
        })
    }
}

/// Which way a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the client to the provider.
    #[default]
    Request,
    /// From the provider to the client.
    Response,
}

/// Whether findings are acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Act.
    #[default]
    Enforce,
    /// Report what would have happened, change nothing.
    Shadow,
}

/// What becomes of text in places that no one has heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnknownFields {
    /// It is redacted like any other text.
    #[default]
    Scan,
    /// The request is refused, naming the field.
    Refuse,
}

/// An example in a policy file: a text, and what must become of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyTest {
    /// What the example shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text before.
    #[serde(rename = "in")]
    pub input: String,
    /// The text after; absent when `blocked` is given.
    #[serde(default, rename = "out", skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The rule that must block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// Which way the text travels; `request` unless given.
    #[serde(default)]
    pub direction: Direction,
    /// Who says it; the user in a request, the assistant in an answer unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The rules that must find something, in order of place; not checked unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<String>>,
    /// The route that a finding must send the request to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_to: Option<String>,
}
