//! The configuration once every reference is known to hold: plain types that the resources are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use tollgate_policy::gateway::{OnExceeded, OnUnavailable, Price, Tags};
use tollgate_policy::model::{ModelName, ModelPattern};
use tollgate_policy::quota::Quota;
use tollgate_policy::redaction::RedactionSpec;
use tollgate_policy::translate::{Flavor, ProviderApi};

pub use crate::config::kinds::{AwsKeySource, SecretSource, WebhookSource};

/// A whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    /// Where and how the gateway listens.
    pub gateway: Gateway,
    /// Providers by name.
    pub providers: BTreeMap<String, Provider>,
    /// Routes by name. Every backend's provider is in `providers`.
    pub routes: BTreeMap<String, Route>,
    /// Teams by name. Every route and redaction policy they name exists.
    pub teams: BTreeMap<String, Team>,
    /// Redaction policies by name.
    pub redaction: BTreeMap<String, RedactionSpec>,
    /// Models that an operator has stopped wherever they are served, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stopped_models: BTreeMap<ModelPattern, String>,
}

impl Model {
    /// Why `target` gets no requests of `route`, where an operator has stopped one of them: the provider, the provider's model, or the model
    /// wherever it is served.
    #[must_use]
    pub fn stop_of<'a>(&'a self, route: &'a Route, target: &Target) -> Option<&'a str> {
        let provider = self.providers.get(&target.provider);
        let model = target.model.as_ref().map(ModelName::as_str);
        let listed = || provider?.models.get(model?)?.stopped.as_deref();
        let anywhere = || {
            let model = model?;
            self.stopped_models.iter().find(|(pattern, _)| pattern.matches(model)).map(|(_, why)| why.as_str())
        };
        route.stopped.as_deref().or_else(|| provider?.stopped.as_deref()).or_else(listed).or_else(anywhere)
    }
}

/// Where and how the gateway listens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gateway {
    /// Address of the listener.
    pub listen: SocketAddr,
    /// Attribution headers.
    pub tags: Tags,
    /// Largest request body in bytes.
    pub request_body: u64,
    /// Where the key of the `hash` action is read from.
    pub hash_key: Option<SecretSource>,
    /// File of certificate authorities on the Envoy machines.
    pub trusted_ca: Option<String>,
    /// Facts that are published each on its own, beside a summary of all; every fact on its own and no summary where absent.
    pub facts: Option<Vec<String>>,
    /// Where budget alerts are posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<WebhookSource>,
}

/// One account at one provider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// Its API.
    pub api: ProviderApi,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Where it processes data.
    pub region: Option<String>,
    /// What proves to it who asks.
    pub credential: Option<Credential>,
    /// Which server speaks OpenAI's API there.
    pub flavor: Flavor,
    /// `azure-openai`: the version of the paths by deployment.
    pub api_version: Option<String>,
    /// `vertex`: the project.
    pub project: Option<String>,
    /// `vertex`: the location. `bedrock`: the AWS region, where it is known; always known where requests are signed.
    pub location: Option<String>,
    /// Its models by name.
    pub models: BTreeMap<String, ModelInfo>,
    /// Why an operator has stopped it; empty where no reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// What proves to a provider who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Credential {
    /// A key in a header.
    Key(SecretSource),
    /// A signature made with this AWS access key.
    Aws(AwsKeySource),
    /// A signature made with what Envoy finds on its own machine.
    AwsMachine,
}

impl Credential {
    /// Where its secrets are read from.
    pub fn sources(&self) -> impl Iterator<Item = &SecretSource> {
        let (first, more) = match self {
            Self::Key(source) => (Some(source), None),
            Self::Aws(keys) => (Some(&keys.access_key_id), Some(keys)),
            Self::AwsMachine => (None, None),
        };
        let more = more.into_iter().flat_map(|keys| [Some(&keys.secret_access_key), keys.session_token.as_ref()]);
        first.into_iter().chain(more.flatten())
    }
}

/// What is known of one model of a provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelInfo {
    /// Its price.
    pub price: Option<Price>,
    /// The most output tokens of one answer.
    pub max_output_tokens: Option<u64>,
    /// Why an operator has stopped it; empty where no reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// Where a provider is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Whether it is reached over TLS.
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// In front of every path, without a slash at its end; may be empty.
    pub path_prefix: String,
}

impl Endpoint {
    /// The value of `:authority`: the port is left out where it is the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

/// Which models a client may ask for, and who serves them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// What a client may ask for.
    pub models: Vec<ModelPattern>,
    /// Who serves it, by weight.
    pub backends: Vec<Weighted>,
    /// Who serves it when the chosen backend does not, in this order.
    pub fallback: Vec<Target>,
    /// When the next one is tried.
    pub retry: Retry,
    /// The whole answer must be done within this time.
    pub timeout: Duration,
    /// Features that may be dropped.
    pub lenient: Vec<String>,
    /// Why an operator has stopped it; empty where no reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// A provider, and the model to ask it for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Target {
    /// A provider of the model.
    pub provider: String,
    /// The model; the client's own model name where absent.
    pub model: Option<ModelName<'static>>,
}

/// A target and its share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weighted {
    /// Who.
    pub target: Target,
    /// Its share among the backends of the route.
    pub weight: u32,
}

/// When the next provider is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retry {
    /// Status codes.
    pub statuses: BTreeSet<u16>,
    /// Every status from 500 to 599.
    pub any_5xx: bool,
    /// The provider could not be reached.
    pub connect_failure: bool,
    /// The connection broke before an answer began.
    pub reset: bool,
    /// Bound on one attempt.
    pub per_try_timeout: Option<Duration>,
    /// Bound on silence in one attempt.
    pub per_try_idle_timeout: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            statuses: BTreeSet::from([429, 529]),
            any_5xx: true,
            connect_failure: true,
            reset: true,
            per_try_timeout: None,
            per_try_idle_timeout: None,
        }
    }
}

/// Who may use what, and how much.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// SHA-256 digests of its keys, lower-case hexadecimal.
    pub api_keys: Vec<String>,
    /// Its routes, in order of precedence.
    pub routes: Vec<String>,
    /// Regions whose providers may see its data; any where absent.
    pub residency: Option<BTreeSet<String>>,
    /// Its redaction policy.
    pub redaction: Option<String>,
    /// Its limits.
    pub quotas: Vec<Quota>,
    /// What happens beyond a limit.
    pub on_exceeded: OnExceeded,
    /// What happens while use cannot be counted.
    pub on_unavailable: OnUnavailable,
    /// Written to the ledger with its use.
    pub attribution: BTreeMap<String, String>,
    /// Why an operator has stopped it; empty where no reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl Team {
    /// The name of the Envoy route that serves `route` for this team. A team with a residency always gets a variant of its own, also
    /// where every provider happens to qualify: the name stands for the promise, so no order of updates can break it.
    #[must_use]
    pub fn target(&self, route: &str) -> String {
        match &self.residency {
            None => route.to_owned(),
            Some(regions) => {
                let regions: Vec<_> = regions.iter().map(String::as_str).collect();
                format!("{route}~{}", regions.join("+"))
            }
        }
    }

    /// Whether this team's data may go to `provider`. A provider without a region qualifies only where no residency is asked for.
    #[must_use]
    pub fn admits(&self, provider: &Provider) -> bool {
        admits(self.residency.as_ref(), provider)
    }
}

/// Whether `residency` lets data go to `provider`.
#[must_use]
pub fn admits(residency: Option<&BTreeSet<String>>, provider: &Provider) -> bool {
    match (residency, &provider.region) {
        (None, _) => true,
        (Some(regions), Some(region)) => regions.contains(region),
        (Some(_), None) => false,
    }
}

impl Route {
    /// Every target once: backends, then fallbacks.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let mut seen = BTreeSet::new();
        let all = self.backends.iter().map(|backend| &backend.target).chain(&self.fallback);
        all.filter(move |target| seen.insert(*target))
    }

    /// The chains of targets, each with its weight, when only those that `usable` admits may serve: a backend, then every
    /// fallback. Where no backend is left, the first fallback that is left takes their place.
    #[must_use]
    pub fn chains(&self, usable: impl Fn(&Target) -> bool) -> Vec<Chain> {
        let fallback: Vec<&Target> = self.fallback.iter().filter(|target| usable(target)).collect();
        let backends: Vec<&Weighted> =
            self.backends.iter().filter(|backend| backend.weight > 0 && usable(&backend.target)).collect();
        let chain = |first: &Target, weight: u32| {
            let mut targets = vec![first.clone()];
            targets.extend(fallback.iter().filter(|target| **target != first).map(|target| (*target).clone()));
            Chain { weight, targets }
        };
        if backends.is_empty() {
            return fallback.first().map(|first| chain(first, 1)).into_iter().collect();
        }
        backends.iter().map(|backend| chain(&backend.target, backend.weight)).collect()
    }
}

/// Providers in the order in which they are tried. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Its share of the route's requests.
    pub weight: u32,
    /// Each target once.
    pub targets: Vec<Target>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(provider: &str) -> Target {
        Target { provider: provider.into(), model: None }
    }

    fn route() -> Route {
        Route {
            name: "chat".into(),
            models: vec![],
            backends: vec![
                Weighted { target: target("a"), weight: 90 },
                Weighted { target: target("b"), weight: 10 },
                Weighted { target: target("dark"), weight: 0 },
            ],
            fallback: vec![target("b"), target("c")],
            retry: Retry::default(),
            timeout: Duration::from_secs(300),
            lenient: vec![],
            stopped: None,
        }
    }

    fn providers(chains: &[Chain]) -> Vec<(u32, Vec<&str>)> {
        let names = |chain: &Chain| chain.targets.iter().map(|target| target.provider.clone()).collect::<Vec<_>>();
        let leak = |names: Vec<String>| names.into_iter().map(|name| &*name.leak()).collect();
        chains.iter().map(|chain| (chain.weight, leak(names(chain)))).collect()
    }

    #[test]
    fn a_chain_is_a_backend_and_every_other_fallback() {
        assert_eq!(providers(&route().chains(|_| true)), [(90, vec!["a", "b", "c"]), (10, vec!["b", "c"])]);
    }

    #[test]
    fn a_provider_that_may_not_serve_is_in_no_chain() {
        assert_eq!(providers(&route().chains(|of| of.provider != "b")), [(90, vec!["a", "c"])]);
        assert_eq!(providers(&route().chains(|of| of.provider == "c")), [(1, vec!["c"])]);
        assert!(route().chains(|_| false).is_empty());
    }
}
