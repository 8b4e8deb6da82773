//! What the modules are configured with: one hundred teams, each with a key, quotas it never reaches, and the policy that
//! the documentation shows first.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use tollgate_policy::gateway::{
    GatewayConfig, NamedRedaction, Price, RouteBackend, RouteConfig, TeamConfig, TeamRoute,
};
use tollgate_policy::model::{ModelName, ModelPattern};
use tollgate_policy::quota::{Quota, Unit, Window};
use tollgate_policy::redaction::{Direction, RedactionSpec};
use tollgate_policy::translate::{ProviderApi, ProviderConfig, TranslateConfig};
use tollgate_throughput::Setting;

use crate::prompt::MODEL;

/// How many teams there are.
const TEAMS: usize = 100;
/// The team that sends the requests: one in the middle, should anything look through them in order.
const CALLER: usize = 50;
/// A limit that no bench reaches.
const PLENTY: f64 = 1e12;
/// The route of the requests, as Envoy knows it.
pub const ROUTE: &str = "chat";
/// The model at Anthropic.
pub const CLAUDE: &str = "claude-sonnet-4-5";

/// The API key of the calling team.
#[must_use]
pub fn caller_key() -> String {
    key(CALLER)
}

/// The name of the calling team.
#[must_use]
pub fn caller() -> String {
    name(CALLER)
}

fn name(team: usize) -> String {
    format!("team-{team:03}")
}

fn key(team: usize) -> String {
    format!("tg-bench-{team:03}-kR7uQ2xW9vB4nM6cZ1aS8dF3")
}

/// The gateway's configuration. `provider` serves the route; `model` is asked for there, the client's own model if absent. With a
/// `quota_service` quotas are leased from the control plane at that cluster.
///
/// # Errors
/// A name in here breaks the rules for names.
pub fn gateway(provider: &str, model: Option<&str>, quota_service: Option<&str>) -> Result<String> {
    let mut routes = vec![route(ROUTE, &["smart", "gpt-4o*"], provider, model)?];
    for (name, models) in [
        ("small", ["fast", "gpt-4o-mini*"]),
        ("reasoning", ["o3*", "o4*"]),
        ("claude", ["claude-*", "anthropic/*"]),
        ("open", ["llama-*", "mistral-*"]),
        ("embed", ["text-embedding-*", "embed-*"]),
    ] {
        routes.push(route(name, &models, provider, model)?);
    }
    let teams = (0..TEAMS).map(|index| TeamConfig {
        name: name(index),
        api_keys: vec![hex(&Sha256::digest(key(index)))],
        routes: ["reasoning", ROUTE, "small", "claude"]
            .map(|name| TeamRoute { route: name.to_owned(), target: name.to_owned() })
            .to_vec(),
        redaction: Some("default".to_owned()),
        quotas: quotas(),
        on_exceeded: Default::default(),
        on_unavailable: Default::default(),
        stopped: None,
    });
    let config = GatewayConfig {
        digest: "bench".to_owned(),
        teams: teams.collect(),
        routes,
        redaction: vec![NamedRedaction { name: "default".to_owned(), spec: redaction() }],
        translated: provider != "openai",
        hash_key: "6d6561737572652074776963652063757420".to_owned(),
        quota_service: quota_service.map(str::to_owned),
        ..Default::default()
    };
    Ok(serde_json::to_string(&config)?)
}

fn route(name: &str, models: &[&str], provider: &str, model: Option<&str>) -> Result<RouteConfig> {
    let pattern = |pattern: &&str| ModelPattern::new(*pattern).with_context(|| format!("pattern {pattern}"));
    Ok(RouteConfig {
        name: name.to_owned(),
        models: models.iter().map(pattern).collect::<Result<_>>()?,
        backends: vec![RouteBackend {
            provider: provider.to_owned(),
            model: model.map(|model| ModelName::new(model.to_owned())).transpose()?,
            price: Some(Price { input: 3.0, output: 15.0, ..Default::default() }),
            max_output_tokens: Some(16_384),
        }],
        counts_tokens: false,
    })
}

/// Every team's.
#[must_use]
pub fn quotas() -> Vec<Quota> {
    [("tpm", Unit::Tokens), ("rpm", Unit::Requests)]
        .map(|(name, unit)| Quota::new(name, unit, PLENTY, Window::Minute))
        .to_vec()
}

/// The policy that the documentation shows first: personal data is pseudonymized, keys are blocked, a pattern and some words.
#[must_use]
pub fn redaction() -> RedactionSpec {
    RedactionSpec { apply: vec![Direction::Request, Direction::Response], ..Setting::Default.spec() }
}

/// The translation's configuration: both providers, as a fleet would have them.
///
/// # Errors
/// None that can happen here: serialization.
pub fn translate() -> Result<String> {
    let provider = |api, authority: &str, model: &str| ProviderConfig {
        authority: authority.to_owned(),
        max_output_tokens: [(model.to_owned(), 16_384)].into(),
        ..ProviderConfig::new(api)
    };
    let providers = [
        ("openai".to_owned(), provider(ProviderApi::Openai, "api.openai.com", MODEL)),
        ("anthropic".to_owned(), provider(ProviderApi::Anthropic, "api.anthropic.com", CLAUDE)),
    ];
    Ok(serde_json::to_string(&TranslateConfig { providers: providers.into(), ..Default::default() })?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_read_back() {
        let gateway: GatewayConfig = serde_json::from_str(&gateway("anthropic", Some(CLAUDE), None).unwrap()).unwrap();
        assert_eq!(gateway.teams.len(), TEAMS);
        let translate: TranslateConfig = serde_json::from_str(&translate().unwrap()).unwrap();
        assert!(translate.providers.contains_key("anthropic"));
    }

    #[test]
    fn the_policy_compiles_and_looks_both_ways() {
        let policy = tollgate_redaction::Policy::compile("default", &redaction(), b"key").unwrap();
        assert!(policy.applies_to(Direction::Request) && policy.applies_to(Direction::Response));
    }
}
