//! The calls of the control plane that are under way.

use std::collections::BTreeMap;

use tollgate_host::{CallId, GrpcCall};
use tollgate_quota::lease::Asked;

use super::Line;

/// More than are ever under way unless the service hangs; what is not asked then is asked at a later tick.
const MOST_CALLS: usize = 64;

/// After its time a call is waited for this much longer.
const GRACE_MS: u64 = 500;

/// What a call is about.
#[derive(Debug)]
pub(super) enum Call {
    /// Who this Envoy is.
    Introduce,
    /// These leases.
    Renew(Vec<Asked>),
    /// The report of this number.
    Report(u64),
}

#[derive(Debug)]
struct Open {
    about: Call,
    begun_at_ms: u64,
    until_ms: u64,
}

/// The calls under way.
#[derive(Debug, Default)]
pub(super) struct Calls(BTreeMap<CallId, Open>);

impl Calls {
    /// Begins a call. Whether it is under way.
    pub fn begin(
        &mut self,
        line: &mut Line<'_>,
        (service, method): (&str, &str),
        message: &[u8],
        timeout_ms: u32,
        about: Call,
    ) -> bool {
        if self.0.len() >= MOST_CALLS {
            return false;
        }
        let call = GrpcCall { cluster: line.service, service, method, message, timeout_ms };
        let Ok(id) = line.host.grpc_call(&call) else { return false };
        let until_ms = line.now_ms.saturating_add(timeout_ms.into()).saturating_add(GRACE_MS);
        self.0.insert(id, Open { about, begun_at_ms: line.now_ms, until_ms });
        true
    }

    /// What the call was about that has ended.
    pub fn take(&mut self, id: CallId) -> Option<Call> {
        self.0.remove(&id).map(|open| open.about)
    }

    /// Drops what nobody will answer: the configuration that called is gone, and Envoy says nothing then. Also what began later than now, by a clock
    /// that was set back: it may have waited for any time.
    pub fn forget_lost(&mut self, now_ms: u64) {
        self.0.retain(|_, open| open.begun_at_ms <= now_ms && now_ms < open.until_ms);
    }

    /// Whether the service is being asked who this Envoy is.
    pub fn is_introducing(&self) -> bool {
        self.0.values().any(|open| matches!(open.about, Call::Introduce))
    }
}
