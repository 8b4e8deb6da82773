//! What was found, in numbers.

use std::fmt;

use tollgate_policy::redaction::Action;

/// Counts of findings by rule and action. Never holds a value.
///
/// `Display` writes `rule:action=count`, separated by commas, in order of first appearance; nothing if there were none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    counts: Vec<Count>,
    shadow: bool,
    tags: Vec<String>,
    route_to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Count {
    rule: String,
    action: Action,
    count: u64,
}

impl Report {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, rule: &str, action: Action) {
        match self.counts.iter_mut().find(|count| count.rule == rule && count.action == action) {
            Some(count) => count.count += 1,
            None => self.counts.push(Count { rule: rule.to_owned(), action, count: 1 }),
        }
    }

    pub(crate) fn note(&mut self, tag: Option<&str>, route_to: Option<&str>) {
        if let Some(tag) = tag
            && !self.tags.iter().any(|known| known == tag)
        {
            self.tags.push(tag.to_owned());
        }
        if self.route_to.is_none() {
            self.route_to = route_to.map(str::to_owned);
        }
    }

    /// What findings are tagged with, in order of first appearance.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(String::as_str)
    }

    /// The route that the request must take because of a finding.
    #[must_use]
    pub fn route_to(&self) -> Option<&str> {
        self.route_to.as_deref()
    }

    pub(crate) fn set_shadow(&mut self) {
        self.shadow = true;
    }

    /// Whether the findings were only counted, by a policy in shadow mode.
    #[must_use]
    pub fn is_shadow(&self) -> bool {
        self.shadow
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Rule, action and count, in order of first appearance.
    pub fn counts(&self) -> impl Iterator<Item = (&str, Action, u64)> {
        self.counts.iter().map(|count| (count.rule.as_str(), count.action, count.count))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, count) in self.counts.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}:{}={}", count.rule, count.action, count.count)?;
        }
        Ok(())
    }
}
