//! The module's configuration for one policy: one team, one route and those that the policy sends findings to, compiled as any other.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tollgate_policy::gateway::{GatewayConfig, OnExceeded, OnUnavailable, Tags};
use tollgate_policy::model::ModelPattern;
use tollgate_policy::redaction::RedactionSpec;
use tollgate_policy::translate::{Flavor, ProviderApi};

use crate::compile;
use crate::model::{Endpoint, Gateway, Model, Provider, Retry, Route, Target, Team, Weighted};

/// The route that a request takes when no finding sends it elsewhere.
pub const ROUTE: &str = "policy-test";
/// The model that a client asks for.
pub const MODEL: &str = "policy-test";
/// The key of the only team.
pub const KEY: &str = "policy-test";

/// Key of the `hash` action: none, as in `tollgate redact`, so that a test may hold what that prints. The fleet's key stays out of it.
const HASH_KEY: &[u8] = &[];

/// What the module is configured with, as JSON.
pub fn configuration(policy: &str, spec: &RedactionSpec) -> Result<String, String> {
    let model = model(policy, spec)?;
    // Nobody leases quotas to a test.
    let compiled =
        GatewayConfig { quota_service: None, ..compile::gateway(&model, &compile::digest(&model), HASH_KEY) };
    serde_json::to_string(&compiled).map_err(|error| error.to_string())
}

fn model(policy: &str, spec: &RedactionSpec) -> Result<Model, String> {
    let provider = Provider {
        name: "nobody".into(),
        api: ProviderApi::Openai,
        endpoint: Endpoint { tls: false, host: "127.0.0.1".into(), port: 9, path_prefix: String::new() },
        region: None,
        credential: None,
        flavor: Flavor::default(),
        api_version: None,
        project: None,
        location: None,
        models: BTreeMap::new(),
        stopped: None,
    };
    let elsewhere = spec.rules.iter().filter_map(|rule| rule.on_finding.as_ref()?.route_to.as_deref());
    let mut routes = BTreeMap::new();
    for (at, name) in std::iter::once(ROUTE).chain(elsewhere).enumerate() {
        // Only the first matches what the client asks for.
        let asked = if at == 0 { MODEL.to_owned() } else { format!("{MODEL}-{at}") };
        let pattern = ModelPattern::new(asked).map_err(|error| error.to_string())?;
        routes.entry(name.to_owned()).or_insert_with(|| route(name, pattern));
    }
    let digest = Sha256::digest(KEY.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let team = Team {
        name: "policy-test".into(),
        api_keys: vec![digest],
        routes: routes.keys().cloned().collect(),
        residency: None,
        redaction: Some(policy.to_owned()),
        quotas: Vec::new(),
        on_exceeded: OnExceeded::default(),
        on_unavailable: OnUnavailable::default(),
        attribution: BTreeMap::new(),
        stopped: None,
    };
    Ok(Model {
        gateway: Gateway {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tags: Tags::default(),
            request_body: 16 << 20,
            hash_key: None,
            trusted_ca: None,
            facts: None,
            alerts: None,
        },
        providers: BTreeMap::from([(provider.name.clone(), provider)]),
        routes,
        teams: BTreeMap::from([(team.name.clone(), team)]),
        redaction: BTreeMap::from([(policy.to_owned(), spec.clone())]),
        stopped_models: BTreeMap::new(),
    })
}

fn route(name: &str, pattern: ModelPattern) -> Route {
    Route {
        name: name.to_owned(),
        models: vec![pattern],
        backends: vec![Weighted { target: Target { provider: "nobody".into(), model: None }, weight: 1 }],
        fallback: Vec::new(),
        retry: Retry::default(),
        timeout: Duration::from_secs(60),
        lenient: Vec::new(),
        stopped: None,
    }
}
