//! What every Envoy of the fleet holds, accepted and refused.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use envoy_types::pb::envoy::config::core::v3::Node;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::session::Session;

/// Envoys that have left are remembered up to this number.
const MAX_GONE: usize = 256;

/// One stream with an Envoy.
pub type StreamId = u64;

/// What is known of one Envoy.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// Its node id.
    pub id: String,
    /// Its node cluster.
    pub cluster: String,
    /// Its build.
    pub version: String,
    /// Where it connects from.
    pub peer: Option<SocketAddr>,
    /// Whether it is connected now.
    pub connected: bool,
    /// Since when it is, or is not, in seconds since 1970.
    pub since: u64,
    /// Digest of the configuration that it was sent last.
    pub digest: String,
    /// Whether it has been sent all of it and has answered.
    pub settled: bool,
    /// By type: what it accepted and refused.
    pub types: BTreeMap<&'static str, TypeStatus>,
}

/// What an Envoy accepted and refused of one type.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeStatus {
    /// How many resources it holds.
    pub resources: usize,
    /// Digest of their names and versions.
    pub version: String,
    /// What it refused last, unless it has accepted a newer one since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedStatus>,
}

/// A response that an Envoy refused.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedStatus {
    /// The resources of the response.
    pub resources: Vec<String>,
    /// Envoy's own words.
    pub error: String,
    /// When, in seconds since 1970.
    pub at: u64,
}

/// All of them.
#[derive(Debug)]
pub struct Nodes {
    streams: Mutex<BTreeMap<StreamId, NodeStatus>>,
    changes: watch::Sender<StreamId>,
}

impl Default for Nodes {
    fn default() -> Self {
        Self { streams: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl Nodes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamId, NodeStatus>> {
        // The map is whole after every statement: a panic elsewhere does not spoil it.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a new stream.
    pub fn connect(&self, stream: StreamId, peer: Option<SocketAddr>) {
        let status = NodeStatus {
            id: String::new(),
            cluster: String::new(),
            version: String::new(),
            peer,
            connected: true,
            since: seconds(SystemTime::now()),
            digest: String::new(),
            settled: false,
            types: BTreeMap::new(),
        };
        self.lock().insert(stream, status);
    }

    /// Notes who is at the other end.
    pub fn introduce(&self, stream: StreamId, node: &Node) {
        let mut streams = self.lock();
        // A node that comes back takes the place of what it was.
        streams.retain(|id, status| *id == stream || status.connected || status.id != node.id);
        if let Some(status) = streams.get_mut(&stream) {
            status.id.clone_from(&node.id);
            status.cluster.clone_from(&node.cluster);
            status.version = version(node);
        }
    }

    /// Notes how far a stream has come.
    pub fn update(&self, stream: StreamId, session: &Session, digest: &str, settled: bool) {
        if let Some(status) = self.lock().get_mut(&stream) {
            digest.clone_into(&mut status.digest);
            status.settled = settled;
            status.types = session.types().map(|(kind, state)| (kind.short(), type_status(state))).collect();
        }
        self.changes.send_modify(|last| *last = stream);
    }

    /// Notes the end of a stream.
    pub fn disconnect(&self, stream: StreamId) {
        let mut streams = self.lock();
        if let Some(status) = streams.get_mut(&stream) {
            (status.connected, status.since) = (false, seconds(SystemTime::now()));
            if status.id.is_empty() {
                streams.remove(&stream);
            }
        }
        let gone: Vec<StreamId> = streams.iter().filter(|(_, status)| !status.connected).map(|(id, _)| *id).collect();
        for id in gone.iter().take(gone.len().saturating_sub(MAX_GONE)) {
            streams.remove(id);
        }
        drop(streams);
        self.changes.send_modify(|last| *last = stream);
    }

    /// The state of all, in order of connection.
    #[must_use]
    pub fn all(&self) -> Vec<NodeStatus> {
        self.lock().values().cloned().collect()
    }

    /// Waits until every connected Envoy has settled on the snapshot of that digest, at most for `patience`.
    pub async fn settled(&self, digest: &str, patience: Duration) {
        let mut changes = self.changes.subscribe();
        let all_settled = || {
            let streams = self.lock();
            streams.values().filter(|status| status.connected).all(|status| status.settled && status.digest == digest)
        };
        let wait = async {
            while !all_settled() {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(patience, wait).await;
    }
}

fn type_status(state: &super::session::TypeState) -> TypeStatus {
    let mut hash = Sha256::new();
    for (name, version) in state.accepted() {
        hash.update(name);
        hash.update([0]);
        hash.update(version);
        hash.update([0]);
    }
    TypeStatus {
        resources: state.accepted().len(),
        version: hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
        refused: state.refused().map(|refused| RefusedStatus {
            resources: refused.resources.clone(),
            error: refused.error.clone(),
            at: seconds(refused.at),
        }),
    }
}

fn version(node: &Node) -> String {
    use envoy_types::pb::envoy::config::core::v3::node::UserAgentVersionType;
    match &node.user_agent_version_type {
        Some(UserAgentVersionType::UserAgentVersion(version)) => version.clone(),
        Some(UserAgentVersionType::UserAgentBuildVersion(build)) => build
            .version
            .as_ref()
            .map(|v| format!("{}.{}.{}", v.major_number, v.minor_number, v.patch))
            .unwrap_or_default(),
        None => String::new(),
    }
}

/// Seconds since 1970.
#[must_use]
pub fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
