//! What an operator has stopped, in words.

use std::collections::BTreeSet;

use super::Change;
use super::routes::View;
use crate::model::{Model, ModelInfo};

/// What was stopped or runs again, as far as it concerns a team.
pub fn changes(old: View<'_>, new: View<'_>) -> Vec<Change> {
    let refused = "all its requests are refused";
    let mut changes: Vec<Option<Change>> =
        vec![change("this team", old.team.stopped.as_deref(), new.team.stopped.as_deref(), refused)];
    for is in new.routes() {
        let was = old.model.routes.get(&is.name).and_then(|route| route.stopped.as_deref());
        changes.push(change(&format!("route `{}`", is.name), was, is.stopped.as_deref(), refused));
    }
    let names: BTreeSet<&str> =
        new.routes().flat_map(|route| route.targets()).map(|target| target.provider.as_str()).collect();
    for name in names {
        let stop = |model: &Model| model.providers.get(name).and_then(|provider| provider.stopped.clone());
        let (was, is) = (stop(old.model), stop(new.model));
        changes.push(change(&format!("provider `{name}`"), was.as_deref(), is.as_deref(), "no request goes there"));
        let listed = new.model.providers.get(name).into_iter().flat_map(|provider| &provider.models);
        for (model, info) in listed {
            let was = old.model.providers.get(name).and_then(|provider| provider.models.get(model));
            let was = was.and_then(|info: &ModelInfo| info.stopped.as_deref());
            let what = format!("provider `{name}`: {model}");
            changes.push(change(&what, was, info.stopped.as_deref(), "it is not asked for it"));
        }
    }
    changes.into_iter().flatten().collect()
}

fn change(what: &str, was: Option<&str>, is: Option<&str>, meaning: &str) -> Option<Change> {
    match (was, is) {
        (None, None) => None,
        (Some(was), Some(is)) if was == is => None,
        (None, Some(why)) => Some(Change::stricter(format!("{what}: stopped{}, {meaning}", because(why)))),
        (Some(why), None) => Some(Change::looser(format!("{what}: no longer stopped{}", because(why)))),
        (Some(was), Some(is)) => Some(Change::new(format!("{what}: stopped{}, was{}", because(is), because(was)))),
    }
}

/// ` (why)`
pub fn because(why: &str) -> String {
    if why.is_empty() { " (no reason given)".to_owned() } else { format!(" ({why})") }
}
