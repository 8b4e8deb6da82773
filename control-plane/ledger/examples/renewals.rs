//! How many leases the ledger renews in a second: calls one after the other, each a transaction that is on the disk before the next
//! begins. Prints a table; with a file's name it puts the figures into that list of `make bench`. `--quick` for a first impression.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[allow(dead_code, clippy::unwrap_used, clippy::panic)]
#[path = "../tests/support/cluster.rs"]
mod cluster;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;
use tollgate_ledger::{Budget, Clock, Ledger, Rules, Store};
use tollgate_policy::quota::{Quota, Unit, Window};
use tollgate_quota::lease::{Ask, Holder, Pool, Report};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Teams with a limit each; every Envoy has leases on all of them.
const TEAMS: usize = 1_000;
const ENVOYS: usize = 10;
/// How many of them an Envoy renews in one call.
const ASKS: [usize; 3] = [1, 16, 256];

/// One line of the table, one object of `dist/bench.json`.
#[derive(Debug, Clone, Serialize)]
struct Renewals {
    /// Always `ledger`.
    case: &'static str,
    /// The database and the asks of a call.
    body: String,
    /// Renewals in a second of one connection, waiting for the disk included.
    renewals_per_s: f64,
    /// The same in a second of this process's CPU; PostgreSQL's own is not in it.
    renewals_per_cpu_s: f64,
    /// Of a call, in milliseconds: the median.
    p50_ms: f64,
    /// The 99th percentile.
    p99_ms: f64,
}

/// What the design promises, on one core.
const PROMISED: f64 = 5_000.0;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let out = arguments.iter().find(|argument| !argument.starts_with('-'));
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let time = Duration::from_millis(if quick { 500 } else { 4_000 });
    // Beside the figures, which is a disk: elsewhere may be memory.
    let folder = out.and_then(|out| Path::new(out).parent()).filter(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let place = tempfile::tempdir_in(folder)?;
    let mut rows = renew(&format!("sqlite://{}/ledger.db", place.path().display()).parse()?, "SQLite", time)?;
    // The server that the tests have, where it is installed.
    match std::panic::catch_unwind(cluster::Cluster::start) {
        Ok(server) => {
            server.execute("CREATE SCHEMA books");
            rows.extend(renew(&server.url("books").parse()?, "PostgreSQL", time)?);
        }
        Err(_) => eprintln!("renewals: PostgreSQL is not measured"),
    }
    println!(
        "\nLeases renewed by the ledger ({TEAMS} teams, {ENVOYS} Envoys, one call after the other; promised are {PROMISED:.0} a second of one core)\n\n\
         {:30} {:>10} {:>14} {:>9} {:>9}",
        "", "a second", "a CPU second", "p50 ms", "p99 ms"
    );
    for row in &rows {
        println!(
            "{:30} {:10.0} {:14.0} {:9.2} {:9.2}",
            row.body, row.renewals_per_s, row.renewals_per_cpu_s, row.p50_ms, row.p99_ms
        );
    }
    if let Some(out) = out {
        write(Path::new(out), &rows)?;
    }
    Ok(())
}

/// Puts the rows in the place of those that were there.
fn write(out: &Path, rows: &[Renewals]) -> Result<()> {
    let mut all: Vec<Value> = match std::fs::read(out) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(_) => Vec::new(),
    };
    all.retain(|row| row["case"] != "ledger");
    for row in rows {
        all.push(serde_json::to_value(row)?);
    }
    Ok(std::fs::write(out, serde_json::to_string_pretty(&all)? + "\n")?)
}

/// Time that this process has run on a CPU, in seconds; of Linux, to the nanosecond.
fn cpu() -> Result<f64> {
    let mut total = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        total += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(total as f64 / 1e9)
}

/// What an Envoy knows of a lease.
#[derive(Clone, Copy, Default)]
struct Held {
    from_ms: u64,
    granted: u64,
    spent: u64,
}

fn renew(store: &Store, name: &str, time: Duration) -> Result<Vec<Renewals>> {
    let ledger = Ledger::open(store)?;
    let quota = Quota::new("tpm", Unit::Tokens, 1e9, Window::Minute);
    let budgets: Vec<Budget> = (0..TEAMS).map(|team| Budget::new(&format!("team-{team}"), &quota)).collect();
    let rules = Rules::new(&budgets);
    let pools: Vec<Pool> = budgets.iter().map(pool).collect();
    let mut held = vec![Held::default(); TEAMS * ENVOYS];
    let mut rows = Vec::new();
    for asks in ASKS {
        let mut call = 0;
        // Every Envoy is known before anything is measured.
        let known = (TEAMS * ENVOYS).div_ceil(asks);
        let mut times = Vec::new();
        let (mut begin, mut used) = (Instant::now(), cpu()?);
        while call < known + 1 || begin.elapsed() < time {
            if call == known {
                (begin, used, times) = (Instant::now(), cpu()?, Vec::new());
            }
            let one = Instant::now();
            step(&ledger, &rules, &pools, &mut held, call, asks)?;
            times.push(one.elapsed());
            call += 1;
        }
        let (wall, used) = (begin.elapsed().as_secs_f64(), cpu()? - used);
        times.sort();
        let at = |part: f64| times.get((times.len() as f64 * part) as usize).map_or(0.0, |t| t.as_secs_f64() * 1e3);
        let renewals = (times.len() * asks) as f64;
        rows.push(Renewals {
            case: "ledger",
            body: format!("{name}, {asks} asks a call"),
            renewals_per_s: renewals / wall,
            renewals_per_cpu_s: renewals / used.max(1e-3),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
        });
    }
    Ok(rows)
}

fn pool(budget: &Budget) -> Pool {
    let (team, quota) = (budget.team.clone(), budget.quota.clone());
    Pool { team, quota, counts: budget.counts, subject: String::new() }
}

/// One call: an Envoy has used half of what it had, and has requests waiting in one pool of sixteen.
fn step(ledger: &Ledger, rules: &Rules, pools: &[Pool], held: &mut [Held], call: usize, asks: usize) -> Result<()> {
    let envoy = call % ENVOYS;
    let first = call / ENVOYS * asks;
    let places = (first..first + asks).map(|at| at % TEAMS);
    let ask = |team: usize| {
        let known = held.get_mut(envoy * TEAMS + team)?;
        known.spent += (known.granted - known.spent) / 2;
        let report = Report { from_ms: known.from_ms, spent: known.spent, ..Report::default() };
        let need = if known.granted == 0 || team.is_multiple_of(16) { 1_000 } else { 0 };
        Some(Ask {
            pool: pools.get(team)?.clone(),
            holder: Holder { envoy: envoy as u64 + 1, record: 1 },
            reports: if known.granted > 0 { vec![report] } else { vec![] },
            need,
            least: need,
        })
    };
    let places: Vec<usize> = places.collect();
    let asked: Vec<Ask> = places.iter().copied().filter_map(ask).collect();
    let told = ledger.renew(&asked, rules, Clock::Database)?;
    for (team, told) in places.iter().zip(told) {
        let (Some(known), Some(lease)) = (held.get_mut(envoy * TEAMS + team), told.leases.first()) else { continue };
        if lease.from_ms != known.from_ms {
            *known = Held::default();
        }
        (known.from_ms, known.granted) = (lease.from_ms, lease.granted);
    }
    Ok(())
}
