//! `GET /v1/models`: what the caller's team may ask for, answered without a provider.

use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::{ClientDialect, endpoint};

use crate::engine::Team;
use crate::reply::Reply;
use crate::routing::Routes;

/// The whole list.
pub(crate) fn list(routes: &Routes, team: &Team, dialect: ClientDialect) -> Reply {
    Reply::json(endpoint::models_list(dialect, routes.models(team)))
}

/// One of them, or a refusal.
pub(crate) fn one(routes: &Routes, team: &Team, id: &str, dialect: ClientDialect) -> Result<Reply, Refusal> {
    routes.resolve(team, id)?;
    Ok(Reply::json(endpoint::model(dialect, id)))
}
