//! What Envoys and the control plane tell each other, as `protos/` has it.

#![allow(missing_docs, clippy::all, clippy::pedantic)]

/// Leases on quotas.
pub mod quota {
    /// `tollgate.quota.v1`.
    pub mod v1 {
        tonic::include_proto!("tollgate.quota.v1");
    }
}

/// What was used.
pub mod usage {
    /// `tollgate.usage.v1`.
    pub mod v1 {
        tonic::include_proto!("tollgate.usage.v1");
    }
}
