//! A compiled policy: finds, and acts on what it finds.

mod act;
mod compile;

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use tollgate_policy::redaction::{Action, Direction, OnFinding, Place};

pub(crate) use act::Store;
pub use act::{RedactError, Redacted};
pub use compile::CompileError;

use crate::detect::{CERTAIN, Candidate, Scanner};
use crate::finding::{self, Finding, RuleId};
use crate::segment::Needs;

/// A redaction policy, ready for use. Compiled once, then shared by every request.
pub struct Policy {
    name: String,
    /// One for each rule, and for each detector of a rule with several.
    rules: Vec<Rule>,
    scanner: Box<Scanner>,
    directions: Vec<Direction>,
    shadow: bool,
    needs: Needs,
    key: crate::hmac::Key,
}

/// Stands for the rule of what must be left alone for a reason other than a rule. No rule has this index.
const SHIELD: u16 = u16::MAX;

/// Which way a text travels, and where in the body it stands: what the scopes of rules are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub direction: Direction,
    pub place: Place,
}

struct Rule {
    name: String,
    label: String,
    action: Action,
    on_finding: Option<OnFinding>,
}

impl Policy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether findings are only reported.
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

    /// What the rules need to know of a stream.
    pub(crate) fn needs(&self) -> &Needs {
        &self.needs
    }

    fn rule(&self, rule: RuleId) -> Option<&Rule> {
        self.rules.get(usize::from(rule.0))
    }

    fn action(&self, rule: u16) -> Action {
        // Unreachable by construction; the stricter answer.
        self.rules.get(usize::from(rule)).map_or(Action::Mask, |rule| rule.action)
    }

    /// Finds what the rules name, in order and without overlaps; `out` is emptied first. What an `allow` rule shields is among
    /// it. Nothing if the rules do not look this way.
    pub fn find(&self, text: &str, direction: Direction, place: Place, out: &mut Vec<Finding>) {
        out.clear();
        if self.applies_to(direction) {
            out.append(&mut self.settle(self.candidates(text, 0, At { direction, place }), std::iter::empty()));
        }
    }

    /// Settles overlaps among candidates and shields; the latter keep rules away like an `allow` rule, and are not among the findings.
    pub(crate) fn settle(
        &self,
        mut candidates: Vec<Candidate>,
        shields: impl Iterator<Item = Range<usize>>,
    ) -> Vec<Finding> {
        if candidates.is_empty() {
            return Vec::new();
        }
        candidates.extend(shields.map(|range| Candidate {
            rule: SHIELD,
            start: range.start,
            end: range.end,
            score: CERTAIN,
        }));
        finding::settle(&mut candidates, |rule| if rule == SHIELD { Action::Allow } else { self.action(rule) });
        let finding = |candidate: &Candidate| Finding {
            rule: RuleId(candidate.rule),
            start: candidate.start,
            end: candidate.end,
            score: candidate.score,
            action: self.action(candidate.rule),
        };
        candidates.iter().filter(|candidate| candidate.rule != SHIELD).map(finding).collect()
    }

    /// Where rules apply from `from` on, overlaps and all; the text in front is context only.
    pub(crate) fn candidates(&self, text: &str, from: usize, _at: At) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        self.scanner.scan(text, from, &mut candidates);
        candidates
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
