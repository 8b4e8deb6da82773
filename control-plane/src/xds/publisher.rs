//! Moves the fleet from one snapshot to the next: first everything new beside everything old, then without the old.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::nodes::Nodes;
use crate::resources::snapshot::Snapshot;

/// How long the old stays beside the new for an Envoy that does not answer: longer than a session waits for a cluster to get warm.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the streams serve from.
pub type Published = watch::Receiver<Option<Arc<Snapshot>>>;

/// Where new snapshots are handed in.
#[derive(Debug, Clone)]
pub struct Publisher {
    wanted: watch::Sender<Option<Arc<Snapshot>>>,
}

impl Publisher {
    /// Starts publishing for the Envoys of `nodes`. Ends when the publisher is dropped.
    #[must_use]
    pub fn start(nodes: Arc<Nodes>) -> (Self, Published) {
        let (wanted, wanted_rx) = watch::channel(None);
        let (published, published_rx) = watch::channel(None);
        tokio::spawn(publish(wanted_rx, published, nodes));
        (Self { wanted }, published_rx)
    }

    /// Makes `snapshot` what the fleet should hold.
    pub fn publish(&self, snapshot: Snapshot) {
        self.wanted.send_replace(Some(Arc::new(snapshot)));
    }
}

async fn publish(mut wanted: Published, published: watch::Sender<Option<Arc<Snapshot>>>, nodes: Arc<Nodes>) {
    while wanted.changed().await.is_ok() {
        let Some(target) = wanted.borrow_and_update().clone() else { continue };
        let current = published.borrow().clone();
        if let Some(current) = current {
            let mut bridge = target.bridging(&current);
            if bridge != *target {
                // Streams report by digest what they have settled on: the way there is not the same as the arrival.
                bridge.digest = format!("{}+{}", target.digest, current.digest.split('+').next().unwrap_or_default());
                let digest = bridge.digest.clone();
                published.send_replace(Some(Arc::new(bridge)));
                tokio::select! {
                    () = nodes.settled(&digest, PATIENCE) => {}
                    // Something newer is wanted: go there from where the fleet is now.
                    changed = wanted.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        wanted.mark_changed();
                        continue;
                    }
                }
            }
        }
        published.send_replace(Some(target));
    }
}
