//! `onExceeded: {downgradeTo}`: whether it leads anywhere, and whether it helps.

use tollgate_policy::quota::{Subject, Unit};

use super::providers::Providers;
use crate::config::documents::Doc;
use crate::config::kinds::TeamSpec;
use crate::config::problems::Problems;
use crate::model::Route;

const FIELD: &str = "spec/onExceeded/downgradeTo";

/// Checks that the team may use `model`, that requests do not come back to where they found no room, and that it is cheaper there.
pub fn check(doc: &Doc<TeamSpec>, model: &str, providers: &Providers, routes: &[&Route], problems: &mut Problems) {
    let serves = |route: &&&Route| route.models.iter().any(|pattern| pattern.matches(model));
    let Some(cheaper) = routes.iter().find(serves) else {
        // Where a route could not be read it may be the one.
        if routes.len() == doc.spec.routes.len() {
            let message = format!("no route of this team matches the model `{model}`: add the route that serves it");
            doc.error(problems, FIELD, message);
        }
        return;
    };
    let others: Vec<&Route> = routes.iter().filter(|route| route.name != cheaper.name).copied().collect();
    let own_model_each = cheaper.targets().all(|target| target.model.is_some());
    if others.is_empty() && own_model_each && routes.len() == doc.spec.routes.len() {
        let message = format!(
            "Route `{}` serves `{model}` and everything else of this team: a request would come back to where it found no room",
            cheaper.name
        );
        doc.error(problems, FIELD, message);
    }
    if cheaper.stopped.is_some() {
        doc.warn(problems, FIELD, format!("Route `{}`, which serves `{model}`, is stopped", cheaper.name));
    }
    if doc.spec.quotas.is_empty() {
        doc.warn(problems, FIELD, "this team has no quotas: nothing is ever sent there");
    } else if !doc.spec.quotas.iter().any(|quota| quota.unit == Unit::Usd || quota.by == Subject::Model) {
        let message = "counts the same in each of this team's quotas: it helps beyond a quota in `usd` or `by: model`";
        doc.warn(problems, FIELD, message);
    }
    let counts_usd = doc.spec.quotas.iter().any(|quota| quota.unit == Unit::Usd);
    let here = dearest(cheaper, providers);
    if let Some(most) = others.iter().map(|route| dearest(route, providers)).reduce(f64::max)
        && counts_usd
        && most > 0.0
        && here >= most
    {
        let message = format!("Route `{}`, which serves `{model}`, is no cheaper than the others", cheaper.name);
        doc.warn(problems, FIELD, message);
    }
}

/// What a million tokens each way cost at the dearest backend, in US dollars; 0 where no price is known.
fn dearest(route: &Route, providers: &Providers) -> f64 {
    let price = |target: &crate::model::Target| {
        let info = providers.get(&target.provider)?.models.get(target.model.as_ref()?.as_str())?;
        info.price.map(|price| price.input + price.output)
    };
    route.targets().filter_map(price).fold(0.0, f64::max)
}
