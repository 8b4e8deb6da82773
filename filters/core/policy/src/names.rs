//! Names that control plane and filters must agree on.

/// Request header by which the gateway names the route it resolved; RDS matches on it. Clients cannot set it: the gateway overwrites it.
pub const ROUTE_HEADER: &str = "x-tollgate-route";
/// Request header by which `translate` tells the credential filters which provider an attempt goes to. Removed before the codec.
pub const PROVIDER_HEADER: &str = "x-tollgate-provider";
/// Request header by which the gateway tells `translate` of which things ([`LIMITS_OF_REQUESTS`], [`LIMITS_OF_TOKENS`], separated by a comma)
/// the answer's rate-limit headers will be its own: the provider's need no other name then. Set where the configuration says that `translate` is there; removed before the codec.
pub const LIMITS_HEADER: &str = "x-tollgate-limits";
/// In [`LIMITS_HEADER`]: the limit, the rest and the reset of requests.
pub const LIMITS_OF_REQUESTS: &str = "requests";
/// In [`LIMITS_HEADER`]: the same of tokens.
pub const LIMITS_OF_TOKENS: &str = "tokens";
/// Both of them.
pub const LIMITS_OF_ALL: &str = "requests,tokens";
/// Request headers by which callers' and providers' keys travel, in some API or other. None of them outlives the hop it was made for.
pub const KEY_HEADERS: &[&str] = &["authorization", "x-api-key", "api-key", "x-goog-api-key"];
/// Request headers that AWS's signature adds start so: `x-amz-date`, `x-amz-security-token`, `x-amz-content-sha256`. They go as keys do.
pub const SIGNATURE_PREFIX: &str = "x-amz-";
/// Every header of ours starts so; what a client sends under this prefix is not trusted, save for the declared tags.
pub const HEADER_PREFIX: &str = "x-tollgate-";
/// Answer header that lists what a lenient route dropped from the request, by feature name, separated by commas.
pub const DROPPED_HEADER: &str = "x-tollgate-dropped";

/// Header of a refusal by redaction: the policy's name and version, `pii-default@1a2b3c4d`.
pub const POLICY_HEADER: &str = "x-tollgate-policy";
/// Answer header that names the model a request beyond its quota was sent to instead.
pub const DOWNGRADED_HEADER: &str = "x-tollgate-downgraded-to";

/// Answer header with the most output tokens per choice that the gateway wrote into the request, because more did not fit into its quotas.
pub const CLAMPED_HEADER: &str = "x-tollgate-clamped-to";

/// Namespace of endpoint metadata (`envoy.config.core.v3.Metadata.filter_metadata`) that describes a provider endpoint.
pub const METADATA_NAMESPACE: &str = "tollgate";
/// Key in [`METADATA_NAMESPACE`]: the provider's name, a key of `TranslateConfig::providers`.
pub const METADATA_PROVIDER: &str = "provider";
/// Key in [`METADATA_NAMESPACE`]: the model to ask this provider for; absent when the client's own model name is kept.
pub const METADATA_MODEL: &str = "model";

/// Name under which ECDS delivers the fused downstream module.
pub const GATEWAY_EXTENSION: &str = "tollgate.gateway";
/// Name under which ECDS delivers the upstream translation module.
pub const TRANSLATE_EXTENSION: &str = "tollgate.translate";

/// Filter state keys, without the `wasm.` prefix that Envoy adds. The `gen_ai.*` names are OpenTelemetry's semantic conventions for
/// generative AI (<https://opentelemetry.io/docs/specs/semconv/gen-ai/>).
pub mod fact {
    /// The model the client asked for.
    pub const REQUEST_MODEL: &str = "gen_ai.request.model";
    /// The model that the provider says has answered.
    pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
    /// The configured provider that served the last attempt.
    pub const PROVIDER: &str = "gen_ai.provider.name";
    /// Tokens of the input, as charged.
    pub const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
    /// Tokens of the output, as charged.
    pub const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
    /// How the counts are known: `provider`, `estimated` or `partial`.
    pub const USAGE_SOURCE: &str = "tollgate.usage_source";
    /// The team a request was attributed to.
    pub const TEAM: &str = "tollgate.team";
    /// The route the gateway resolved.
    pub const ROUTE: &str = "tollgate.route";
    /// `allow`, or the reason of the refusal.
    pub const DECISION: &str = "tollgate.decision";
    /// The model a request beyond its quota was sent to instead.
    pub const DOWNGRADED_TO: &str = "tollgate.downgraded_to";
    /// The most output tokens per choice that the gateway wrote into a request, because more did not fit into its quotas.
    pub const CLAMPED_TO: &str = "tollgate.clamped_to";
    /// `unavailable` where a request passed although its use could not be counted.
    pub const QUOTA: &str = "tollgate.quota";
    /// Digest of the configuration that decided.
    pub const POLICY_DIGEST: &str = "tollgate.policy_digest";
    /// Findings by rule and action, as `rule:action=count`, separated by commas. Never a value.
    pub const REDACTIONS: &str = "tollgate.redactions";
    /// The redaction policy that looked at the request, and its version: `pii-default@1a2b3c4d`.
    pub const POLICY: &str = "tollgate.policy";
    /// What findings are tagged with, separated by commas.
    pub const TAGS: &str = "tollgate.tags";
    /// How many images, sounds and files were sent whose content no rule could look at.
    pub const MEDIA_SKIPPED: &str = "tollgate.media_skipped";
    /// All of them in one, as a JSON object by these names: what an access log needs, for the price of one.
    pub const ALL: &str = "tollgate.facts";
    /// What `translate` keeps of the client's own request for later attempts.
    pub const ORIGIN: &str = "tollgate.origin";

    /// Those that `Gateway.spec.facts` may name: all that the gateway tells.
    pub const PUBLISHED: &[&str] = &[
        TEAM,
        ROUTE,
        DECISION,
        DOWNGRADED_TO,
        CLAMPED_TO,
        QUOTA,
        REDACTIONS,
        TAGS,
        MEDIA_SKIPPED,
        POLICY,
        POLICY_DIGEST,
        USAGE_SOURCE,
        REQUEST_MODEL,
        RESPONSE_MODEL,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
    ];
}
