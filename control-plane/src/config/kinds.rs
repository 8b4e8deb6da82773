//! The YAML kinds as they are written, one type per kind. What they mean together is checked in `validate`.

mod credential;
mod stopped;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use tollgate_policy::gateway::{OnExceeded, OnUnavailable, Price};
use tollgate_policy::model::{ModelName, ModelPattern};
use tollgate_policy::quota::Quota;
use tollgate_policy::redaction::RedactionSpec;
use tollgate_policy::translate::{Flavor, ProviderApi};

pub use credential::{AwsKeySource, AwsSource, CredentialSource, SecretSource, WebhookSource};
pub use stopped::{MOST_WHY, Stopped};

use super::units::{Size, Span};

/// The only `apiVersion`; a document may leave it out.
pub const API_VERSION: &str = "tollgate.dev/v1alpha1";

/// A document around its `spec`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document<S> {
    /// `tollgate.dev/v1alpha1`.
    #[serde(default)]
    pub api_version: Option<String>,
    /// Which kind of document this is.
    pub kind: String,
    /// Its name and notes.
    pub metadata: Metadata,
    /// What it says.
    pub spec: S,
}

/// Name and notes of a document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Lower-case letters, digits, `-`, `_` and `.`; at most 63. Unique within the kind.
    pub name: String,
    /// Free for the reader's use.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Free for the reader's use.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// `kind: Provider`: one account at one provider of models.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderSpec {
    /// The API it speaks.
    pub api: ProviderApi,
    /// `https://host[:port][/prefix]`, or `http://` for a server inside the own network.
    pub endpoint: String,
    /// Where it processes data; compared with a team's `residency`.
    #[serde(default)]
    pub region: Option<String>,
    /// Its key. None for a server that wants none.
    #[serde(default, deserialize_with = "credential::optional")]
    pub credential: Option<CredentialSource>,
    /// `openai` only: which compatible server it is, for those that deviate from OpenAI's API.
    #[serde(default)]
    pub flavor: Option<Flavor>,
    /// `azure-openai` only: the version in the query of paths by deployment, such as `2024-10-21`. The v1 paths are asked for where absent.
    #[serde(default)]
    pub api_version: Option<String>,
    /// `vertex` only, and required there: the project's id.
    #[serde(default)]
    pub project: Option<String>,
    /// `vertex`: the location, such as `europe-west4` or `global`; required. `bedrock`: the AWS region that requests are signed for; where
    /// absent it is read from the endpoint's host.
    #[serde(default)]
    pub location: Option<String>,
    /// What it serves, with prices. May be left out: then any model is asked for and none is priced.
    #[serde(default)]
    pub models: Vec<ProviderModel>,
    /// `true`, or why: it gets no request any more, and fallbacks take over.
    #[serde(default)]
    pub stopped: Stopped,
}

/// One model of a provider.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderModel {
    /// As the provider calls it.
    pub name: ModelName<'static>,
    /// US dollars per million tokens.
    #[serde(default)]
    pub price: Option<Price>,
    /// The most output tokens of one answer.
    #[serde(default)]
    pub max_output_tokens: Option<u64>,
    /// `true`, or why: this provider is not asked for it any more, and fallbacks take over.
    #[serde(default)]
    pub stopped: Stopped,
}

/// `kind: Route`: which models a client may ask for, and who serves them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteSpec {
    /// What a client may ask for. A route without is taken only by requests that a redaction policy's `routeTo` sends there.
    #[serde(default)]
    pub r#match: RouteMatch,
    /// Requests are split between these by weight.
    pub backends: Vec<BackendSpec>,
    /// Tried after the chosen backend, in this order.
    #[serde(default)]
    pub fallback: Vec<FallbackSpec>,
    /// When the next provider is tried.
    #[serde(default)]
    pub retry: RetrySpec,
    /// The whole answer, streams included, must be done within this time: `300s` unless given.
    #[serde(default)]
    pub timeout: Option<Span>,
    /// Features that may be dropped where a provider lacks them, by name; the answer lists what was dropped.
    #[serde(default)]
    pub lenient: Vec<String>,
    /// `true`, or why: its requests are refused.
    #[serde(default)]
    pub stopped: Stopped,
}

/// What a client may ask for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteMatch {
    /// Model names; `*` stands for any run of characters.
    #[serde(default)]
    pub models: Vec<ModelPattern>,
}

/// One backend of a route.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackendSpec {
    /// A `Provider` by name.
    pub provider: String,
    /// The model to ask it for; the client's own model name where absent.
    #[serde(default)]
    pub model: Option<ModelName<'static>>,
    /// Its share of the requests; 1 where absent, 0 for none.
    #[serde(default)]
    pub weight: Option<u32>,
}

/// One fallback of a route.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FallbackSpec {
    /// A `Provider` by name.
    pub provider: String,
    /// The model to ask it for; the client's own model name where absent.
    #[serde(default)]
    pub model: Option<ModelName<'static>>,
}

/// When the next provider is tried.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetrySpec {
    /// HTTP status codes, `5xx`, `connect-failure` or `reset`; all of `[429, 529, 5xx, connect-failure, reset]` unless given.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Condition>>")]
    pub on: Option<Vec<String>>,
    /// One attempt must be answered in full within this time; unlimited unless given.
    #[serde(default)]
    pub per_try_timeout: Option<Span>,
    /// One attempt must not be silent for longer; unlimited unless given.
    #[serde(default)]
    pub per_try_idle_timeout: Option<Span>,
}

/// How a condition of [`RetrySpec::on`] is written: a status needs no quotes.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a shape for editors; it is read as text")]
enum Condition {
    Status(u16),
    Name(String),
}

/// `kind: Team`: who may use what, and how much.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamSpec {
    /// How its requests are recognised.
    pub identities: Vec<Identity>,
    /// What it may use: `Route`s by name, in order of precedence.
    pub routes: Vec<String>,
    /// Regions whose providers may see its data; any where absent.
    #[serde(default)]
    pub residency: Option<Vec<String>>,
    /// A `RedactionPolicy` by name.
    #[serde(default)]
    pub redaction: Option<String>,
    /// Its limits.
    #[serde(default)]
    pub quotas: Vec<Quota>,
    /// What happens beyond a limit.
    #[serde(default)]
    pub on_exceeded: OnExceeded,
    /// What happens while use cannot be counted.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
    /// Written to the ledger with its use.
    #[serde(default)]
    pub attribution: BTreeMap<String, String>,
    /// `true`, or why: all its requests are refused.
    #[serde(default)]
    pub stopped: Stopped,
}

/// One way to recognise a team: exactly one of the three.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// SHA-256 of an API key, in hexadecimal. `tollgate keys new` prints one.
    #[serde(default)]
    pub api_key_sha256: Option<String>,
    /// A claim of a token.
    #[serde(default)]
    pub jwt: Option<JwtIdentity>,
    /// A workload's identity.
    #[serde(default)]
    pub spiffe: Option<String>,
}

/// A claim of a token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JwtIdentity {
    /// Who signed it.
    pub issuer: String,
    /// Name of the claim.
    pub claim: String,
    /// Its value.
    pub value: String,
}

/// `kind: RedactionPolicy`.
pub type RedactionPolicySpec = RedactionSpec;

/// `kind: Gateway`: where the gateway listens and what it accepts. At most one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewaySpec {
    /// `address:port`; `127.0.0.1:10000` where absent.
    #[serde(default)]
    pub listen: Option<String>,
    /// Which request headers carry attribution.
    #[serde(default)]
    pub tags: TagsSpec,
    /// Bounds on what a client may send.
    #[serde(default)]
    pub limits: LimitsSpec,
    /// Key of the `hash` action. Equal values hash alike under one key only.
    #[serde(default, deserialize_with = "credential::optional")]
    pub hash_key: Option<SecretSource>,
    /// File of certificate authorities on the Envoy machines, for `https://` endpoints.
    #[serde(default)]
    pub trusted_ca: Option<String>,
    /// Facts to publish as filter state of their own, such as `tollgate.team`, for RBAC and rate limits to read; the access log then has
    /// all of them in one, `tollgate.facts`, which costs less CPU. Each on its own where absent.
    #[serde(default)]
    pub facts: Option<Vec<String>>,
    /// Where alerts go that a quota raises at its `alertAt`.
    #[serde(default)]
    pub alerts: Option<AlertsSpec>,
}

/// Where alerts go.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertsSpec {
    /// An address that each alert is posted to as `{"text": "…"}`, as Slack and those compatible with it take it.
    #[serde(deserialize_with = "credential::required")]
    pub webhook: WebhookSource,
}

/// Names of attribution headers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagsSpec {
    /// Names the application.
    #[serde(default)]
    pub app: Option<String>,
    /// Names the end user.
    #[serde(default)]
    pub user: Option<String>,
    /// Names the feature.
    #[serde(default)]
    pub feature: Option<String>,
    /// Names the class of traffic, such as `batch`, that quotas may shed first (`shedAt`).
    #[serde(default)]
    pub priority: Option<String>,
}

/// Bounds on what a client may send.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitsSpec {
    /// Largest request body, such as `10MiB`.
    #[serde(default)]
    pub request_body: Option<Size>,
}

/// Kinds by name, for messages and schemas.
pub const KINDS: &[&str] = &["Provider", "Route", "Team", "RedactionPolicy", "Gateway"];

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
