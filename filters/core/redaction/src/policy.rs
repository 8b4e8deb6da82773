//! A compiled policy: finds, and acts on what it finds.

mod act;
mod compile;
mod find;
mod scope;
mod validate;

#[cfg(not(target_arch = "wasm32"))]
#[cfg(test)]
mod laws;
#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use tollgate_policy::redaction::{Action, Direction};

pub(crate) use act::Store;
pub use act::{RedactError, Redacted};
pub use compile::CompileError;
pub(crate) use scope::{At, Mask};

use crate::detect::Scanner;
use crate::finding::RuleId;
use crate::segment::Needs;
use crate::user::{Except, Near, Patterns, Words};
use crate::vault;

/// A redaction policy, ready for use. Compiled once, then shared by every request.
pub struct Policy {
    name: String,
    /// One for each rule, and for each detector of a rule with several.
    rules: Vec<Rule>,
    /// Per detector: the rules that use it.
    detectors: Vec<Vec<User>>,
    /// Where rules with detectors look, each place once.
    detector_masks: Vec<Mask>,
    /// Their detectors, and the words that stand alone, of requests and of answers.
    scanners: [Option<Arc<Scanner>>; 2],
    patterns: Patterns,
    /// Those that may stand within words.
    words: Vec<Arc<Words>>,
    directions: Vec<Direction>,
    shadow: bool,
    has_shadow_rules: bool,
    /// What rules need to know of streams, by where they look.
    needs: Vec<(Mask, Needs)>,
    key: crate::hmac::Key,
}

/// A rule that uses a detector.
struct User {
    rule: u16,
    min_score: u8,
}

struct Rule {
    name: String,
    label: String,
    action: Action,
    priority: i32,
    /// Where it looks, among the directions of the policy.
    mask: Mask,
    /// Its findings are only reported.
    shadow: bool,
    near: Option<Arc<Near>>,
    except: Option<Arc<Except>>,
    tag: Option<String>,
    route_to: Option<String>,
}

impl Policy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether findings are only reported, whatever the rule.
    #[must_use]
    pub fn shadow(&self) -> bool {
        self.shadow
    }

    /// Whether its rules look at texts that travel this way. Placeholders are restored in answers in any case.
    #[must_use]
    pub fn applies_to(&self, direction: Direction) -> bool {
        self.directions.contains(&direction)
    }

    /// What reports and refusals call a rule: its own name, or its detector's.
    #[must_use]
    pub fn rule_name(&self, rule: RuleId) -> &str {
        self.rule(rule).map_or("", |rule| &rule.name)
    }

    /// What its placeholders and masks are made of, such as `EMAIL`.
    #[must_use]
    pub fn label(&self, rule: RuleId) -> &str {
        self.rule(rule).map_or("", |rule| &rule.label)
    }

    /// The most bytes of a lane's text that a [`ResponseFilter`](crate::ResponseFilter) holds back: the longest placeholder if no rule
    /// looks at answers; otherwise 1 KiB, or 8 KiB with built-in detectors, some of which find what is long. Ordinary text is held
    /// for the word that is being written and what rules need behind it; only text without blanks, or a private key, is held
    /// that long. In the strings of JSON, bytes of the decoded text.
    #[must_use]
    pub fn hold_back(&self) -> usize {
        let looking = self
            .needs
            .iter()
            .filter(|(mask, _)| mask.looks(Direction::Response) && self.applies_to(Direction::Response));
        looking.map(|(_, needs)| needs.longest()).fold(vault::LONGEST, usize::max)
    }

    /// What the rules that look there need to know of a stream.
    pub(crate) fn needs(&self, at: At) -> Needs {
        let there = self.needs.iter().filter(|(mask, _)| mask.holds(at));
        there.fold(Needs::default(), |all, &(_, needs)| all.or(needs))
    }

    /// Whether a rule looks at texts there.
    pub(crate) fn looks_at(&self, at: At) -> bool {
        self.applies_to(at.direction) && self.needs.iter().any(|(mask, _)| mask.holds(at))
    }

    /// What looks at texts that travel this way, if rules have detectors or words.
    fn scanner(&self, direction: Direction) -> Option<&Scanner> {
        let [request, response] = &self.scanners;
        match direction {
            Direction::Request => request.as_deref(),
            Direction::Response => response.as_deref(),
        }
    }

    fn rule(&self, rule: RuleId) -> Option<&Rule> {
        self.rule_at(rule.0)
    }

    fn rule_at(&self, index: u16) -> Option<&Rule> {
        self.rules.get(usize::from(index))
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<_> = self.rules.iter().map(|rule| format!("{}:{}", rule.name, rule.action)).collect();
        f.debug_struct("Policy")
            .field("name", &self.name)
            .field("rules", &rules)
            .field("shadow", &self.shadow)
            .finish_non_exhaustive()
    }
}
