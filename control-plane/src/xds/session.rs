//! The delta protocol with one Envoy, as a state machine: requests and snapshots go in, responses come out.
//!
//! <https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds>
//!
//! Order: what Envoy newly subscribes to is answered at once, since it may be waiting for it. Changes travel in the order of
//! [`TypeUrl::STAGES`], each after the one before was acknowledged; Envoy acknowledges clusters when they are warm, so a route never names
//! a cluster that cannot serve yet. Removals come last, in the opposite order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant, SystemTime};

use envoy_types::pb::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, Resource as WireResource,
};

use crate::resources::snapshot::{Snapshot, Stage, TypeUrl};

/// After so long without an answer the next type is sent anyway: a cluster whose DNS name does not resolve must not hold back a policy.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Subscribes to everything of a type.
const WILDCARD: &str = "*";

/// One Envoy's state.
#[derive(Debug, Default)]
pub struct Session {
    types: BTreeMap<TypeUrl, TypeState>,
    nonces: u64,
}

/// What one Envoy was sent of one type, and what it said to it.
#[derive(Debug, Default)]
pub struct TypeState {
    subscribed: bool,
    wildcard: bool,
    names: BTreeSet<String>,
    /// By name: the version that Envoy holds or that is on its way.
    sent: BTreeMap<String, String>,
    /// Subscribed to and not answered yet.
    fresh: BTreeSet<String>,
    /// The first answer to a wildcard is owed even if it is empty.
    owed: bool,
    outstanding: VecDeque<Outstanding>,
    /// By name: the version that Envoy has acknowledged.
    accepted: BTreeMap<String, String>,
    refused: Option<Refused>,
}

#[derive(Debug)]
struct Outstanding {
    nonce: String,
    since: Instant,
    upserts: Vec<(String, String)>,
    removals: Vec<String>,
}

/// A response that Envoy did not accept. It keeps what it had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The resources of that response.
    pub resources: Vec<String>,
    /// Envoy's own words.
    pub error: String,
    /// When.
    pub at: SystemTime,
}

/// What a request from Envoy said about an earlier response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: a subscription only.
    None,
    /// All of it is in use.
    Accepted(TypeUrl),
    /// Some of it is not.
    Refused(TypeUrl, Refused),
}

/// What [`Session::poll`] has to say.
#[derive(Debug, Default)]
pub struct Poll {
    /// To be sent in this order.
    pub responses: Vec<DeltaDiscoveryResponse>,
    /// When to poll again if nothing else happens.
    pub wake: Option<Instant>,
    /// Envoy was sent everything of the snapshot and has answered, or has had time to.
    pub settled: bool,
}

impl TypeState {
    /// By name, the versions that Envoy has acknowledged.
    #[must_use]
    pub fn accepted(&self) -> &BTreeMap<String, String> {
        &self.accepted
    }

    /// The last refusal that no later acceptance has made good.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    fn wants(&self, name: &str) -> bool {
        self.wildcard || self.names.contains(name)
    }

    fn is_waiting(&self, now: Instant) -> bool {
        self.outstanding.iter().any(|sent| now < sent.since + PATIENCE)
    }
}

impl Session {
    /// The state of a type, if Envoy has asked for it.
    pub fn types(&self) -> impl Iterator<Item = (TypeUrl, &TypeState)> {
        self.types.iter().map(|(kind, state)| (*kind, state))
    }

    /// Takes a request. Types that are not ours are ignored.
    pub fn receive(&mut self, request: DeltaDiscoveryRequest) -> Verdict {
        let Some(kind) = TypeUrl::parse(&request.type_url) else { return Verdict::None };
        let state = self.types.entry(kind).or_default();
        if !state.subscribed {
            state.subscribed = true;
            // An Envoy that reconnects says what it holds: it is not sent again.
            state.sent.extend(request.initial_resource_versions.clone());
            state.accepted.extend(request.initial_resource_versions.clone());
            // Older clients subscribe to everything by naming nothing in their first request.
            state.wildcard = request.resource_names_subscribe.is_empty();
            state.owed = true;
        }
        for name in request.resource_names_subscribe {
            if name == WILDCARD {
                state.wildcard = true;
                state.owed = true;
                continue;
            }
            // A name subscribed to again is sent again: Envoy may have let go of it.
            if !request.initial_resource_versions.contains_key(&name) {
                state.sent.remove(&name);
            }
            state.fresh.insert(name.clone());
            state.names.insert(name);
        }
        for name in request.resource_names_unsubscribe {
            if name == WILDCARD {
                state.wildcard = false;
            }
            state.names.remove(&name);
            state.fresh.remove(&name);
        }
        let (wildcard, names) = (state.wildcard, &state.names);
        state.sent.retain(|name, _| wildcard || names.contains(name));
        state.accepted.retain(|name, _| wildcard || names.contains(name));

        let answered = |sent: &Outstanding| sent.nonce == request.response_nonce;
        let Some(at) = state.outstanding.iter().position(answered) else { return Verdict::None };
        let Some(sent) = state.outstanding.remove(at) else { return Verdict::None };
        match request.error_detail {
            None => {
                for name in &sent.removals {
                    state.accepted.remove(name);
                }
                if !(sent.upserts.is_empty() && sent.removals.is_empty()) {
                    state.refused = None;
                }
                state.accepted.extend(sent.upserts);
                Verdict::Accepted(kind)
            }
            Some(status) => {
                let resources = sent.upserts.into_iter().map(|(name, _)| name).chain(sent.removals).collect();
                let refused = Refused { resources, error: status.message, at: SystemTime::now() };
                state.refused = Some(refused.clone());
                Verdict::Refused(kind, refused)
            }
        }
    }

    /// What to send now, for Envoy to get to `snapshot`.
    pub fn poll(&mut self, snapshot: &Snapshot, now: Instant) -> Poll {
        let mut responses = Vec::new();
        for kind in TypeUrl::ALL {
            responses.extend(self.answer(kind, snapshot, now));
        }
        let changes = self.next_change(snapshot, now, &mut responses);
        let waiting = self.types.values().any(|state| state.is_waiting(now));
        let wake = self.types.values().flat_map(|state| &state.outstanding).map(|sent| sent.since + PATIENCE);
        Poll { responses, wake: wake.filter(|at| *at > now).min(), settled: !changes && !waiting }
    }

    /// The answer to new subscriptions, which waits for nothing.
    fn answer(&mut self, kind: TypeUrl, snapshot: &Snapshot, now: Instant) -> Option<DeltaDiscoveryResponse> {
        let state = self.types.get_mut(&kind)?;
        let fresh = std::mem::take(&mut state.fresh);
        let owed = std::mem::take(&mut state.owed) && state.wildcard;
        if fresh.is_empty() && !owed {
            return None;
        }
        let asked = |name: &String| owed || fresh.contains(name);
        let upserts: Vec<String> = changed(state, snapshot, kind).into_iter().filter(asked).collect();
        let mut removals: Vec<String> =
            fresh.iter().filter(|name| snapshot.get(kind, name).is_none()).cloned().collect();
        if owed {
            removals.extend(state.sent.keys().filter(|name| snapshot.get(kind, name).is_none()).cloned());
        }
        // An Envoy that reconnects holds what it names already.
        let nothing = upserts.is_empty() && removals.is_empty() && !owed;
        (!nothing).then(|| self.respond(kind, snapshot, upserts, removals, now))
    }

    /// Sends the next change in order if its turn has come; whether any is left or was sent.
    fn next_change(&mut self, snapshot: &Snapshot, now: Instant, out: &mut Vec<DeltaDiscoveryResponse>) -> bool {
        let mut any = false;
        for Stage(kind, belongs) in TypeUrl::STAGES {
            let Some(state) = self.types.get(&kind) else { continue };
            let upserts: Vec<String> =
                changed(state, snapshot, kind).into_iter().filter(|name| belongs(name)).collect();
            if !upserts.is_empty() {
                any = true;
                out.push(self.respond(kind, snapshot, upserts, Vec::new(), now));
            }
            if self.types.get(&kind).is_some_and(|state| state.is_waiting(now)) {
                return any || self.pending(snapshot);
            }
        }
        for kind in TypeUrl::ALL.into_iter().rev() {
            let Some(state) = self.types.get(&kind) else { continue };
            let gone: Vec<String> =
                state.sent.keys().filter(|name| snapshot.get(kind, name).is_none()).cloned().collect();
            if !gone.is_empty() {
                any = true;
                out.push(self.respond(kind, snapshot, Vec::new(), gone, now));
                return any;
            }
        }
        any
    }

    fn pending(&self, snapshot: &Snapshot) -> bool {
        self.types.iter().any(|(kind, state)| {
            !changed(state, snapshot, *kind).is_empty()
                || state.sent.keys().any(|name| snapshot.get(*kind, name).is_none())
        })
    }

    fn respond(
        &mut self,
        kind: TypeUrl,
        snapshot: &Snapshot,
        upserts: Vec<String>,
        removals: Vec<String>,
        now: Instant,
    ) -> DeltaDiscoveryResponse {
        self.nonces += 1;
        let nonce = self.nonces.to_string();
        let state = self.types.entry(kind).or_default();
        let mut resources = Vec::new();
        let mut versions = Vec::new();
        for name in upserts {
            let Some(resource) = snapshot.get(kind, &name) else { continue };
            state.sent.insert(name.clone(), resource.version.clone());
            versions.push((name.clone(), resource.version.clone()));
            resources.push(WireResource {
                name,
                version: resource.version.clone(),
                resource: Some(resource.body.clone()),
                ..Default::default()
            });
        }
        for name in &removals {
            state.sent.remove(name);
        }
        state.outstanding.push_back(Outstanding {
            nonce: nonce.clone(),
            since: now,
            upserts: versions,
            removals: removals.clone(),
        });
        DeltaDiscoveryResponse {
            system_version_info: snapshot.digest.clone(),
            type_url: kind.as_str().to_owned(),
            resources,
            removed_resources: removals,
            nonce,
            ..Default::default()
        }
    }
}

/// The wanted resources that Envoy lacks or has in another version.
fn changed(state: &TypeState, snapshot: &Snapshot, kind: TypeUrl) -> Vec<String> {
    let differs = |(name, resource): &(&String, &crate::resources::snapshot::Resource)| {
        state.wants(name) && state.sent.get(*name) != Some(&resource.version)
    };
    snapshot.of(kind).filter(differs).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests;
