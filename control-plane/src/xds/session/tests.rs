use envoy_types::pb::envoy::config::route::v3::RouteConfiguration;
use envoy_types::pb::google::rpc::Status;

use super::*;

/// A snapshot of resources by type and name; the content is all that makes a version.
fn snapshot(resources: &[(TypeUrl, &str, &str)]) -> Snapshot {
    let mut snapshot = Snapshot::new("digest".into());
    for (kind, name, content) in resources {
        let body = RouteConfiguration { name: (*content).into(), ..Default::default() };
        snapshot.insert(*kind, (*name).into(), &body);
    }
    snapshot
}

/// An Envoy's half of the conversation.
struct Peer {
    session: Session,
    now: Instant,
    inbox: VecDeque<DeltaDiscoveryResponse>,
    settled: bool,
}

impl Peer {
    fn new() -> Self {
        Self { session: Session::default(), now: Instant::now(), inbox: VecDeque::new(), settled: false }
    }

    fn poll(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let poll = self.session.poll(snapshot, self.now);
        self.settled = poll.settled;
        let seen = poll.responses.iter().map(show).collect();
        self.inbox.extend(poll.responses);
        seen
    }

    fn ask(&mut self, kind: TypeUrl, names: &[&str]) {
        self.session.receive(DeltaDiscoveryRequest {
            type_url: kind.as_str().into(),
            resource_names_subscribe: names.iter().map(|name| (*name).into()).collect(),
            ..Default::default()
        });
    }

    fn answer(&mut self, error: Option<&str>) -> Verdict {
        let response = self.inbox.pop_front().expect("a response to answer");
        self.session.receive(DeltaDiscoveryRequest {
            type_url: response.type_url,
            response_nonce: response.nonce,
            error_detail: error.map(|message| Status { message: message.into(), ..Default::default() }),
            ..Default::default()
        })
    }

    /// Everything in order, acknowledged as it comes, until nothing is left.
    fn settle(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let mut seen = self.poll(snapshot);
        while !self.inbox.is_empty() {
            self.answer(None);
            seen.extend(self.poll(snapshot));
        }
        assert!(self.settled);
        seen
    }
}

/// `clusters: +a -b`.
fn show(response: &DeltaDiscoveryResponse) -> String {
    let mut out = format!("{}:", TypeUrl::parse(&response.type_url).unwrap().short());
    for resource in &response.resources {
        out.push_str(&format!(" +{}", resource.name));
    }
    for name in &response.removed_resources {
        out.push_str(&format!(" -{name}"));
    }
    out
}

use TypeUrl::{Cluster, Extension, Listener, RouteConfiguration as Routes, Secret};

fn subscribed(snapshot: &Snapshot) -> Peer {
    let mut peer = Peer::new();
    peer.ask(Cluster, &["*"]);
    peer.ask(Listener, &[]);
    peer.ask(Routes, &["r"]);
    peer.ask(Extension, &["e"]);
    peer.ask(Secret, &["s"]);
    peer.settle(snapshot);
    peer
}

fn first() -> Snapshot {
    snapshot(&[
        (Cluster, "a", "1"),
        (Secret, "s", "1"),
        (Routes, "r", "1"),
        (Extension, "e", "1"),
        (Listener, "l", "1"),
    ])
}

#[test]
fn a_first_wildcard_is_answered_also_when_there_is_nothing() {
    let mut peer = Peer::new();
    peer.ask(Cluster, &[]);
    assert_eq!(peer.poll(&snapshot(&[])), ["clusters:"]);
    peer.answer(None);
    assert_eq!(peer.poll(&snapshot(&[])), [""; 0]);
    assert!(peer.settled);
}

#[test]
fn only_what_is_asked_for_is_sent_and_what_does_not_exist_is_said_so() {
    let all = snapshot(&[(Secret, "a", "1"), (Secret, "b", "1")]);
    let mut peer = Peer::new();
    peer.ask(Secret, &["a", "c"]);
    assert_eq!(peer.settle(&all), ["secrets: +a -c"]);
    let more = snapshot(&[(Secret, "a", "1"), (Secret, "b", "1"), (Secret, "c", "1")]);
    assert_eq!(peer.settle(&more), ["secrets: +c"]);
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let mut peer = subscribed(&first());
    assert_eq!(peer.settle(&first()), [""; 0]);
    let mut changed = first();
    changed.digest = "other".into();
    assert_eq!(peer.settle(&changed), [""; 0]);
}

#[test]
fn changes_come_in_order_each_after_the_one_before_was_accepted() {
    let mut peer = subscribed(&first());
    let next = snapshot(&[
        (Cluster, "a", "1"),
        (Cluster, "b", "1"),
        (Secret, "s", "2"),
        (Routes, "r", "2"),
        (Extension, "e", "2"),
        (Listener, "l", "2"),
    ]);
    assert_eq!(peer.poll(&next), ["clusters: +b"]);
    assert_eq!(peer.poll(&next), [""; 0]);
    assert!(!peer.settled);
    assert_eq!(peer.settle_rest(&next), ["secrets: +s", "routes: +r", "extensions: +e", "listeners: +l"]);
}

impl Peer {
    fn settle_rest(&mut self, snapshot: &Snapshot) -> Vec<String> {
        self.answer(None);
        self.settle(snapshot)
    }
}

#[test]
fn a_new_subscription_is_answered_while_a_change_waits() {
    let mut peer = subscribed(&first());
    let next = snapshot(&[
        (Cluster, "a", "2"),
        (Secret, "s", "1"),
        (Secret, "t", "1"),
        (Routes, "r", "2"),
        (Extension, "e", "1"),
        (Listener, "l", "1"),
    ]);
    assert_eq!(peer.poll(&next), ["clusters: +a"]);
    // The new cluster wants a secret before it is warm, and it is accepted only then.
    peer.ask(Secret, &["t"]);
    assert_eq!(peer.poll(&next), ["secrets: +t"]);
}

#[test]
fn an_envoy_that_does_not_answer_is_not_waited_for_forever() {
    let mut peer = subscribed(&first());
    let mut next = first();
    next.insert(Cluster, "b".into(), &RouteConfiguration::default());
    next.insert(Routes, "r".into(), &RouteConfiguration::default());
    assert_eq!(peer.poll(&next), ["clusters: +b"]);
    peer.now += PATIENCE - Duration::from_millis(1);
    assert_eq!(peer.poll(&next), [""; 0]);
    peer.now += Duration::from_millis(1);
    assert_eq!(peer.poll(&next), ["routes: +r"]);
}

#[test]
fn removals_come_last_and_backwards() {
    let mut peer = subscribed(&first());
    let next = snapshot(&[(Cluster, "b", "1")]);
    let seen = peer.settle(&next);
    assert_eq!(seen, ["clusters: +b", "listeners: -l", "extensions: -e", "routes: -r", "secrets: -s", "clusters: -a"]);
}

#[test]
fn a_refusal_is_kept_and_not_repeated_until_there_is_something_new() {
    let mut peer = subscribed(&first());
    let mut bad = first();
    bad.insert(Routes, "r".into(), &RouteConfiguration { name: "bad".into(), ..Default::default() });
    assert_eq!(peer.poll(&bad), ["routes: +r"]);
    let Verdict::Refused(Routes, refused) = peer.answer(Some("no such thing")) else { panic!("not refused") };
    assert_eq!((refused.resources, refused.error.as_str()), (vec!["r".to_owned()], "no such thing"));
    assert_eq!(peer.poll(&bad), [""; 0]);
    assert!(peer.settled);
    let state = |peer: &Peer| peer.session.types.get(&Routes).unwrap().refused.clone();
    assert!(state(&peer).is_some());
    let held = peer.session.types.get(&Routes).unwrap().accepted.get("r").cloned();
    assert_eq!(held.as_deref(), first().get(Routes, "r").map(|r| r.version.as_str()));

    let mut good = first();
    good.insert(Routes, "r".into(), &RouteConfiguration { name: "good".into(), ..Default::default() });
    assert_eq!(peer.settle(&good), ["routes: +r"]);
    assert!(state(&peer).is_none());
}

#[test]
fn an_envoy_that_reconnects_is_sent_only_what_changed_meanwhile() {
    let old = snapshot(&[(Cluster, "a", "1"), (Cluster, "b", "1"), (Cluster, "gone", "1"), (Secret, "s", "1")]);
    let new = snapshot(&[(Cluster, "a", "1"), (Cluster, "b", "2"), (Secret, "s", "2")]);
    let held = |kind| old.of(kind).map(|(name, r)| (name.clone(), r.version.clone())).collect();
    let mut peer = Peer::new();
    peer.session.receive(DeltaDiscoveryRequest {
        type_url: Cluster.as_str().into(),
        initial_resource_versions: held(Cluster),
        ..Default::default()
    });
    peer.session.receive(DeltaDiscoveryRequest {
        type_url: Secret.as_str().into(),
        resource_names_subscribe: vec!["s".into()],
        initial_resource_versions: held(Secret),
        ..Default::default()
    });
    assert_eq!(peer.settle(&new), ["clusters: +b -gone", "secrets: +s"]);
}

#[test]
fn what_is_unsubscribed_is_sent_again_when_it_is_wanted_again() {
    let mut peer = subscribed(&first());
    peer.session.receive(DeltaDiscoveryRequest {
        type_url: Secret.as_str().into(),
        resource_names_unsubscribe: vec!["s".into()],
        ..Default::default()
    });
    let mut next = first();
    next.insert(Secret, "s".into(), &RouteConfiguration { name: "2".into(), ..Default::default() });
    assert_eq!(peer.settle(&next), [""; 0]);
    peer.ask(Secret, &["s"]);
    assert_eq!(peer.settle(&next), ["secrets: +s"]);
    peer.ask(Secret, &["s"]);
    assert_eq!(peer.settle(&next), ["secrets: +s"], "a repeated subscription is answered again");
}

#[test]
fn a_type_that_is_not_ours_is_ignored() {
    let mut session = Session::default();
    let request = DeltaDiscoveryRequest { type_url: "type.googleapis.com/x.Y".into(), ..Default::default() };
    assert_eq!(session.receive(request), Verdict::None);
    assert!(session.poll(&first(), Instant::now()).responses.is_empty());
}
