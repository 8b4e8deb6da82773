//! The listener: identity, redaction, counting and quotas in `gateway.wasm`, then the router.

use std::time::Duration;

use envoy_types::pb::envoy::config::accesslog::v3::AccessLog;
use envoy_types::pb::envoy::config::accesslog::v3::access_log::ConfigType as LogConfig;
use envoy_types::pb::envoy::config::core::v3::HttpProtocolOptions;
use envoy_types::pb::envoy::config::core::v3::http_protocol_options::HeadersWithUnderscoresAction;
use envoy_types::pb::envoy::config::listener::v3::filter::ConfigType;
use envoy_types::pb::envoy::config::listener::v3::{Filter, FilterChain, Listener};
use envoy_types::pb::envoy::extensions::filters::http::router::v3::Router;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::{
    InternalAddressConfig, PathWithEscapedSlashesAction, RouteSpecifier, UpgradeConfig,
};
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::{HttpConnectionManager, Rds};
use tollgate_policy::names::{GATEWAY_EXTENSION, fact};

use super::extensions::discovered;
use super::ordered::{JsonFormat, StdoutAccessLog, Struct};
use super::pack::{ads, any, boolean, duration, http_filter, socket, uint};
use super::{NAME, buffer_limit};
use crate::model::Model;

/// The listener.
#[must_use]
pub fn listener(model: &Model) -> Listener {
    let at = model.gateway.listen;
    let filter = Filter {
        name: "envoy.filters.network.http_connection_manager".into(),
        config_type: Some(ConfigType::TypedConfig(any(manager(model)))),
    };
    Listener {
        name: NAME.into(),
        address: Some(socket(&at.ip().to_string(), at.port())),
        filter_chains: vec![FilterChain { filters: vec![filter], ..Default::default() }],
        // Also what bounds a held answer: it has no limit of its own.
        per_connection_buffer_limit_bytes: Some(uint(buffer_limit(model))),
        ..Default::default()
    }
}

fn manager(model: &Model) -> HttpConnectionManager {
    let routes = Rds { config_source: Some(ads()), route_config_name: NAME.into() };
    // x-envoy-* headers in an answer say nothing to a client.
    let router = Router { suppress_envoy_headers: true, ..Default::default() };
    HttpConnectionManager {
        stat_prefix: NAME.into(),
        route_specifier: Some(RouteSpecifier::Rds(routes)),
        http_filters: vec![discovered(GATEWAY_EXTENSION), http_filter("envoy.filters.http.router", router)],
        access_log: vec![access_log(model)],
        server_name: NAME.into(),
        // Nobody counts as internal: what a client says in x-envoy-* headers (timeouts, retries) is dropped.
        use_remote_address: Some(boolean(true)),
        internal_address_config: Some(InternalAddressConfig::default()),
        skip_xff_append: true,
        normalize_path: Some(boolean(true)),
        merge_slashes: false,
        path_with_escaped_slashes_action: PathWithEscapedSlashesAction::RejectRequest.into(),
        common_http_protocol_options: Some(HttpProtocolOptions {
            headers_with_underscores_action: HeadersWithUnderscoresAction::DropHeader.into(),
            idle_timeout: Some(duration(Duration::from_secs(900))),
            ..Default::default()
        }),
        // The gateway sees upgrades and refuses them in the caller's dialect.
        upgrade_configs: vec![UpgradeConfig {
            upgrade_type: "websocket".into(),
            enabled: Some(boolean(true)),
            ..Default::default()
        }],
        request_headers_timeout: Some(duration(Duration::from_secs(30))),
        // Until a route is known; then the route's own timeout holds.
        stream_idle_timeout: Some(duration(Duration::from_secs(300))),
        ..Default::default()
    }
}

/// One JSON object a request on standard output. No query, no body, no key: nothing that a log should not hold.
fn access_log(model: &Model) -> AccessLog {
    let state = |key: &str| format!("%FILTER_STATE(wasm.{key}:PLAIN)%");
    let each = [
        fact::TEAM,
        fact::ROUTE,
        fact::DECISION,
        fact::DOWNGRADED_TO,
        fact::CLAMPED_TO,
        fact::QUOTA,
        fact::REQUEST_MODEL,
        fact::RESPONSE_MODEL,
        fact::PROVIDER,
        fact::INPUT_TOKENS,
        fact::OUTPUT_TOKENS,
        fact::USAGE_SOURCE,
        fact::REDACTIONS,
        fact::TAGS,
        fact::MEDIA_SKIPPED,
        fact::POLICY,
        fact::POLICY_DIGEST,
    ];
    // `translate` tells of the provider itself, beside the gateway's summary.
    let facts = if model.gateway.facts.is_some() { &[fact::PROVIDER, fact::ALL][..] } else { &each };
    let facts: Vec<(&str, String)> = facts.iter().map(|key| (*key, state(key))).collect();
    let request = [
        ("time", "%START_TIME%"),
        ("method", "%REQ(:METHOD)%"),
        ("path", "%PATH(NQ)%"),
        ("status", "%RESPONSE_CODE%"),
        ("details", "%RESPONSE_CODE_DETAILS%"),
        ("flags", "%RESPONSE_FLAGS%"),
        ("duration_ms", "%DURATION%"),
        ("first_byte_ms", "%RESPONSE_DURATION%"),
        ("bytes_received", "%BYTES_RECEIVED%"),
        ("bytes_sent", "%BYTES_SENT%"),
        ("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"),
        ("cluster", "%UPSTREAM_CLUSTER%"),
        ("upstream", "%UPSTREAM_HOST%"),
        ("request_id", "%REQ(X-REQUEST-ID)%"),
    ];
    let fields = Struct::of(request.into_iter().chain(facts.iter().map(|(key, value)| (*key, value.as_str()))));
    let format = JsonFormat { json_format: Some(fields), omit_empty_values: true };
    let log = StdoutAccessLog { log_format: Some(format) };
    AccessLog {
        name: "envoy.access_loggers.stdout".into(),
        config_type: Some(LogConfig::TypedConfig(log.pack())),
        ..Default::default()
    }
}
