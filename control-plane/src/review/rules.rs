//! The rules of two policies, compared one by one.

use std::collections::BTreeMap;

use tollgate_policy::redaction::{Action, Direction, MIN_SCORE, Mode, RedactionSpec, Rule, Scope, UnknownFields};
use tollgate_redaction::groups;

use super::Change;

/// What a rule does about a finding, as far as the text is concerned. In order of how little of it remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handling {
    /// It passes as it is.
    LetThrough,
    /// A placeholder goes out and the original comes back.
    Pseudonymized,
    /// A digest stands in its place.
    Hashed,
    /// A label stands in its place.
    Masked,
    /// Nothing of the text passes.
    Blocked,
}

impl Handling {
    /// What an action comes to. An answer has no original to come back, so it is masked there.
    pub fn of(action: Action, direction: Direction) -> Self {
        match (action, direction) {
            (Action::Allow, _) => Self::LetThrough,
            (Action::Pseudonymize, Direction::Request) => Self::Pseudonymized,
            (Action::Mask | Action::Pseudonymize, _) => Self::Masked,
            (Action::Hash, _) => Self::Hashed,
            (Action::Block, _) => Self::Blocked,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::LetThrough => "let through",
            Self::Pseudonymized => "pseudonymized",
            Self::Hashed => "hashed",
            Self::Masked => "masked",
            Self::Blocked => "blocked",
        }
    }
}

/// Whether a rule of a policy only reports.
pub fn is_shadow(spec: &RedactionSpec, rule: &Rule) -> bool {
    spec.mode == Mode::Shadow || rule.mode == Some(Mode::Shadow)
}

/// What differs between two policies, rule by rule. No policy is one without rules.
pub fn changes(old: &RedactionSpec, new: &RedactionSpec) -> Vec<Change> {
    let mut changes = Vec::new();
    for direction in [Direction::Request, Direction::Response] {
        let (was, is) = (looks(old, direction), looks(new, direction));
        if was != is {
            let texts = if direction == Direction::Request { "requests" } else { "answers" };
            let words = |looks: bool| if looks { "looked at" } else { "not looked at" };
            changes.push(Change::which(format!("{texts}: {} → {}", words(was), words(is)), was));
        }
    }
    if old.mode != new.mode && !(old.rules.is_empty() || new.rules.is_empty()) {
        let words = |mode| if mode == Mode::Shadow { "only reported (shadow)" } else { "enforced" };
        let text = format!("the policy: {} → {}", words(old.mode), words(new.mode));
        changes.push(Change::which(text, new.mode == Mode::Shadow));
    }
    if old.unknown_fields != new.unknown_fields {
        let words = |of| if of == UnknownFields::Scan { "redacted like any other" } else { "refused" };
        let text = format!("texts in unknown fields: {} → {}", words(old.unknown_fields), words(new.unknown_fields));
        changes.push(Change::which(text, new.unknown_fields == UnknownFields::Scan));
    }
    let (before, after) = (by_name(old), by_name(new));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let none = Vec::new();
        let (was, is) = (before.get(name).unwrap_or(&none), after.get(name).unwrap_or(&none));
        for at in 0..was.len().max(is.len()) {
            one(name, (old, was.get(at).copied()), (new, is.get(at).copied()), &mut changes);
        }
    }
    changes
}

fn looks(spec: &RedactionSpec, direction: Direction) -> bool {
    !spec.rules.is_empty() && spec.applies_to(direction)
}

/// What reports call a rule: its own name, or its detectors' each. Several rules may have the same detector.
fn by_name(spec: &RedactionSpec) -> BTreeMap<String, Vec<&Rule>> {
    let mut rules: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in &spec.rules {
        if rule.detect.is_empty() {
            rules.entry(rule.name.clone().unwrap_or_default()).or_default().push(rule);
        }
        for name in &rule.detect {
            let members = groups().find(|(group, _)| *group == name.as_str()).map(|(_, members)| members);
            for detector in members.unwrap_or_else(|| vec![name.as_str()]) {
                rules.entry(detector.to_owned()).or_default().push(rule);
            }
        }
    }
    rules
}

fn handled(spec: &RedactionSpec, rule: Option<&Rule>) -> (Handling, String) {
    match rule {
        None => (Handling::LetThrough, "let through".to_owned()),
        Some(rule) if is_shadow(spec, rule) => {
            (Handling::LetThrough, format!("let through (shadow: {} is only reported)", rule.action))
        }
        Some(rule) => {
            let handling = Handling::of(rule.action, Direction::Request);
            let allowed = if rule.action == Action::Allow { " (allowed)" } else { "" };
            (handling, format!("{}{allowed}", handling.words()))
        }
    }
}

fn one(
    name: &str,
    (old, was): (&RedactionSpec, Option<&Rule>),
    (new, is): (&RedactionSpec, Option<&Rule>),
    changes: &mut Vec<Change>,
) {
    // A policy's own mode was told already.
    let same_mode = old.mode == new.mode || was.is_none() || is.is_none();
    let ((before, was_words), (after, is_words)) = (handled(old, was), handled(new, is));
    if was_words != is_words && (same_mode || was.map(|rule| rule.action) != is.map(|rule| rule.action)) {
        let text = format!("`{name}`: {was_words} → {is_words}");
        changes.push(match after.cmp(&before) {
            std::cmp::Ordering::Less => Change::looser(text),
            std::cmp::Ordering::Equal => Change::new(text),
            std::cmp::Ordering::Greater => Change::stricter(text),
        });
    }
    if let (Some(was), Some(is)) = (was, is) {
        reach(name, was, is, changes);
    }
}

/// What a rule finds. A rule that allows lets more through when it finds more.
fn reach(name: &str, was: &Rule, is: &Rule, changes: &mut Vec<Change>) {
    let allows = is.action == Action::Allow;
    let mut told = |text: String, finds_more: Option<bool>| {
        let text = format!("`{name}`: {text}");
        changes.push(match finds_more {
            None => Change::new(text),
            Some(more) => Change::which(text, more == allows),
        });
    };
    if was.pattern != is.pattern {
        let words = |rule: &Rule| rule.pattern.as_deref().map_or("none".to_owned(), |pattern| format!("`{pattern}`"));
        told(format!("pattern {} → {}", words(was), words(is)), None);
    }
    for (what, before, after, finds_more) in
        [("words", &was.words, &is.words, true), ("exceptions", &was.except, &is.except, false)]
    {
        let (gone, came) = (without(before, after), without(after, before));
        if !gone.is_empty() {
            told(format!("{what} removed: {}", few(&gone)), Some(!finds_more));
        }
        if !came.is_empty() {
            told(format!("{what} added: {}", few(&came)), Some(finds_more));
        }
    }
    if was.near != is.near {
        let words = |rule: &Rule| {
            if rule.near.is_empty() { "anywhere".to_owned() } else { format!("only near {}", few(&rule.near)) }
        };
        let more = match (was.near.is_empty(), is.near.is_empty()) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ if without(&was.near, &is.near).is_empty() => Some(true),
            _ if without(&is.near, &was.near).is_empty() => Some(false),
            _ => None,
        };
        told(format!("found {} → {}", words(was), words(is)), more);
    }
    let score = |rule: &Rule| rule.min_score.unwrap_or(MIN_SCORE);
    if score(was) != score(is) {
        told(format!("least score {} → {}", score(was), score(is)), Some(score(is) < score(was)));
    }
    if was.case_sensitive != is.case_sensitive {
        let words = |exact: bool| if exact { "told apart" } else { "taken as the same" };
        let text = format!("upper and lower case {} → {}", words(was.case_sensitive), words(is.case_sensitive));
        told(text, Some(!is.case_sensitive));
    }
    if was.whole_words != is.whole_words {
        let words = |whole: bool| if whole { "whole words only" } else { "parts of words too" };
        told(format!("{} → {}", words(was.whole_words), words(is.whole_words)), Some(!is.whole_words));
    }
    if was.scope != is.scope {
        let more = match (was.scope.is_everywhere(), is.scope.is_everywhere()) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        };
        told(format!("looks at {} → {}", scope(&was.scope), scope(&is.scope)), more);
    }
    if was.priority != is.priority {
        told(format!("priority {} → {}", was.priority, is.priority), None);
    }
    if was.on_finding != is.on_finding {
        let words = |rule: &Rule| match &rule.on_finding {
            None => "nothing more".to_owned(),
            Some(then) => {
                let tag = then.tag.as_ref().map(|tag| format!("tag `{tag}`"));
                let route = then.route_to.as_ref().map(|route| format!("route `{route}`"));
                tag.into_iter().chain(route).collect::<Vec<_>>().join(" and ")
            }
        };
        told(format!("a finding means {} → {}", words(was), words(is)), None);
    }
}

fn without(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|word| !those.contains(word)).cloned().collect()
}

/// Some of the words, and how many more there are.
fn few(words: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = words.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    match words.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn scope(scope: &Scope) -> String {
    fn names<T: serde::Serialize>(of: &[T]) -> Vec<String> {
        of.iter().filter_map(|one| Some(serde_json::to_value(one).ok()?.as_str()?.to_owned())).collect()
    }
    let parts =
        [("directions", names(&scope.directions)), ("roles", names(&scope.roles)), ("fields", names(&scope.fields))];
    let given: Vec<_> = parts
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", names.join(", ")))
        .collect();
    if given.is_empty() { "everything".to_owned() } else { format!("only {}", given.join("; ")) }
}
