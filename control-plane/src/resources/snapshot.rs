//! A whole set of resources, each with a version that is a digest of what it holds: equal content is never sent twice.

use std::collections::BTreeMap;

use envoy_types::pb::envoy::config::route::v3::RouteConfiguration;
use envoy_types::pb::google::protobuf::Any;
use prost::Message;
use sha2::{Digest, Sha256};
use tollgate_policy::names::TRANSLATE_EXTENSION;

use super::{credentials, extensions};

/// The resource types that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeUrl {
    /// CDS.
    Cluster,
    /// SDS.
    Secret,
    /// RDS.
    RouteConfiguration,
    /// ECDS.
    Extension,
    /// LDS.
    Listener,
}

impl TypeUrl {
    /// All of them, in that order.
    pub const ALL: [Self; 5] = [Self::Cluster, Self::Secret, Self::RouteConfiguration, Self::Extension, Self::Listener];

    /// The order in which changes have to reach Envoy, so that nothing is named before it is there. `translate` must know a provider
    /// before a route leads to it, and Envoy how its requests are signed; the gateway must not name a route before there is one.
    pub const STAGES: [Stage; 6] = [
        Stage(Self::Cluster, |_| true),
        Stage(Self::Secret, |_| true),
        Stage(Self::Extension, is_of_an_attempt),
        Stage(Self::RouteConfiguration, |_| true),
        Stage(Self::Extension, |name| !is_of_an_attempt(name)),
        Stage(Self::Listener, |_| true),
    ];

    /// As it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            Self::Secret => "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
            Self::RouteConfiguration => "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
            Self::Extension => "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
            Self::Listener => "type.googleapis.com/envoy.config.listener.v3.Listener",
        }
    }

    /// The type that is written `url`.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == url)
    }

    /// A short name for people.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Self::Cluster => "clusters",
            Self::Secret => "secrets",
            Self::RouteConfiguration => "routes",
            Self::Extension => "extensions",
            Self::Listener => "listeners",
        }
    }
}

/// Whether the filter `name` runs once per attempt.
fn is_of_an_attempt(name: &str) -> bool {
    name == TRANSLATE_EXTENSION || credentials::is_signer(name)
}

/// Resources that travel together: those of a type whose names are told by the function.
#[derive(Debug, Clone, Copy)]
pub struct Stage(pub TypeUrl, pub fn(&str) -> bool);

/// One resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Digest of its content.
    pub version: String,
    /// Its content.
    pub body: Any,
}

/// A set of resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Digest of the configuration they were made of.
    pub digest: String,
    types: BTreeMap<TypeUrl, BTreeMap<String, Resource>>,
}

impl Snapshot {
    /// An empty one.
    #[must_use]
    pub fn new(digest: String) -> Self {
        Self { digest, types: BTreeMap::new() }
    }

    /// Adds a resource. Its maps must have one entry at most: see [`super::ordered`].
    pub fn insert(&mut self, kind: TypeUrl, name: String, message: &impl Message) {
        self.insert_encoded(kind, name, message.encode_to_vec());
    }

    /// Adds a resource that is encoded already.
    pub fn insert_encoded(&mut self, kind: TypeUrl, name: String, value: Vec<u8>) {
        let body = Any { type_url: kind.as_str().to_owned(), value };
        self.types.entry(kind).or_default().insert(name, Resource { version: version(&body), body });
    }

    /// The resources of a type, by name.
    pub fn of(&self, kind: TypeUrl) -> impl Iterator<Item = (&String, &Resource)> {
        self.types.get(&kind).into_iter().flatten()
    }

    /// One resource.
    #[must_use]
    pub fn get(&self, kind: TypeUrl, name: &str) -> Option<&Resource> {
        self.types.get(&kind)?.get(name)
    }

    /// This set with everything of `old` that it lacks: what Envoy should hold while it moves from one to the other. Routes that are
    /// gone stay in their route configuration, before the answer to everything unknown, and providers in the configuration of
    /// `translate`.
    #[must_use]
    pub fn bridging(&self, old: &Self) -> Self {
        let mut bridge = self.clone();
        for (kind, resources) in &old.types {
            let new = bridge.types.entry(*kind).or_default();
            for (name, resource) in resources {
                match new.get_mut(name) {
                    None => {
                        new.insert(name.clone(), resource.clone());
                    }
                    Some(newer) if *kind == TypeUrl::RouteConfiguration => newer.keep(resource, keep_routes),
                    Some(newer) if name == TRANSLATE_EXTENSION => newer.keep(resource, extensions::keep_providers),
                    Some(_) => {}
                }
            }
        }
        bridge
    }
}

impl Resource {
    /// Takes over from an older version what `merge` finds missing.
    fn keep(&mut self, older: &Self, merge: impl FnOnce(&[u8], &[u8]) -> Option<Vec<u8>>) {
        if let Some(merged) = merge(&self.body.value, &older.body.value) {
            self.body.value = merged;
            self.version = version(&self.body);
        }
    }
}

/// The newer route configuration with the routes that only the older one has.
fn keep_routes(newer: &[u8], older: &[u8]) -> Option<Vec<u8>> {
    let (mut new, old) = (RouteConfiguration::decode(newer).ok()?, RouteConfiguration::decode(older).ok()?);
    for (host, old_host) in new.virtual_hosts.iter_mut().zip(old.virtual_hosts) {
        let gone = |name: &str| host.routes.iter().all(|route| route.name != name);
        let kept: Vec<_> = old_host.routes.into_iter().filter(|route| gone(&route.name)).collect();
        let before_default = host.routes.len().saturating_sub(1);
        host.routes.splice(before_default..before_default, kept);
    }
    Some(new.encode_to_vec())
}

fn version(body: &Any) -> String {
    Sha256::digest(&body.value).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use envoy_types::pb::envoy::config::route::v3::{Route, VirtualHost};

    use super::*;

    fn routes(names: &[&str]) -> RouteConfiguration {
        let route = |name: &&str| Route { name: (*name).into(), ..Default::default() };
        let host = VirtualHost { routes: names.iter().map(route).collect(), ..Default::default() };
        RouteConfiguration { virtual_hosts: vec![host], ..Default::default() }
    }

    fn snapshot(clusters: &[&str], names: &[&str]) -> Snapshot {
        let mut snapshot = Snapshot::new("d".into());
        for name in clusters {
            snapshot.insert_encoded(TypeUrl::Cluster, (*name).into(), name.as_bytes().to_vec());
        }
        snapshot.insert(TypeUrl::RouteConfiguration, "r".into(), &routes(names));
        snapshot
    }

    #[test]
    fn a_bridge_holds_the_new_and_all_that_is_gone() {
        let bridge =
            snapshot(&["b", "c"], &["x", "z", "unknown"]).bridging(&snapshot(&["a", "b"], &["x", "y", "unknown"]));
        assert_eq!(bridge, snapshot(&["a", "b", "c"], &["x", "z", "y", "unknown"]));
    }

    #[test]
    fn without_anything_gone_the_bridge_is_the_new_itself() {
        let new = snapshot(&["a", "b"], &["x", "y", "unknown"]);
        assert_eq!(new.bridging(&snapshot(&["a"], &["x", "unknown"])), new);
    }

    #[test]
    fn what_an_attempt_needs_is_there_before_a_route_leads_to_it() {
        let stage = |kind, name: &str| {
            TypeUrl::STAGES.iter().position(|Stage(of, has)| *of == kind && has(name)).expect("it belongs to a stage")
        };
        let route = stage(TypeUrl::RouteConfiguration, "tollgate");
        for name in ["tollgate.translate", "tollgate.sign/bedrock"] {
            assert!(stage(TypeUrl::Extension, name) < route, "{name}");
        }
        assert!(route < stage(TypeUrl::Extension, "tollgate.gateway"));
    }
}
