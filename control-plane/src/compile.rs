//! The model to the configurations of the two modules.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use tollgate_policy::gateway::{
    GatewayConfig, Limits, NamedRedaction, RouteBackend, RouteConfig, TeamConfig, TeamRoute,
};
use tollgate_policy::model::ModelPattern;
use tollgate_policy::translate::{ProviderApi, ProviderConfig, TranslateConfig};

use crate::bootstrap::XDS_CLUSTER;
use crate::model::{Model, Route, Team};

/// Identifies a configuration: the first 64 bits of the SHA-256 of the model as JSON, in hexadecimal. Secrets are not part of it.
#[must_use]
pub fn digest(model: &Model) -> String {
    // The model's maps are ordered, so equal configurations are equal text. Serialising plain data cannot fail.
    let json = serde_json::to_vec(model).unwrap_or_default();
    Sha256::digest(&json).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What the downstream module needs. `hash_key` is the key of the `hash` action.
#[must_use]
pub fn gateway(model: &Model, digest: &str, hash_key: &[u8]) -> GatewayConfig {
    GatewayConfig {
        digest: digest.to_owned(),
        limits: Limits { request_body: usize::try_from(model.gateway.request_body).unwrap_or(usize::MAX) },
        tags: model.gateway.tags.clone(),
        teams: model.teams.values().map(team).collect(),
        routes: model.routes.values().map(|route| self::route(model, route)).collect(),
        redaction: model
            .redaction
            .iter()
            .map(|(name, spec)| {
                let mut spec = spec.clone();
                spec.tests.clear();
                NamedRedaction { name: name.clone(), spec }
            })
            .collect(),
        hash_key: hash_key.iter().map(|byte| format!("{byte:02x}")).collect(),
        facts: model.gateway.facts.clone(),
        translated: true,
        quota_service: Some(XDS_CLUSTER.to_owned()),
        stopped_models: stopped_models(model),
    }
}

fn team(team: &Team) -> TeamConfig {
    TeamConfig {
        name: team.name.clone(),
        api_keys: team.api_keys.clone(),
        routes: team
            .routes
            .iter()
            .map(|route| TeamRoute { route: route.clone(), target: team.target(route) })
            .collect(),
        redaction: team.redaction.clone(),
        quotas: team.quotas.clone(),
        on_exceeded: team.on_exceeded.clone(),
        on_unavailable: team.on_unavailable,
        stopped: team.stopped.clone(),
    }
}

/// The names by which clients may no longer ask. A model that is stopped at one provider is among them only where a route hands clients' own names
/// on to that provider; elsewhere its fallbacks serve.
fn stopped_models(model: &Model) -> Vec<ModelPattern> {
    let mut stopped: BTreeSet<ModelPattern> = model.stopped_models.keys().cloned().collect();
    for route in model.routes.values() {
        for target in route.targets().filter(|target| target.model.is_none()) {
            let listed = model.providers.get(&target.provider).into_iter().flat_map(|provider| &provider.models);
            let asked_for = |name: &str| route.models.iter().any(|pattern| pattern.matches(name));
            let names = listed.filter(|(name, info)| info.stopped.is_some() && asked_for(name));
            stopped.extend(names.filter_map(|(name, _)| ModelPattern::new(name.as_str()).ok()));
        }
    }
    stopped.into_iter().collect()
}

fn route(model: &Model, route: &Route) -> RouteConfig {
    let backend = |target: &crate::model::Target| {
        let provider = model.providers.get(&target.provider);
        let info = target.model.as_ref().and_then(|name| provider?.models.get(name.as_str()));
        RouteBackend {
            provider: target.provider.clone(),
            model: target.model.clone(),
            price: info.and_then(|info| info.price),
            max_output_tokens: info.and_then(|info| info.max_output_tokens),
        }
    };
    let running: Vec<_> = route.targets().filter(|target| model.stop_of(route, target).is_none()).collect();
    RouteConfig {
        name: route.name.clone(),
        models: route.models.clone(),
        backends: running.iter().copied().map(backend).collect(),
        // Only Anthropic's own API takes the request as it is.
        counts_tokens: running.iter().all(|target| {
            model.providers.get(&target.provider).is_some_and(|provider| provider.api == ProviderApi::Anthropic)
        }),
    }
}

/// What the upstream module needs.
#[must_use]
pub fn translate(model: &Model) -> TranslateConfig {
    let provider = |provider: &crate::model::Provider| ProviderConfig {
        authority: provider.endpoint.authority(),
        path_prefix: provider.endpoint.path_prefix.clone(),
        max_output_tokens: provider
            .models
            .iter()
            .filter_map(|(name, info)| Some((name.clone(), info.max_output_tokens?)))
            .collect(),
        flavor: provider.flavor,
        api_version: provider.api_version.clone(),
        project: provider.project.clone(),
        // A region that requests are signed for is Envoy's business.
        location: provider.location.clone().filter(|_| provider.api == ProviderApi::Vertex),
        ..ProviderConfig::new(provider.api)
    };
    let mut lenient = std::collections::BTreeMap::new();
    for (target, route) in crate::resources::routes::targets(model) {
        if !route.lenient.is_empty() {
            lenient.insert(target.name, route.lenient.clone());
        }
    }
    TranslateConfig {
        providers: model.providers.iter().map(|(name, of)| (name.clone(), provider(of))).collect(),
        lenient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, problems::Problems, source::SourceFile};

    #[test]
    fn tokens_are_counted_by_providers_only_where_all_of_them_can() {
        let text = "
kind: Provider
metadata: {name: a}
spec: {api: anthropic, endpoint: https://a.example}
---
kind: Provider
metadata: {name: o}
spec: {api: openai, endpoint: https://o.example}
---
kind: Route
metadata: {name: all}
spec: {match: {models: [all]}, backends: [{provider: a, model: x}], fallback: [{provider: a, model: y}]}
---
kind: Route
metadata: {name: some}
spec: {match: {models: [some]}, backends: [{provider: a}], fallback: [{provider: o}]}
";
        let loaded = config::check(&[SourceFile { name: "a.yaml".into(), text: text.into() }], Problems::default());
        let compiled = gateway(&loaded.model.unwrap(), "", &[]);
        let counting: Vec<_> =
            compiled.routes.iter().filter(|of| of.counts_tokens).map(|of| of.name.as_str()).collect();
        assert_eq!(counting, ["all"]);
    }
}
