//! Who this Envoy is to the control plane, and this worker in it.

use tollgate_host::{Host, HostError};
use tollgate_quota::report::epoch;

use crate::shared::ABSENT;

/// Where the workers of an Envoy share its name; gone with the process, as it must be.
const ENVOY: &str = "tollgate.envoy/1";
/// How many workers have had an epoch.
const WORKERS: &str = "tollgate.workers/1";
/// Every lost swap means that another worker's succeeded.
const MOST_ATTEMPTS: usize = 64;

/// An Envoy's life and a worker's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    /// Drawn at random by the quota service.
    pub envoy: u64,
    /// Under which the worker numbers its reports.
    pub epoch: u64,
}

impl Identity {
    /// By the name that another worker has left.
    pub fn find(host: &mut dyn Host) -> Option<Self> {
        let (bytes, _) = host.shared_data(ENVOY).ok()??;
        Self::of(host, number(&bytes)?)
    }

    /// By the name that the service has just given, unless another worker was quicker: then by that one's.
    pub fn first(host: &mut dyn Host, envoy: u64) -> Option<Self> {
        match host.set_shared_data(ENVOY, &envoy.to_le_bytes(), Some(ABSENT)) {
            Ok(()) => Self::of(host, envoy),
            Err(HostError::CasMismatch) => Self::find(host),
            Err(_) => None,
        }
    }

    /// A worker that is not told apart from others has no identity: the next tick tries again.
    fn of(host: &mut dyn Host, envoy: u64) -> Option<Self> {
        for _ in 0..MOST_ATTEMPTS {
            let (before, version) = match host.shared_data(WORKERS).ok()? {
                Some((bytes, version)) => (number(&bytes)?, version),
                None => (0, ABSENT),
            };
            let worker = before.checked_add(1)?;
            match host.set_shared_data(WORKERS, &worker.to_le_bytes(), Some(version)) {
                Ok(()) => return Some(Self { envoy, epoch: epoch(envoy, worker) }),
                Err(HostError::CasMismatch) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// Envoy's node id; a word in its place where there is none, since the ledger books nothing without.
pub(super) fn node(host: &mut dyn Host) -> String {
    let id = host.property(&["xds", "node", "id"]).ok().flatten().unwrap_or_default();
    match String::from_utf8(id) {
        Ok(id) if !id.is_empty() => id,
        _ => "unnamed".to_owned(),
    }
}
