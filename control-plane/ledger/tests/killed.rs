//! A control plane that is killed with SIGKILL again and again, at random points, loses no token and doubles none.
//!
//! This program is both: without arguments it is the test; with a store and a seed it is a control plane that books reports until
//! somebody kills it, and says on its output which are booked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{MINUTE, NOW, Stores, open, total};
use tollgate_ledger::{Applied, Counts, Report, Store, Tags, Use};

/// Reports of each of the two Envoys.
const REPORTS: u64 = 150;
const ROUNDS: u64 = 14;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, child, store, seed] = &arguments[..]
        && child == "book"
    {
        book(&store.parse().unwrap(), seed.parse().unwrap());
        return;
    }
    // The flags of `cargo test`: a filter that does not name this test skips it.
    let filter = arguments.iter().skip(1).find(|argument| !argument.starts_with('-'));
    if arguments.iter().any(|argument| argument == "--list") || filter.is_some_and(|name| !"killed".contains(&**name)) {
        return;
    }
    let mut stores = Stores::start();
    for address in [stores.sqlite_address(), stores.postgres_address()] {
        killed_again_and_again(&address);
    }
    database_crashes(&mut stores);
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

fn reports() -> Vec<Report> {
    let mut random = Random(42);
    let mut all = Vec::new();
    for (envoy, sequence) in (0..2).flat_map(|envoy| (1..=REPORTS).map(move |sequence| (envoy, sequence))) {
        let entries = 1 + random.next(4);
        let mut entry = || Use {
            minute: MINUTE - random.next(3),
            of: Tags {
                team: "t".into(),
                model: format!("m{}", random.next(3)),
                provider: "p".into(),
                ..Tags::default()
            },
            counts: Counts { requests: 1, input: random.next(500), output: random.next(100), ..Counts::default() },
        };
        let usage: Vec<Use> = (0..entries).map(|_| entry()).collect();
        all.push(Report { envoy: format!("edge-{envoy}"), epoch: 1, sequence, usage });
    }
    all
}

/// Books what it is told on its input, in an order of its own, each sometimes twice.
fn book(store: &Store, seed: u64) {
    let ledger = open(store);
    let booked: BTreeSet<(String, u64)> = serde_json::from_reader(std::io::stdin()).unwrap();
    let mut random = Random(seed);
    let mut waiting: Vec<Report> = reports();
    // Those that are known to be booked come again too, now and then.
    waiting.retain(|report| !booked.contains(&(report.envoy.clone(), report.sequence)) || random.next(8) == 0);
    while !waiting.is_empty() {
        let nearby = random.next(waiting.len().min(6) as u64) as usize;
        let report = if random.next(5) == 0 { waiting[nearby].clone() } else { waiting.remove(nearby) };
        ledger.apply_report(&report, NOW).unwrap();
        println!("{} {}", report.envoy, report.sequence);
    }
}

fn killed_again_and_again(address: &str) {
    let store = &address.parse().unwrap();
    let ledger = open(store);
    let mut acknowledged = BTreeSet::new();
    let (mut random, mut kills) = (Random(7), 0);
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["book", address, &round.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), &acknowledged).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut note = |line: String| {
            let (envoy, sequence) = line.split_once(' ').unwrap();
            acknowledged.insert((envoy.to_owned(), sequence.parse::<u64>().unwrap()));
        };
        // Killed after some answers, and then a moment later: in the middle of whatever comes next.
        for line in lines.by_ref().take(random.next(40) as usize) {
            note(line.unwrap());
        }
        let moment = Instant::now();
        let pause = Duration::from_micros(random.next(9000));
        while moment.elapsed() < pause {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        kills += u64::from(child.wait().unwrap().code().is_none());
        for line in lines.map_while(Result::ok).filter(|line| line.contains(' ')) {
            note(line);
        }
        // What was acknowledged is there, whatever became of the process that said so.
        let sample =
            reports().into_iter().filter(|report| acknowledged.contains(&(report.envoy.clone(), report.sequence)));
        for report in sample.skip(random.next(10) as usize).step_by(9) {
            assert_eq!(ledger.apply_report(&report, NOW).unwrap(), Applied::Duplicate, "{store}: {report:?}");
        }
    }
    assert!(kills * 2 > ROUNDS, "only {kills} of {ROUNDS} were killed before they were done");
    for report in reports() {
        ledger.apply_report(&report, NOW).unwrap();
    }
    compare(&ledger, store);
    println!("killed {kills} times on {store}: nothing lost, nothing doubled");
}

/// The database itself dies under three writers, and comes back.
fn database_crashes(stores: &mut Stores) {
    let store = stores.postgres();
    open(&store);
    let all = reports();
    std::thread::scope(|scope| {
        let writer = |first: usize| {
            let (store, all) = (&store, &all);
            move || {
                let ledger = loop {
                    match tollgate_ledger::Ledger::open(store) {
                        Ok(ledger) => break ledger,
                        Err(error) => assert!(error.is_retryable(), "{error}"),
                    }
                };
                for report in all.iter().skip(first).step_by(2) {
                    while let Err(error) = ledger.apply_report(report, NOW) {
                        assert!(error.is_retryable(), "{error}");
                    }
                }
            }
        };
        let writers: Vec<_> = [0, 1, 0].map(|first| scope.spawn(writer(first))).into();
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(120));
            stores.cluster.crash();
            stores.cluster.run();
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    compare(&open(&store), &store);
    println!("PostgreSQL crashed 3 times under three writers: nothing lost, nothing doubled");
}

fn compare(ledger: &tollgate_ledger::Ledger, store: &Store) {
    let mut truth = Counts::default();
    reports().iter().flat_map(|report| &report.usage).for_each(|entry| truth.add(&entry.counts));
    assert_eq!(total(ledger).counts, truth, "{store}");
    let _ = std::io::stdout().flush();
}
