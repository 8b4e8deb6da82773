//! Messages on the wire: the bytes of the protocol, and both ways of each.

use tollgate_wire::protobuf::ProtobufError;

use crate::lease::{Ask, Facts, Holder, Lease, MOST_PERIODS, Pool, Report, Told, wire};
use crate::report::{self, Counts, Tags, Use};

const HOLDER: Holder = Holder { envoy: 0x0102_0304_0506_0708, record: 3 };

fn pool() -> Pool {
    Pool { team: "t".into(), quota: "tpm".into(), counts: 9, subject: "u".into() }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn an_ask_has_the_numbers_of_the_protocol() {
    let reports = vec![Report { from_ms: 1, returned: 2, spent: 300, out: 4, closed: true }];
    let ask = Ask { pool: pool(), holder: HOLDER, reports, need: 5, least: 6 };
    let bytes = wire::renew_request(HOLDER.envoy, "n", [&ask]);
    let expected: &[u8] = b"\x09\x08\x07\x06\x05\x04\x03\x02\x01\x12\x01n\
        \x1a\x29\x0a\x14\x0a\x01t\x12\x03tpm\x1a\x01u\x21\x09\0\0\0\0\0\0\0\
        \x10\x03\x1a\x0b\x08\x01\x10\x02\x18\xac\x02\x20\x04\x28\x01\x20\x05\x28\x06";
    assert_eq!(bytes, expected);
    let read = wire::read_renew_request(&bytes).unwrap();
    assert_eq!((read.envoy, read.node.as_str(), read.asks), (HOLDER.envoy, "n", vec![ask]));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_a_newer_side_adds_is_passed_over() {
    let told =
        Told { holder: HOLDER, leases: Vec::new(), facts: Facts { limit: 1, ..Facts::default() }, sync_in_ms: 7 };
    let mut bytes = wire::renew_response([(&pool(), &told)]);
    // Field 15 as each of the shapes.
    bytes.extend_from_slice(b"\x78\x01\x79\x01\x02\x03\x04\x05\x06\x07\x08\x7a\x02hi\x7d\x01\x02\x03\x04");
    assert_eq!(wire::read_renew_response(&bytes, HOLDER.envoy).unwrap(), [(pool(), told)]);
    assert_eq!(wire::read_introduce_response(b"\x09\x01\0\0\0\0\0\0\0\x10\x05"), Ok(1));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn nobody_is_named_zero_and_no_list_is_without_end() {
    assert_eq!(wire::read_introduce_response(b""), Err(ProtobufError::Missing(1)));
    assert_eq!(wire::read_introduce_response(&wire::introduce_response(0)), Err(ProtobufError::Missing(1)));
    let many = b"\x0a\x00".repeat(wire::MOST_ASKS + 1);
    assert_eq!(wire::read_renew_response(&many, 1), Err(ProtobufError::TooMany(1)));
    assert_eq!(wire::read_renew_response(&many[2..], 1).map(|told| told.len()), Ok(wire::MOST_ASKS));
    let many = b"\x1a\x00".repeat(wire::MOST_ASKS + 1);
    assert_eq!(wire::read_renew_request(&many), Err(ProtobufError::TooMany(3)));
    let leases = [Lease { from_ms: 1, granted: 1, starts_in_ms: 0, ttl_ms: 1, accepts_in_ms: 1, counts_in_ms: 1 }];
    let told = Told { holder: HOLDER, leases: leases.repeat(MOST_PERIODS + 1), facts: Facts::default(), sync_in_ms: 0 };
    let bytes = wire::renew_response([(&pool(), &told)]);
    assert_eq!(wire::read_renew_response(&bytes, 1), Err(ProtobufError::TooMany(3)));
    let many = b"\x22\x00".repeat(report::MOST_ENTRIES + 1);
    assert_eq!(report::Report::decode(&many), Err(ProtobufError::TooMany(4)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_report_has_the_numbers_of_the_protocol() {
    let of = Tags { team: "t".into(), route: "r".into(), ..Tags::default() };
    let counts = Counts { requests: 1, cache_write_hour: 2, ..Counts::default() };
    let sent = report::Report { node: "n".into(), epoch: 1, sequence: 2, usage: vec![Use { minute: 3, of, counts }] };
    let bytes = sent.encode();
    let expected: &[u8] = b"\x0a\x01n\x11\x01\0\0\0\0\0\0\0\x18\x02\
        \x22\x10\x08\x03\x12\x06\x0a\x01t\x3a\x01r\x1a\x04\x08\x01\x60\x02";
    assert_eq!(bytes, expected);
    assert_eq!(report::Report::decode(&bytes), Ok(sent));
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0..64u32).prop_map(|(number, shift)| number >> shift)
    }

    fn any_pool() -> impl Strategy<Value = Pool> {
        (".{0,9}", ".{0,9}", ".{0,9}", number()).prop_map(|(team, quota, subject, counts)| Pool {
            team,
            quota,
            counts,
            subject,
        })
    }

    prop_compose! {
        fn any_ask(envoy: u64)(
            pool in any_pool(), record in number(), need in number(), least in number(),
            reports in prop::collection::vec((number(), number(), number(), number(), any::<bool>()), 0..4),
        ) -> Ask {
            let report = |(from_ms, returned, spent, out, closed)| Report { from_ms, returned, spent, out, closed };
            Ask { pool, holder: Holder { envoy, record }, reports: reports.into_iter().map(report).collect(), need, least }
        }
    }

    prop_compose! {
        fn any_told(envoy: u64)(
            record in number(), sync_in_ms in number(), facts in prop::array::uniform4(number()),
            leases in prop::collection::vec(prop::array::uniform6(number()), 0..4),
        ) -> Told {
            let lease = |[from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms]: [u64; 6]| {
                Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms }
            };
            let [limit, left, elsewhere, keep] = facts;
            let facts = Facts { limit, left, elsewhere, keep };
            Told { holder: Holder { envoy, record }, leases: leases.into_iter().map(lease).collect(), facts, sync_in_ms }
        }
    }

    proptest! {
        #[test]
        fn both_sides_read_what_the_other_writes(
            node in ".{0,9}",
            envoy in 1..=u64::MAX,
            asks in prop::collection::vec(any_ask(7), 0..4),
            told in prop::collection::vec((any_pool(), any_told(7)), 0..4),
        ) {
            let request = wire::read_renew_request(&wire::renew_request(7, &node, &asks)).unwrap();
            prop_assert_eq!(request, wire::RenewRequest { envoy: 7, node: node.clone(), asks });
            let pairs = told.iter().map(|(pool, told)| (pool, told));
            prop_assert_eq!(wire::read_renew_response(&wire::renew_response(pairs), 7).unwrap(), told);
            prop_assert_eq!(wire::read_introduce_request(&wire::introduce_request(&node)).unwrap(), node);
            prop_assert_eq!(wire::read_introduce_response(&wire::introduce_response(envoy)), Ok(envoy));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = wire::read_renew_request(&bytes);
            let _ = wire::read_renew_response(&bytes, 1);
            let _ = wire::read_introduce_request(&bytes);
            let _ = wire::read_introduce_response(&bytes);
            let _ = report::Report::decode(&bytes);
        }
    }
}
