//! `kind: Team`.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_policy::gateway::OnExceeded;

use super::providers::{Providers, is_region};
use super::{downgrade, quotas};
use crate::config::documents::{Doc, Documents};
use crate::config::kinds::TeamSpec;
use crate::config::problems::Problems;
use crate::model::{Gateway, Route, Target, Team, admits};

/// SHA-256 of nothing: what `printf '' | sha256sum` gives when a variable was empty.
const DIGEST_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Checks every team, in file order.
pub fn check(
    documents: &Documents,
    gateway: &Gateway,
    providers: &Providers,
    routes: &[Route],
    problems: &mut Problems,
) -> Vec<Team> {
    let routes: BTreeMap<&str, &Route> = routes.iter().map(|route| (route.name.as_str(), route)).collect();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut teams = Vec::new();
    for doc in &documents.teams {
        let api_keys = identities(doc, &mut keys, problems);
        let own_routes = team_routes(doc, documents, &routes, problems);
        let residency = residency(doc, providers, &own_routes, problems);
        quotas::check(doc, gateway, providers, &own_routes, problems);
        if let Some(policy) = &doc.spec.redaction {
            if !documents.declares("RedactionPolicy", policy) {
                let message = format!("there is no RedactionPolicy `{policy}`; {}", documents.names("RedactionPolicy"));
                doc.error(problems, "spec/redaction", message);
            }
            sent_elsewhere(doc, documents, policy, problems);
        }
        if let OnExceeded::DowngradeTo(model) = &doc.spec.on_exceeded {
            downgrade::check(doc, model, providers, &own_routes, problems);
        }
        if doc.spec.stopped.0.is_some() {
            doc.warn(problems, "spec/stopped", "this team is stopped: all its requests are refused");
        }
        teams.push(Team {
            name: doc.name.clone(),
            api_keys,
            routes: doc.spec.routes.clone(),
            residency,
            redaction: doc.spec.redaction.clone(),
            quotas: doc.spec.quotas.clone(),
            on_exceeded: doc.spec.on_exceeded.clone(),
            on_unavailable: doc.spec.on_unavailable,
            attribution: doc.spec.attribution.clone(),
            stopped: doc.spec.stopped.0.clone(),
        });
    }
    teams
}

fn identities(doc: &Doc<TeamSpec>, keys: &mut BTreeMap<String, String>, problems: &mut Problems) -> Vec<String> {
    let mut digests = Vec::new();
    for (at, identity) in doc.spec.identities.iter().enumerate() {
        let path = format!("spec/identities/{at}");
        let given = [identity.api_key_sha256.is_some(), identity.jwt.is_some(), identity.spiffe.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            doc.error(problems, &path, "write exactly one of `apiKeySha256`, `jwt` and `spiffe`");
            continue;
        }
        if identity.jwt.is_some() || identity.spiffe.is_some() {
            let kind = if identity.jwt.is_some() { "jwt" } else { "spiffe" };
            let message = "this version does not authenticate by it: such callers are refused";
            doc.warn(problems, &format!("{path}/{kind}"), message);
        }
        if let Some(uri) = &identity.spiffe
            && uri.strip_prefix("spiffe://").is_none_or(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            doc.error(problems, &format!("{path}/spiffe"), "must be spiffe://trust-domain/path");
        }
        let Some(digest) = identity.api_key_sha256.as_ref().map(|digest| digest.to_ascii_lowercase()) else { continue };
        let path = format!("{path}/apiKeySha256");
        if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
            // Not quoted: someone may have written the key itself here.
            let message = "is not a SHA-256 digest of 64 hexadecimal digits: `tollgate keys new` prints one";
            doc.error(problems, &path, message);
        } else if digest == DIGEST_OF_NOTHING {
            doc.error(problems, &path, "is the digest of an empty key: `tollgate keys new` prints a good one");
        } else if let Some(other) = keys.get(&digest) {
            doc.error(problems, &path, format!("the same key is given at {other}: a key belongs to one team"));
        } else {
            keys.insert(digest.clone(), doc.place(&path));
            digests.push(digest);
        }
    }
    if doc.spec.identities.is_empty() {
        doc.warn(problems, "spec/identities", "is empty: nobody can use this team");
    }
    digests
}

fn team_routes<'a>(
    doc: &Doc<TeamSpec>,
    documents: &Documents,
    routes: &BTreeMap<&str, &'a Route>,
    problems: &mut Problems,
) -> Vec<&'a Route> {
    let mut own: Vec<&Route> = Vec::new();
    let mut literals: BTreeMap<&str, &str> = BTreeMap::new();
    for (at, name) in doc.spec.routes.iter().enumerate() {
        let path = format!("spec/routes/{at}");
        let Some(route) = routes.get(name.as_str()) else {
            if !documents.declares("Route", name) {
                doc.error(problems, &path, format!("there is no Route `{name}`; {}", documents.names("Route")));
            }
            continue;
        };
        if own.iter().any(|other| other.name == route.name) {
            doc.error(problems, &path, format!("`{name}` is listed twice"));
            continue;
        }
        for pattern in route.models.iter().filter(|pattern| pattern.is_literal()) {
            if let Some(other) = literals.insert(pattern.as_str(), &route.name) {
                let message = format!(
                    "the model `{pattern}` is served by Route `{other}` too: a team must reach it by one route"
                );
                doc.error(problems, &path, message);
            }
        }
        own.push(route);
    }
    if doc.spec.routes.is_empty() {
        doc.warn(problems, "spec/routes", "is empty: every request of this team is refused");
    }
    own
}

/// A finding may send a request to another of the team's routes, and to no other.
fn sent_elsewhere(doc: &Doc<TeamSpec>, documents: &Documents, policy: &str, problems: &mut Problems) {
    let Some(named) = documents.redaction.iter().find(|other| other.name == policy) else { return };
    let mut missing: Vec<&str> =
        named.spec.routes().filter(|route| !doc.spec.routes.iter().any(|own| own == route)).collect();
    missing.sort_unstable();
    missing.dedup();
    for route in missing {
        let message = format!(
            "RedactionPolicy `{policy}` sends requests to Route `{route}`, which is none of this team's: add it to `routes`"
        );
        doc.error(problems, "spec/redaction", message);
    }
}

fn residency(
    doc: &Doc<TeamSpec>,
    providers: &Providers,
    routes: &[&Route],
    problems: &mut Problems,
) -> Option<BTreeSet<String>> {
    let regions = doc.spec.residency.as_ref()?;
    if regions.is_empty() {
        doc.error(problems, "spec/residency", "is empty, so no provider qualifies: name regions, or remove the field");
        return Some(BTreeSet::new());
    }
    for (at, region) in regions.iter().enumerate() {
        let path = format!("spec/residency/{at}");
        if !is_region(region) {
            doc.error(problems, &path, "a region has lower-case letters, digits and `-`");
        } else if !providers.values().any(|provider| provider.region.as_ref() == Some(region)) {
            doc.warn(problems, &path, format!("no provider is in region `{region}`"));
        }
    }
    let regions: BTreeSet<String> = regions.iter().cloned().collect();
    for route in routes {
        let usable = |of: &Target| providers.get(&of.provider).is_none_or(|provider| admits(Some(&regions), provider));
        if route.chains(usable).is_empty() && !route.chains(|_| true).is_empty() {
            let at = doc.spec.routes.iter().position(|name| *name == route.name).unwrap_or(0);
            let message = format!("no provider of Route `{}` is in a region of this team's `residency`", route.name);
            doc.error(problems, &format!("spec/routes/{at}"), message);
        }
    }
    Some(regions)
}
