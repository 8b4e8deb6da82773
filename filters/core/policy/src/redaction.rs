//! Redaction rules, the same in a `RedactionPolicy` file and in the gateway's configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `spec` of a `RedactionPolicy`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedactionSpec {
    /// Tried in this order; where two find overlapping text, the longer finding wins, then the earlier rule.
    pub rules: Vec<Rule>,
    /// Which directions the rules look at. Placeholders are restored in answers in any case.
    #[serde(default = "both_directions")]
    pub apply: Vec<Direction>,
    /// Whether findings are acted on or only reported.
    #[serde(default)]
    pub mode: Mode,
    /// Examples the policy must hold to, run by `tollgate test`. Not sent to the filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<PolicyTest>,
}

fn both_directions() -> Vec<Direction> {
    vec![Direction::Request, Direction::Response]
}

impl RedactionSpec {
    /// Whether the rules look at `direction`.
    #[must_use]
    pub fn applies_to(&self, direction: Direction) -> bool {
        self.apply.contains(&direction)
    }
}

/// One rule: what to find (exactly one of `detect`, `pattern`, `words`) and what to do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Needed for `pattern` and `words`; a rule with `detect` is known by its detectors' names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Built-in detectors by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detect: Vec<String>,
    /// A regular expression: RE2-like syntax of the `regex` crate, over bytes, classes such as `\d` in ASCII, linear time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Words or phrases, matched as wholes and without regard to ASCII case unless `caseSensitive` is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// For `words`: tell `Nightjar` from `nightjar`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_sensitive: bool,
    /// What to do with a finding.
    pub action: Action,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the client to the provider.
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

/// An example in a policy file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyTest {
    /// The text before.
    #[serde(rename = "in")]
    pub input: String,
    /// The text after; absent when `blocked` is given.
    #[serde(default, rename = "out", skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The rule that must block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}
