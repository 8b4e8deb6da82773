//! `tollgate test`: the policies' own tests, on the modules that Envoys load.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use tollgate_host::embed;
use tollgate_policy::redaction::RedactionSpec;

use super::serve::machine;
use super::{Failure, Outcome, output, say};
use crate::config::documents::{self, Doc};
use crate::config::problems::Problems;
use crate::config::{source, validate};
use crate::policytest::{self, Done, junit, tap};

/// Run the policies' own tests.
#[derive(Debug, Args)]
pub struct Test {
    /// Folder (or file) of the configuration; kinds other than RedactionPolicy are left alone
    dir: PathBuf,
    /// Folder of gateway.wasm; beside this program unless given
    #[arg(long)]
    modules: Option<PathBuf>,
    /// What is written to standard output
    #[arg(long, value_enum, default_value_t = Format::Tap)]
    format: Format,
    /// Write JUnit XML to this file as well
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// TAP version 14, a test at a time
    Tap,
    /// JUnit XML, at the end
    Junit,
}

impl Test {
    pub fn run(self) -> Outcome {
        let policies = policies(&self.dir)?;
        let module = module(self.modules)?;
        for doc in policies.iter().filter(|doc| doc.spec.tests.is_empty()) {
            say(format!(
                "{}: warning: RedactionPolicy/{} spec: has no tests: nobody will notice when it stops to hold",
                doc.place("spec"),
                doc.name
            ));
        }
        let total = policies.iter().map(|doc| doc.spec.tests.len()).sum();
        let tap = self.format == Format::Tap;
        if tap {
            output(tap::plan(total).as_bytes())?;
        }
        let mut progress = Progress::new(total);
        let mut unwritten = Ok(());
        let load = |configuration: &str| embed::load(&module, configuration);
        let done = policytest::run(&policies, load, |done| {
            progress.step();
            if tap && unwritten.is_ok() {
                unwritten = output(tap::point(progress.done, done).as_bytes());
            }
        });
        progress.clear();
        unwritten?;
        if !tap {
            output(junit::report(&done).as_bytes())?;
        }
        if let Some(file) = &self.junit {
            std::fs::write(file, junit::report(&done)).with_context(|| format!("{}", file.display()))?;
        }
        conclude(&done)
    }
}

/// Every policy of the folder, all sound.
fn policies(dir: &Path) -> Result<Vec<Doc<RedactionSpec>>, Failure> {
    let mut problems = Problems::default();
    let files = source::read(dir, &mut problems);
    let mut documents = documents::read(&files, &mut problems);
    validate::redaction(&documents, &mut problems);
    problems.sort();
    problems.iter().for_each(|problem| say(problem.to_string()));
    if problems.has_errors() {
        return Err(Failure::BadInput);
    }
    if documents.redaction.is_empty() {
        return Err(anyhow!("{}: there is no RedactionPolicy here: is it the right folder?", dir.display()).into());
    }
    Ok(std::mem::take(&mut documents.redaction))
}

/// The bytes that an Envoy of this installation would load.
fn module(folder: Option<PathBuf>) -> anyhow::Result<Vec<u8>> {
    let path = Path::new(&machine(folder)?.modules).join("gateway.wasm");
    std::fs::read(&path)
        .with_context(|| format!("{}: `make build` makes it, --modules says where it is", path.display()))
}

fn conclude(done: &[Done]) -> Outcome {
    let failed = done.iter().filter(|done| done.failure.is_some()).count();
    if failed == 0 {
        return Ok(());
    }
    for Done { case, failure, .. } in done {
        if let Some(failure) = failure {
            say(format!("{}:{}: {}: {}: {}", case.file, case.line, case.policy, case.name, failure.reason));
        }
    }
    say(format!("{failed} of {} tests failed", done.len()));
    Err(Failure::BadInput)
}

/// How far it is, on a terminal; nothing elsewhere, and nothing where the tests themselves scroll by.
struct Progress {
    total: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    fn new(total: usize) -> Self {
        let shown = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        Self { total, done: 0, shown }
    }

    fn step(&mut self) {
        self.done += 1;
        self.show(&format!("\r{}/{}", self.done, self.total));
    }

    fn clear(&self) {
        self.show("\r                    \r");
    }

    fn show(&self, text: &str) {
        if self.shown {
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}
