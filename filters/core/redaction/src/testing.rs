//! Policies for tests.

use tollgate_policy::redaction::{Action, Direction, RedactionSpec, Rule};

use crate::Policy;

pub(crate) fn detect(names: &[&str], action: Action) -> Rule {
    Rule { detect: names.iter().map(|name| (*name).to_owned()).collect(), ..Rule::new(action) }
}

pub(crate) fn pattern(name: &str, pattern: &str, action: Action) -> Rule {
    Rule { name: Some(name.to_owned()), pattern: Some(pattern.to_owned()), ..Rule::new(action) }
}

pub(crate) fn words(name: &str, words: &[&str], action: Action) -> Rule {
    Rule {
        name: Some(name.to_owned()),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Rule::new(action)
    }
}

pub(crate) fn spec(rules: Vec<Rule>) -> RedactionSpec {
    RedactionSpec { rules, apply: vec![Direction::Request, Direction::Response], ..RedactionSpec::default() }
}

pub(crate) fn compile(rules: Vec<Rule>) -> Policy {
    Policy::compile("test", &spec(rules), b"a key for tests").unwrap()
}

/// One rule with these detectors.
pub(crate) fn policy(detectors: &[&str], action: Action) -> Policy {
    compile(vec![detect(detectors, action)])
}
