//! Static Envoy configurations. All cases share listener, route and cluster; a case adds its plugins and nothing else.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use tollgate_policy::names;

use crate::plugins::ROUTE;

/// Largest body Envoy holds for a filter: the gateway's own default limit.
const BODY_LIMIT: u32 = 10 << 20;

/// The cluster of the control plane, as the fleet's bootstrap names it.
pub const SERVICE: &str = "tollgate_xds";

/// A wasm plugin.
#[derive(Debug, Clone)]
pub struct Plugin<'a> {
    /// Its name, which is also its VM's.
    pub name: &'static str,
    /// The module.
    pub module: &'a Path,
    /// Its configuration, JSON.
    pub configuration: &'a str,
}

/// What differs between cases.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// In front of the router.
    pub downstream: Option<Plugin<'a>>,
    /// Whether the plugin names the route by header.
    pub routes_by_header: bool,
    /// In front of the upstream codec.
    pub upstream: Option<Plugin<'a>>,
    /// The provider's name and model, as endpoint metadata.
    pub provider: (&'a str, Option<&'a str>),
    /// Where quotas are leased.
    pub service: Option<SocketAddr>,
}

/// The whole configuration. Listener and admin page get ephemeral ports.
#[must_use]
pub fn bootstrap(chain: &Chain<'_>, backend: SocketAddr) -> Value {
    let mut filters = Vec::from_iter(chain.downstream.as_ref().map(filter));
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    }));
    let mut clusters = vec![cluster(chain, backend)];
    clusters.extend(chain.service.map(service));
    json!({
        "node": {"id": "bench", "cluster": "bench"},
        "admin": {"address": address("127.0.0.1:0".parse().unwrap_or(backend))},
        "static_resources": {
            "listeners": [{
                "name": "mesh", "address": address("127.0.0.1:0".parse().unwrap_or(backend)),
                "filter_chains": [{"filters": [{
                    "name": "envoy.filters.network.http_connection_manager",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                        "stat_prefix": "mesh", "http_filters": filters, "route_config": routes(chain.routes_by_header),
                    },
                }]}],
            }],
            "clusters": clusters,
        },
    })
}

fn routes(by_header: bool) -> Value {
    let mut matches = json!({"prefix": "/"});
    if by_header {
        matches["headers"] = json!([{"name": names::ROUTE_HEADER, "string_match": {"exact": ROUTE}}]);
    }
    json!({"name": "mesh", "virtual_hosts": [{
        "name": "mesh", "domains": ["*"], "request_body_buffer_limit": BODY_LIMIT,
        "routes": [{"match": matches, "route": {"cluster": "provider", "timeout": "300s"}}],
    }]})
}

fn cluster(chain: &Chain<'_>, backend: SocketAddr) -> Value {
    let (provider, model) = chain.provider;
    let mut metadata = json!({names::METADATA_PROVIDER: provider});
    if let Some(model) = model {
        metadata[names::METADATA_MODEL] = json!(model);
    }
    let mut protocol = json!({
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http_protocol_options": {}},
    });
    if let Some(plugin) = &chain.upstream {
        let codec = json!({
            "name": "envoy.filters.http.upstream_codec",
            "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"},
        });
        protocol["http_filters"] = json!([filter(plugin), codec]);
    }
    json!({
        "name": "provider", "type": "STATIC", "connect_timeout": "5s", "per_connection_buffer_limit_bytes": BODY_LIMIT,
        "load_assignment": {"cluster_name": "provider", "endpoints": [{"lb_endpoints": [{
            "endpoint": {"address": address(backend)}, "metadata": {"filter_metadata": {names::METADATA_NAMESPACE: metadata}},
        }]}]},
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol},
    })
}

fn service(at: SocketAddr) -> Value {
    json!({
        "name": SERVICE, "type": "STATIC", "connect_timeout": "1s",
        "load_assignment": {"cluster_name": SERVICE, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(at)}}]}]},
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        }},
    })
}

fn filter(plugin: &Plugin<'_>) -> Value {
    json!({"name": plugin.name, "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        "config": {
            "name": plugin.name,
            "vm_config": {
                "vm_id": plugin.name, "runtime": "envoy.wasm.runtime.v8",
                "code": {"local": {"filename": plugin.module}},
            },
            "configuration": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": plugin.configuration},
            "failure_policy": "FAIL_RELOAD",
            // Without it a plugin that waits for the body in the headers callback never gets one.
            "allow_on_headers_stop_iteration": true,
        },
    }})
}

fn address(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}})
}
