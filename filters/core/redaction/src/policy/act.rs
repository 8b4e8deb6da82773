//! Acting on findings: in plain text, and in the strings of a JSON body.

use std::fmt;
use std::ops::Range;

use tollgate_policy::redaction::{Action, Direction, Place};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

use super::{At, Policy};
use crate::answer::{Why, answer};
use crate::finding::Finding;
use crate::json;
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
        self.act(text, &findings, &mut Store::of(vault, direction), &mut Report::new(), |range, replacement| {
            redacted.push_str(text.get(copied..range.start).unwrap_or_default());
            redacted.push_str(replacement);
            copied = range.end;
        })?;
        redacted.push_str(text.get(copied..).unwrap_or_default());
        Ok(Redacted { text: redacted, findings })
    }

    /// Redacts a string of a request body: `edits` gets the replacements, by the body's own offsets. Rules see the decoded text, so that
    /// escapes hide nothing, and what they do not name stays byte for byte. With `json_inside` the string holds JSON itself, as
    /// the `arguments` of a tool call do: the strings in there are decoded once more, and a number found there becomes a string.
    ///
    /// # Errors
    /// A rule blocks it, or the vault is full; `edits` may have got some replacements by then.
    pub fn redact_json_str(
        &self,
        vault: &mut Vault,
        text: Str<'_>,
        place: Place,
        json_inside: bool,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        if !self.applies_to(Direction::Request) {
            return Ok(());
        }
        json::each_text(text, json_inside, edits, |text, target| self.redact_at(vault, text, place, target, report))
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
        place: Place,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        if !self.applies_to(Direction::Request) {
            return Ok(());
        }
        json::each_text_of_value(value, edits, &mut |text, target| self.redact_at(vault, text, place, target, report))
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
        let findings = self.settle(self.candidates(text.text, text.from, at), std::iter::empty());
        self.act(text.text, &findings, &mut Store::Vault(vault), report, |range, replacement| {
            target.replace(text, range, replacement);
        })
    }

    /// Applies the rules to a string of a complete answer, and puts originals in the place of their placeholders there. What
    /// `pseudonymize` finds in an answer is masked: the model made it up, so there is no original to come back. For `json_inside`
    /// and `edits` see [`redact_json_str`](Self::redact_json_str).
    ///
    /// # Errors
    /// A rule blocks it; `edits` may have got some replacements by then.
    pub fn answer_json_str(
        &self,
        vault: &Vault,
        text: Str<'_>,
        place: Place,
        json_inside: bool,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        json::each_text(text, json_inside, edits, |text, target| self.answer_at(vault, text, place, target, report))
    }

    /// Applies the rules to all texts of a value in a complete answer, keys included, and restores placeholders there.
    ///
    /// # Errors
    /// A rule blocks it; `edits` may have got some replacements by then.
    pub fn answer_json_value(
        &self,
        vault: &Vault,
        value: Value<'_>,
        place: Place,
        edits: &mut Edits,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        json::each_text_of_value(value, edits, &mut |text, target| self.answer_at(vault, text, place, target, report))
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
        let rules = self.applies_to(Direction::Response).then(|| (self, self.candidates(text.text, text.from, at)));
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
            report.add(self.rule_name(finding.rule), finding.action);
            if let Some(on_finding) = self.rule(finding.rule).and_then(|rule| rule.on_finding.as_ref()) {
                let route_to =
                    on_finding.route_to.as_deref().filter(|_| !self.shadow && matches!(store, Store::Vault(_)));
                report.note(on_finding.tag.as_deref(), route_to);
            }
        }
        if self.shadow {
            report.set_shadow();
            return Ok(());
        }
        if let Some(finding) = findings.iter().find(|finding| finding.action == Action::Block) {
            return Err(RedactError::Blocked { rule: self.rule_name(finding.rule).to_owned() });
        }
        for finding in findings {
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
