//! The configuration types that filters and control plane share.
//!
//! The control plane reads policies from git and compiles them into the two plugin configurations here, [`gateway::GatewayConfig`]
//! and [`translate::TranslateConfig`]; Envoy delivers them to the modules as JSON. What both sides must agree on - header names, filter
//! state keys, metadata keys - is in [`names`]. Redaction rules and quotas are the same types in a policy file and on the wire.

pub mod gateway;
pub mod json;
pub mod model;
pub mod names;
pub mod quota;
pub mod redaction;
pub mod single;
pub mod translate;
