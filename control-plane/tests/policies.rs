//! Policies' own tests, run and reported. `TOLLGATE_BLESS=1` rewrites the reports.
//!
//! Here they run on the gateway's code built natively, which needs no `make build`; `tests/suites/test_policy_cli.py` runs the same file on
//! the module.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use tollgate_control::config::documents::{self, Doc};
use tollgate_control::config::problems::Problems;
use tollgate_control::config::{self, source};
use tollgate_control::policytest::{self, Done, junit, tap};
use tollgate_gateway::{EXPORTS, Gateway};
use tollgate_host::fake::FakeEnvoy;
use tollgate_policy::redaction::RedactionSpec;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies")
}

fn policies(path: &Path) -> Vec<Doc<RedactionSpec>> {
    let mut problems = Problems::default();
    let documents = documents::read(&source::read(path, &mut problems), &mut problems);
    assert!(!problems.has_errors(), "{problems:?}");
    documents.redaction
}

fn run(path: &Path) -> Vec<Done> {
    let native = |configuration: &str| Ok(FakeEnvoy::<Gateway>::new(configuration)?.exporting(EXPORTS));
    let mut done = policytest::run(&policies(path), native, |_| ());
    let prefix = format!("{}/", path.display());
    for one in &mut done {
        one.took = Duration::ZERO;
        one.case.file = one.case.file.replace(&prefix, "");
    }
    done
}

fn compare(golden: &Path, now: &str) {
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(golden, now).unwrap();
        return;
    }
    let was = std::fs::read_to_string(golden).unwrap_or_default();
    assert!(was == now, "{} differs; TOLLGATE_BLESS=1 rewrites it. It would be:\n{now}", golden.display());
}

#[test]
fn reports_read_so() {
    let done = run(&folder());
    let points: String = done.iter().enumerate().map(|(at, done)| tap::point(at + 1, done)).collect();
    compare(&folder().join("report.tap"), &format!("{}{points}", tap::plan(done.len())));
    compare(&folder().join("report.xml"), &junit::report(&done));
}

#[test]
fn what_should_fail_fails_and_nothing_else() {
    for done in run(&folder()) {
        assert_eq!(done.failure.is_some(), done.case.name.starts_with("what fails"), "{done:?}");
    }
}

#[test]
fn a_module_that_does_not_start_fails_every_test_with_its_words() {
    let broken = |_: &str| Err::<FakeEnvoy<Gateway>, _>("no such field".to_owned());
    let done = policytest::run(&policies(&folder()), broken, |_| ());
    assert!(!done.is_empty());
    assert!(done.iter().all(|done| done.failure.as_ref().unwrap().reason.contains("no such field")));
}

#[test]
fn a_test_that_cannot_hold_is_a_problem_with_its_line() {
    let text = "\
kind: RedactionPolicy
metadata: {name: pii}
spec:
  rules:
    - {detect: [secrets], action: block}
    - {name: codenames, words: [Nightjar], action: mask, onFinding: {routeTo: on-prem}}
    - {name: bare, words: [Bare], action: block, mode: shadow}
  tests:
    - {in: a, out: b, findings: [jwt, codename]}
    - {in: a, blocked: emial}
    - {in: a, blocked: codenames}
    - {in: a, blocked: jwt}
    - {in: a}
    - {in: a, out: b, blocked: jwt}
    - {in: a, out: a, routeTo: nowhere}
    - {in: a, out: a, routeTo: on-prem}
    - {in: a, out: a, direction: response, role: user}
    - {in: a, out: a, direction: response, routeTo: on-prem}
    - {in: a, blocked: bare}
---
kind: Provider
metadata: {name: local}
spec: {api: openai, endpoint: http://127.0.0.1:8000}
---
kind: Route
metadata: {name: on-prem}
spec: {match: {models: [private]}, backends: [{provider: local}]}
";
    let file = source::SourceFile { name: "a.yaml".into(), text: text.into() };
    let report: Vec<String> =
        config::check(&[file], Problems::default()).problems.errors().map(ToString::to_string).collect();
    let known = "known are anthropic-key";
    let expected = [
        ("a.yaml:9: RedactionPolicy/pii spec.tests[0].findings[1]: there is no rule `codename`", known),
        ("a.yaml:10: RedactionPolicy/pii spec.tests[1].blocked: there is no rule `emial`", known),
        ("a.yaml:11: RedactionPolicy/pii spec.tests[2].blocked: the rule `codenames` does not block", "`out`"),
        ("a.yaml:13: RedactionPolicy/pii spec.tests[4]: write exactly one of", "`blocked`"),
        ("a.yaml:14: RedactionPolicy/pii spec.tests[5]: write exactly one of", "`blocked`"),
        ("a.yaml:15: RedactionPolicy/pii spec.tests[6].routeTo: no rule has", "nowhere"),
        ("a.yaml:17: RedactionPolicy/pii spec.tests[8].role: an answer is the assistant's", "request"),
        ("a.yaml:18: RedactionPolicy/pii spec.tests[9].routeTo: an answer has its route", "request"),
        ("a.yaml:19: RedactionPolicy/pii spec.tests[10].blocked: the rule `bare` is in shadow", "`out`"),
    ];
    assert_eq!(report.len(), expected.len(), "{report:#?}");
    for (line, (start, part)) in report.iter().zip(expected) {
        assert!(line.starts_with(start) && line.contains(part), "{line}\nis not\n{start} … {part}");
    }
}
