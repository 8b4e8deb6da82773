//! Policies for tests.

use tollgate_policy::redaction::{Action, Direction, Mode, RedactionSpec, Rule};

use crate::Policy;

/// A rule without a matcher.
pub(crate) fn rule(action: Action) -> Rule {
    Rule { name: None, detect: Vec::new(), pattern: None, words: Vec::new(), case_sensitive: false, action }
}

pub(crate) fn detect(names: &[&str], action: Action) -> Rule {
    Rule { detect: names.iter().map(|name| (*name).to_owned()).collect(), ..rule(action) }
}

pub(crate) fn pattern(name: &str, pattern: &str, action: Action) -> Rule {
    Rule { name: Some(name.to_owned()), pattern: Some(pattern.to_owned()), ..rule(action) }
}

pub(crate) fn words(name: &str, words: &[&str], action: Action) -> Rule {
    Rule { name: Some(name.to_owned()), words: words.iter().map(|word| (*word).to_owned()).collect(), ..rule(action) }
}

pub(crate) fn spec(rules: Vec<Rule>) -> RedactionSpec {
    RedactionSpec {
        rules,
        apply: vec![Direction::Request, Direction::Response],
        mode: Mode::Enforce,
        tests: Vec::new(),
    }
}

pub(crate) fn compile(rules: Vec<Rule>) -> Policy {
    Policy::compile("test", &spec(rules), b"a key for tests").unwrap()
}

/// One rule with these detectors.
pub(crate) fn policy(detectors: &[&str], action: Action) -> Policy {
    compile(vec![detect(detectors, action)])
}
