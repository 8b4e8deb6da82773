//! Routes and providers as one team sees them.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_policy::gateway::Price;

use super::{Change, list};
use crate::model::{Chain, Model, Provider, Retry, Route, Target, Team};

/// A team in its configuration.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub model: &'a Model,
    pub team: &'a Team,
}

impl<'a> View<'a> {
    pub fn routes(self) -> impl Iterator<Item = &'a Route> {
        self.team.routes.iter().filter_map(|name| self.model.routes.get(name))
    }

    /// The chains of a route that serve this team.
    fn chains(self, route: &Route) -> Vec<Chain> {
        let admits = |target: &Target| {
            self.model.providers.get(&target.provider).is_some_and(|provider| self.team.admits(provider))
        };
        route.chains(|target| admits(target) && self.model.stop_of(route, target).is_none())
    }

    /// The providers that may see this team's data.
    fn providers(self) -> BTreeMap<&'a str, &'a Provider> {
        let chains = self.routes().flat_map(|route| self.chains(route));
        let names: BTreeSet<String> =
            chains.flat_map(|chain| chain.targets).map(|target: Target| target.provider).collect();
        names.iter().filter_map(|name| self.model.providers.get_key_value(name)).map(|(k, v)| (k.as_str(), v)).collect()
    }
}

/// What differs in what a team may ask for, who serves it, and who gets to see its data.
pub fn changes(old: View<'_>, new: View<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let names = |view: View<'_>| view.routes().map(|route| route.name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    for route in old.routes().filter(|route| !after.contains(&route.name)) {
        changes.push(Change::stricter(format!("route `{}`: taken away ({})", route.name, models(route))));
    }
    for route in new.routes().filter(|route| !before.contains(&route.name)) {
        changes.push(Change::looser(format!("route `{}`: {}", route.name, describe(new, route))));
    }
    for is in new.routes() {
        if let Some(was) = old.routes().find(|was| was.name == is.name) {
            changes.extend(route((old, was), (new, is)));
        }
    }
    let kept = |of: &[String], other: &[String]| {
        of.iter().filter(|name| other.contains(name)).cloned().collect::<Vec<String>>()
    };
    if kept(&before, &after) != kept(&after, &before) {
        changes.push(Change::new(format!("routes are tried in the order {}, were {}", list(&after), list(&before))));
    }
    changes.extend(residency(old, new));
    changes.extend(providers(old, new));
    changes
}

/// What a route is, for those who do not know it yet.
pub fn describe(view: View<'_>, route: &Route) -> String {
    format!("{}, {}", models(route), served(view, route).join("; "))
}

/// The routes of a team, for those who do not know it yet.
pub fn all(view: View<'_>) -> Vec<Change> {
    view.routes().map(|route| Change::new(format!("route `{}`: {}", route.name, describe(view, route)))).collect()
}

fn models(route: &Route) -> String {
    let names: Vec<_> = route.models.iter().map(|model| format!("`{}`", model.as_str())).collect();
    if names.is_empty() { "no model".to_owned() } else { list(&names) }
}

/// Who serves it, a line for each chain.
fn served(view: View<'_>, route: &Route) -> Vec<String> {
    let chains = view.chains(route);
    let total: u64 = chains.iter().map(|chain| u64::from(chain.weight)).sum();
    let chain = |chain: &Chain| {
        let names: Vec<_> = chain.targets.iter().map(target).collect();
        let share = if chains.len() == 1 {
            String::new()
        } else {
            format!("{}% ", u64::from(chain.weight) * 100 / total.max(1))
        };
        format!("{share}by {}", names.join(", then "))
    };
    if chains.is_empty() { vec!["served by nobody".to_owned()] } else { chains.iter().map(chain).collect() }
}

fn target(target: &Target) -> String {
    match &target.model {
        Some(model) => format!("{}/{}", target.provider, model.as_str()),
        None => target.provider.clone(),
    }
}

fn route((old, was): (View<'_>, &Route), (new, is): (View<'_>, &Route)) -> Vec<Change> {
    let name = &is.name;
    let mut changes = Vec::new();
    let of = |route: &Route| route.models.iter().map(|model| model.as_str().to_owned()).collect::<Vec<_>>();
    let (before, after) = (of(was), of(is));
    for model in before.iter().filter(|model| !after.contains(model)) {
        changes.push(Change::stricter(format!("route `{name}`: the model `{model}` can no longer be asked for")));
    }
    for model in after.iter().filter(|model| !before.contains(model)) {
        changes.push(Change::looser(format!("route `{name}`: the model `{model}` can be asked for")));
    }
    let (before, after) = (served(old, was), served(new, is));
    if before != after {
        changes.push(Change::new(format!("route `{name}`: {} → {}", before.join("; "), after.join("; "))));
    }
    if was.timeout != is.timeout {
        let text = format!("route `{name}`: timeout {} s → {} s", was.timeout.as_secs_f64(), is.timeout.as_secs_f64());
        changes.push(Change::new(text));
    }
    if was.retry != is.retry {
        changes.push(Change::new(format!("route `{name}`: retries {} → {}", retry(&was.retry), retry(&is.retry))));
    }
    if was.lenient != is.lenient {
        let features = |of: &[String]| if of.is_empty() { "nothing".to_owned() } else { list(of) };
        let text = format!(
            "route `{name}`: may drop {} where a provider lacks it, was {}",
            features(&is.lenient),
            features(&was.lenient)
        );
        changes.push(Change::new(text));
    }
    changes
}

fn retry(retry: &Retry) -> String {
    let mut on: Vec<String> = retry.statuses.iter().map(ToString::to_string).collect();
    let more = [(retry.any_5xx, "5xx"), (retry.connect_failure, "connect-failure"), (retry.reset, "reset")];
    on.extend(more.iter().filter(|(on, _)| *on).map(|(_, name)| (*name).to_owned()));
    let mut text = if on.is_empty() { "never".to_owned() } else { format!("on {}", on.join(", ")) };
    for (name, bound) in [("per try", retry.per_try_timeout), ("idle", retry.per_try_idle_timeout)] {
        if let Some(bound) = bound {
            text += &format!(", {} s {name}", bound.as_secs_f64());
        }
    }
    text
}

fn residency(old: View<'_>, new: View<'_>) -> Option<Change> {
    let (was, is) = (old.team.residency.as_ref(), new.team.residency.as_ref());
    if was == is {
        return None;
    }
    let words = |regions: Option<&BTreeSet<String>>| match regions {
        None => "any region".to_owned(),
        Some(regions) => list(&regions.iter().cloned().collect::<Vec<_>>()),
    };
    let text = format!("residency: {} → {}", words(was), words(is));
    Some(match (was, is) {
        (None, _) => Change::stricter(text),
        (_, None) => Change::looser(text),
        (Some(was), Some(is)) if is.is_superset(was) => Change::looser(text),
        (Some(was), Some(is)) if is.is_subset(was) => Change::stricter(text),
        _ => Change::new(text),
    })
}

fn providers(old: View<'_>, new: View<'_>) -> Vec<Change> {
    let (before, after) = (old.providers(), new.providers());
    let mut changes = Vec::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.push(Change::stricter(format!("provider `{name}` no longer sees this team's data")));
    }
    for (name, is) in &after {
        match before.get(name) {
            None => {
                changes.push(Change::looser(format!("provider `{name}` ({}) sees this team's data now", place(is))))
            }
            Some(was) => changes.extend(provider(was, is)),
        }
    }
    changes
}

fn place(provider: &Provider) -> String {
    let region = provider.region.as_deref().map_or("no region".to_owned(), |region| format!("region {region}"));
    format!("{}, {region}, {}", provider.api, endpoint(provider))
}

fn endpoint(provider: &Provider) -> String {
    let at = &provider.endpoint;
    format!("{}://{}{}", if at.tls { "https" } else { "http" }, at.authority(), at.path_prefix)
}

fn provider(was: &Provider, is: &Provider) -> Vec<Change> {
    let name = &is.name;
    let mut changes = Vec::new();
    let mut told = |what: &str, before: String, after: String| {
        if before != after {
            changes.push(Change::new(format!("provider `{name}`: {what} {before} → {after}")));
        }
    };
    let or = |text: &Option<String>, none: &str| text.clone().unwrap_or_else(|| none.to_owned());
    told("endpoint", endpoint(was), endpoint(is));
    told("region", or(&was.region, "none"), or(&is.region, "none"));
    told("api", was.api.to_string(), is.api.to_string());
    told("flavor", format!("{:?}", was.flavor).to_lowercase(), format!("{:?}", is.flavor).to_lowercase());
    told("api version", or(&was.api_version, "none"), or(&is.api_version, "none"));
    told("project", or(&was.project, "none"), or(&is.project, "none"));
    told("location", or(&was.location, "none"), or(&is.location, "none"));
    if was.credential != is.credential {
        changes.push(Change::new(format!("provider `{name}`: its key comes from another place")));
    }
    let names: BTreeSet<&String> = was.models.keys().chain(is.models.keys()).collect();
    for model in names {
        let (before, after) = (was.models.get(model), is.models.get(model));
        let (old_price, new_price) = (before.and_then(|info| info.price), after.and_then(|info| info.price));
        if old_price != new_price {
            let text = format!("provider `{name}`: price of {model} {} → {}", price(old_price), price(new_price));
            changes.push(Change::new(text));
        }
        let most = |info: Option<&crate::model::ModelInfo>| info.and_then(|info| info.max_output_tokens);
        if most(before) != most(after) {
            let words = |most: Option<u64>| most.map_or("unknown".to_owned(), super::thousands);
            changes.push(Change::new(format!(
                "provider `{name}`: output tokens of {model} at most {} → {}",
                words(most(before)),
                words(most(after))
            )));
        }
    }
    changes
}

fn price(price: Option<Price>) -> String {
    price.map_or("none".to_owned(), |price| {
        let mut text = format!("{} in, {} out", price.input, price.output);
        for (name, part) in [("cache read", price.cache_read), ("cache write", price.cache_write)] {
            if let Some(part) = part {
                text += &format!(", {part} {name}");
            }
        }
        format!("[{text}]")
    })
}
