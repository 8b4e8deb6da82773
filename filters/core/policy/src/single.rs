//! The configurations of the single-filter modules.

use serde::{Deserialize, Serialize};

use crate::gateway::{Limits, NamedRedaction, OnUnavailable, Tags};
use crate::quota::Quota;

/// `redact.wasm`: one policy for everyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedactConfig {
    /// Bounds on what a client may send.
    #[serde(default)]
    pub limits: Limits,
    /// The policy.
    pub policy: NamedRedaction,
    /// Secret of the `hash` action in hexadecimal.
    #[serde(default)]
    pub hash_key: String,
}

/// `quota-check.wasm`: the limits of one team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuotaCheckConfig {
    /// Bounds on what a client may send.
    #[serde(default)]
    pub limits: Limits,
    /// Which request headers carry attribution.
    #[serde(default)]
    pub tags: Tags,
    /// Whose limits these are: the counts of two teams are apart.
    pub team: String,
    /// The limits, in any unit but `usd`: prices belong to routes, which only the gateway knows.
    pub quotas: Vec<Quota>,
    /// What happens when use cannot be counted.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
}

/// `token-count.wasm`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenCountConfig {
    /// Bounds on what a client may send.
    #[serde(default)]
    pub limits: Limits,
}
