//! The tests that redaction policies carry (`spec.tests`): each becomes a request or an answer through the gateway module, and what came
//! out is compared with what the test promises.
//!
//! ```text
//! documents ─ cases ─┐
//! policy ── config ──┴─ judge ─ exchange ─ FakeEnvoy<module> ─ verdicts ─ tap, junit
//! ```
//!
//! Which module runs is the caller's choice: `tollgate test` loads the `gateway.wasm` that Envoys load.

mod config;
mod diff;
mod exchange;
mod judge;
pub mod junit;
pub mod tap;

use std::time::{Duration, Instant};

use tollgate_host::RootFilter;
use tollgate_host::fake::FakeEnvoy;
use tollgate_policy::redaction::{PolicyTest, RedactionSpec};

use crate::config::documents::Doc;

/// What the module may hold of a request or an answer, in bytes: more than any file of tests has.
const BUFFER: usize = 64 << 20;

/// One test of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The policy's name.
    pub policy: String,
    /// What the test is called: its own name, or its text.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The line of it.
    pub line: usize,
    /// What it says.
    pub test: PolicyTest,
}

/// What is wrong, in words; and what was to be and what is, where these are texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A sentence.
    pub reason: String,
    /// What the test promises.
    pub expected: Option<String>,
    /// What the module made of it.
    pub actual: Option<String>,
}

impl Failure {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), expected: None, actual: None }
    }
}

/// A test that has run.
#[derive(Debug, Clone)]
pub struct Done {
    /// The test.
    pub case: Case,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// How long it took.
    pub took: Duration,
}

/// The tests of a policy, in the order of the file.
#[must_use]
pub fn cases(doc: &Doc<RedactionSpec>) -> Vec<Case> {
    let case = |(at, test): (usize, &PolicyTest)| Case {
        policy: doc.name.clone(),
        name: test.name.clone().unwrap_or_else(|| format!("{}: {}", at + 1, brief(&test.input))),
        file: doc.file.clone(),
        line: doc.line(&format!("spec/tests/{at}")),
        test: test.clone(),
    };
    doc.spec.tests.iter().enumerate().map(case).collect()
}

/// Runs the tests of every policy, each policy in a module of its own, which `load` starts with a configuration.
pub fn run<R: RootFilter>(
    policies: &[Doc<RedactionSpec>],
    load: impl Fn(&str) -> Result<FakeEnvoy<R>, String>,
    mut each: impl FnMut(&Done),
) -> Vec<Done> {
    let mut all = Vec::new();
    for doc in policies {
        let configuration = config::configuration(&doc.name, &doc.spec);
        // None: to be started, at first and after a trap.
        let mut running = None;
        for case in cases(doc) {
            let begin = Instant::now();
            let started = match running.take() {
                Some(envoy) => Ok(envoy),
                None => configuration
                    .as_deref()
                    .map_err(ToOwned::to_owned)
                    .and_then(&load)
                    .map(|envoy| envoy.buffer_limit(BUFFER)),
            };
            let failure = match started {
                Err(error) => Some(Failure::because(format!("the module does not start with this policy: {error}"))),
                Ok(envoy) => {
                    let failure = judge::judge(&envoy, &doc.spec, &case.test).err();
                    running = judge::trapped(&envoy).is_none().then_some(envoy);
                    failure
                }
            };
            let done = Done { case, failure, took: begin.elapsed() };
            each(&done);
            all.push(done);
        }
    }
    all
}

/// As much of a text as a list has room for.
fn brief(text: &str) -> String {
    const ROOM: usize = 48;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    match line.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}
