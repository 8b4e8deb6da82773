//! One Envoy route for each route and residency, matched by the header in which the gateway names it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use envoy_types::pb::envoy::config::core::v3::DataSource;
use envoy_types::pb::envoy::config::core::v3::data_source::Specifier;
use envoy_types::pb::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use envoy_types::pb::envoy::config::route::v3::retry_policy::{
    RateLimitedRetryBackOff, ResetHeader, ResetHeaderFormat, RetryBackOff, RetryPriority, retry_priority,
};
use envoy_types::pb::envoy::config::route::v3::route::Action;
use envoy_types::pb::envoy::config::route::v3::route_action::{ClusterNotFoundResponseCode, ClusterSpecifier};
use envoy_types::pb::envoy::config::route::v3::route_match::PathSpecifier;
use envoy_types::pb::envoy::config::route::v3::weighted_cluster::ClusterWeight;
use envoy_types::pb::envoy::config::route::v3::{
    DirectResponseAction, HeaderMatcher, RetryPolicy, Route as EnvoyRoute, RouteAction, RouteConfiguration, RouteMatch,
    VirtualHost, WeightedCluster,
};
use envoy_types::pb::envoy::extensions::retry::priority::previous_priorities::v3::PreviousPrioritiesConfig;
use envoy_types::pb::envoy::r#type::matcher::v3::StringMatcher;
use envoy_types::pb::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use envoy_types::pb::google::protobuf::UInt64Value;
use tollgate_policy::names::ROUTE_HEADER;

use super::pack::{any, duration, uint};
use super::{NAME, buffer_limit, clusters};
use crate::model::{Chain, Model, Provider, Retry, Route, Target, admits};

/// An Envoy route to be made: a route as the teams of one residency see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// Name of the Envoy route, a `TeamRoute::target`.
    pub name: String,
    /// Regions whose providers may serve it; any where absent.
    pub residency: Option<BTreeSet<String>>,
}

/// Every Envoy route that some team needs, and every route without residency, so that it is ready for the first team that uses it.
#[must_use]
pub fn targets(model: &Model) -> Vec<(Variant, &Route)> {
    let mut variants: BTreeMap<Variant, &Route> = BTreeMap::new();
    for route in model.routes.values() {
        variants.insert(Variant { name: route.name.clone(), residency: None }, route);
    }
    for team in model.teams.values() {
        for route in team.routes.iter().filter_map(|name| model.routes.get(name)) {
            variants.insert(Variant { name: team.target(&route.name), residency: team.residency.clone() }, route);
        }
    }
    variants.into_iter().collect()
}

/// An Envoy route and the chains that serve it; none where no provider can.
#[derive(Debug, Clone)]
pub struct Served<'a> {
    /// Name of the Envoy route.
    pub name: String,
    /// What it was made of.
    pub route: &'a Route,
    /// Who serves it.
    pub chains: Vec<Chain>,
    /// Nobody does, because an operator has stopped whoever could.
    pub stopped: bool,
}

/// Finds the chains of every Envoy route, out of the providers that `available` admits and nobody has stopped.
pub fn chains<'a>(
    model: &Model,
    targets: &[(Variant, &'a Route)],
    available: impl Fn(&Provider) -> bool,
) -> Vec<Served<'a>> {
    let served = |(variant, route): &(Variant, &'a Route)| {
        let has_key = |target: &Target| {
            let provider = model.providers.get(&target.provider);
            provider.is_some_and(|of| available(of) && admits(variant.residency.as_ref(), of))
        };
        let chains = route.chains(|target| has_key(target) && model.stop_of(route, target).is_none());
        let stopped = chains.is_empty() && !route.chains(has_key).is_empty();
        Served { name: variant.name.clone(), route, chains, stopped }
    };
    targets.iter().map(served).collect()
}

/// The route configuration.
#[must_use]
pub fn configuration(model: &Model, served: &[Served<'_>]) -> RouteConfiguration {
    let mut routes: Vec<EnvoyRoute> = served.iter().map(route).collect();
    routes.push(EnvoyRoute {
        name: "unknown".into(),
        r#match: Some(everything(None)),
        action: Some(Action::DirectResponse(direct(404, "no such route\n"))),
        ..Default::default()
    });
    let host = VirtualHost {
        name: NAME.into(),
        domains: vec!["*".into()],
        routes,
        request_body_buffer_limit: Some(UInt64Value { value: buffer_limit(model).into() }),
        ..Default::default()
    };
    RouteConfiguration { name: NAME.into(), virtual_hosts: vec![host], ..Default::default() }
}

fn route(served: &Served<'_>) -> EnvoyRoute {
    let action = if served.chains.is_empty() {
        let stopped = "an operator has stopped every provider of this route\n";
        let keyless = "no provider of this route has its key\n";
        Action::DirectResponse(direct(503, if served.stopped { stopped } else { keyless }))
    } else {
        Action::Route(forward(served))
    };
    EnvoyRoute {
        name: served.name.clone(),
        r#match: Some(everything(Some(&served.name))),
        action: Some(action),
        ..Default::default()
    }
}

fn forward(served: &Served<'_>) -> RouteAction {
    let weight = |chain: &Chain| ClusterWeight {
        name: clusters::chain_name(&served.name, chain),
        weight: Some(uint(chain.weight)),
        ..Default::default()
    };
    let cluster_specifier = match served.chains.as_slice() {
        [only] => ClusterSpecifier::Cluster(clusters::chain_name(&served.name, only)),
        chains => ClusterSpecifier::WeightedClusters(WeightedCluster {
            clusters: chains.iter().map(weight).collect(),
            ..Default::default()
        }),
    };
    let longest = served.chains.iter().map(|chain| chain.targets.len()).max().unwrap_or(1);
    RouteAction {
        cluster_specifier: Some(cluster_specifier),
        cluster_not_found_response_code: ClusterNotFoundResponseCode::ServiceUnavailable.into(),
        timeout: Some(duration(served.route.timeout)),
        // A model may think for minutes before it says a word: only the timeout ends a silent stream.
        idle_timeout: Some(duration(served.route.timeout)),
        retry_policy: retry(&served.route.retry, longest),
        ..Default::default()
    }
}

/// Each further attempt goes to the next provider of the chain; a chain of one is tried twice.
fn retry(retry: &Retry, chain: usize) -> Option<RetryPolicy> {
    let mut on = Vec::new();
    if retry.any_5xx {
        on.push("5xx");
    }
    if retry.connect_failure {
        on.push("connect-failure");
    }
    if retry.reset {
        on.push("reset");
    }
    if !retry.statuses.is_empty() {
        on.push("retriable-status-codes");
    }
    if on.is_empty() && retry.per_try_timeout.is_none() && retry.per_try_idle_timeout.is_none() {
        return None;
    }
    let next_provider = RetryPriority {
        name: "envoy.retry_priorities.previous_priorities".into(),
        config_type: Some(retry_priority::ConfigType::TypedConfig(any(PreviousPrioritiesConfig {
            update_frequency: 1,
        }))),
    };
    // Waiting is for a provider that has no successor; the next provider owes nobody a pause.
    let wait_as_told = RateLimitedRetryBackOff {
        reset_headers: vec![ResetHeader { name: "retry-after".into(), format: ResetHeaderFormat::Seconds.into() }],
        max_interval: Some(duration(Duration::from_secs(2))),
    };
    Some(RetryPolicy {
        retry_on: on.join(","),
        num_retries: Some(uint(if on.is_empty() {
            0
        } else {
            u32::try_from(chain.saturating_sub(1).max(1)).unwrap_or(1)
        })),
        per_try_timeout: retry.per_try_timeout.map(duration),
        per_try_idle_timeout: retry.per_try_idle_timeout.map(duration),
        retriable_status_codes: retry.statuses.iter().map(|status| u32::from(*status)).collect(),
        retry_priority: (chain > 1).then_some(next_provider),
        rate_limited_retry_back_off: (chain == 1).then_some(wait_as_told),
        retry_back_off: Some(RetryBackOff {
            base_interval: Some(duration(Duration::from_millis(10))),
            max_interval: Some(duration(Duration::from_millis(100))),
        }),
        ..Default::default()
    })
}

fn everything(route: Option<&str>) -> RouteMatch {
    let header = |name: &str| HeaderMatcher {
        name: ROUTE_HEADER.into(),
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(StringMatcher {
            match_pattern: Some(MatchPattern::Exact(name.to_owned())),
            ..Default::default()
        })),
        ..Default::default()
    };
    RouteMatch {
        path_specifier: Some(PathSpecifier::Prefix("/".into())),
        headers: route.map(header).into_iter().collect(),
        ..Default::default()
    }
}

fn direct(status: u32, body: &str) -> DirectResponseAction {
    let body = DataSource { specifier: Some(Specifier::InlineString(body.to_owned())), ..Default::default() };
    DirectResponseAction { status, body: Some(body), ..Default::default() }
}
