//! Messages whose maps have more than one entry, with maps that keep their order.
//!
//! prost's generated types hold maps as `HashMap`s, which are encoded in a different order every time, while a resource's version is a
//! digest of its encoding: the same listener would look new at every reading, and its connections would be drained. These are the same
//! messages (field numbers included) with `BTreeMap`s, for the few places that need them. A golden test decodes what they write with
//! Envoy's own descriptors.

use std::collections::BTreeMap;

use envoy_types::pb::envoy::config::cluster::v3::Cluster;
use envoy_types::pb::envoy::config::endpoint::v3::Endpoint;
use envoy_types::pb::google::protobuf::{Any, Value, value};
use prost::Message;

/// `google.protobuf.Struct`.
#[derive(Clone, PartialEq, Message)]
pub struct Struct {
    /// Its fields.
    #[prost(btree_map = "string, message", tag = "1")]
    pub fields: BTreeMap<String, Value>,
}

impl Struct {
    /// A `Struct` of texts.
    #[must_use]
    pub fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let text = |text: &str| Value { kind: Some(value::Kind::StringValue(text.to_owned())) };
        Self { fields: fields.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect() }
    }
}

/// `envoy.config.core.v3.SubstitutionFormatString` with a JSON format.
#[derive(Clone, PartialEq, Message)]
pub struct JsonFormat {
    /// Command operators by key.
    #[prost(message, optional, tag = "2")]
    pub json_format: Option<Struct>,
    /// Leaves out what has no value.
    #[prost(bool, tag = "3")]
    pub omit_empty_values: bool,
}

/// `envoy.extensions.access_loggers.stream.v3.StdoutAccessLog`.
#[derive(Clone, PartialEq, Message)]
pub struct StdoutAccessLog {
    /// What a line looks like.
    #[prost(message, optional, tag = "1")]
    pub log_format: Option<JsonFormat>,
}

impl StdoutAccessLog {
    /// Packed under the name of the message it stands for.
    #[must_use]
    pub fn pack(&self) -> Any {
        use envoy_types::pb::envoy::extensions::access_loggers::stream::v3::StdoutAccessLog as Real;
        Any { type_url: <Real as prost::Name>::type_url(), value: self.encode_to_vec() }
    }
}

/// `envoy.config.core.v3.Metadata`.
#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    /// Facts by namespace.
    #[prost(btree_map = "string, message", tag = "1")]
    pub filter_metadata: BTreeMap<String, Struct>,
}

/// `envoy.config.endpoint.v3.LbEndpoint`.
#[derive(Clone, PartialEq, Message)]
pub struct LbEndpoint {
    /// Where it is.
    #[prost(message, optional, tag = "1")]
    pub endpoint: Option<Endpoint>,
    /// Who it is.
    #[prost(message, optional, tag = "3")]
    pub metadata: Option<Metadata>,
}

/// `envoy.config.endpoint.v3.LocalityLbEndpoints`.
#[derive(Clone, PartialEq, Message)]
pub struct LocalityLbEndpoints {
    /// Its endpoints.
    #[prost(message, repeated, tag = "2")]
    pub lb_endpoints: Vec<LbEndpoint>,
}

/// `envoy.config.endpoint.v3.ClusterLoadAssignment`.
#[derive(Clone, PartialEq, Message)]
pub struct ClusterLoadAssignment {
    /// The cluster's name.
    #[prost(string, tag = "1")]
    pub cluster_name: String,
    /// Its endpoints.
    #[prost(message, repeated, tag = "2")]
    pub endpoints: Vec<LocalityLbEndpoints>,
}

/// The `load_assignment` of an `envoy.config.cluster.v3.Cluster`.
#[derive(Clone, PartialEq, Message)]
struct Assigned {
    #[prost(message, optional, tag = "33")]
    load_assignment: Option<ClusterLoadAssignment>,
}

/// A cluster and its endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignedCluster {
    /// The cluster without its `load_assignment`.
    pub cluster: Cluster,
    /// Its `load_assignment`.
    pub endpoints: Option<ClusterLoadAssignment>,
}

impl AssignedCluster {
    /// One message out of both: encodings that follow one another are merged by whoever decodes them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.cluster.encode_to_vec();
        bytes.extend(Assigned { load_assignment: self.endpoints.clone() }.encode_to_vec());
        bytes
    }
}
