//! Acting on findings: in plain text, and in the strings of a JSON body.

use std::fmt;
use std::ops::Range;

use tollgate_policy::redaction::{Action, Direction, Mode, Place};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use super::{At, Policy};
use crate::answer::{Why, answer};
use crate::finding::Finding;
use crate::json::{self, JsonText};
use crate::report::Report;
use crate::vault::{Vault, VaultFull};

/// Why a text may not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedactError {
    /// A rule with the action `block` found something.
    Blocked {
        /// Its name.
        rule: String,
    },
    /// There are more values than the vault holds.
    VaultFull,
}

impl fmt::Display for RedactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked { rule } => write!(f, "the text holds what the rule `{rule}` does not let pass"),
            Self::VaultFull => VaultFull.fmt(f),
        }
    }
}

impl std::error::Error for RedactError {}

impl From<VaultFull> for RedactError {
    fn from(_: VaultFull) -> Self {
        Self::VaultFull
    }
}

/// A text after the policy.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted {
    /// What may pass.
    pub text: String,
    /// What was found in the text as it was.
    pub findings: Vec<Finding>,
    /// The same in numbers, and what follows from it.
    pub report: Report,
}

/// Without the text: it may hold what only the client should see.
impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted").field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl Policy {
    /// Redacts a plain text.
    ///
    /// # Errors
    /// A rule blocks it, or the vault is full.
    pub fn redact_text(
        &self,
        vault: &mut Vault,
        text: &str,
        direction: Direction,
        place: Place,
    ) -> Result<Redacted, RedactError> {
        let mut findings = Vec::new();
        self.find(text, direction, place, &mut findings);
        let mut redacted = String::with_capacity(text.len());
        let mut copied = 0;
        let mut report = Report::new();
        self.act(text, &findings, &mut Store::of(vault, direction), &mut report, |range, replacement| {
            redacted.push_str(text.get(copied..range.start).unwrap_or_default());
            redacted.push_str(replacement);
            copied = range.end;
        })?;
        redacted.push_str(text.get(copied..).unwrap_or_default());
        Ok(Redacted { text: redacted, findings, report })
    }

    /// Redacts a string of a request body: `edits` gets the replacements, by the body's own offsets. Rules see the decoded text, so that
    /// escapes hide nothing, and what they do not name stays byte for byte. Of a string that [holds JSON](JsonText::json_inside) the
    /// strings are decoded once more, and a number found there becomes a string.
    ///
    /// # Errors
    /// A rule blocks it, or the vault is full; `edits` may have got some replacements by then.
    pub fn redact_json_str(
        &self,
        vault: &mut Vault,
        text: JsonText<'_>,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        if !self.looks_at(At { direction: Direction::Request, place: text.place }) {
            return Ok(());
        }
        json::each_text(text, edits, |part, target| self.redact_at(vault, part, text.place, target, report))
    }

    /// Redacts all texts of a value, at any depth: what stands where no text is expected, or objects of the client's own making such as
    /// the input of a tool. Keys are redacted too; two that are masked alike then repeat each other. A number in which something is
    /// found becomes a string.
    ///
    /// # Errors
    /// A rule blocks it, or the vault is full; `edits` may have got some replacements by then.
    pub fn redact_json_value(
        &self,
        vault: &mut Vault,
        value: Value<'_>,
        key: Option<Str<'_>>,
        place: Place,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        if !self.looks_at(At { direction: Direction::Request, place }) {
            return Ok(());
        }
        json::each_text_of_value(value, key, edits, &mut |text, target| {
            self.redact_at(vault, text, place, target, report)
        })
    }

    fn redact_at(
        &self,
        vault: &mut Vault,
        text: &json::Text<'_>,
        place: Place,
        target: &mut json::Target<'_, '_>,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        let at = At { direction: Direction::Request, place };
        let findings = self.settle(self.candidates(text.text, text.from, text.from, at), std::iter::empty());
        self.act(text.text, &findings, &mut Store::Vault(vault), report, |range, replacement| {
            target.replace(text, range, replacement);
        })
    }

    /// Applies the rules to a string of a complete answer, and puts originals in the place of their placeholders there. What
    /// `pseudonymize` finds in an answer is masked: the model made it up, so there is no original to come back. For `edits`
    /// see [`redact_json_str`](Self::redact_json_str).
    ///
    /// # Errors
    /// A rule blocks it; `edits` may have got some replacements by then.
    pub fn answer_json_str(
        &self,
        vault: &Vault,
        text: JsonText<'_>,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        json::each_text(text, edits, |part, target| self.answer_at(vault, part, text.place, target, report))
    }

    /// Applies the rules to all texts of a value in a complete answer, keys included, and restores placeholders there.
    ///
    /// # Errors
    /// A rule blocks it; `edits` may have got some replacements by then.
    pub fn answer_json_value(
        &self,
        vault: &Vault,
        value: Value<'_>,
        key: Option<Str<'_>>,
        place: Place,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        json::each_text_of_value(value, key, edits, &mut |text, target| {
            self.answer_at(vault, text, place, target, report)
        })
    }

    fn answer_at(
        &self,
        vault: &Vault,
        text: &json::Text<'_>,
        place: Place,
        target: &mut json::Target<'_, '_>,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        let at = At { direction: Direction::Response, place };
        let rules =
            self.applies_to(Direction::Response).then(|| (self, self.candidates(text.text, text.from, text.from, at)));
        answer(rules, vault, text.text, text.from, report, |why, range, replacement| match why {
            Why::Found => target.replace(text, range, replacement),
            Why::Restored => target.restore(range, replacement),
        })
    }

    /// Counts the findings, stops at one that blocks, and calls `replace` for each that is to be replaced.
    pub(crate) fn act(
        &self,
        text: &str,
        findings: &[Finding],
        store: &mut Store<'_>,
        report: &mut Report,
        mut replace: impl FnMut(Range<usize>, &str),
    ) -> Result<(), RedactError> {
        if findings.is_empty() {
            return Ok(());
        }
        for finding in findings {
            self.note(finding, matches!(store, Store::Vault(_)), report);
        }
        let acted_on = || findings.iter().filter(|finding| !finding.shadow);
        if let Some(finding) = acted_on().find(|finding| finding.action == Action::Block) {
            return Err(RedactError::Blocked { rule: self.rule_name(finding.rule).to_owned() });
        }
        for finding in acted_on() {
            let label = self.label(finding.rule);
            let value = text.get(finding.start..finding.end).unwrap_or_default();
            let replacement = match (finding.action, &mut *store) {
                (Action::Allow, _) => continue,
                (Action::Hash, _) => format!("[{label}:{}]", self.key.short(value.as_bytes())),
                (Action::Pseudonymize, Store::Vault(vault)) => vault.placeholder(label, value)?,
                (Action::Mask | Action::Block | Action::Pseudonymize, _) => format!("[{label}]"),
            };
            replace(finding.start..finding.end, &replacement);
        }
        Ok(())
    }
}

impl Policy {
    fn note(&self, finding: &Finding, in_request: bool, report: &mut Report) {
        let Some(rule) = self.rule(finding.rule) else { return };
        let mode = if finding.shadow { Mode::Shadow } else { Mode::Enforce };
        report.add(&rule.name, finding.action, mode);
        if in_request && !finding.shadow {
            if let Some(tag) = &rule.tag {
                report.tag(finding.rule.0, tag);
            }
            if let Some(route) = &rule.route_to {
                report.route(finding.rule.0, route);
            }
        }
    }
}

/// Where `pseudonymize` keeps originals.
pub(crate) enum Store<'v> {
    /// Requests: in the vault.
    Vault(&'v mut Vault),
    /// Answers: nowhere. What a model made up has no original to come back, so it is masked.
    Nowhere,
}

impl<'v> Store<'v> {
    fn of(vault: &'v mut Vault, direction: Direction) -> Self {
        match direction {
            Direction::Request => Self::Vault(vault),
            Direction::Response => Self::Nowhere,
        }
    }
}
