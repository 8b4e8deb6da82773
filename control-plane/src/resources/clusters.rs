//! A cluster for each provider and model, and an aggregate of them for each chain.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use envoy_types::pb::envoy::config::cluster::v3::circuit_breakers::Thresholds;
use envoy_types::pb::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, CustomClusterType, DiscoveryType, DnsLookupFamily, LbPolicy,
};
use envoy_types::pb::envoy::config::cluster::v3::{CircuitBreakers, Cluster, OutlierDetection};
use envoy_types::pb::envoy::config::core::v3::data_source::Specifier;
use envoy_types::pb::envoy::config::core::v3::transport_socket::ConfigType;
use envoy_types::pb::envoy::config::core::v3::{
    DataSource, Http1ProtocolOptions, Http2ProtocolOptions, HttpProtocolOptions as CommonOptions, TransportSocket,
};
use envoy_types::pb::envoy::config::endpoint::v3::Endpoint;
use envoy_types::pb::envoy::extensions::clusters::aggregate::v3::ClusterConfig as Aggregate;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::common_tls_context::ValidationContextType;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::subject_alt_name_matcher::SanType;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::{
    CertificateValidationContext, CommonTlsContext, SubjectAltNameMatcher, UpstreamTlsContext,
};
use envoy_types::pb::envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
use envoy_types::pb::envoy::extensions::upstreams::http::v3::http_protocol_options::explicit_http_config::ProtocolConfig;
use envoy_types::pb::envoy::extensions::upstreams::http::v3::http_protocol_options::{
    AutoHttpConfig, ExplicitHttpConfig, UpstreamProtocolOptions,
};
use envoy_types::pb::envoy::r#type::matcher::v3::StringMatcher;
use envoy_types::pb::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use envoy_types::pb::google::protobuf::Any;
use tollgate_policy::names::{METADATA_MODEL, METADATA_NAMESPACE, METADATA_PROVIDER};

use super::ordered::{AssignedCluster, ClusterLoadAssignment, LbEndpoint, LocalityLbEndpoints, Metadata, Struct};
use super::pack::{any, duration, socket, uint};
use super::routes::Served;
use super::{Machine, buffer_limit, upstream};
use crate::model::{Chain, Model, Provider, Target};

const HTTP_OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// Name of the cluster of a target: `provider` or `provider/model`.
#[must_use]
pub fn member_name(target: &Target) -> String {
    match &target.model {
        Some(model) => format!("{}/{model}", target.provider),
        None => target.provider.clone(),
    }
}

/// Name of the cluster of a chain of the Envoy route `route`: `route>first member`.
#[must_use]
pub fn chain_name(route: &str, chain: &Chain) -> String {
    format!("{route}>{}", chain.targets.first().map(member_name).unwrap_or_default())
}

/// Every cluster: members, then chains, each in order of name.
#[must_use]
pub fn all(model: &Model, served: &[Served<'_>], machine: &Machine) -> Vec<AssignedCluster> {
    let mut members = BTreeMap::new();
    let mut chains = BTreeMap::new();
    for route in served {
        for chain in &route.chains {
            let cluster = aggregate(model, chain_name(&route.name, chain), chain);
            chains.insert(cluster.name.clone(), AssignedCluster { cluster, endpoints: None });
            for target in &chain.targets {
                if let Some(provider) = model.providers.get(&target.provider) {
                    let name = member_name(target);
                    let cluster = member(model, provider, name.clone(), machine);
                    let endpoints = Some(assignment(&name, provider, target));
                    members.insert(name, AssignedCluster { cluster, endpoints });
                }
            }
        }
    }
    members.into_values().chain(chains.into_values()).collect()
}

fn aggregate(model: &Model, name: String, chain: &Chain) -> Cluster {
    let members = Aggregate { clusters: chain.targets.iter().map(member_name).collect() };
    let kind = CustomClusterType { name: "envoy.clusters.aggregate".into(), typed_config: Some(any(members)) };
    let options = HttpProtocolOptions {
        // Required, and not used: an attempt speaks the protocol of the member it goes to.
        upstream_protocol_options: Some(http1()),
        http_filters: upstream::filters(model, chain),
        ..Default::default()
    };
    Cluster {
        name,
        connect_timeout: Some(duration(Duration::from_secs(5))),
        lb_policy: LbPolicy::ClusterProvided.into(),
        cluster_discovery_type: Some(ClusterDiscoveryType::ClusterType(kind)),
        per_connection_buffer_limit_bytes: Some(uint(buffer_limit(model))),
        circuit_breakers: Some(circuit_breakers()),
        typed_extension_protocol_options: http_options(options),
        ..Default::default()
    }
}

fn member(model: &Model, provider: &Provider, name: String, machine: &Machine) -> Cluster {
    let at = &provider.endpoint;
    let is_address = at.host.parse::<IpAddr>().is_ok();
    let kind = if is_address { DiscoveryType::Static } else { DiscoveryType::LogicalDns };
    let common = CommonOptions {
        // Shorter than the idle timeouts that providers' load balancers use: a request does not meet a connection about to close.
        idle_timeout: Some(duration(Duration::from_secs(60))),
        ..Default::default()
    };
    let protocols = if at.tls {
        UpstreamProtocolOptions::AutoConfig(AutoHttpConfig {
            http_protocol_options: Some(Http1ProtocolOptions::default()),
            http2_protocol_options: Some(Http2ProtocolOptions::default()),
            ..Default::default()
        })
    } else {
        http1()
    };
    let options = HttpProtocolOptions {
        common_http_protocol_options: Some(common),
        upstream_protocol_options: Some(protocols),
        ..Default::default()
    };
    Cluster {
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(kind.into())),
        dns_lookup_family: DnsLookupFamily::All.into(),
        connect_timeout: Some(duration(Duration::from_secs(5))),
        per_connection_buffer_limit_bytes: Some(uint(buffer_limit(model))),
        circuit_breakers: Some(circuit_breakers()),
        outlier_detection: Some(outlier_detection()),
        transport_socket: at.tls.then(|| tls(model, provider, machine, is_address)),
        typed_extension_protocol_options: http_options(options),
        name,
        ..Default::default()
    }
}

/// The endpoint says in its metadata who it is, for `translate` to read.
fn assignment(cluster: &str, provider: &Provider, target: &Target) -> ClusterLoadAssignment {
    let at = &provider.endpoint;
    let mut facts = vec![(METADATA_PROVIDER, provider.name.as_str())];
    facts.extend(target.model.as_ref().map(|model| (METADATA_MODEL, model.as_str())));
    let metadata = Metadata { filter_metadata: BTreeMap::from([(METADATA_NAMESPACE.to_owned(), Struct::of(facts))]) };
    let endpoint =
        Endpoint { address: Some(socket(&at.host, at.port)), hostname: at.host.clone(), ..Default::default() };
    let endpoint = LbEndpoint { endpoint: Some(endpoint), metadata: Some(metadata) };
    let locality = LocalityLbEndpoints { lb_endpoints: vec![endpoint] };
    ClusterLoadAssignment { cluster_name: cluster.to_owned(), endpoints: vec![locality] }
}

fn tls(model: &Model, provider: &Provider, machine: &Machine, is_address: bool) -> TransportSocket {
    let host = &provider.endpoint.host;
    let authorities = model.gateway.trusted_ca.as_ref().unwrap_or(&machine.trusted_ca);
    let san = SubjectAltNameMatcher {
        san_type: if is_address { SanType::IpAddress } else { SanType::Dns }.into(),
        matcher: Some(StringMatcher { match_pattern: Some(MatchPattern::Exact(host.clone())), ..Default::default() }),
        ..Default::default()
    };
    let validation = CertificateValidationContext {
        trusted_ca: Some(DataSource {
            specifier: Some(Specifier::Filename(authorities.clone())),
            ..Default::default()
        }),
        match_typed_subject_alt_names: vec![san],
        ..Default::default()
    };
    let context = UpstreamTlsContext {
        sni: if is_address { String::new() } else { host.clone() },
        common_tls_context: Some(CommonTlsContext {
            validation_context_type: Some(ValidationContextType::ValidationContext(validation)),
            ..Default::default()
        }),
        ..Default::default()
    };
    TransportSocket {
        name: "envoy.transport_sockets.tls".into(),
        config_type: Some(ConfigType::TypedConfig(any(context))),
    }
}

/// Five failures in a row and a provider is left alone for ten seconds, longer each time. Its whole cluster may be: there is a next one.
fn outlier_detection() -> OutlierDetection {
    OutlierDetection {
        consecutive_5xx: Some(uint(5)),
        enforcing_consecutive_5xx: Some(uint(100)),
        enforcing_success_rate: Some(uint(0)),
        interval: Some(duration(Duration::from_secs(1))),
        base_ejection_time: Some(duration(Duration::from_secs(10))),
        max_ejection_time: Some(duration(Duration::from_secs(60))),
        max_ejection_percent: Some(uint(100)),
        ..Default::default()
    }
}

/// Envoy's own thresholds (1024 requests, 3 retries at a time) are made for services that answer in milliseconds.
fn circuit_breakers() -> CircuitBreakers {
    let threshold = Thresholds {
        max_connections: Some(uint(16_384)),
        max_pending_requests: Some(uint(16_384)),
        max_requests: Some(uint(16_384)),
        max_retries: Some(uint(4_096)),
        ..Default::default()
    };
    CircuitBreakers { thresholds: vec![threshold], ..Default::default() }
}

fn http1() -> UpstreamProtocolOptions {
    UpstreamProtocolOptions::ExplicitHttpConfig(ExplicitHttpConfig {
        protocol_config: Some(ProtocolConfig::HttpProtocolOptions(Http1ProtocolOptions::default())),
    })
}

fn http_options(options: HttpProtocolOptions) -> HashMap<String, Any> {
    HashMap::from([(HTTP_OPTIONS.to_owned(), any(options))])
}
