//! Quotas that are leased: whom the control plane knows, what waits for it, and what becomes of what waits.

use std::time::Duration;

use serde_json::json;
use tollgate_host::GrpcStatus;
use tollgate_host::fake::{FakeStream, SharedStore};

use crate::fixtures::*;
use crate::service::{Service, fail, leased, tick, workers};

fn ask_for(output: u64) -> serde_json::Value {
    let mut ask = ask("hi");
    ask["max_tokens"] = json!(output);
    ask
}

/// The provider answers, and the stream ends: its status.
fn complete(mut stream: FakeStream<'_, tollgate_gateway::Gateway>) -> u16 {
    assert!(stream.upstream().complete);
    stream.answer(completion("hi"));
    stream.finish().client.status()
}

#[test]
fn an_envoy_is_introduced_once_whatever_its_workers_do() {
    let (shared, mut service) = (SharedStore::default(), Service::new(1_000_000));
    let first = workers(&leased(1_000_000), &shared, 2);
    assert_eq!(first[0].worker().tick_period, 250);
    first.iter().for_each(tick);
    // Both have asked before either was answered: whose answer comes first names the Envoy.
    first.iter().for_each(|envoy| service.serve(envoy));
    assert_eq!(service.count("Introduce"), 2);
    let later = workers(&leased(1_000_000), &shared, 2);
    for envoy in first.iter().chain(&later) {
        let mut stream = envoy.stream();
        stream.send(chat(OTHER_KEY, &ask_for(100)));
        service.serve(envoy);
        stream.resume();
        assert_eq!(complete(stream), 200);
        tick(envoy);
        service.serve(envoy);
    }
    assert_eq!(service.count("Introduce"), 2, "who comes later finds the name");
    assert_eq!(service.envoys.iter().copied().collect::<Vec<_>>(), [1 << 32]);
    let mut epochs: Vec<u64> = service.booked.keys().map(|(epoch, _)| *epoch).collect();
    epochs.dedup();
    assert_eq!(epochs.len(), 4, "each worker numbers its own reports");
}

#[test]
fn the_first_request_waits_and_those_after_it_make_no_call() {
    let mut service = Service::new(100_000_000);
    let envoy = &workers(&leased(100_000_000), &SharedStore::default(), 1)[0];
    let mut stream = envoy.stream();
    stream.send(chat(OTHER_KEY, &ask_for(100)));
    assert!(!stream.upstream().arrived(), "nobody knows what is left");
    service.serve(envoy);
    assert!(stream.resume(), "told who it is");
    service.serve(envoy);
    assert!(stream.resume(), "told what it may use");
    assert_eq!(stream.upstream().header("x-tollgate-route"), Some("chat"));
    assert_eq!(json_of(stream.upstream())["model"], "smart");
    assert_eq!(complete(stream), 200);
    assert_eq!((envoy.metric("tollgate_quota_calls"), envoy.metric("tollgate_quota_waits")), (2, 1));
    assert_eq!(envoy.exchange(chat(OTHER_KEY, &ask_for(10)), completion("hi")).client.status(), 200);
    assert_eq!(envoy.take_calls(), []);
}

#[test]
fn a_steady_stream_of_requests_makes_less_than_a_call_for_a_thousand() {
    let mut service = Service::new(100_000_000);
    let envoy = &workers(&leased(100_000_000), &SharedStore::default(), 1)[0];
    let mut calls = 0;
    for turn in 0..12 {
        // 2,000 requests a second. The first second is for the service to learn how much is used.
        if turn == 4 {
            calls = envoy.metric("tollgate_quota_calls");
        }
        for _ in 0..500 {
            let mut stream = envoy.stream();
            stream.send(chat(OTHER_KEY, &ask_for(100)));
            while !stream.upstream().complete {
                service.serve(envoy);
                assert!(stream.resume());
            }
            assert_eq!(complete(stream), 200);
        }
        tick(envoy);
        service.serve(envoy);
    }
    let calls = envoy.metric("tollgate_quota_calls") - calls;
    assert!(calls < 4, "{calls} calls for 4,000 requests");
    assert_eq!(envoy.metric("tollgate_quota_calls"), (service.count("Introduce") + service.count("Renew")) as u64);
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    let mut service = Service::new(1_000_000);
    let envoy = &workers(&leased(1_000_000), &SharedStore::default(), 1)[0];
    tick(envoy);
    assert_eq!(fail(envoy, GrpcStatus::UNAVAILABLE)[0].method, "Introduce");
    tick(envoy);
    service.serve(envoy);
    let mut stream = envoy.stream();
    stream.send(chat(OTHER_KEY, &ask_for(100)));
    // The service has granted, and the answer does not arrive.
    let calls = envoy.take_calls();
    assert_eq!(calls[0].method, "Renew");
    service.answer(envoy, &calls[0]);
    envoy.answer_call(&calls[0], Err(GrpcStatus::DEADLINE_EXCEEDED));
    assert!(!stream.resume(), "it is not worth trying");
    tick(envoy);
    assert!(stream.resume() && !stream.upstream().arrived());
    service.serve(envoy);
    assert!(stream.resume());
    assert_eq!(complete(stream), 200);
    // That it was lost, and that there are answers again, is logged once each.
    let lines = envoy.worker().logs.iter().filter(|(_, line)| line.contains("control plane")).count();
    assert_eq!(lines, 4, "{:?}", envoy.worker().logs);
}

#[test]
fn a_request_that_nobody_answers_for_waits_a_second_and_then_the_policy_decides() {
    for (on_unavailable, status) in [("deny", 503), ("allow", 200)] {
        let mut config = leased(1_000_000);
        config["teams"][1]["onUnavailable"] = json!(on_unavailable);
        let envoy = &workers(&config, &SharedStore::default(), 1)[0];
        envoy.set_unreachable(true);
        let mut stream = envoy.stream();
        stream.send(chat(OTHER_KEY, &ask_for(100)));
        for _ in 0..3 {
            tick(envoy);
            assert!(stream.resume() && !stream.upstream().arrived() && !stream.client().arrived());
        }
        tick(envoy);
        assert!(stream.resume());
        stream.answer(completion("hi"));
        assert_eq!(stream.finish().client.status(), status);
    }
}

#[test]
fn a_control_plane_that_is_away_is_not_called_for_each_request() {
    let mut service = Service::new(1_000_000);
    let envoy = &workers(&leased(1_000_000), &SharedStore::default(), 1)[0];
    envoy.set_unreachable(true);
    let calls = || envoy.worker().calls.get("grpc_call").copied().unwrap_or(0);
    let mut streams: Vec<_> = (0..100).map(|_| envoy.stream()).collect();
    streams.iter_mut().for_each(|stream| stream.send(chat(OTHER_KEY, &ask_for(100))));
    assert_eq!(calls(), 1);
    tick(envoy);
    assert!(streams.iter_mut().all(FakeStream::resume));
    assert_eq!(calls(), 2);
    envoy.set_unreachable(false);
    tick(envoy);
    for _ in 0..3 {
        service.serve(envoy);
        for stream in &mut streams {
            stream.resume();
        }
    }
    assert!(streams.into_iter().all(|stream| complete(stream) == 200));
    assert!(service.count("Renew") <= 2, "they ask together: {:?}", service.calls);
    assert_eq!(envoy.metric("tollgate_quota_waits"), 100);
}

#[test]
fn what_does_not_fit_is_refused_with_what_the_service_says() {
    let mut service = Service::new(1_000);
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    let mut status = Vec::new();
    for _ in 0..3 {
        let mut stream = envoy.stream();
        stream.send(chat(OTHER_KEY, &ask_for(450)));
        for _ in 0..3 {
            service.serve(envoy);
            stream.resume();
        }
        // None of them ends, so what each holds stays held.
        status.push(if stream.upstream().complete { 200 } else { stream.client().status() });
        std::mem::forget(stream);
    }
    assert_eq!(status, [200, 200, 429]);
}

#[test]
fn a_request_that_goes_away_while_it_waits_leaves_nothing_behind() {
    let mut service = Service::new(1_000);
    let envoy = &workers(&leased(1_000), &SharedStore::default(), 1)[0];
    for _ in 0..20 {
        let mut stream = envoy.stream();
        stream.send(chat(OTHER_KEY, &ask_for(450)));
        assert!(!stream.upstream().arrived());
        drop(stream);
    }
    assert_eq!(envoy.contexts(), (1, 0));
    service.serve(envoy);
    for _ in 0..40 {
        tick(envoy);
        service.serve(envoy);
    }
    let mut stream = envoy.stream();
    stream.send(chat(OTHER_KEY, &ask_for(900)));
    for _ in 0..4 {
        service.serve(envoy);
        stream.resume();
        tick(envoy);
    }
    assert_eq!(complete(stream), 200, "all of the limit is there");
    let reads = envoy.worker().calls.get("now_nanos").copied();
    tick(envoy);
    assert_eq!(envoy.worker().calls.get("now_nanos").copied(), reads.map(|reads| reads + 1), "nobody is woken");
}

#[test]
fn leases_outlive_a_configuration_and_so_do_those_who_wait() {
    let mut service = Service::new(1_000_000);
    let envoy = &workers(&leased(1_000_000), &SharedStore::default(), 1)[0];
    let mut stream = envoy.stream();
    stream.send(chat(OTHER_KEY, &ask_for(100)));
    // The call is cancelled with the configuration that made it, and nobody is told.
    let lost = envoy.take_calls();
    let mut newer = leased(1_000_000);
    newer["digest"] = json!("sha256:newer");
    envoy.reconfigure(newer.to_string()).unwrap();
    envoy.answer_call(&lost[0], Err(GrpcStatus::UNAVAILABLE));
    assert!(!stream.resume());
    for _ in 0..3 {
        tick(envoy);
        assert!(stream.resume() && !stream.upstream().arrived());
    }
    assert_eq!(envoy.take_calls().len(), 0, "it is still thought to be under way");
    let mut next = envoy.stream();
    envoy.advance(Duration::from_secs(2));
    tick(envoy);
    assert!(stream.resume());
    assert_eq!(stream.finish().client.status(), 503);
    service.serve(envoy);
    next.send(chat(OTHER_KEY, &ask_for(100)));
    service.serve(envoy);
    assert!(next.resume());
    assert_eq!(complete(next), 200);
    let renewed = service.count("Renew");
    newer["digest"] = json!("sha256:newest");
    envoy.reconfigure(newer.to_string()).unwrap();
    assert_eq!(envoy.exchange(chat(OTHER_KEY, &ask_for(100)), completion("hi")).client.status(), 200);
    assert_eq!((service.count("Introduce"), service.count("Renew")), (1, renewed));
    assert_eq!(envoy.take_calls(), []);
}

#[test]
fn what_is_stopped_while_it_waits_is_refused_at_the_next_tick() {
    let config = leased(1_000_000);
    let envoy = &workers(&config, &SharedStore::default(), 1)[0];
    let mut stream = envoy.stream();
    stream.send(chat(OTHER_KEY, &ask_for(100)));
    let mut stopped = config;
    stopped["teams"][1]["stopped"] = json!("a runaway job");
    envoy.reconfigure(stopped.to_string()).unwrap();
    tick(envoy);
    assert!(stream.resume());
    assert_eq!(stream.finish().client.status(), 403);
}
