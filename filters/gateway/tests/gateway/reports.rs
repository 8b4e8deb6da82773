//! What was used reaches the ledger, once.

use std::time::Duration;

use tollgate_gateway::Gateway;
use tollgate_host::GrpcStatus;
use tollgate_host::fake::{FakeEnvoy, SharedStore};
use tollgate_quota::report::Report;

use crate::fixtures::*;
use crate::service::{Service, fail, leased, tick, workers};

/// A request of the team without a quota: it waits for nothing, and is reported all the same.
fn use_some(envoy: &FakeEnvoy<Gateway>) {
    let request = chat(SUPPORT_KEY, &ask("hi")).header("x-tollgate-user", "jane");
    assert_eq!(envoy.exchange(request, completion("hi")).client.status(), 200);
}

#[test]
fn use_is_told_by_minute_and_by_whose_it_is() {
    let mut service = Service::new(0);
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    use_some(envoy);
    tick(envoy);
    service.serve(envoy);
    assert_eq!(service.count("Report"), 0, "nobody reports before it is introduced");
    use_some(envoy);
    tick(envoy);
    service.serve(envoy);
    let reports: Vec<&Report> = service.booked.values().collect();
    let [report] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!((report.node.as_str(), report.sequence), ("unnamed", 1));
    let [used] = report.usage.as_slice() else { panic!("{report:?}") };
    assert_eq!(used.minute, 1_767_225_600 / 60);
    assert_eq!((used.of.team.as_str(), used.of.user.as_str(), used.of.route.as_str()), ("support", "jane", "chat"));
    let counts = used.counts;
    assert_eq!((counts.requests, counts.input, counts.output, counts.from_provider), (2, 22, 14, 2));
    assert_eq!(envoy.metric("tollgate_reports"), 1);
    tick(envoy);
    assert_eq!(envoy.take_calls(), [], "there is nothing more to tell");
}

#[test]
fn a_report_is_repeated_until_it_is_booked() {
    let mut service = Service::new(0);
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    tick(envoy);
    service.serve(envoy);
    use_some(envoy);
    let mut sent = Vec::new();
    for turn in 0..5 {
        // The pauses grow to 30 seconds. The second time the ledger books it, and its answer is lost.
        envoy.advance(Duration::from_secs(30));
        tick(envoy);
        let calls = envoy.take_calls();
        assert_eq!((calls.len(), calls[0].method.as_str()), (1, "Report"));
        if turn == 1 {
            service.answer(envoy, &calls[0]);
        }
        envoy.answer_call(&calls[0], Err(GrpcStatus::UNAVAILABLE));
        sent.push(calls[0].message.clone());
        use_some(envoy);
    }
    assert!(sent.iter().all(|message| *message == sent[0]));
    for _ in 0..2 {
        envoy.advance(Duration::from_secs(30));
        tick(envoy);
        service.serve(envoy);
    }
    let total = service.total();
    assert_eq!((total.requests, total.input, total.output, service.booked.len()), (6, 66, 42, 2));
}

#[test]
fn a_report_outlives_the_configuration_that_sent_it() {
    let mut service = Service::new(0);
    let config = leased(1_000).to_string();
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    tick(envoy);
    service.serve(envoy);
    use_some(envoy);
    tick(envoy);
    let lost = envoy.take_calls();
    envoy.reconfigure(config).unwrap();
    envoy.answer_call(&lost[0], Ok(b""));
    use_some(envoy);
    for _ in 0..60 {
        tick(envoy);
        service.serve(envoy);
    }
    assert_eq!((service.total().requests, service.booked.len()), (2, 2));
    let first = service.booked.values().next().unwrap();
    assert_eq!(*first, Report::decode(&lost[0].message).unwrap());
}

#[test]
fn what_the_ledger_refuses_is_said_and_not_repeated() {
    let mut service = Service::new(0);
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    tick(envoy);
    service.serve(envoy);
    use_some(envoy);
    tick(envoy);
    fail(envoy, GrpcStatus::INVALID_ARGUMENT);
    envoy.advance(Duration::from_secs(60));
    tick(envoy);
    assert_eq!(envoy.take_calls(), []);
    assert!(envoy.worker().logs.iter().any(|(_, line)| line.contains("refuses report 1")));
}
