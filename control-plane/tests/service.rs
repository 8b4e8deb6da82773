//! The services for Envoys, as they are called over a real connection.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)]
#[path = "../ledger/tests/support/cluster.rs"]
mod cluster;
#[allow(dead_code)]
#[path = "support/plane.rs"]
mod plane;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use cluster::Cluster;
use plane::{Plane, channel};
use tollgate_control::proto::quota::v1 as quota;
use tollgate_control::proto::usage::v1 as usage;
use tollgate_ledger::{Ledger, Store};
use tollgate_policy::quota::{Quota, Unit, Window};
use tonic::Code;
use tonic::transport::Channel;

type Leases = quota::quota_service_client::QuotaServiceClient<Channel>;
type Reports = usage::usage_service_client::UsageServiceClient<Channel>;

fn pool(team: &str) -> quota::Pool {
    let counts = tollgate_quota::lease::counts(&Quota::new("budget", Unit::Tokens, 1e6, Window::Month));
    quota::Pool { team: team.into(), quota: "budget".into(), subject: String::new(), counts }
}

fn ask(team: &str, need: u64) -> quota::Ask {
    quota::Ask { pool: Some(pool(team)), record: 1, reports: vec![], need, least: need }
}

fn renew(envoy: u64, asks: Vec<quota::Ask>) -> quota::RenewRequest {
    quota::RenewRequest { envoy, node: "edge".into(), asks }
}

fn report(epoch: u64, sequence: u64, entries: usize) -> usage::ReportRequest {
    let entry = usage::Use {
        minute: tollgate_control::bookkeeper::now_ms() / 60_000,
        of: Some(usage::Tags { team: "t".into(), model: "m".into(), provider: "p".into(), ..usage::Tags::default() }),
        counts: Some(usage::Counts { requests: 1, input: 600, output: 200, ..usage::Counts::default() }),
    };
    usage::ReportRequest { node: String::new(), epoch, sequence, usage: vec![entry; entries] }
}

/// A page of the admin's.
fn page(plane: &Plane, path: &str) -> String {
    let mut stream = TcpStream::connect(plane.admin).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[tokio::test]
async fn leases_and_reports_are_taken_on_the_port_of_ads() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite://{}/ledger.db", folder.path().display());
    let plane = Plane::start(&store);
    let (mut leases, mut reports) = (Leases::new(channel(plane.xds)), Reports::new(channel(plane.xds)));
    let mut introduce = async || leases.introduce(quota::IntroduceRequest { node: "edge".into() }).await.unwrap();
    let (one, other) = (introduce().await.into_inner().envoy, introduce().await.into_inner().envoy);
    assert!(one != other && one > 0 && one < 1 << 63, "{one} {other}");

    let told = leases.renew(renew(one, vec![ask("t", 500), ask("stranger", 500)])).await.unwrap().into_inner().told;
    assert!(told[0].leases[0].granted >= 500 && told[0].facts.as_ref().unwrap().limit == 1_000_000, "{told:?}");
    assert_eq!((told[0].pool.as_ref(), told[0].record), (Some(&pool("t")), 1));
    assert_eq!((told[1].pool.as_ref(), told[1].leases.len()), (Some(&pool("stranger")), 0));

    for _ in 0..2 {
        reports.report(report(7, 1, 3)).await.unwrap();
    }
    let metrics = page(&plane, "/metrics");
    for line in [
        "tollgate_quota_introductions_total 2",
        "tollgate_quota_asks_total 2",
        "tollgate_reports_booked_total 1",
        "tollgate_reports_repeated_total 1",
        "tollgate_ledger_up 1",
        // 3 x 800 of a million.
        "tollgate_budget_used_ratio{team=\"t\",quota=\"budget\"} 0.002400",
    ] {
        assert!(metrics.contains(&format!("\n{line}\n")), "{line} is not in {metrics}");
    }
    assert!(page(&plane, "/status").contains(&store));
    let ledger = Ledger::open_existing(&store.parse::<Store>().unwrap()).unwrap();
    let noted = ledger.audit(0, 10).unwrap();
    assert_eq!(
        (noted.len(), noted[0].what.as_str(), noted[0].detail.as_str()),
        (1, "config", "1 teams, 1 routes, 1 providers")
    );
    assert_eq!(ledger.budgets().unwrap().len(), 1);
    let priced = ledger.usage(&tollgate_ledger::Query { until_minute: u64::MAX, ..Default::default() }).unwrap();
    assert_eq!((priced[0].micro_usd, priced[0].unpriced), (3 * (600 + 400), 0));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let plane = Plane::start(&format!("sqlite://{}/ledger.db", folder.path().display()));
    let (mut leases, mut reports) = (Leases::new(channel(plane.xds)), Reports::new(channel(plane.xds)));
    let nameless = quota::Ask { pool: None, ..ask("t", 1) };
    let long = quota::Ask { reports: vec![quota::Report::default(); 36], ..ask("t", 1) };
    for (request, why) in [
        (renew(0, vec![]), "no Envoy was introduced as 0"),
        (renew(u64::MAX, vec![]), "no Envoy was introduced"),
        (renew(1, vec![ask("t", 1); 257]), "257 asks in a call: at most 256"),
        (renew(1, vec![ask("t", 1), nameless]), "ask 1: it names no pool"),
        (renew(1, vec![long]), "ask 0: it reports on 36 periods: at most 35"),
        (renew(1, vec![quota::Ask { record: u64::MAX, ..ask("t", 1) }]), "ask 0: record"),
    ] {
        let status = leases.renew(request).await.unwrap_err();
        assert!(status.code() == Code::InvalidArgument && status.message().starts_with(why), "{status:?}");
    }
    for (request, why) in [
        (report(0, 1, 1), "epoch 0"),
        (report(1 << 63, 1, 1), "epoch 9223372036854775808"),
        (report(1, 0, 1), "epoch 1, sequence 0"),
        (report(1, 1, 1025), "1025 entries in a report: at most 1024"),
    ] {
        let status = reports.report(request).await.unwrap_err();
        assert!(status.code() == Code::InvalidArgument && status.message().starts_with(why), "{status:?}");
    }
    leases.renew(renew(1, vec![ask("t", 1); 256])).await.unwrap();
    reports.report(report(1, 1, 1024)).await.unwrap();
    assert!(page(&plane, "/metrics").contains("\ntollgate_calls_refused_total 10\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_waited_for() {
    // The blocking client has a runtime of its own.
    let mut cluster = tokio::task::block_in_place(|| {
        let mut cluster = Cluster::start();
        cluster.execute("CREATE SCHEMA books");
        cluster.crash();
        cluster
    });
    let url = cluster.url("books");
    let plane = Plane::start(&url);
    assert!(page(&plane, "/readyz").contains("200 OK"), "resources are served: {}", plane.said());
    let (mut leases, mut reports) = (Leases::new(channel(plane.xds)), Reports::new(channel(plane.xds)));
    for _ in 0..3 {
        let status = leases.renew(renew(1, vec![ask("t", 1)])).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status:?}");
        let status = reports.report(report(1, 1, 1)).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    }
    assert!(page(&plane, "/metrics").contains("\ntollgate_ledger_up 0\n"));
    // It is looked for several times, and spoken of once.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    tokio::task::block_in_place(|| cluster.run());
    let since = Instant::now();
    while let Err(status) = leases.renew(renew(1, vec![ask("t", 1)])).await {
        assert!(status.code() == Code::Unavailable && since.elapsed() < Duration::from_secs(30), "{status:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    reports.report(report(1, 1, 1)).await.unwrap();
    while !plane.said().contains("the ledger can be used again") {
        assert!(since.elapsed() < Duration::from_secs(30), "{}", plane.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(plane.said().matches("the ledger cannot be used").count(), 1, "{}", plane.said());
    let budgets = tokio::task::block_in_place(|| {
        Ledger::open_existing(&url.parse::<Store>().unwrap()).unwrap().budgets().unwrap()
    });
    assert_eq!(budgets.len(), 1, "what was loaded meanwhile is there");
}
