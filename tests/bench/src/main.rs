//! What Tollgate costs: CPU of the Envoy process, latency and memory, as ratios to bare Envoy in the same run.
//!
//! The order of things: [`lineup`] starts an Envoy and a provider for each [`case`], [`check`] sees that each does its work, [`rounds`] measures
//! them in turn under [`load`] by the [`cpu`] accounts of the operating system, [`soak`] looks at [`memory`], [`summary`] makes figures of it
//! and [`report`] prints them beside the [`targets`].

mod answer;
mod backend;
mod beat;
mod calls;
mod case;
mod check;
mod config;
mod cpu;
mod envoy;
mod lineup;
mod load;
mod memory;
mod noop;
mod plugins;
mod prompt;
mod report;
mod rounds;
mod scan;
mod service;
mod soak;
mod summary;
mod targets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::case::{Body, Case};
use crate::lineup::Lineup;
use crate::rounds::{Schedule, measure, progress};
use crate::scan::Throughput;

/// Measures what Tollgate costs, as ratios to bare Envoy in the same run.
#[derive(Debug, Parser)]
#[command(name = "tollgate-bench")]
struct Arguments {
    /// The Envoy binary.
    #[arg(long, default_value = "envoy")]
    envoy: PathBuf,
    /// The folder of gateway.wasm, translate.wasm and tollgate.
    #[arg(long, default_value = "dist")]
    modules: PathBuf,
    /// Where the figures go, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Some twenty seconds, for a first impression.
    #[arg(long)]
    quick: bool,
    /// How often each case is measured with each body [default: 20, or 5 with --quick].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Measures nothing, and prints every call between Envoy and the modules in one exchange of each case and body.
    #[arg(long)]
    calls: bool,
    /// Starts no Envoy, and measures only how fast the stages that look at every byte are on their own.
    #[arg(long)]
    scan: bool,
    /// The folder of the module by which they are measured inside wasm, as `make throughput` leaves it.
    #[arg(long, default_value = "dist/test/throughput")]
    throughput: PathBuf,
    /// Only this case, and bare Envoy; may be given several times.
    #[arg(long = "case", value_enum)]
    cases: Vec<Case>,
    /// Only this body; may be given several times.
    #[arg(long = "body", value_enum)]
    bodies: Vec<Body>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One core is for Envoy's worker.
    let threads = std::thread::available_parallelism().map_or(1, |cores| (cores.get() - 1).clamp(1, 4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let outcome =
        runtime.context("cannot start a runtime").and_then(|runtime| runtime.block_on(run_or_stop(&arguments)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            progress("");
            eprintln!("tollgate-bench: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs, unless somebody wants it to stop: then what was started ends with it.
async fn run_or_stop(arguments: &Arguments) -> Result<bool> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = run(arguments) => outcome,
        _ = terminate.recv() => anyhow::bail!("terminated"),
        stop = tokio::signal::ctrl_c() => stop.context("cannot wait for signals").and_then(|()| anyhow::bail!("interrupted")),
    }
}

/// Whether everything that was to be measured could be.
async fn run(arguments: &Arguments) -> Result<bool> {
    if arguments.scan {
        let (text, complete) = text(arguments);
        if let Some(out) = &arguments.out {
            write(out, &[], &text)?;
        }
        print(&report::render_text(&text));
        return Ok(complete);
    }
    let chosen = |case: &Case| *case == Case::Bare || arguments.cases.is_empty() || arguments.cases.contains(case);
    let cases: Vec<_> = Case::ALL.into_iter().filter(chosen).collect();
    let chosen = |body: &Body| arguments.bodies.is_empty() || arguments.bodies.contains(body);
    let bodies: Vec<_> = Body::ALL.into_iter().filter(chosen).collect();
    if arguments.calls {
        let calls = calls::trace(&arguments.envoy, &arguments.modules, &cases, &bodies).await?;
        print(&report::render_calls(&calls));
        return Ok(true);
    }

    // Many short rounds rather than few long ones: what else the machine does then falls on all cases alike.
    let (rounds, load, warm_up, soak) = if arguments.quick { (5, 100, 400, 500) } else { (20, 300, 4000, 2000) };
    let schedule = Schedule {
        rounds: usize::from(arguments.rounds.unwrap_or(rounds)),
        load: Duration::from_millis(load),
        warm_up: Duration::from_millis(warm_up),
    };

    progress("starting");
    let lineup = Lineup::start(&arguments.envoy, &arguments.modules, &cases, false).await?;
    let cells = measure(&lineup, &bodies, schedule).await;
    let mut failed = cells.iter().any(|cell| cell.failure.is_some());
    let mut memory = Vec::new();
    for stand in &lineup.stands {
        progress(&format!("bodies of 1 MB: {}", stand.case.name()));
        match soak::soak(stand, Duration::from_millis(soak)).await {
            Ok(measured) => memory.push((stand.case, measured, stand.modules.iter().copied().collect())),
            Err(e) => {
                failed = true;
                eprintln!("tollgate-bench: {}, memory: {e:#}", stand.case.name());
            }
        }
    }
    lineup.stop().await?;
    progress("counting calls");
    let calls = calls::trace(&arguments.envoy, &arguments.modules, &cases, &bodies).await.unwrap_or_else(|e| {
        failed = true;
        eprintln!("tollgate-bench: calls: {e:#}");
        Vec::new()
    });
    progress("text, natively and inside wasm");
    let (text, complete) = text(arguments);
    failed |= !complete;
    progress("");

    let rows = summary::summarize(&cells, &memory, &calls);
    if let Some(out) = &arguments.out {
        write(out, &rows, &text)?;
    }
    print(&format!("{}\n\n{}", heading(&arguments.envoy, schedule).await, report::render(&rows, &text)));
    Ok(!failed)
}

/// The stages that look at every byte, and whether all could be measured.
fn text(arguments: &Arguments) -> (Vec<Throughput>, bool) {
    let time = Duration::from_millis(if arguments.quick { 5 } else { 40 });
    let mut rows = Vec::new();
    let mut complete = true;
    for measured in [scan::native(time), scan::wasm(&arguments.throughput, time)] {
        match measured {
            Ok(measured) => rows.extend(measured),
            Err(e) => {
                complete = false;
                eprintln!("tollgate-bench: text: {e:#}");
            }
        }
    }
    (rows, complete)
}

/// A reader who has seen enough and closes the pipe is no error.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// On what, and how.
async fn heading(envoy: &Path, schedule: Schedule) -> String {
    let version = tokio::process::Command::new(envoy).arg("--version").output().await;
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let version = version
        .rsplit_once("version: ")
        .and_then(|(_, version)| version.split('/').nth(1))
        .unwrap_or("of unknown version")
        .to_owned();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("a CPU of unknown make");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "Envoy {version} with one worker (--concurrency 1), {cores} cores of {}, medians of {} rounds",
        cpu.trim_start_matches([' ', '\t', ':']),
        schedule.rounds
    )
}

fn write(out: &Path, rows: &[summary::Row], text: &[Throughput]) -> Result<()> {
    ensure!(!out.is_dir(), "{} is a folder", out.display());
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut all = rows.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    for row in text {
        all.push(serde_json::to_value(row)?);
    }
    let json = serde_json::to_string_pretty(&all)?;
    std::fs::write(out, json + "\n").with_context(|| format!("cannot write {}", out.display()))
}
