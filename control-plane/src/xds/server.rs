//! The gRPC service: a session for each stream.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use envoy_types::pb::envoy::service::discovery::v3::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use envoy_types::pb::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, DiscoveryResponse,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::nodes::{Nodes, StreamId};
use super::publisher::Published;
use super::session::{Session, Verdict};
use crate::service::Services;

/// Largest request from an Envoy in bytes: a reconnecting one names the version of everything it holds.
const MAX_REQUEST: usize = 16 << 20;

/// The aggregated discovery service.
#[derive(Debug, Clone)]
pub struct Ads {
    published: Published,
    nodes: Arc<Nodes>,
    streams: Arc<AtomicU64>,
}

impl Ads {
    /// Serves what is published, and reports to `nodes`.
    #[must_use]
    pub fn new(published: Published, nodes: Arc<Nodes>) -> Self {
        Self { published, nodes, streams: Arc::default() }
    }

    /// Serves on `listener` until the task is dropped.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener) -> Result<(), tonic::transport::Error> {
        self.serve_beside(listener, None).await
    }

    /// The same, with other services on the same port.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve_beside(
        self,
        listener: TcpListener,
        others: Option<&Services>,
    ) -> Result<(), tonic::transport::Error> {
        let (leases, reports) = others.map(Services::servers).unzip();
        let service = AggregatedDiscoveryServiceServer::new(self).max_decoding_message_size(MAX_REQUEST);
        tonic::transport::Server::builder()
            .http2_keepalive_interval(Some(Duration::from_secs(30)))
            .http2_keepalive_timeout(Some(Duration::from_secs(10)))
            .tcp_nodelay(true)
            .add_service(service)
            .add_optional_service(leases)
            .add_optional_service(reports)
            .serve_with_incoming(TcpListenerStream::new(listener))
            .await
    }
}

type Responses<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl AggregatedDiscoveryService for Ads {
    type StreamAggregatedResourcesStream = Responses<DiscoveryResponse>;
    type DeltaAggregatedResourcesStream = Responses<DeltaDiscoveryResponse>;

    async fn stream_aggregated_resources(
        &self,
        _: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Self::StreamAggregatedResourcesStream>, Status> {
        Err(Status::unimplemented("Tollgate speaks delta xDS: set api_type: DELTA_GRPC in the bootstrap's ads_config"))
    }

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Self::DeltaAggregatedResourcesStream>, Status> {
        let peer = request.remote_addr();
        let stream = self.streams.fetch_add(1, Ordering::Relaxed);
        let (responses, outgoing) = mpsc::channel(16);
        let driver = Driver {
            published: self.published.clone(),
            nodes: Arc::clone(&self.nodes),
            stream,
            node: String::new(),
            session: Session::default(),
            responses,
        };
        tokio::spawn(driver.run(request.into_inner(), peer));
        Ok(Response::new(Box::pin(ReceiverStream::new(outgoing))))
    }
}

struct Driver {
    published: Published,
    nodes: Arc<Nodes>,
    stream: StreamId,
    node: String,
    session: Session,
    responses: mpsc::Sender<Result<DeltaDiscoveryResponse, Status>>,
}

impl Driver {
    async fn run(mut self, mut requests: Streaming<DeltaDiscoveryRequest>, peer: Option<SocketAddr>) {
        self.nodes.connect(self.stream, peer);
        let mut wake = None;
        loop {
            tokio::select! {
                request = requests.next() => match request {
                    Some(Ok(request)) => self.receive(request),
                    Some(Err(status)) => {
                        tracing::debug!(node = self.node, %status, "stream broke");
                        break;
                    }
                    None => break,
                },
                changed = self.published.changed() => if changed.is_err() { break },
                () = sleep_until(wake), if wake.is_some() => {
                    tracing::warn!(node = self.node, "Envoy has not answered: going on without");
                }
            }
            match self.send().await {
                Some(next) => wake = next,
                None => break,
            }
        }
        tracing::info!(node = self.node, "Envoy disconnected");
        self.nodes.disconnect(self.stream);
    }

    fn receive(&mut self, request: DeltaDiscoveryRequest) {
        if let Some(node) = &request.node
            && self.node.is_empty()
        {
            self.node.clone_from(&node.id);
            self.nodes.introduce(self.stream, node);
            tracing::info!(node = self.node, "Envoy connected");
        }
        match self.session.receive(request) {
            Verdict::None => {}
            Verdict::Accepted(kind) => tracing::debug!(node = self.node, kind = kind.short(), "accepted"),
            Verdict::Refused(kind, refused) => tracing::error!(
                node = self.node,
                kind = kind.short(),
                resources = refused.resources.join(", "),
                error = refused.error,
                "Envoy refused resources and keeps what it had"
            ),
        }
    }

    /// Sends what is due; when to look again, or `None` when nobody listens any more.
    async fn send(&mut self) -> Option<Option<Instant>> {
        let Some(snapshot) = self.published.borrow_and_update().clone() else { return Some(None) };
        let poll = self.session.poll(&snapshot, Instant::now());
        self.nodes.update(self.stream, &self.session, &snapshot.digest, poll.settled);
        for response in poll.responses {
            tracing::debug!(
                node = self.node,
                r#type = response.type_url,
                resources = response.resources.len(),
                removed = response.removed_resources.len(),
                "sending"
            );
            self.responses.send(Ok(response)).await.ok()?;
        }
        Some(poll.wake)
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        tokio::time::sleep_until(at.into()).await;
    }
}
