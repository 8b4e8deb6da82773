//! What the documents mean together: every reference holds, every value is in range, and the result is the model.

mod credentials;
mod downgrade;
mod endpoint;
mod gateway;
mod policy_tests;
mod providers;
mod quotas;
mod redaction;
mod routes;
mod secrets;
mod teams;

use std::collections::BTreeMap;

use super::documents::Documents;
use super::problems::Problems;
use crate::model::Model;

/// Checks everything. The model is complete only when `problems` holds no error afterwards.
pub fn validate(documents: &Documents, problems: &mut Problems) -> Model {
    let gateway = gateway::check(&documents.gateways, problems);
    let providers = providers::check(&documents.providers, problems);
    let redaction = redaction::check(&documents.redaction, problems);
    redaction::routes(documents, problems);
    let routes = routes::check(documents, &providers, problems);
    let teams = teams::check(documents, &gateway, &providers, &routes, problems);
    let routes = routes.into_iter().map(|route| (route.name.clone(), route)).collect();
    let teams: BTreeMap<_, _> = teams.into_iter().map(|team| (team.name.clone(), team)).collect();
    Model { gateway, providers, routes, teams, redaction, stopped_models: BTreeMap::new() }
}

/// Checks the redaction policies alone.
pub fn redaction(documents: &Documents, problems: &mut Problems) {
    redaction::check(&documents.redaction, problems);
}
