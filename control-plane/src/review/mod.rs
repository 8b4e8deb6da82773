//! What two revisions of a configuration decide differently, by team, in words that a reviewer reads.
//!
//! ```text
//! folder, git ─ revision ─┐
//! folder, git ─ revision ─┼─ teams, routes, quotas ─────────────┐
//! corpus, tests ──────────┴─ policies: rules, outcomes on texts ─┴─ text, markdown, JSON
//! ```
//!
//! Texts are judged natively, by the crate that the modules are built from: a corpus may hold millions. `tollgate test` runs the modules
//! themselves.

pub mod corpus;
mod git;
mod identity;
mod outcomes;
mod policies;
pub(crate) mod quotas;
pub mod report;
pub mod revision;
mod routes;
mod rules;
mod stops;
mod teams;

use serde::Serialize;

use corpus::Corpus;
use revision::Revision;

/// Whether a change lets more or less pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Less passes, or less becomes known to others.
    Stricter,
    /// More does.
    Looser,
}

/// One thing that is decided differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In words.
    pub text: String,
    /// Which way it goes, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
}

impl Change {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), effect: None }
    }

    fn stricter(text: impl Into<String>) -> Self {
        Self { text: text.into(), effect: Some(Effect::Stricter) }
    }

    fn looser(text: impl Into<String>) -> Self {
        Self { text: text.into(), effect: Some(Effect::Looser) }
    }

    /// `wider`: more passes now.
    fn which(text: impl Into<String>, wider: bool) -> Self {
        if wider { Self::looser(text) } else { Self::stricter(text) }
    }
}

/// What became of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone: its callers are refused.
    Removed,
    /// It was there and is.
    Changed,
}

/// One team's changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamReview {
    /// Its name.
    pub team: String,
    /// What became of it.
    pub fate: Fate,
    /// What is decided differently for it; for a new team, what is decided.
    pub changes: Vec<Change>,
}

pub use outcomes::{Example, Outcome};
pub use policies::PolicyReview;

/// Everything that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The older revision, as it was named.
    pub old: String,
    /// The newer one.
    pub new: String,
    /// What concerns every team.
    pub gateway: Vec<Change>,
    /// Teams in order of name.
    pub teams: Vec<TeamReview>,
    /// Redaction, once for each pair of policies that some team moves between.
    pub redaction: Vec<PolicyReview>,
    /// Lines of the corpus that were too long to be read.
    pub skipped: u64,
}

impl Review {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gateway.is_empty() && self.teams.is_empty() && self.redaction.is_empty()
    }
}

/// How much is shown of the texts in which something changes.
#[derive(Debug, Clone, Copy)]
pub struct Showing {
    /// Examples of each outcome.
    pub examples: usize,
    /// Show what was found, too.
    pub values: bool,
}

/// Compares two revisions, on the tests of both and on a corpus where one is given.
///
/// # Errors
/// The corpus cannot be read, or a policy does not compile.
pub fn review(old: &Revision, new: &Revision, corpus: Option<&Corpus>, showing: Showing) -> anyhow::Result<Review> {
    let (redaction, skipped) = policies::review(old, new, corpus, showing)?;
    Ok(Review {
        old: old.name.clone(),
        new: new.name.clone(),
        gateway: teams::gateway(&old.model, &new.model),
        teams: teams::review(&old.model, &new.model),
        redaction,
        skipped,
    })
}

/// `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `1 text`, `2,000 texts`.
pub(crate) fn count(of: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(of), if of == 1 { one } else { many })
}

/// `200,000`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
