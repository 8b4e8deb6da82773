//! The limits of a `Team`.

use std::collections::BTreeSet;
use std::time::Duration;

use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use super::providers::Providers;
use crate::config::documents::{Doc, is_name};
use crate::config::kinds::TeamSpec;
use crate::config::problems::Problems;
use crate::model::{Gateway, Route};

/// The most steps (tokens, requests, millionths of a US dollar) that a limit may have: what a double counts exactly.
const MOST_STEPS: f64 = 9e15;

/// Checks every limit of a team.
pub fn check(
    doc: &Doc<TeamSpec>,
    gateway: &Gateway,
    providers: &Providers,
    routes: &[&Route],
    problems: &mut Problems,
) {
    let mut names = BTreeSet::new();
    for (at, quota) in doc.spec.quotas.iter().enumerate() {
        let path = format!("spec/quotas/{at}");
        let mut error = |field: &str, message: &str| doc.error(problems, &format!("{path}/{field}"), message);
        if !is_name(&quota.name) {
            error("name", &format!("`{}` is not a name of lower-case letters, digits, `-`, `_` and `.`", quota.name));
        } else if !names.insert(&quota.name) {
            error("name", &format!("two quotas are called `{}`: rename one", quota.name));
        }
        if let Some(message) = limit(quota) {
            error("limit", message);
        }
        for (i, percent) in quota.alert_at.iter().enumerate() {
            if !(1..=100).contains(percent) {
                error(&format!("alertAt/{i}"), "must be a percentage from 1 to 100");
            }
        }
        if quota.unit == Unit::InFlight && !quota.alert_at.is_empty() {
            error("alertAt", "requests in flight use nothing up that an alert could tell of: remove it");
        }
        for (field, message) in quota.problems() {
            error(&field, &message);
        }
        if let Some(zone) = &quota.time_zone
            && quota.problems().is_empty()
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            error("timeZone", &format!("there is no time zone `{zone}`: use an IANA name such as `Europe/Zurich`"));
        }
        headers(doc, &path, quota, gateway, problems);
        if quota.unit == Unit::InFlight && quota.problems().is_empty() {
            seats(doc, &path, quota, routes, problems);
        }
        if quota.unit == Unit::Usd {
            unpriced(doc, &path, providers, routes, problems);
        }
    }
}

/// What is wrong with how much fits into a window.
fn limit(quota: &Quota) -> Option<&'static str> {
    let steps = quota.limit * quota.unit.steps_per_unit() as f64;
    if quota.limit <= 0.0 {
        Some("must be above 0: to refuse a team everything, write `stopped: true`")
    } else if steps > MOST_STEPS {
        Some("is too large to be counted exactly")
    } else if (steps - steps.round()).abs() > 1e-6 * steps.max(1.0) {
        let usd = quota.unit == Unit::Usd;
        Some(if usd { "has more than six decimals" } else { "must be a whole number" })
    } else {
        None
    }
}

/// A quota may depend on a header that the Gateway has to name.
fn headers(doc: &Doc<TeamSpec>, path: &str, quota: &Quota, gateway: &Gateway, problems: &mut Problems) {
    let tag = match quota.by {
        Subject::App => Some(("app", &gateway.tags.app)),
        Subject::User => Some(("user", &gateway.tags.user)),
        Subject::Team | Subject::Model => None,
    };
    if let Some((name, None)) = tag {
        let message = format!("the Gateway names no header for `tags.{name}`: all requests count as one {name}");
        doc.warn(problems, &format!("{path}/by"), message);
    }
    if !quota.shed_at.is_empty() && gateway.tags.priority.is_none() {
        let message = "the Gateway names no header for `tags.priority`: no request says its class, so nothing is shed";
        doc.warn(problems, &format!("{path}/shedAt"), message);
    }
}

/// A seat that is counted for less time than a request may take is given to somebody else while it is still taken.
fn seats(doc: &Doc<TeamSpec>, path: &str, quota: &Quota, routes: &[&Route], problems: &mut Problems) {
    let per = match quota.per {
        Window::Second => Duration::from_secs(1),
        Window::Minute => Duration::from_secs(60),
        Window::Hour => Duration::from_secs(3600),
        Window::Day | Window::Month => return,
    };
    if let Some(route) = routes.iter().find(|route| route.timeout >= per) {
        let message = format!(
            "Route `{}` lets a request take {} s, after which it is no longer counted here: choose a longer `per`",
            route.name,
            route.timeout.as_secs()
        );
        doc.warn(problems, &format!("{path}/per"), message);
    }
}

/// A limit in money counts nothing for what has no price.
fn unpriced(doc: &Doc<TeamSpec>, path: &str, providers: &Providers, routes: &[&Route], problems: &mut Problems) {
    for route in routes {
        for target in route.targets() {
            let Some(provider) = providers.get(&target.provider) else { continue };
            let priced = match &target.model {
                Some(model) => provider.models.get(model.as_str()).is_some_and(|info| info.price.is_some()),
                None => provider.models.values().any(|info| info.price.is_some()),
            };
            if !priced {
                let model = target.model.as_ref().map_or("any model", |model| model.as_str());
                let message = format!(
                    "Route `{}` may use `{model}` of Provider `{}`, which has no price: it costs nothing here",
                    route.name, provider.name
                );
                doc.warn(problems, &format!("{path}/unit"), message);
            }
        }
    }
}
