//! `kind: Route`.

use std::collections::BTreeSet;
use std::time::Duration;

use tollgate_dialects::features::is_known;
use tollgate_policy::model::ModelName;

use super::providers::Providers;
use crate::config::documents::{Doc, Documents};
use crate::config::kinds::RouteSpec;
use crate::config::problems::Problems;
use crate::model::{Retry, Route, Target, Weighted};

/// Long enough for a long streamed answer.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
const MAX_WEIGHT: u32 = 1_000_000;

/// Checks every route, in file order.
pub fn check(documents: &Documents, providers: &Providers, problems: &mut Problems) -> Vec<Route> {
    documents.routes.iter().map(|doc| one(doc, documents, providers, problems)).collect()
}

fn one(doc: &Doc<RouteSpec>, documents: &Documents, providers: &Providers, problems: &mut Problems) -> Route {
    let spec = &doc.spec;
    let models = &spec.r#match.models;
    if models.is_empty() {
        let sent_here = documents.redaction.iter().any(|policy| policy.spec.routes().any(|route| route == doc.name));
        if !sent_here {
            let message =
                "no request would ever take this route: name models, or name the route in a policy's `routeTo`";
            doc.error(problems, "spec/match/models", message);
        }
        for (at, backend) in spec.backends.iter().enumerate().filter(|(_, backend)| backend.model.is_none()) {
            let message = format!(
                "Provider `{}` would be asked for whatever model a client has named: add `model`",
                backend.provider
            );
            doc.warn(problems, &format!("spec/backends/{at}"), message);
        }
    }
    let mut seen = BTreeSet::new();
    for (at, pattern) in models.iter().enumerate() {
        if !seen.insert(pattern) {
            doc.error(problems, &format!("spec/match/models/{at}"), format!("`{pattern}` is listed twice"));
        }
    }

    let mut backends: Vec<Weighted> = Vec::new();
    for (at, backend) in spec.backends.iter().enumerate() {
        let path = format!("spec/backends/{at}");
        let weight = backend.weight.unwrap_or(1);
        if weight > MAX_WEIGHT {
            doc.error(problems, &format!("{path}/weight"), format!("must be at most {MAX_WEIGHT}"));
        }
        let target = Target { provider: backend.provider.clone(), model: backend.model.clone() };
        if backends.iter().any(|other| other.target == target) {
            doc.error(problems, &path, "the same provider and model appear twice: add up their weights");
        }
        check_target(doc, documents, providers, &path, &target, problems);
        backends.push(Weighted { target, weight });
    }
    let mut fallback: Vec<Target> = Vec::new();
    for (at, spec) in spec.fallback.iter().enumerate() {
        let path = format!("spec/fallback/{at}");
        let target = Target { provider: spec.provider.clone(), model: spec.model.clone() };
        if fallback.contains(&target) {
            doc.error(problems, &path, "the same provider and model appear twice");
        }
        check_target(doc, documents, providers, &path, &target, problems);
        fallback.push(target);
    }

    for (at, feature) in spec.lenient.iter().enumerate() {
        if !is_known(feature) {
            let message = format!(
                "no feature is known as `{feature}`, so this drops nothing unless a client has a field of that name; docs/translation.md lists the names"
            );
            doc.warn(problems, &format!("spec/lenient/{at}"), message);
        }
    }

    let route = Route {
        name: doc.name.clone(),
        models: models.clone(),
        backends,
        fallback,
        retry: retry(doc, problems),
        timeout: spec.timeout.map_or(DEFAULT_TIMEOUT, |span| span.0),
        lenient: spec.lenient.clone(),
        stopped: spec.stopped.0.clone(),
    };
    if route.stopped.is_some() {
        doc.warn(problems, "spec/stopped", "this route is stopped: its requests are refused");
    } else if !route.chains(|_| true).is_empty() && route.chains(|target| runs(providers, target)).is_empty() {
        doc.warn(problems, "spec/backends", "all that could serve this route is stopped: its requests are refused");
    }
    if spec.backends.is_empty() {
        doc.error(problems, "spec/backends", "is empty: name at least one provider");
    } else if route.chains(|_| true).is_empty() {
        doc.error(problems, "spec/backends", "no provider is left that could serve this route");
    }
    route
}

/// Whether nobody has stopped `target`.
fn runs(providers: &Providers, target: &Target) -> bool {
    let Some(provider) = providers.get(&target.provider) else { return true };
    let listed = target.model.as_ref().and_then(|model| provider.models.get(model.as_str()));
    provider.stopped.is_none() && listed.is_none_or(|info| info.stopped.is_none())
}

/// Says why `target` cannot serve, and what looks odd where it can.
fn check_target(
    doc: &Doc<RouteSpec>,
    documents: &Documents,
    providers: &Providers,
    path: &str,
    target: &Target,
    problems: &mut Problems,
) {
    let name = &target.provider;
    let Some(provider) = providers.get(name) else {
        if !documents.declares("Provider", name) {
            let message = format!("there is no Provider `{name}`; {}", documents.names("Provider"));
            doc.error(problems, &format!("{path}/provider"), message);
        }
        return;
    };
    if !provider.models.is_empty() {
        let asked: Vec<&str> = match &target.model {
            Some(model) => vec![model.as_str()],
            None => doc.spec.r#match.models.iter().filter(|m| m.is_literal()).map(|m| m.as_str()).collect(),
        };
        for model in asked.into_iter().filter(|model| !provider.models.contains_key(*model)) {
            let message = match &target.model.as_ref().map(ModelName::as_str) {
                Some(_) => {
                    format!("`{model}` is not among the models of Provider `{name}`: no price or output limit is known")
                }
                None => format!(
                    "Provider `{name}` would be asked for `{model}`, which is not among its models: add `model`"
                ),
            };
            doc.warn(problems, &format!("{path}/model"), message);
        }
    }
}

fn retry(doc: &Doc<RouteSpec>, problems: &mut Problems) -> Retry {
    let spec = &doc.spec.retry;
    let mut retry = Retry {
        per_try_timeout: spec.per_try_timeout.map(|span| span.0),
        per_try_idle_timeout: spec.per_try_idle_timeout.map(|span| span.0),
        ..Retry::default()
    };
    if let Some(on) = &spec.on {
        retry.statuses.clear();
        (retry.any_5xx, retry.connect_failure, retry.reset) = (false, false, false);
        for (at, condition) in on.iter().enumerate() {
            match (condition.as_str(), condition.parse::<u16>()) {
                ("5xx", _) => retry.any_5xx = true,
                ("connect-failure", _) => retry.connect_failure = true,
                ("reset", _) => retry.reset = true,
                (_, Ok(status @ 400..=599)) => {
                    retry.statuses.insert(status);
                }
                _ => {
                    let path = format!("spec/retry/on/{at}");
                    let message =
                        format!("`{condition}` is not a status from 400 to 599, 5xx, connect-failure or reset");
                    doc.error(problems, &path, message);
                }
            }
        }
    }
    retry
}
