//! The configuration types that filters and control plane share.
