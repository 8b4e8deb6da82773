//! What two policies make of the same text.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_policy::redaction::{Direction, Mode, Place, RedactionSpec};
use tollgate_redaction::{Finding, Policy};

use super::Showing;
use super::rules::{Handling, is_shadow};

/// What stands in the place of what was found.
const HIDDEN: &str = "▮▮▮";
/// How much of a text is shown on either side of a finding, in characters.
const AROUND: usize = 32;

/// One kind of difference, over all texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The rule that finds it; where both revisions have one, the older one's.
    pub rule: String,
    /// Which texts: requests or answers.
    pub direction: Direction,
    /// What became of it.
    pub was: Handling,
    /// What becomes of it.
    pub now: Handling,
    /// How often.
    pub findings: u64,
    /// In how many texts.
    pub texts: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

impl Outcome {
    /// Whether something passes that did not.
    #[must_use]
    pub fn leaks(&self) -> bool {
        self.now == Handling::LetThrough
    }
}

/// Where something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// `file:line` of the text, and the column of the finding.
    pub place: String,
    /// The text around it, with `▮▮▮` for everything that either revision finds.
    pub text: String,
}

/// A policy, as far as it changes texts.
pub struct Judge(Option<Policy>);

impl Judge {
    /// Rules in shadow mode change nothing and keep no other rule away, so they are left out.
    pub fn new(spec: Option<&RedactionSpec>) -> anyhow::Result<Self> {
        let Some(spec) = spec else { return Ok(Self(None)) };
        let rules: Vec<_> = spec.rules.iter().filter(|rule| !is_shadow(spec, rule)).cloned().collect();
        if rules.is_empty() {
            return Ok(Self(None));
        }
        let enforced = RedactionSpec { rules, mode: Mode::Enforce, ..spec.clone() };
        let policy = Policy::compile("", &enforced, &[]).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(Self(Some(policy)))
    }

    fn find(&self, text: &str, direction: Direction, place: Place, found: &mut Vec<Finding>) {
        match &self.0 {
            Some(policy) => policy.find(text, direction, place, found),
            None => found.clear(),
        }
    }

    fn name(&self, finding: &Finding) -> String {
        self.0.as_ref().map_or("", |policy| policy.rule_name(finding.rule)).to_owned()
    }
}

type Key = (Handling, String, Handling, u8);

/// The differences seen so far between two policies.
pub struct Comparison {
    old: Judge,
    new: Judge,
    showing: Showing,
    seen: BTreeMap<Key, Outcome>,
    found: [Vec<Finding>; 2],
}

impl Comparison {
    pub fn new(old: Judge, new: Judge, showing: Showing) -> Self {
        Self { old, new, showing, seen: BTreeMap::new(), found: [Vec::new(), Vec::new()] }
    }

    /// Whether neither policy ever changes a text.
    pub fn is_idle(&self) -> bool {
        self.old.0.is_none() && self.new.0.is_none()
    }

    /// Looks at a text that stands at `at` (`file:line`).
    pub fn text(&mut self, at: &str, text: &str, direction: Direction, place: Place) {
        let [before, after] = &mut self.found;
        self.old.find(text, direction, place, before);
        self.new.find(text, direction, place, after);
        if before.is_empty() && after.is_empty() {
            return;
        }
        let handled = |finding: &Finding| Handling::of(finding.action, direction);
        let kept = |findings: &[Finding]| {
            findings.iter().filter(|finding| handled(finding) != Handling::LetThrough).copied().collect::<Vec<_>>()
        };
        let (was, is) = (kept(before), kept(after));
        let mut differing: Vec<(Key, Finding)> = Vec::new();
        let way = u8::from(direction == Direction::Response);
        for finding in &was {
            let now = weakest(finding, &is, handled);
            if now != handled(finding) {
                differing.push(((now, self.old.name(finding), handled(finding), way), *finding));
            }
        }
        for finding in &is {
            if weakest(finding, &was, handled) == Handling::LetThrough {
                differing.push(((handled(finding), self.new.name(finding), Handling::LetThrough, way), *finding));
            }
        }
        let spans: Vec<_> = before.iter().chain(after.iter()).map(|finding| (finding.start, finding.end)).collect();
        let mut counted: Vec<Key> = Vec::new();
        for (key, finding) in differing {
            let (now, rule, was, _) = key.clone();
            let outcome = self.seen.entry(key.clone()).or_insert_with(|| Outcome {
                rule,
                direction,
                was,
                now,
                findings: 0,
                texts: 0,
                examples: Vec::new(),
            });
            outcome.findings += 1;
            if counted.contains(&key) {
                continue;
            }
            counted.push(key);
            outcome.texts += 1;
            if outcome.examples.len() < self.showing.examples {
                outcome.examples.push(example(at, text, &finding, &spans, self.showing.values));
            }
        }
    }

    /// Everything that was seen, leaks first.
    pub fn outcomes(self) -> Vec<Outcome> {
        self.seen.into_values().collect()
    }
}

/// What becomes of all of a finding's text under the findings of another policy: let through if any of it is.
fn weakest(finding: &Finding, others: &[Finding], handled: impl Fn(&Finding) -> Handling) -> Handling {
    let mut covered_to = finding.start;
    let mut weakest: Option<Handling> = None;
    for other in others.iter().filter(|other| other.start < finding.end && other.end > finding.start) {
        if other.start > covered_to {
            return Handling::LetThrough;
        }
        covered_to = covered_to.max(other.end);
        weakest = Some(weakest.map_or(handled(other), |known| known.min(handled(other))));
    }
    if covered_to >= finding.end { weakest.unwrap_or(Handling::LetThrough) } else { Handling::LetThrough }
}

fn example(at: &str, text: &str, finding: &Finding, spans: &[(usize, usize)], values: bool) -> Example {
    let column = text.get(..finding.start).unwrap_or_default().chars().count() + 1;
    let before = text.get(..finding.start).unwrap_or_default();
    let from = before.char_indices().rev().take(AROUND).last().map_or(finding.start, |(at, _)| at);
    let behind = text.get(finding.end..).unwrap_or_default();
    let to = finding.end + behind.char_indices().nth(AROUND).map_or(behind.len(), |(at, _)| at);
    let shown = if values { text.get(from..to).unwrap_or_default().to_owned() } else { hide(text, from, to, spans) };
    let clean: String = shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    Example { place: format!("{at}:{column}"), text: format!("{head}{clean}{tail}") }
}

/// The text from `from` to `to` without what was found in it, also where a finding sticks out.
fn hide(text: &str, from: usize, to: usize, spans: &[(usize, usize)]) -> String {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let (mut shown, mut at) = (String::new(), from);
    for (start, end) in spans.into_iter().filter(|(start, end)| *start < to && *end > from) {
        if start < at && at > from {
            // Overlaps what is hidden already.
            at = at.max(end);
            continue;
        }
        shown.push_str(text.get(at..start).unwrap_or_default());
        shown.push_str(HIDDEN);
        at = end;
    }
    shown.push_str(text.get(at..to).unwrap_or_default());
    shown
}
