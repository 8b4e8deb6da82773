//! Envoy's shared data as the store of quotas.

use tollgate_host::{Host, HostError};
use tollgate_quota::{Store, StoreError, Unavailable, Version};

/// Stands for "must be absent": 0 would write unconditionally, and no write ever had this number.
pub(crate) const ABSENT: u32 = u32::MAX;

/// The map that all workers of this Envoy share.
pub(crate) struct SharedData<'a>(pub &'a mut dyn Host);

impl Store for SharedData<'_> {
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
        match self.0.shared_data(key) {
            Ok(found) => Ok(found.map(|(bytes, version)| (bytes, Version(version)))),
            Err(_) => Err(Unavailable::new("the proxy's shared data cannot be read")),
        }
    }

    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
        match self.0.set_shared_data(key, value, Some(version.map_or(ABSENT, |version| version.0))) {
            Ok(()) => Ok(()),
            Err(HostError::CasMismatch) => Err(StoreError::Conflict),
            Err(_) => Err(StoreError::Unavailable(Unavailable::new("the proxy's shared data cannot be written"))),
        }
    }
}
