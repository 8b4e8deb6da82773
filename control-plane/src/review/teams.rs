//! Teams, and what concerns all of them.

use tollgate_policy::gateway::{OnExceeded, OnUnavailable};

use super::routes::View;
use super::{Change, Fate, TeamReview, identity, list, quotas, routes, stops, thousands};
use crate::model::{Model, Team};

/// Every team for which something is decided differently, in order of name.
pub fn review(old: &Model, new: &Model) -> Vec<TeamReview> {
    let names: std::collections::BTreeSet<&String> = old.teams.keys().chain(new.teams.keys()).collect();
    let one = |name: &String| {
        let (fate, changes) = match (old.teams.get(name), new.teams.get(name)) {
            (Some(_), None) => (Fate::Removed, vec![Change::stricter("its callers are refused")]),
            (None, Some(team)) => (Fate::Added, describe(View { model: new, team })),
            (Some(was), Some(is)) => {
                (Fate::Changed, changes(View { model: old, team: was }, View { model: new, team: is }))
            }
            (None, None) => return None,
        };
        let nothing = fate == Fate::Changed && changes.is_empty();
        (!nothing).then(|| TeamReview { team: name.clone(), fate, changes })
    };
    names.into_iter().filter_map(one).collect()
}

fn describe(view: View<'_>) -> Vec<Change> {
    let team = view.team;
    let mut changes = identity::changes(&[], &team.api_keys);
    changes.extend(routes::all(view));
    if let Some(regions) = &team.residency {
        changes.push(Change::new(format!("residency: {}", list(&regions.iter().cloned().collect::<Vec<_>>()))));
    }
    changes.push(Change::new(match &team.redaction {
        Some(policy) => format!("redaction: policy `{policy}`"),
        None => "redaction: none, texts pass as they are".to_owned(),
    }));
    changes.extend(
        team.quotas.iter().map(|quota| Change::new(format!("quota `{}`: {}", quota.name, quotas::describe(quota)))),
    );
    if team.quotas.is_empty() {
        changes.push(Change::new("quota: none"));
    }
    if let OnExceeded::DowngradeTo(model) = &team.on_exceeded {
        changes.push(Change::new(format!("beyond a quota: sent to `{model}`")));
    }
    if team.on_unavailable == OnUnavailable::Allow {
        changes.push(Change::new("while use cannot be counted: let through"));
    }
    if let Some(why) = &team.stopped {
        changes.push(Change::new(format!("stopped{}: all its requests are refused", stops::because(why))));
    }
    changes
}

fn changes(old: View<'_>, new: View<'_>) -> Vec<Change> {
    let (was, is) = (old.team, new.team);
    let mut changes = identity::changes(&was.api_keys, &is.api_keys);
    changes.extend(stops::changes(old, new));
    changes.extend(routes::changes(old, new));
    changes.extend(redaction(old, new));
    changes.extend(quotas::changes(&was.quotas, &is.quotas));
    if was.on_exceeded != is.on_exceeded {
        let words = |of: &OnExceeded| match of {
            OnExceeded::Deny => "refused".to_owned(),
            OnExceeded::DowngradeTo(model) => format!("sent to `{model}`"),
        };
        let text = format!("beyond a quota: {} → {}", words(&was.on_exceeded), words(&is.on_exceeded));
        changes.push(match (&was.on_exceeded, &is.on_exceeded) {
            (OnExceeded::Deny, _) => Change::looser(text),
            (_, OnExceeded::Deny) => Change::stricter(text),
            _ => Change::new(text),
        });
    }
    if was.on_unavailable != is.on_unavailable {
        let words = |of: OnUnavailable| if of == OnUnavailable::Allow { "let through" } else { "refused" };
        let text = format!("while use cannot be counted: {} → {}", words(was.on_unavailable), words(is.on_unavailable));
        changes.push(Change::which(text, is.on_unavailable == OnUnavailable::Allow));
    }
    if was.attribution != is.attribution {
        let words = |team: &Team| match team.attribution.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>() {
            none if none.is_empty() => "none".to_owned(),
            some => some.join(", "),
        };
        changes.push(Change::new(format!("attribution: {} → {}", words(was), words(is))));
    }
    changes
}

/// What changes in the texts is told once for all teams of a policy.
fn redaction(old: View<'_>, new: View<'_>) -> Option<Change> {
    let spec = |view: View<'_>| {
        let mut spec = view.model.redaction.get(view.team.redaction.as_ref()?).cloned()?;
        spec.tests.clear();
        Some(spec)
    };
    match (&old.team.redaction, &new.team.redaction) {
        (None, None) => None,
        (None, Some(is)) => Some(Change::stricter(format!("redaction: none → policy `{is}`"))),
        (Some(was), None) => Some(Change::looser(format!("redaction: policy `{was}` → none, texts pass as they are"))),
        (Some(was), Some(is)) if was != is => {
            Some(Change::new(format!("redaction: policy `{was}` → `{is}`, see there")))
        }
        (Some(policy), Some(_)) => {
            (spec(old) != spec(new)).then(|| Change::new(format!("redaction: policy `{policy}` changed, see there")))
        }
    }
}

/// What is decided for every team.
pub fn gateway(old: &Model, new: &Model) -> Vec<Change> {
    let (was, is) = (&old.gateway, &new.gateway);
    let mut changes = Vec::new();
    let mut told = |what: &str, before: String, after: String| {
        if before != after {
            changes.push(Change::new(format!("{what}: {before} → {after}")));
        }
    };
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    told("listens on", was.listen.to_string(), is.listen.to_string());
    told("header of the app", or(&was.tags.app), or(&is.tags.app));
    told("header of the user", or(&was.tags.user), or(&is.tags.user));
    told("header of the feature", or(&was.tags.feature), or(&is.tags.feature));
    told("header of the class of traffic", or(&was.tags.priority), or(&is.tags.priority));
    told("certificate authorities", or(&was.trusted_ca), or(&is.trusted_ca));
    let facts = |of: &Option<Vec<String>>| of.as_ref().map_or("each on its own".to_owned(), |facts| facts.join(", "));
    told("facts", facts(&was.facts), facts(&is.facts));
    if was.alerts != is.alerts {
        changes.push(Change::new("alerts go to another place"));
    }
    if was.hash_key != is.hash_key {
        let text = "the key of `hash` comes from another place: values hash differently if it is another key";
        changes.push(Change::new(text));
    }
    if was.request_body != is.request_body {
        let text = format!("largest request: {} → {} bytes", thousands(was.request_body), thousands(is.request_body));
        changes.push(Change::which(text, is.request_body > was.request_body));
    }
    changes
}
