//! What is decided once per configuration: teams, routes, policies and which stages take part.

use std::fmt;
use std::rc::Rc;

use tollgate_dialects::refusal::Refusal;
use tollgate_policy::gateway::{GatewayConfig, NamedRedaction, OnExceeded, OnUnavailable, RouteBackend, TeamConfig};
use tollgate_policy::model::{ModelName, ModelPattern};
use tollgate_policy::quota::{Quota, Shape, Unit};
use tollgate_policy::redaction::Direction;
use tollgate_policy::single::{QuotaCheckConfig, RedactConfig, TokenCountConfig};
use tollgate_quota::Plan;

use crate::facts::Publication;
use crate::identity::Identities;
use crate::redact::Redaction;
use crate::routing::{Resolved, Routes};

/// A configuration the stages cannot work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageError(pub String);

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StageError {}

/// One configuration, shared by all exchanges that began under it.
#[derive(Debug)]
pub struct Engine {
    pub(crate) digest: String,
    pub(crate) request_limit: usize,
    pub(crate) tags: tollgate_policy::gateway::Tags,
    /// `None`: callers are not told apart, everyone is the first team.
    pub(crate) identities: Option<Identities>,
    /// `None`: requests are not routed, and paths that are no model API pass.
    pub(crate) routes: Option<Routes>,
    pub(crate) teams: Vec<Team>,
    /// Whether streams are asked for their usage.
    pub(crate) counting: bool,
    pub(crate) publication: Publication,
    /// Whether `translate` is upstream, to be told which rate limits it need not rename.
    pub(crate) translated: bool,
    /// Whether quotas are leased and use is reported.
    pub(crate) leases: bool,
    pub(crate) stopped_models: Vec<ModelPattern>,
}

/// A team as the stages see it.
#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) name: String,
    /// Indices into [`Routes`] and the Envoy routes that serve them, in order of precedence.
    pub(crate) routes: Vec<(usize, String)>,
    pub(crate) policy: Option<Rc<Redaction>>,
    pub(crate) quota: Plan,
    /// Whether one of the quotas is in US dollars.
    pub(crate) counts_usd: bool,
    /// Whether one of the quotas counts output.
    pub(crate) bounds_output: bool,
    pub(crate) on_exceeded: OnExceeded,
    pub(crate) on_unavailable: OnUnavailable,
    /// An operator has stopped it, for this reason.
    pub(crate) stopped: Option<String>,
}

/// The fused gateway: every stage. Refused are references to a route or policy that is not there, a key digest that is none or belongs
/// to two teams, and a policy that does not compile.
impl TryFrom<&GatewayConfig> for Engine {
    type Error = StageError;

    fn try_from(config: &GatewayConfig) -> Result<Self, StageError> {
        let hash_key = config.hash_key.as_bytes();
        let mut policies = Vec::with_capacity(config.redaction.len());
        for named in &config.redaction {
            policies.push((named, Rc::new(Redaction::compile(&named.name, &named.spec, hash_key)?)));
        }
        let routes = Routes::new(&config.routes);
        let mut identities = Identities::default();
        let mut teams = Vec::with_capacity(config.teams.len());
        for (index, team) in config.teams.iter().enumerate() {
            for digest in &team.api_keys {
                identities
                    .add(digest, index)
                    .map_err(|problem| StageError(format!("team `{}`: {problem}", team.name)))?;
            }
            check_quotas(&format!("team `{}`: ", team.name), &team.quotas, config.quota_service.is_some())?;
            teams.push(Team::new(team, &routes, &policies)?);
        }
        Ok(Self {
            digest: config.digest.clone(),
            request_limit: config.limits.request_body,
            tags: config.tags.clone(),
            identities: Some(identities),
            routes: Some(routes),
            teams,
            counting: true,
            publication: config.facts.clone().map_or(Publication::Each, Publication::Summary),
            translated: config.translated,
            leases: config.quota_service.is_some(),
            stopped_models: config.stopped_models.clone(),
        })
    }
}

/// Redaction alone. Refused is a policy that does not compile, or that sends requests to routes.
impl TryFrom<&RedactConfig> for Engine {
    type Error = StageError;

    fn try_from(config: &RedactConfig) -> Result<Self, StageError> {
        let NamedRedaction { name, spec } = &config.policy;
        if let Some(route) = spec.routes().next() {
            return Err(StageError(format!(
                "redaction policy `{name}`: `routeTo: {route}` needs routes, which only the gateway module has"
            )));
        }
        let policy = Redaction::compile(name, spec, config.hash_key.as_bytes())?;
        let team = Team { policy: Some(Rc::new(policy)), ..Team::anonymous("default") };
        Ok(Self { counting: false, ..Self::single(config.limits.request_body, team) })
    }
}

/// Counting alone: usage read from answers and told as facts.
impl TryFrom<&TokenCountConfig> for Engine {
    type Error = StageError;

    fn try_from(config: &TokenCountConfig) -> Result<Self, StageError> {
        Ok(Self::single(config.limits.request_body, Team::anonymous("default")))
    }
}

/// Quotas alone, for one team. Refused is a quota in US dollars: prices belong to routes, which only the gateway knows.
impl TryFrom<&QuotaCheckConfig> for Engine {
    type Error = StageError;

    fn try_from(config: &QuotaCheckConfig) -> Result<Self, StageError> {
        if let Some(quota) = config.quotas.iter().find(|quota| quota.unit == Unit::Usd) {
            return Err(StageError(format!(
                "quota `{}`: `usd` needs the prices of routes, which only the gateway module has",
                quota.name
            )));
        }
        check_quotas("", &config.quotas, false)?;
        let team = Team { on_unavailable: config.on_unavailable, ..Team::limited(&config.team, &config.quotas) };
        Ok(Self { tags: config.tags.clone(), ..Self::single(config.limits.request_body, team) })
    }
}

/// Refuses a quota that cannot be meant, or not be counted without the control plane: sliding windows and time zones are its business.
fn check_quotas(whose: &str, quotas: &[Quota], leases: bool) -> Result<(), StageError> {
    for quota in quotas {
        let refused = |field: &str, message: &str| {
            Err(StageError(format!("{whose}quota `{}`: `{field}`: {message}", quota.name)))
        };
        if let Some((field, message)) = quota.problems().first() {
            return refused(field, message);
        }
        if leases {
            continue;
        }
        if quota.window == Shape::Sliding {
            return refused(
                "window",
                "a proxy that counts on its own has no sliding windows: choose `fixed`, or have the quotas leased by the control plane \
                 (`quotaService`)",
            );
        }
        if quota.time_zone.as_deref().is_some_and(|zone| zone != "UTC") {
            return refused(
                "timeZone",
                "a proxy that counts on its own knows no time zone but UTC: remove it, or have the quotas leased by the control plane \
                 (`quotaService`)",
            );
        }
    }
    Ok(())
}

impl Engine {
    /// Whether quotas are leased from the control plane, and use is reported to it.
    #[must_use]
    pub fn leases(&self) -> bool {
        self.leases
    }

    /// What a request for `model` is refused with where an operator has stopped it, every model that would serve it, or every provider.
    pub(crate) fn stopped_by(&self, model: &str, resolved: Option<Resolved<'_>>) -> Option<Refusal> {
        let stopped = |name: &str| self.stopped_models.iter().any(|pattern| pattern.matches(name));
        if stopped(model) {
            return Some(Refusal::model_stopped(model));
        }
        let route = resolved?.route;
        if route.backends.is_empty() {
            return Some(Refusal::route_stopped(&route.name));
        }
        let serves = |backend: &RouteBackend| stopped(backend.model.as_ref().map_or(model, ModelName::as_str));
        route.backends.iter().all(serves).then(|| Refusal::model_stopped(model))
    }

    fn single(request_limit: usize, team: Team) -> Self {
        Self {
            digest: String::new(),
            request_limit,
            tags: tollgate_policy::gateway::Tags::default(),
            identities: None,
            routes: None,
            teams: vec![team],
            counting: true,
            publication: Publication::default(),
            translated: false,
            leases: false,
            stopped_models: Vec::new(),
        }
    }
}

impl Team {
    fn anonymous(name: &str) -> Self {
        Self::limited(name, &[])
    }

    fn limited(name: &str, quotas: &[Quota]) -> Self {
        let counts = |units: &[Unit]| quotas.iter().any(|quota| units.contains(&quota.unit));
        Self {
            name: name.to_owned(),
            routes: Vec::new(),
            policy: None,
            quota: Plan::new(name, quotas),
            counts_usd: counts(&[Unit::Usd]),
            bounds_output: counts(&[Unit::Tokens, Unit::OutputTokens, Unit::Usd]),
            on_exceeded: OnExceeded::default(),
            on_unavailable: OnUnavailable::default(),
            stopped: None,
        }
    }

    fn new(
        config: &TeamConfig,
        routes: &Routes,
        policies: &[(&NamedRedaction, Rc<Redaction>)],
    ) -> Result<Self, StageError> {
        let missing = |kind: &str, name: &str| {
            StageError(format!("team `{}` names {kind} `{name}`, which is not there", config.name))
        };
        let mut served = Vec::with_capacity(config.routes.len());
        for route in &config.routes {
            let index = routes.index(&route.route).ok_or_else(|| missing("route", &route.route))?;
            served.push((index, route.target.clone()));
        }
        let policy = match &config.redaction {
            None => None,
            Some(name) => {
                let found = policies.iter().find(|(known, _)| known.name == *name);
                let (named, policy) = found.ok_or_else(|| missing("redaction policy", name))?;
                if let Some(route) =
                    named.spec.routes().find(|route| !config.routes.iter().any(|own| own.route == *route))
                {
                    return Err(StageError(format!(
                        "team `{}`: the redaction policy `{name}` sends requests to the route `{route}`, which is none of the team's",
                        config.name
                    )));
                }
                Some(Rc::clone(policy))
            }
        };
        Ok(Self {
            routes: served,
            policy,
            on_exceeded: config.on_exceeded.clone(),
            on_unavailable: config.on_unavailable,
            stopped: config.stopped.clone(),
            ..Self::limited(&config.name, &config.quotas)
        })
    }

    /// What its requests are refused with if an operator has stopped it.
    pub(crate) fn stopped_by(&self) -> Option<Refusal> {
        self.stopped.as_deref().map(|why| Refusal::team_stopped(&self.name, why))
    }

    /// The policy, if it looks at texts that travel this way.
    pub(crate) fn policy_for(&self, direction: Direction) -> Option<&Redaction> {
        self.policy.as_deref().filter(|redaction| redaction.policy.applies_to(direction))
    }
}
