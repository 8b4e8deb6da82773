//! The measurement: every case with every body in turn, round after round, so that what else the machine does falls on all alike.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::case::{Body, Case};
use crate::check::check;
use crate::cpu::CpuTime;
use crate::lineup::{Lineup, Stand};
use crate::load;

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Rounds.
    pub rounds: usize,
    /// Time under load for a body of weight one.
    pub load: Duration,
    /// Time under load before the first round, until the engine has compiled what is hot.
    pub warm_up: Duration,
}

/// A case with a body.
#[derive(Debug)]
pub struct Cell {
    /// The case.
    pub case: Case,
    /// The body.
    pub body: Body,
    /// What was measured.
    pub rounds: Vec<Round>,
    /// Why it was given up.
    pub failure: Option<String>,
}

/// One round of one cell.
#[derive(Debug)]
pub struct Round {
    /// Exchanges under load.
    pub exchanges: u64,
    /// What they took of Envoy's time.
    pub cpu: CpuTime,
    /// Time of an exchange on the only connection, milliseconds: 50th, 90th and 99th percentile.
    pub whole_ms: [f64; 3],
    /// The same, to the first byte of the answer's body.
    pub first_ms: [f64; 3],
}

/// Checks, warms up and measures.
pub async fn measure(lineup: &Lineup, bodies: &[Body], schedule: Schedule) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &body in bodies {
        for stand in lineup.stands.iter().filter(|stand| body.suits(stand.case)) {
            progress(&format!("checking and warming up: {} with {}", stand.case.name(), body.name()));
            let failure = prepare(stand, body, schedule.warm_up).await.err().map(|e| format!("{e:#}"));
            cells.push(Cell { case: stand.case, body, rounds: Vec::new(), failure });
        }
    }
    for round in 0..schedule.rounds {
        for index in 0..cells.len() {
            // There and back again: who comes first in one round comes last in the next.
            let index = if round % 2 == 0 { index } else { cells.len() - 1 - index };
            let cell = &mut cells[index];
            let stand = lineup.stands.iter().find(|stand| stand.case == cell.case);
            let (Some(stand), None) = (stand, &cell.failure) else { continue };
            progress(&format!(
                "round {} of {}: {} with {}",
                round + 1,
                schedule.rounds,
                cell.case.name(),
                cell.body.name()
            ));
            match measure_one(stand, cell.body, schedule.load).await {
                Ok(measured) => cell.rounds.push(measured),
                Err(e) => cell.failure = Some(format!("{e:#}")),
            }
        }
    }
    progress("");
    cells
}

async fn prepare(stand: &Stand, body: Body, time: Duration) -> Result<()> {
    check(stand, body).await?;
    let (traffic, latency) = stand.traffic(body);
    load::run(&traffic, body.connections(), time).await.context("under load")?;
    load::run(&latency, 1, time / 4).await.context("on one connection")?;
    Ok(())
}

async fn measure_one(stand: &Stand, body: Body, load: Duration) -> Result<Round> {
    let pid = stand.envoy.pid()?;
    let (traffic, latency) = stand.traffic(body);
    let before = CpuTime::of(pid)?;
    let loaded = load::run(&traffic, body.connections(), load.mul_f64(body.weight())).await.context("under load")?;
    let cpu = CpuTime::of(pid)? - before;
    let alone = load::run(&latency, 1, load / 3).await.context("on one connection")?;
    Ok(Round {
        exchanges: loaded.whole.len() as u64,
        cpu,
        whole_ms: percentiles(alone.whole),
        first_ms: percentiles(alone.first),
    })
}

/// The 50th, 90th and 99th percentile, in milliseconds.
fn percentiles(mut nanoseconds: Vec<u64>) -> [f64; 3] {
    nanoseconds.sort_unstable();
    [0.5, 0.9, 0.99].map(|share| {
        let rank = (share * nanoseconds.len() as f64) as usize;
        nanoseconds.get(rank.min(nanoseconds.len().saturating_sub(1))).map_or(f64::NAN, |ns| *ns as f64 / 1e6)
    })
}

/// One line that overwrites itself, where somebody looks at it.
pub fn progress(what: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{what}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let [p50, p90, p99] = percentiles((0..100).rev().map(|ms| ms * 1_000_000).collect());
        assert_eq!((p50, p90, p99), (50.0, 90.0, 99.0));
        assert!(percentiles(Vec::new())[0].is_nan());
    }
}
