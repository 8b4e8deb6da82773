//! One rule: what to find, where, and what to do about it.

use serde::{Deserialize, Serialize};

use super::{Action, Mode, Scope};

/// One rule: what to find (exactly one of `detect`, `pattern`, `words`) and what to do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Needed for `pattern` and `words`; a rule with `detect` is known by its detectors' names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Built-in detectors by name, or groups of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detect: Vec<String>,
    /// A regular expression: RE2-like syntax of the `regex` crate, over bytes, classes such as `\d` in ASCII, linear time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Words or phrases, matched as wholes and without regard to ASCII case unless `caseSensitive` or `wholeWords` say otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// For `words`: tell `Nightjar` from `nightjar`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_sensitive: bool,
    /// For `words`: false finds them within longer words as well.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub whole_words: bool,
    /// For `pattern` and `words`: a finding counts only with one of these words at most [`NEAR`] bytes in front of it or behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// For `detect`: the least score, 1 to 100, of a finding that counts; [`MIN_SCORE`] unless given. What a detector is sure of has 100; a pattern
    /// alone, without a check digit or a word beside it that speaks for it, has less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_score: Option<u8>,
    /// Values that this rule leaves alone, whole and without regard to ASCII case: `support@example.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Where the rule looks; everywhere unless given.
    #[serde(default, skip_serializing_if = "Scope::is_everywhere")]
    pub scope: Scope,
    /// Which of two overlapping findings of the same length wins: that of the higher priority, then that of the earlier rule.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// `shadow` only reports what this rule finds, in a policy that is enforced otherwise: nothing is changed, tagged or routed, and no
    /// other rule is kept away from the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// What a finding means beyond the text it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_finding: Option<OnFinding>,
    /// What to do with a finding.
    pub action: Action,
}

/// The least score of a finding that counts, where a rule does not say.
pub const MIN_SCORE: u8 = 50;
/// How far from a finding a word of `near` may stand, in bytes.
pub const NEAR: usize = 48;

impl Rule {
    /// A rule that finds nothing yet and does this.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            name: None,
            detect: Vec::new(),
            pattern: None,
            words: Vec::new(),
            case_sensitive: false,
            whole_words: true,
            near: Vec::new(),
            min_score: None,
            except: Vec::new(),
            scope: Scope::default(),
            priority: 0,
            mode: None,
            on_finding: None,
            action,
        }
    }
}

/// What a finding in a request means beyond the text it stands in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnFinding {
    /// A word that the access log and other filters get to see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The route that the request takes instead, one of the team's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_to: Option<String>,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(priority: &i32) -> bool {
    *priority == 0
}
