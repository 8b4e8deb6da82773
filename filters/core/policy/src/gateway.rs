//! The configuration of the fused downstream module.

use serde::{Deserialize, Serialize};

use crate::model::{ModelName, ModelPattern};
use crate::quota::Quota;
use crate::redaction::RedactionSpec;

/// All a worker needs to decide about a request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayConfig {
    /// Digest of the source configuration, for logs and refusals.
    #[serde(default)]
    pub digest: String,
    /// Bounds on what a client may send.
    #[serde(default)]
    pub limits: Limits,
    /// Which request headers carry attribution.
    #[serde(default)]
    pub tags: Tags,
    /// Everyone who may use the gateway.
    #[serde(default)]
    pub teams: Vec<TeamConfig>,
    /// Every route of the configuration.
    #[serde(default)]
    pub routes: Vec<RouteConfig>,
    /// Models that an operator has stopped: a request for one of them is refused with 403, whatever route would serve it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped_models: Vec<ModelPattern>,
    /// Redaction policies by name.
    #[serde(default)]
    pub redaction: Vec<NamedRedaction>,
    /// Secret of the `hash` action in hexadecimal. Equal values hash alike under one key only.
    #[serde(default)]
    pub hash_key: String,
    /// The facts ([`crate::names::fact`]) that are published as filter state of their own, for RBAC, rate limits and other filters to read;
    /// all of them are then also published together, as [`crate::names::fact::ALL`], which is what an access log needs. Absent: each on
    /// its own and nothing together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Vec<String>>,
    /// Whether the routes lead through `translate`, in chains that take out what begins with [`crate::names::HEADER_PREFIX`] before the codec:
    /// then [`crate::names::LIMITS_HEADER`] saves it work. Where nobody takes that out, a provider would see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub translated: bool,
    /// The Envoy cluster at which the control plane's gRPC services answer. With it quotas are leased (`tollgate.quota.v1`) and use is reported
    /// (`tollgate.usage.v1`); without, each Envoy counts its quotas on its own and reports nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_service: Option<String>,
}

/// Bounds on what a client may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Largest request body in bytes; beyond it a request is refused with 413.
    pub request_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { request_body: 10 << 20 }
    }
}

/// Names of the request headers that attribute a request to an app, a user or a feature, or name its class of traffic. Lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tags {
    /// Names the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Names the end user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Names the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Names the class of traffic (`batch`, say), which [`Quota::shed_at`] may shed before others. A request without it is of no class and
    /// never shed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
}

/// One team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamConfig {
    /// Its name.
    pub name: String,
    /// SHA-256 digests of its API keys, in lower-case hexadecimal.
    #[serde(default)]
    pub api_keys: Vec<String>,
    /// What it may ask for, in order of precedence.
    #[serde(default)]
    pub routes: Vec<TeamRoute>,
    /// The redaction policy, by name; none means that texts pass as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<String>,
    /// Its limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<Quota>,
    /// What happens when a limit is reached.
    #[serde(default)]
    pub on_exceeded: OnExceeded,
    /// What happens when use cannot be counted.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
    /// An operator has stopped the team, for this reason (which may be empty): all its requests are refused with 403.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// A route as one team sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamRoute {
    /// The route's name, a [`RouteConfig::name`].
    pub route: String,
    /// The name of the Envoy route that serves it: the route itself, or its variant with only the providers that the team's residency admits.
    pub target: String,
}

/// A route, with what the gateway needs to match and to price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteConfig {
    /// Its name.
    pub name: String,
    /// Which models a client may ask for.
    pub models: Vec<ModelPattern>,
    /// The providers that may serve it: backends, then fallbacks. None is left where all of them are stopped: its requests are refused with 503.
    pub backends: Vec<RouteBackend>,
    /// Whether every one of them counts the tokens of an Anthropic request itself; if not, the gateway's estimate answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts_tokens: bool,
}

/// One provider and model behind a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteBackend {
    /// The provider's name.
    pub provider: String,
    /// The model asked for there; absent when the client's own model name is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelName<'static>>,
    /// Its price, where the provider lists one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The most output tokens it produces in one answer, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
}

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// Input tokens that came from no cache.
    #[serde(default)]
    pub input: f64,
    /// Output tokens, reasoning included.
    #[serde(default)]
    pub output: f64,
    /// Input tokens read from the provider's cache; the input price where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's cache; the input price where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
}

/// What happens to a request beyond a limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnExceeded {
    /// It is refused with 429.
    #[default]
    Deny,
    /// It goes to this model's route instead.
    DowngradeTo(String),
}

/// What happens to a request whose use cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OnUnavailable {
    /// It is refused with 503.
    #[default]
    Deny,
    /// It passes and is flagged.
    Allow,
}

/// A redaction policy and its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedRedaction {
    /// Its name.
    pub name: String,
    /// Its rules.
    pub spec: RedactionSpec,
}
