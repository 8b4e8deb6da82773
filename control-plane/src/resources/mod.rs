//! The model to Envoy's resources: pure functions, so that what an operator will get can be read in a test.
//!
//! ```text
//! Listener tollgate ─ HCM ─ [gateway.wasm (ECDS)] ─ router
//!   RouteConfiguration tollgate: x-tollgate-route -> weighted chains, timeout, retries
//!     Cluster "chat>openai/gpt-4o" (aggregate): its members in order of preference
//!        filters of every attempt: drop keys, translate.wasm (ECDS), the provider's key (SDS) or a signer (ECDS),
//!        drop our headers, codec
//!       Cluster "openai/gpt-4o": endpoint, TLS, outlier detection, circuit breakers
//! ```

pub mod clusters;
pub mod credentials;
pub mod extensions;
pub mod listener;
pub mod ordered;
pub mod pack;
pub mod routes;
pub mod secrets;
pub mod snapshot;
pub mod upstream;

use crate::compile;
use crate::model::{Model, Provider};
use crate::secrets::Secrets;
use snapshot::{Snapshot, TypeUrl};

/// Name of the listener and of the route configuration.
pub const NAME: &str = "tollgate";

/// Settings of the machines that Envoy runs on.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Folder that holds `gateway.wasm` and `translate.wasm`, as Envoy sees it.
    pub modules: String,
    /// File of certificate authorities where the configuration names none.
    pub trusted_ca: String,
}

/// Everything that Envoy needs to serve `model`.
#[must_use]
pub fn resources(model: &Model, secrets: &Secrets, machine: &Machine) -> Snapshot {
    let digest = compile::digest(model);
    let available =
        |provider: &Provider| provider.credential.is_none() || secrets.providers.contains_key(&provider.name);
    let targets = routes::targets(model);
    let chains = routes::chains(model, &targets, available);
    let gateway = compile::gateway(model, &digest, &secrets.hash_key);
    let translate = compile::translate(model);

    let mut snapshot = Snapshot::new(digest);
    for cluster in clusters::all(model, &chains, machine) {
        snapshot.insert_encoded(TypeUrl::Cluster, cluster.cluster.name.clone(), cluster.encode());
    }
    for secret in self::secrets::all(secrets) {
        snapshot.insert(TypeUrl::Secret, secret.name.clone(), &secret);
    }
    let route_configuration = routes::configuration(model, &chains);
    snapshot.insert(TypeUrl::RouteConfiguration, NAME.to_owned(), &route_configuration);
    for extension in extensions::all(&gateway, &translate, machine) {
        snapshot.insert(TypeUrl::Extension, extension.name.clone(), &extension);
    }
    for signer in credentials::signers(model, secrets) {
        snapshot.insert(TypeUrl::Extension, signer.name.clone(), &signer);
    }
    snapshot.insert(TypeUrl::Listener, NAME.to_owned(), &listener::listener(model));
    snapshot
}

/// An answer that is held to be checked and restored may be this long, in bytes, whatever the bound on requests; beyond it Envoy answers 500.
const LONGEST_ANSWER: u32 = 64 << 20;

/// Bytes that Envoy may buffer of one request or answer: a body at its limit, grown by translation, and a chunk on the way.
#[must_use]
pub fn buffer_limit(model: &Model) -> u32 {
    let body = model.gateway.request_body;
    u32::try_from(body + body / 4 + (1 << 20)).unwrap_or(u32::MAX).max(LONGEST_ANSWER)
}
