//! What the control plane and an Envoy tell each other.

use tollgate_quota::lease::wire;
use tollgate_quota::report::Report;

/// Leases and reports: what is read comes back the same once it is written.
pub fn messages(data: &[u8]) {
    let Some((&which, data)) = data.split_first() else { return };
    match which % 5 {
        0 => {
            if let Ok(told) = wire::read_renew_response(data, 7) {
                let written = wire::renew_response(told.iter().map(|(pool, told)| (pool, told)));
                assert_eq!(wire::read_renew_response(&written, 7), Ok(told));
            }
        }
        1 => {
            if let Ok(request) = wire::read_renew_request(data) {
                let written = wire::renew_request(request.envoy, &request.node, &request.asks);
                assert_eq!(wire::read_renew_request(&written), Ok(request));
            }
        }
        2 => {
            if let Ok(report) = Report::decode(data) {
                assert_eq!(Report::decode(&report.encode()), Ok(report));
            }
        }
        3 => {
            if let Ok(envoy) = wire::read_introduce_response(data) {
                assert_eq!(wire::read_introduce_response(&wire::introduce_response(envoy)), Ok(envoy));
            }
        }
        _ => {
            if let Ok(node) = wire::read_introduce_request(data) {
                assert_eq!(wire::read_introduce_request(&wire::introduce_request(&node)), Ok(node));
            }
        }
    }
}
