//! A whole set of resources, each with a version that is a digest of what it holds: equal content is never sent twice.

use std::collections::BTreeMap;

use envoy_types::pb::envoy::config::route::v3::RouteConfiguration;
use envoy_types::pb::google::protobuf::Any;
use prost::{Message, Name};
use sha2::{Digest, Sha256};

/// The resource types that are served, in the order in which additions have to reach Envoy: nothing is named before it is there.
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

    /// Adds a resource.
    pub fn insert<M: Message + Name>(&mut self, kind: TypeUrl, name: String, message: &M) {
        let value = message.encode_to_vec();
        let body = Any { type_url: M::type_url(), value };
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
    /// gone stay in their route configuration, before the answer to everything unknown.
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
                    Some(newer) if *kind == TypeUrl::RouteConfiguration => keep_routes(newer, resource),
                    Some(_) => {}
                }
            }
        }
        bridge
    }
}

fn keep_routes(newer: &mut Resource, older: &Resource) {
    let decode = |resource: &Resource| RouteConfiguration::decode(resource.body.value.as_slice()).ok();
    let (Some(mut new), Some(old)) = (decode(newer), decode(older)) else { return };
    for (host, old_host) in new.virtual_hosts.iter_mut().zip(old.virtual_hosts) {
        let gone = |name: &str| host.routes.iter().all(|route| route.name != name);
        let kept: Vec<_> = old_host.routes.into_iter().filter(|route| gone(&route.name)).collect();
        let before_default = host.routes.len().saturating_sub(1);
        host.routes.splice(before_default..before_default, kept);
    }
    newer.body.value = new.encode_to_vec();
    newer.version = version(&newer.body);
}

fn version(body: &Any) -> String {
    Sha256::digest(&body.value).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
