//! What admission draws on, and what settlement returns to.

use tollgate_quota::Store;
use tollgate_quota::lease::Worker;

/// Where quotas are counted.
///
/// Under a configuration that leases its quotas ([`crate::Engine::leases`]) they are drawn from the worker's leases, and without a worker - the
/// service has not named this Envoy yet - requests wait as they do for a lease. Under any other they are counted in the store, and the worker is not
/// looked at.
pub struct Till<'a> {
    /// The map that the workers of one proxy share.
    pub store: &'a mut dyn Store,
    /// This worker's leases.
    pub worker: Option<&'a mut Worker>,
}

impl<'a> Till<'a> {
    /// A proxy on its own, which leases nothing.
    #[must_use]
    pub fn alone(store: &'a mut dyn Store) -> Self {
        Self { store, worker: None }
    }
}
