//! What the modules write and read by hand is what `protos/` says, in the words of generated code: each reads what the other wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;
use tollgate_control::proto::quota::v1 as quota;
use tollgate_control::proto::usage::v1 as usage;
use tollgate_quota::lease::{self, wire};
use tollgate_quota::report;

/// Small numbers, large ones, and none.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1u64..300, any::<u64>(), Just(u64::MAX)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{1,12}", "\\PC{0,40}", Just("long".repeat(60))]
}

fn pool() -> impl Strategy<Value = lease::Pool> {
    (text(), text(), number(), text()).prop_map(|(team, quota, counts, subject)| lease::Pool {
        team,
        quota,
        counts,
        subject,
    })
}

fn ask(envoy: u64) -> impl Strategy<Value = lease::Ask> {
    let report = (number(), number(), number(), number(), any::<bool>())
        .prop_map(|(from_ms, returned, spent, out, closed)| lease::Report { from_ms, returned, spent, out, closed });
    (pool(), number(), vec(report, 0..4), number(), number()).prop_map(move |(pool, record, reports, need, least)| {
        lease::Ask { pool, holder: lease::Holder { envoy, record }, reports, need, least }
    })
}

fn told(envoy: u64) -> impl Strategy<Value = (lease::Pool, lease::Told)> {
    let lease =
        [(); 6].map(|()| number()).prop_map(|[from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms]| {
            lease::Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms }
        });
    let facts = [(); 4].map(|()| number()).prop_map(|[limit, left, elsewhere, keep]| lease::Facts {
        limit,
        left,
        elsewhere,
        keep,
    });
    (pool(), number(), vec(lease, 0..3), facts, number()).prop_map(move |(pool, record, leases, facts, sync_in_ms)| {
        (pool, lease::Told { holder: lease::Holder { envoy, record }, leases, facts, sync_in_ms })
    })
}

fn used() -> impl Strategy<Value = report::Use> {
    let tags = [(); 7].map(|()| text()).prop_map(|[team, app, user, feature, model, provider, route]| report::Tags {
        team,
        app,
        user,
        feature,
        model,
        provider,
        route,
    });
    let counts = [(); 12].map(|()| number()).prop_map(|counts| {
        let [
            requests,
            input,
            cached,
            cache_write,
            output,
            reasoning,
            audio_input,
            audio_output,
            from_provider,
            estimated,
            partial,
            cache_write_hour,
        ] = counts;
        report::Counts {
            requests,
            input,
            cached,
            cache_write,
            output,
            reasoning,
            audio_input,
            audio_output,
            from_provider,
            estimated,
            partial,
            cache_write_hour,
        }
    });
    (number(), tags, counts).prop_map(|(minute, of, counts)| report::Use { minute, of, counts })
}

fn pool_of(pool: &lease::Pool) -> Option<quota::Pool> {
    let lease::Pool { team, quota, counts, subject } = pool.clone();
    Some(quota::Pool { team, quota, subject, counts })
}

fn request(envoy: u64, node: &str, asks: &[lease::Ask]) -> quota::RenewRequest {
    let report = |report: &lease::Report| {
        let lease::Report { from_ms, returned, spent, out, closed } = *report;
        quota::Report { from_ms, returned, spent, out, closed }
    };
    let ask = |ask: &lease::Ask| quota::Ask {
        pool: pool_of(&ask.pool),
        record: ask.holder.record,
        reports: ask.reports.iter().map(report).collect(),
        need: ask.need,
        least: ask.least,
    };
    quota::RenewRequest { envoy, node: node.into(), asks: asks.iter().map(ask).collect() }
}

fn response(all: &[(lease::Pool, lease::Told)]) -> quota::RenewResponse {
    let lease = |lease: &lease::Lease| {
        let lease::Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms } = *lease;
        quota::Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms }
    };
    let told = |(pool, told): &(lease::Pool, lease::Told)| {
        let lease::Facts { limit, left, elsewhere, keep } = told.facts;
        quota::Told {
            pool: pool_of(pool),
            record: told.holder.record,
            leases: told.leases.iter().map(lease).collect(),
            facts: Some(quota::Facts { limit, left, elsewhere, keep }),
            sync_in_ms: told.sync_in_ms,
        }
    };
    quota::RenewResponse { told: all.iter().map(told).collect() }
}

fn reported(report: &report::Report) -> usage::ReportRequest {
    let entry = |entry: &report::Use| {
        let report::Tags { team, app, user, feature, model, provider, route } = entry.of.clone();
        let counts = entry.counts;
        usage::Use {
            minute: entry.minute,
            of: Some(usage::Tags { team, app, user, feature, model, provider, route }),
            counts: Some(usage::Counts {
                requests: counts.requests,
                input: counts.input,
                cached: counts.cached,
                cache_write: counts.cache_write,
                output: counts.output,
                reasoning: counts.reasoning,
                audio_input: counts.audio_input,
                audio_output: counts.audio_output,
                from_provider: counts.from_provider,
                estimated: counts.estimated,
                partial: counts.partial,
                cache_write_hour: counts.cache_write_hour,
            }),
        }
    };
    let report::Report { node, epoch, sequence, usage } = report;
    usage::ReportRequest {
        node: node.clone(),
        epoch: *epoch,
        sequence: *sequence,
        usage: usage.iter().map(entry).collect(),
    }
}

fn law<S: Strategy>(strategy: S, law: impl Fn(S::Value)) {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let law = |value| {
        law(value);
        Ok(())
    };
    TestRunner::new(config).run(&strategy, law).unwrap();
}

#[test]
fn introductions_are_read_on_both_sides() {
    law((text(), 1u64..), |(node, envoy)| {
        let asked = quota::IntroduceRequest { node: node.clone() };
        assert_eq!(quota::IntroduceRequest::decode(&*wire::introduce_request(&node)).unwrap(), asked);
        assert_eq!(wire::read_introduce_request(&asked.encode_to_vec()).unwrap(), node);
        let answered = quota::IntroduceResponse { envoy };
        assert_eq!(quota::IntroduceResponse::decode(&*wire::introduce_response(envoy)).unwrap(), answered);
        assert_eq!(wire::read_introduce_response(&answered.encode_to_vec()).unwrap(), envoy);
    });
}

#[test]
fn renewals_are_read_on_both_sides() {
    let asked = number().prop_flat_map(|envoy| (Just(envoy), text(), vec(ask(envoy), 0..5)));
    law(asked, |(envoy, node, asks)| {
        let expected = request(envoy, &node, &asks);
        assert_eq!(quota::RenewRequest::decode(&*wire::renew_request(envoy, &node, &asks)).unwrap(), expected);
        let read = wire::read_renew_request(&expected.encode_to_vec()).unwrap();
        assert_eq!(read, wire::RenewRequest { envoy, node, asks });
    });
    let answered = number().prop_flat_map(|envoy| (Just(envoy), vec(told(envoy), 0..5)));
    law(answered, |(envoy, told)| {
        let expected = response(&told);
        let written = wire::renew_response(told.iter().map(|(pool, told)| (pool, told)));
        assert_eq!(quota::RenewResponse::decode(&*written).unwrap(), expected);
        assert_eq!(wire::read_renew_response(&expected.encode_to_vec(), envoy).unwrap(), told);
    });
}

#[test]
fn reports_are_read_on_both_sides() {
    let reports = (text(), number(), number(), vec(used(), 0..5))
        .prop_map(|(node, epoch, sequence, usage)| report::Report { node, epoch, sequence, usage });
    law(reports, |report| {
        let expected = reported(&report);
        assert_eq!(usage::ReportRequest::decode(&*report.encode()).unwrap(), expected);
        assert_eq!(report::Report::decode(&expected.encode_to_vec()).unwrap(), report);
    });
}
