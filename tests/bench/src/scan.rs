//! How fast the stages that look at every byte are on their own, natively and inside wasm: what the modules' figures are made of.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};
use tollgate_throughput::{Bench, Corpus, Stage};

/// How often each is measured.
const ROUNDS: usize = 5;
/// The script that measures the module inside wasm.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../throughput/run.mjs");

/// Where a stage ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// As the `tollgate` command runs it.
    Native,
    /// As the modules run it: V8, that of Node.
    Wasm,
}

/// A row of the report: how many million bytes of a kind of text a stage takes in, in a second.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// Always `text`.
    pub case: &'static str,
    /// The kind of text.
    pub body: String,
    /// The stage.
    pub stage: String,
    /// Where.
    pub runtime: Runtime,
    /// The best of several rounds, in MB/s.
    pub mb_per_s: f64,
}

impl Throughput {
    fn new(runtime: Runtime, stage: impl Into<String>, body: impl Into<String>, mb_per_s: f64) -> Self {
        Self { case: "text", body: body.into(), stage: stage.into(), runtime, mb_per_s }
    }
}

/// Measures natively, for `time` a round.
///
/// # Errors
/// A policy does not compile.
pub fn native(time: Duration) -> Result<Vec<Throughput>> {
    let mut rows = Vec::new();
    for stage in Stage::ALL {
        for corpus in Corpus::ALL {
            let mut bench = Bench::new(stage, corpus).map_err(|e| anyhow!("{}: {e}", stage.name()))?;
            rows.push(Throughput::new(Runtime::Native, stage.name(), corpus.name(), rate(&mut bench, time)));
        }
    }
    Ok(rows)
}

/// MB/s, of the best round: whatever else the machine does only slows.
fn rate(bench: &mut Bench, time: Duration) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut runs = 0;
        while start.elapsed() < time || runs == 0 {
            black_box(bench.run());
            runs += 1;
        }
        best = best.max((bench.bytes() * runs) as f64 / 1e6 / start.elapsed().as_secs_f64());
    }
    best
}

/// A row of what the script prints.
#[derive(Deserialize)]
struct Printed {
    stage: String,
    corpus: String,
    megabytes: f64,
}

/// Measures the module in `folder` under Node, for `time` of CPU a round.
///
/// # Errors
/// Node or the module is not there, or what the script prints is not what it should.
pub fn wasm(folder: &Path, time: Duration) -> Result<Vec<Throughput>> {
    ensure!(
        folder.join("tollgate_throughput.js").is_file(),
        "{} holds no module to measure: `make throughput` builds it",
        folder.display()
    );
    let mut node = Command::new("node");
    node.arg(SCRIPT).arg(folder).arg(time.as_millis().to_string());
    let output = node.output().context("cannot run node: `make setup-test` installs it")?;
    ensure!(output.status.success(), "node {SCRIPT}: {}", String::from_utf8_lossy(&output.stderr).trim());
    let printed: Vec<Printed> = serde_json::from_slice(&output.stdout).context("what run.mjs prints")?;
    ensure!(!printed.is_empty(), "run.mjs measured nothing");
    Ok(printed.into_iter().map(|row| Throughput::new(Runtime::Wasm, row.stage, row.corpus, row.megabytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_takes_something_in_natively() {
        let rows = native(Duration::ZERO).unwrap();
        assert_eq!(rows.len(), Stage::ALL.len() * Corpus::ALL.len());
        assert!(rows.iter().all(|row| row.mb_per_s > 0.0));
    }

    #[test]
    fn a_row_says_what_was_measured() {
        let row = Throughput::new(Runtime::Wasm, "scan", "prose", 512.5);
        let expected = r#"{"case":"text","body":"prose","stage":"scan","runtime":"wasm","mb_per_s":512.5}"#;
        assert_eq!(serde_json::to_string(&row).unwrap(), expected);
    }

    #[test]
    fn a_folder_without_the_module_is_told() {
        let error = wasm(Path::new("/nowhere"), Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("make throughput"), "{error}");
    }
}
