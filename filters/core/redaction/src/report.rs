//! What was found, in numbers, and what follows from it.

use std::fmt;

use tollgate_policy::redaction::{Action, Mode};

use tollgate_wire::order::sort_by;

/// Counts of findings by rule and action, and what they mean for the request. Never holds a value.
///
/// `Display` writes `rule:action=count`, separated by commas, in order of first appearance, with `shadow-` in front of the action where
/// nothing was done about the findings: `email:mask=2,iban:shadow-block=1`. Nothing if there were none. No name of a rule holds one
/// of these signs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    counts: Vec<Count>,
    /// Each with the rule that it is of, in order of the rules.
    tags: Vec<(u16, String)>,
    /// Of the first rule that has one, with that rule.
    route: Option<(u16, String)>,
}

/// How often a rule found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The rule's name.
    pub rule: String,
    /// What it does about its findings.
    pub action: Action,
    /// Whether that was done.
    pub mode: Mode,
    /// How many findings.
    pub count: u64,
}

impl Report {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, rule: &str, action: Action, mode: Mode) {
        let same = |count: &&mut Count| count.rule == rule && count.action == action && count.mode == mode;
        match self.counts.iter_mut().find(same) {
            Some(count) => count.count += 1,
            None => self.counts.push(Count { rule: rule.to_owned(), action, mode, count: 1 }),
        }
    }

    pub(crate) fn tag(&mut self, rule: u16, tag: &str) {
        if let Some((first, _)) = self.tags.iter_mut().find(|(_, known)| known == tag) {
            *first = rule.min(*first);
        } else {
            self.tags.push((rule, tag.to_owned()));
        }
        sort_by(&mut self.tags, |left, right| left < right);
    }

    pub(crate) fn route(&mut self, rule: u16, route: &str) {
        if self.route.as_ref().is_none_or(|&(first, _)| rule < first) {
            self.route = Some((rule, route.to_owned()));
        }
    }

    /// Whether all that was found was only counted, by rules in shadow mode. False if nothing was found.
    #[must_use]
    pub fn is_shadow(&self) -> bool {
        !self.is_empty() && self.counts.iter().all(|count| count.mode == Mode::Shadow)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How often each rule found something, in order of first appearance.
    pub fn counts(&self) -> impl Iterator<Item = &Count> {
        self.counts.iter()
    }

    /// The tags of what was found in the request, each once, in order of the rules. Rules in shadow mode set none.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(|(_, tag)| tag.as_str())
    }

    /// The route that what was found in the request wants: that of the earliest rule that has one. Rules in shadow mode want none.
    #[must_use]
    pub fn route_to(&self) -> Option<&str> {
        self.route.as_ref().map(|(_, route)| route.as_str())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, count) in self.counts.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let shadow = if count.mode == Mode::Shadow { "shadow-" } else { "" };
            write!(f, "{comma}{}:{shadow}{}={}", count.rule, count.action, count.count)?;
        }
        Ok(())
    }
}
