//! The control plane is killed with SIGKILL again and again, and PostgreSQL with it, while Envoys report and renew through its own
//! services: no token is lost, none is booked twice, and nothing is granted twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)]
#[path = "../ledger/tests/support/cluster.rs"]
mod cluster;
#[allow(dead_code)]
#[path = "support/plane.rs"]
mod plane;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cluster::Cluster;
use plane::{Plane, channel};
use tollgate_control::proto::quota::v1 as quota;
use tollgate_control::proto::usage::v1 as usage;
use tollgate_ledger::{Dimension, Ledger, Query, Store};
use tollgate_policy::quota::{Quota, Unit, Window};
use tollgate_quota::lease::{self, Pool};
use tonic::Code;

const REPORTERS: u64 = 4;
const REPORTS: u64 = 120;
const ENVOYS: u64 = 3;
const RENEWALS: u64 = 120;
const LIMIT: u64 = 1_000_000;
const KILLS: u32 = 8;

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    async fn pause(&mut self, below_ms: u64) {
        let pause = self.next(below_ms);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

fn pool() -> Pool {
    let counts = lease::counts(&Quota::new("budget", Unit::Tokens, LIMIT as f64, Window::Month));
    Pool { team: "t".into(), quota: "budget".into(), counts, subject: String::new() }
}

fn reports(reporter: u64) -> Vec<usage::ReportRequest> {
    let mut random = Random(reporter);
    let minute = tollgate_control::bookkeeper::now_ms() / 60_000;
    let mut entry = || usage::Use {
        minute: minute - random.next(3),
        of: Some(usage::Tags {
            team: "t".into(),
            model: format!("m{}", random.next(3)),
            provider: "p".into(),
            ..usage::Tags::default()
        }),
        counts: Some(usage::Counts {
            requests: 1,
            input: random.next(500),
            output: random.next(100),
            ..usage::Counts::default()
        }),
    };
    let report = |sequence| usage::ReportRequest {
        node: "copied".into(),
        epoch: reporter + 1,
        sequence,
        usage: (0..1 + sequence % 4).map(|_| entry()).collect(),
    };
    (1..=REPORTS).map(report).collect()
}

/// Whether a call that failed may be made again: nothing but a control plane that is gone, or a database that is, may make it fail.
fn is_passing(status: &tonic::Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded)
        // A connection that ends in the middle of an answer.
        || status.code() == Code::Internal && status.message().contains("h2 protocol error")
}

/// Sends all its reports, in an order of its own, some of them again, each until it is told that it is booked.
async fn report(at: SocketAddr, reporter: u64) {
    let mut client = usage::usage_service_client::UsageServiceClient::new(channel(at));
    let (mut random, mut waiting) = (Random(1000 + reporter), reports(reporter));
    while !waiting.is_empty() {
        let nearby = random.next(waiting.len().min(6) as u64) as usize;
        let report = if random.next(4) == 0 { waiting[nearby].clone() } else { waiting.remove(nearby) };
        loop {
            // Now and then nobody waits for the answer.
            let patience = Duration::from_millis(if random.next(6) == 0 { random.next(8) } else { 20_000 });
            match tokio::time::timeout(patience, client.report(report.clone())).await {
                Ok(Ok(_)) => break,
                Ok(Err(status)) => assert!(is_passing(&status), "{status:?}"),
                Err(_) => {}
            }
            random.pause(20).await;
        }
        random.pause(20).await;
    }
}

/// What became of an Envoy's leases.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    granted: u64,
    returned: u64,
    spent: u64,
}

/// An Envoy that asks, spends and gives back; what it held in the end, as it was told.
async fn renew(at: SocketAddr, number: u64) -> Held {
    let mut client = quota::quota_service_client::QuotaServiceClient::new(channel(at));
    let mut random = Random(2000 + number);
    let envoy = loop {
        match client.introduce(quota::IntroduceRequest { node: "copied".into() }).await {
            Ok(answer) => break answer.into_inner().envoy,
            Err(status) => assert!(is_passing(&status), "{status:?}"),
        }
        random.pause(30).await;
    };
    let Pool { team, quota, counts, subject } = pool();
    let pool = quota::Pool { team, quota, counts, subject };
    let (mut held, mut from_ms) = (Held::default(), None);
    let mut round = 0;
    while round < RENEWALS {
        let last = round + 1 == RENEWALS;
        let report =
            |from_ms| quota::Report { from_ms, returned: held.returned, spent: held.spent, out: 0, closed: false };
        let need = if last { 0 } else { random.next(2_000) };
        let ask = quota::Ask {
            pool: Some(pool.clone()),
            record: 1,
            reports: from_ms.into_iter().map(report).collect(),
            need,
            least: need,
        };
        let request = quota::RenewRequest { envoy, node: "copied".into(), asks: vec![ask] };
        let patience = Duration::from_millis(if !last && random.next(6) == 0 { random.next(8) } else { 20_000 });
        match tokio::time::timeout(patience, client.renew(request)).await {
            Ok(Ok(answer)) => {
                let told = &answer.get_ref().told[0];
                let lease = &told.leases[0];
                assert!(lease.granted >= held.granted, "a grant that was told was forgotten: {lease:?}, {held:?}");
                held.granted = lease.granted;
                from_ms = Some(lease.from_ms);
                round += 1;
            }
            Ok(Err(status)) => assert!(is_passing(&status), "{status:?}"),
            Err(_) => {}
        }
        if !last {
            held.spent += random.next(held.granted - held.returned - held.spent + 1) / 2;
            held.returned += random.next(held.granted - held.returned - held.spent + 1) / 8;
            random.pause(20).await;
        }
    }
    held
}

/// Kills the control plane until everybody is done; how often.
fn killer(mut plane: Plane, mut cluster: Option<Cluster>, done: &AtomicBool) -> (u32, Option<Cluster>) {
    let (mut random, mut kills) = (Random(7), 0);
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(30 + random.next(250)));
        if let Some(cluster) = cluster.as_mut().filter(|_| kills % 4 == 2) {
            cluster.crash();
            cluster.run();
        }
        plane.kill();
        kills += 1;
        plane.run();
    }
    (kills, cluster)
}

fn play(address: &str, cluster: Option<Cluster>) {
    let plane = Plane::start(address);
    let at = plane.xds;
    let done = Arc::new(AtomicBool::new(false));
    let (held, kills, _cluster) = std::thread::scope(|scope| {
        let flag = Arc::clone(&done);
        let killer = scope.spawn(move || killer(plane, cluster, &flag));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let held = runtime.block_on(async {
            let reporters: Vec<_> = (0..REPORTERS).map(|number| tokio::spawn(report(at, number))).collect();
            let envoys: Vec<_> = (0..ENVOYS).map(|number| tokio::spawn(renew(at, number))).collect();
            let mut held = Vec::new();
            for envoy in envoys {
                held.push(envoy.await);
            }
            let mut reported = Vec::new();
            for reporter in reporters {
                reported.push(reporter.await);
            }
            (held, reported)
        });
        done.store(true, Ordering::Relaxed);
        let (kills, cluster) = killer.join().unwrap();
        held.1.into_iter().for_each(|reported| reported.unwrap());
        let held: Vec<Held> = held.0.into_iter().map(Result::unwrap).collect();
        (held, kills, cluster)
    });
    assert!(kills >= KILLS, "killed {kills} times only");

    let store: Store = address.parse().unwrap();
    let ledger = Ledger::open(&store).unwrap();
    let all = Query { from_minute: 0, until_minute: u64::MAX, team: None, by: vec![Dimension::Team] };
    let booked = ledger.usage(&all).unwrap().remove(0).counts;
    let (mut requests, mut input, mut output) = (0, 0, 0);
    for entry in (0..REPORTERS).flat_map(reports).flat_map(|report| report.usage) {
        let counts = entry.counts.unwrap();
        requests += counts.requests;
        input += counts.input;
        output += counts.output;
    }
    assert_eq!((booked.requests, booked.input, booked.output), (requests, input, output), "{store}");

    let standing = ledger.pool(&pool(), tollgate_control::bookkeeper::now_ms()).unwrap();
    let spent: u64 = held.iter().map(|held| held.spent).sum();
    let charged: u64 = held.iter().map(|held| (held.granted - held.returned).max(held.spent)).sum();
    assert_eq!((standing.spent, standing.charged), (spent, charged), "{store}: {held:?}");
    assert!(charged <= LIMIT && spent > LIMIT / 100, "{store}: {held:?}");
}

#[test]
fn nothing_is_lost_or_doubled_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    play(&format!("sqlite://{}/ledger.db", folder.path().display()), None);
}

#[test]
fn nothing_is_lost_or_doubled_on_postgresql_that_crashes_too() {
    let cluster = Cluster::start();
    cluster.execute("CREATE SCHEMA books");
    let address = cluster.url("books");
    play(&address, Some(cluster));
}
