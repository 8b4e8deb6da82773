//! The ADS server over a real connection, with a client that behaves like an Envoy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use envoy_types::pb::envoy::config::core::v3::Node;
use envoy_types::pb::envoy::service::discovery::v3::aggregated_discovery_service_client::AggregatedDiscoveryServiceClient;
use envoy_types::pb::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest};
use envoy_types::pb::google::rpc::Status;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tollgate_control::config;
use tollgate_control::resources::snapshot::{Snapshot, TypeUrl};
use tollgate_control::resources::{Machine, resources};
use tollgate_control::secrets::{Key, Secret, Secrets};
use tollgate_control::xds::nodes::{NodeStatus, Nodes};
use tollgate_control::xds::publisher::Publisher;
use tollgate_control::xds::server::Ads;
use tonic::Streaming;

/// Far beyond what anything here takes; only a hang meets it.
const HANG: Duration = Duration::from_secs(30);

struct Plane {
    address: SocketAddr,
    publisher: Publisher,
    nodes: Arc<Nodes>,
}

async fn plane() -> Plane {
    let nodes = Arc::new(Nodes::default());
    let (publisher, published) = Publisher::start(Arc::clone(&nodes));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Ads::new(published, Arc::clone(&nodes)).serve(listener));
    Plane { address, publisher, nodes }
}

/// The resources of two routes and a policy, out of which `edit` makes another configuration.
fn snapshot(edit: impl Fn(String) -> String) -> Snapshot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/residency/all.yaml");
    let text = edit(std::fs::read_to_string(folder).unwrap());
    let file = config::source::SourceFile { name: "all.yaml".into(), text };
    let loaded = config::check(&[file], config::problems::Problems::default());
    let model = loaded.model.unwrap_or_else(|| panic!("{:?}", loaded.problems));
    let keys = ["us", "eu"].map(|name| (name.to_owned(), Key::Header(Secret::new("k"))));
    let secrets = Secrets { providers: keys.into(), ..Secrets::default() };
    resources(&model, &secrets, &Machine { modules: "/m".into(), trusted_ca: "/ca".into() })
}

/// An Envoy: asks, accepts, remembers.
struct Envoy {
    requests: mpsc::Sender<DeltaDiscoveryRequest>,
    responses: Streaming<DeltaDiscoveryResponse>,
    held: HashMap<TypeUrl, HashMap<String, String>>,
    refuses: BTreeSet<&'static str>,
}

impl Envoy {
    async fn connect(plane: &Plane, held: HashMap<TypeUrl, HashMap<String, String>>) -> Self {
        let mut client = AggregatedDiscoveryServiceClient::connect(format!("http://{}", plane.address)).await.unwrap();
        let (requests, outgoing) = mpsc::channel(64);
        for (kind, names) in [
            (TypeUrl::Cluster, vec!["*"]),
            (TypeUrl::Listener, vec!["*"]),
            (TypeUrl::RouteConfiguration, vec!["tollgate"]),
            (TypeUrl::Extension, vec!["tollgate.gateway", "tollgate.translate"]),
            (TypeUrl::Secret, vec!["provider/us", "provider/eu"]),
        ] {
            let request = DeltaDiscoveryRequest {
                node: Some(Node { id: "envoy-1".into(), cluster: "test".into(), ..Default::default() }),
                type_url: kind.as_str().into(),
                resource_names_subscribe: names.into_iter().map(Into::into).collect(),
                initial_resource_versions: held.get(&kind).cloned().unwrap_or_default(),
                ..Default::default()
            };
            requests.send(request).await.unwrap();
        }
        let responses = client.delta_aggregated_resources(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
        Self { requests, responses, held, refuses: BTreeSet::new() }
    }

    /// Takes the next response, and accepts it or not. What it was, as `clusters +a -b`.
    async fn next(&mut self) -> String {
        let response =
            tokio::time::timeout(HANG, self.responses.message()).await.expect("a response").unwrap().unwrap();
        let kind = TypeUrl::parse(&response.type_url).unwrap();
        let refuse = self.refuses.contains(kind.short());
        let mut seen = kind.short().to_owned();
        let held = self.held.entry(kind).or_default();
        for resource in response.resources {
            seen.push_str(&format!(" +{}", resource.name));
            if !refuse {
                held.insert(resource.name, resource.version);
            }
        }
        for name in response.removed_resources {
            seen.push_str(&format!(" -{name}"));
            held.remove(&name);
        }
        let error = Status { code: 3, message: "not to my taste".into(), ..Default::default() };
        let request = DeltaDiscoveryRequest {
            type_url: response.type_url,
            response_nonce: response.nonce,
            error_detail: refuse.then_some(error),
            ..Default::default()
        };
        self.requests.send(request).await.unwrap();
        seen
    }

    /// Takes responses until it holds exactly this snapshot.
    async fn arrive(&mut self, at: &Snapshot) -> Vec<String> {
        let mut seen = Vec::new();
        while !self.holds(at) {
            seen.push(self.next().await);
        }
        seen
    }

    fn holds(&self, snapshot: &Snapshot) -> bool {
        TypeUrl::ALL.into_iter().all(|kind| {
            let wanted: HashMap<_, _> =
                snapshot.of(kind).map(|(name, resource)| (name.clone(), resource.version.clone())).collect();
            self.held.get(&kind) == Some(&wanted)
        })
    }
}

async fn status_where(plane: &Plane, holds: impl Fn(&NodeStatus) -> bool) -> NodeStatus {
    let wait = async {
        loop {
            if let Some(found) = plane.nodes.all().into_iter().find(|status| holds(status)) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(HANG, wait).await.unwrap_or_else(|_| panic!("{:?}", plane.nodes.all()))
}

#[tokio::test]
async fn an_envoy_gets_everything_and_then_only_what_changes() {
    let plane = plane().await;
    let first = snapshot(|text| text);
    plane.publisher.publish(first.clone());
    let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
    envoy.arrive(&first).await;
    let status = status_where(&plane, |status| status.settled).await;
    assert_eq!((status.id.as_str(), status.cluster.as_str(), status.connected), ("envoy-1", "test", true));
    assert_eq!(status.digest, first.digest);
    assert_eq!(status.types["clusters"].resources, first.of(TypeUrl::Cluster).count());

    let second = snapshot(|text| text.replace("timeout: 90s", "timeout: 91s"));
    plane.publisher.publish(second.clone());
    // The digest is part of the gateway's configuration; nothing else has changed.
    assert_eq!(envoy.arrive(&second).await, ["routes +tollgate", "extensions +tollgate.gateway"]);
}

#[tokio::test]
async fn the_old_is_taken_away_only_when_the_new_is_in_place() {
    let plane = plane().await;
    let first = snapshot(|text| text);
    plane.publisher.publish(first.clone());
    let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
    envoy.arrive(&first).await;

    let second = snapshot(|text| text.replace("provider: us, model: m", "provider: us, model: n"));
    plane.publisher.publish(second.clone());
    let seen = envoy.arrive(&second).await;
    assert_eq!(
        seen,
        ["clusters +chat>us/n +us/n", "routes +tollgate", "extensions +tollgate.gateway", "clusters -chat>us/m -us/m",]
    );
}

#[tokio::test]
async fn a_route_that_is_gone_outlives_the_gateway_that_names_it() {
    let plane = plane().await;
    let first = snapshot(|text| text);
    plane.publisher.publish(first.clone());
    let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
    envoy.arrive(&first).await;

    let second = snapshot(|text| text.replace("residency: [eu]", "").replace("residency: [eu, eu]", ""));
    plane.publisher.publish(second.clone());
    let seen = envoy.arrive(&second).await;
    // First the gateway forgets the variant, then everything else does.
    assert_eq!(
        seen,
        [
            "extensions +tollgate.gateway",
            "extensions +tollgate.translate",
            "routes +tollgate",
            "clusters -chat~eu>eu/m",
        ]
    );
}

#[tokio::test]
async fn a_provider_is_known_to_translate_before_any_route_leads_to_it_and_until_none_does() {
    let plane = plane().await;
    let with = |text: String| text.replace("    - {provider: eu, model: m}\n", "");
    let without = |text: String| {
        let text = with(text).replace("residency: [eu, eu]", "").replace("residency: [eu]", "");
        let (first, rest) = text.split_once("---\nkind: Provider\nmetadata: {name: eu}").unwrap();
        format!("{first}---{}", rest.split_once("---").unwrap().1)
    };
    let first = snapshot(without);
    plane.publisher.publish(first.clone());
    let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
    envoy.arrive(&first).await;

    let second = snapshot(|text| text.replace("residency: [eu, eu]", "").replace("residency: [eu]", ""));
    plane.publisher.publish(second.clone());
    let there = [
        "clusters +chat>eu/m +chat>us/m +eu/m",
        "extensions +tollgate.translate",
        "routes +tollgate",
        "extensions +tollgate.gateway",
    ];
    assert_eq!(envoy.arrive(&second).await, there);

    plane.publisher.publish(first.clone());
    let back = envoy.arrive(&first).await;
    let at = |part: &str| back.iter().position(|line| line == part).unwrap_or_else(|| panic!("{part} in {back:?}"));
    assert!(at("routes +tollgate") < at("extensions +tollgate.translate"), "{back:?}");
}

#[tokio::test]
async fn an_envoy_that_comes_back_gets_what_it_missed() {
    let first = snapshot(|text| text);
    let held = {
        let plane = plane().await;
        plane.publisher.publish(first.clone());
        let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
        envoy.arrive(&first).await;
        envoy.held
    };
    // Another control plane, another configuration.
    let plane = plane().await;
    let second = snapshot(|text| text.replace("provider: us, model: m", "provider: us, model: n"));
    plane.publisher.publish(second.clone());
    let mut envoy = Envoy::connect(&plane, held).await;
    let seen = envoy.arrive(&second).await.join(" ");
    for (part, times) in [("+us/n", 1), ("-us/m", 1), ("+eu/m", 0), ("+provider/", 0), ("+tollgate.translate", 0)] {
        assert_eq!(seen.matches(part).count(), times, "{part} in {seen}");
    }
}

#[tokio::test]
async fn a_refusal_is_kept_for_the_operator_until_something_better_is_accepted() {
    let plane = plane().await;
    let first = snapshot(|text| text);
    plane.publisher.publish(first.clone());
    let mut envoy = Envoy::connect(&plane, HashMap::new()).await;
    envoy.arrive(&first).await;

    envoy.refuses.insert("routes");
    plane.publisher.publish(snapshot(|text| text.replace("timeout: 90s", "timeout: 91s")));
    assert_eq!(envoy.next().await, "routes +tollgate");
    let status = status_where(&plane, |status| status.types["routes"].refused.is_some()).await;
    let refused = status.types["routes"].refused.clone().unwrap();
    assert_eq!((refused.resources, refused.error.as_str()), (vec!["tollgate".to_owned()], "not to my taste"));
    // A refusal does not hold up the rest.
    assert_eq!(envoy.next().await, "extensions +tollgate.gateway");

    envoy.refuses.clear();
    let third = snapshot(|text| text.replace("timeout: 90s", "timeout: 92s"));
    plane.publisher.publish(third.clone());
    envoy.arrive(&third).await;
    status_where(&plane, |status| status.settled && status.types["routes"].refused.is_none()).await;
}

#[tokio::test]
async fn an_envoy_that_leaves_is_remembered_as_gone() {
    let plane = plane().await;
    plane.publisher.publish(snapshot(|text| text));
    let envoy = Envoy::connect(&plane, HashMap::new()).await;
    status_where(&plane, |status| status.connected && status.id == "envoy-1").await;
    drop(envoy);
    status_where(&plane, |status| !status.connected && status.id == "envoy-1").await;
    let _again = Envoy::connect(&plane, HashMap::new()).await;
    status_where(&plane, |status| status.connected && status.id == "envoy-1").await;
    assert_eq!(plane.nodes.all().len(), 1, "the same node is not listed twice");
}

#[tokio::test]
async fn an_envoy_that_is_set_up_for_the_other_protocol_is_told_so() {
    let plane = plane().await;
    let mut client = AggregatedDiscoveryServiceClient::connect(format!("http://{}", plane.address)).await.unwrap();
    let request = tokio_stream::once(DiscoveryRequest::default());
    let error = client.stream_aggregated_resources(request).await.unwrap_err();
    assert!(error.message().contains("DELTA_GRPC"), "{error}");
}
