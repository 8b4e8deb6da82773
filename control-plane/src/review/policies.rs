//! Redaction: once for each pair of policies between which teams move, since many teams share one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Serialize;
use tollgate_policy::redaction::{Direction, Place, PolicyTest, RedactionSpec, Role};

use super::corpus::Corpus;
use super::outcomes::{Comparison, Judge, Outcome};
use super::revision::Revision;
use super::{Change, Showing, rules};

/// What changes for the teams that had one policy and have another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyReview {
    /// The policy's name in the older revision; nothing if there was none.
    pub old: Option<String>,
    /// Its name in the newer one; nothing if there is none.
    pub new: Option<String>,
    /// Whom it concerns; nobody yet, where a policy has no team.
    pub teams: Vec<String>,
    /// What differs in the rules.
    pub rules: Vec<Change>,
    /// What differs in the texts.
    pub outcomes: Vec<Outcome>,
    /// How many tests of the policies were looked at.
    pub tests: u64,
    /// How many texts of the corpus.
    pub texts: u64,
}

/// A policy before, and one after.
type Pair<'a> = (Option<&'a String>, Option<&'a String>);

/// Every pair of policies that differ. The second is how many lines of the corpus were too long.
pub fn review(
    old: &Revision,
    new: &Revision,
    corpus: Option<&Corpus>,
    showing: Showing,
) -> anyhow::Result<(Vec<PolicyReview>, u64)> {
    let mut open = Vec::new();
    for ((was, is), teams) in pairs(old, new) {
        let spec = |revision: &Revision, name: Option<&String>| -> Option<RedactionSpec> {
            let mut spec = revision.model.redaction.get(name?)?.clone();
            spec.tests.clear();
            Some(spec)
        };
        let (before, after) = (spec(old, was), spec(new, is));
        if before == after {
            continue;
        }
        let none = RedactionSpec::default();
        let (rules_before, rules_after) = (before.as_ref().unwrap_or(&none), after.as_ref().unwrap_or(&none));
        let name = was.or(is).cloned().unwrap_or_default();
        let judge = |spec: Option<&RedactionSpec>| Judge::new(spec).with_context(|| format!("policy `{name}`"));
        let comparison = Comparison::new(judge(before.as_ref())?, judge(after.as_ref())?, showing);
        let review = PolicyReview {
            old: was.cloned(),
            new: is.cloned(),
            teams,
            rules: rules::changes(rules_before, rules_after),
            outcomes: Vec::new(),
            tests: 0,
            texts: 0,
        };
        open.push((review, comparison));
    }
    for (review, comparison) in &mut open {
        for (at, test) in tests(old, new, review) {
            review.tests += 1;
            let role = match test.direction {
                Direction::Request => test.role.unwrap_or(Role::User),
                Direction::Response => Role::Assistant,
            };
            comparison.text(at, &test.input, test.direction, Place::said(role));
        }
    }
    let skipped = match corpus {
        Some(corpus) if !open.is_empty() => corpus.each(|at, text, place| {
            for (review, comparison) in open.iter_mut().filter(|(_, comparison)| !comparison.is_idle()) {
                review.texts += 1;
                comparison.text(at, text, Direction::Request, place);
                comparison.text(at, text, Direction::Response, Place::ASSISTANT);
            }
        })?,
        _ => 0,
    };
    let finished = open.into_iter().map(|(review, seen)| PolicyReview { outcomes: seen.outcomes(), ..review });
    Ok((finished.collect(), skipped))
}

/// Who moves from which policy to which; and policies that nobody has, under their own name.
fn pairs<'a>(old: &'a Revision, new: &'a Revision) -> BTreeMap<Pair<'a>, Vec<String>> {
    let mut pairs: BTreeMap<Pair<'a>, Vec<String>> = BTreeMap::new();
    for (name, was) in &old.model.teams {
        if let Some(is) = new.model.teams.get(name) {
            pairs.entry((was.redaction.as_ref(), is.redaction.as_ref())).or_default().push(name.clone());
        }
    }
    let covered: BTreeSet<&String> = pairs.keys().flat_map(|(was, is)| was.iter().chain(is)).copied().collect();
    let names = old.model.redaction.keys().chain(new.model.redaction.keys());
    let alone: BTreeSet<&String> = names.filter(|name| !covered.contains(name)).collect();
    for name in alone {
        let known = |revision: &'a Revision| revision.model.redaction.get_key_value(name).map(|(name, _)| name);
        pairs.entry((known(old), known(new))).or_default();
    }
    pairs
}

/// The tests of both policies, each text once, with the place it was last written at.
fn tests<'a>(old: &'a Revision, new: &'a Revision, review: &PolicyReview) -> Vec<(&'a String, &'a PolicyTest)> {
    let of = |revision: &'a Revision, name: &Option<String>| {
        let name = name.clone();
        revision.tests.iter().filter(move |(policy, ..)| Some(policy) == name.as_ref())
    };
    let mut tests: Vec<(&String, &PolicyTest)> = Vec::new();
    for (_, at, test) in of(new, &review.new).chain(of(old, &review.old)) {
        let same = |(_, known): &(&String, &PolicyTest)| {
            (&known.input, known.direction, known.role) == (&test.input, test.direction, test.role)
        };
        if !tests.iter().any(same) {
            tests.push((at, test));
        }
    }
    tests
}
