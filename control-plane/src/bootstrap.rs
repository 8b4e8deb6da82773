//! What an Envoy must know to find the control plane; it gets everything else from there.

use std::net::SocketAddr;

use serde_json::{Value, json};

/// The cluster of the control plane: ADS, the quota service and the usage service answer at one address.
pub const XDS_CLUSTER: &str = "tollgate_xds";

/// The bootstrap of an Envoy that takes all its resources from the control plane at `xds`, with its admin page at `admin`.
#[must_use]
pub fn bootstrap(node_id: &str, node_cluster: &str, xds: SocketAddr, admin: SocketAddr) -> Value {
    let address = |at: SocketAddr| json!({"socket_address": {"address": at.ip().to_string(), "port_value": at.port()}});
    json!({
        "node": {"id": node_id, "cluster": node_cluster},
        "admin": {"address": address(admin)},
        // The labels of the modules' counters, out of their names.
        "stats_config": {"stats_tags": stats_tags()},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": true,
                "grpc_services": [{"envoy_grpc": {
                    "cluster_name": XDS_CLUSTER,
                    // Envoy's own bound is 30 s: too long to be without the control plane after it has come back.
                    "retry_policy": {"retry_back_off": {"base_interval": "0.2s", "max_interval": "2s"}}
                }}]
            },
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
            "lds_config": {"ads": {}, "resource_api_version": "V3"}
        },
        "static_resources": {
            "clusters": [{
                "name": XDS_CLUSTER,
                "type": "STRICT_DNS",
                "connect_timeout": "1s",
                "typed_extension_protocol_options": {
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                        "explicit_http_config": {
                            "http2_protocol_options": {"connection_keepalive": {"interval": "30s", "timeout": "10s"}}
                        }
                    }
                },
                "load_assignment": {
                    "cluster_name": XDS_CLUSTER,
                    "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(xds)}}]}]
                }
            }]
        }
    })
}

/// `wasmcustom.tollgate_redactions.policy=P.rule=R.action=A.mode=M`: the first group of each expression is cut out of the name, the second is the
/// label's value. Names of policies, rules and routes hold no `=`.
fn stats_tags() -> Value {
    json!([
        {"tag_name": "policy", "regex": r"^wasmcustom\.tollgate_[a-z_]+(\.policy=([^=]*?))(?:\.rule=.*)?$"},
        {"tag_name": "rule", "regex": r"^wasmcustom\.tollgate_redactions\..*?(\.rule=([^=]*))\.action="},
        {"tag_name": "action", "regex": r"^wasmcustom\.tollgate_redactions\..*?(\.action=([a-z-]+))"},
        {"tag_name": "mode", "regex": r"^wasmcustom\.tollgate_redactions\..*?(\.mode=([a-z]+))$"}
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{decode::decode, yaml};

    #[test]
    fn the_published_bootstrap_is_the_one_that_run_uses() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../envoy/bootstrap.yaml");
        let (documents, errors) = yaml::parse(&std::fs::read_to_string(path).unwrap());
        assert_eq!(errors, []);
        let published: Value = decode(&documents[0]).unwrap();
        let (xds, admin) = ("127.0.0.1:18000".parse().unwrap(), "127.0.0.1:9901".parse().unwrap());
        assert_eq!(published, bootstrap("envoy", crate::resources::NAME, xds, admin));
    }

    #[test]
    fn static_configurations_take_counters_apart_alike() {
        for name in ["gateway", "redact"] {
            let path = format!("{}/../envoy/static/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
            let (documents, errors) = yaml::parse(&std::fs::read_to_string(path).unwrap());
            assert_eq!(errors, []);
            let published: Value = decode(&documents[0]).unwrap();
            assert_eq!(published["stats_config"]["stats_tags"], stats_tags(), "{name}");
        }
    }
}
