//! `spec.tests` of a RedactionPolicy: a test that could not hold, whatever the module does, is a mistake of the test.

use std::collections::BTreeSet;

use tollgate_policy::redaction::{Action, Direction, Mode, PolicyTest, RedactionSpec, Role, Rule};
use tollgate_redaction::groups;

use crate::config::documents::Doc;
use crate::config::problems::Problems;

/// Checks every test against the rules it speaks of.
pub fn check(doc: &Doc<RedactionSpec>, problems: &mut Problems) {
    for (at, test) in doc.spec.tests.iter().enumerate() {
        let mut error = |field: &str, message: String| {
            let slash = if field.is_empty() { "" } else { "/" };
            doc.error(problems, &format!("spec/tests/{at}{slash}{field}"), message);
        };
        if test.output.is_some() == test.blocked.is_some() {
            error("", "write exactly one of `out` and `blocked`".to_owned());
        }
        if let Some(rule) = &test.blocked
            && let Err(message) = blocks(&doc.spec, rule)
        {
            error("blocked", message);
        }
        for (i, rule) in test.findings.iter().flatten().enumerate() {
            if !names(&doc.spec.rules).contains(rule.as_str()) {
                error(&format!("findings/{i}"), unknown(&doc.spec, rule));
            }
        }
        answers(test, &mut error);
        if let Some(route) = &test.route_to
            && !doc.spec.rules.iter().any(|rule| routes_to(rule) == Some(route))
        {
            error("routeTo", format!("no rule has `onFinding: {{routeTo: {route}}}`"));
        }
    }
}

fn answers(test: &PolicyTest, error: &mut impl FnMut(&str, String)) {
    if test.direction != Direction::Response {
        return;
    }
    if test.role.is_some_and(|role| role != Role::Assistant) {
        error("role", "an answer is the assistant's: leave `role` out, or test a request".to_owned());
    }
    if test.route_to.is_some() {
        error("routeTo", "an answer has its route behind it: test a request".to_owned());
    }
}

fn blocks(spec: &RedactionSpec, name: &str) -> Result<(), String> {
    let mut called = spec.rules.iter().filter(|rule| own_names(rule).any(|own| own == name)).peekable();
    if called.peek().is_none() {
        return Err(unknown(spec, name));
    }
    let mut blocking = called.filter(|rule| rule.action == Action::Block).peekable();
    if blocking.peek().is_some() {
        let shadow = |rule: &Rule| spec.mode == Mode::Shadow || rule.mode == Some(Mode::Shadow);
        if blocking.all(shadow) {
            return Err(format!(
                "the rule `{name}` is in shadow and only reports: write the text as it is under `out`"
            ));
        }
        return Ok(());
    }
    Err(format!("the rule `{name}` does not block: write what it makes of the text under `out`"))
}

fn unknown(spec: &RedactionSpec, name: &str) -> String {
    let known: Vec<_> = names(&spec.rules).into_iter().collect();
    let known =
        if known.is_empty() { "there is no rule".to_owned() } else { format!("known are {}", known.join(", ")) };
    format!("there is no rule `{name}` in this policy; {known}")
}

fn names(rules: &[Rule]) -> BTreeSet<&str> {
    rules.iter().flat_map(own_names).collect()
}

/// What reports and refusals call a rule: its own name, or its detectors'.
fn own_names(rule: &Rule) -> impl Iterator<Item = &str> {
    let own = rule.name.as_deref().filter(|_| rule.detect.is_empty());
    let detectors = rule.detect.iter().flat_map(|name| match groups().find(|(group, _)| *group == name.as_str()) {
        Some((_, members)) => members,
        None => vec![name.as_str()],
    });
    own.into_iter().chain(detectors)
}

fn routes_to(rule: &Rule) -> Option<&String> {
    rule.on_finding.as_ref()?.route_to.as_ref()
}
