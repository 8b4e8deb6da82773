use std::path::Path;
use std::sync::Arc;

use tollgate_ledger::Store;
use tollgate_policy::gateway::GatewayConfig;

use super::*;
use crate::config::{self, problems::Problems, source::SourceFile};
use crate::controller::Controller;
use crate::resources::{self, Machine};
use crate::xds::nodes::Nodes;
use crate::xds::publisher::Publisher;
use crate::{compile, secrets};

const FILES: &str = "
kind: Provider
metadata: {name: a}
spec: {api: openai, endpoint: https://a.example, models: [{name: large}, {name: small}]}
---
kind: Provider
metadata: {name: b}
spec: {api: anthropic, endpoint: https://b.example}
---
kind: Route
metadata: {name: smart}
spec: {match: {models: [smart]}, backends: [{provider: a, model: large}], fallback: [{provider: a, model: small}, {provider: b, model: c}]}
---
kind: Route
metadata: {name: own}
spec: {match: {models: ['own-*', large]}, backends: [{provider: b}]}
---
kind: Team
metadata: {name: t}
spec: {identities: [], routes: [smart, own]}
---
kind: Team
metadata: {name: u}
spec: {identities: [], routes: [smart], stopped: by its file}
";

fn model(text: &str) -> Model {
    let file = SourceFile { name: "a.yaml".into(), text: text.into() };
    config::check(&[file], Problems::default()).model.expect("the files are sound")
}

fn stop(switch: Switch, name: &str) -> Stop {
    Stop { switch, name: name.into(), at_ms: 1, who: "me".into(), why: "because".into() }
}

fn compiled(text: &str, stops: &[Stop]) -> GatewayConfig {
    compile::gateway(&merge(&model(text), stops), "", &[])
}

/// The targets of each route in the order they are tried, as Envoy and the gateway have them: they must agree.
fn served(text: &str, stops: &[Stop]) -> Vec<(String, Vec<String>)> {
    let model = model(text);
    let merged = merge(&model, stops);
    let targets = resources::routes::targets(&merged);
    let chains = resources::routes::chains(&merged, &targets, |_| true);
    let name = |of: &crate::model::Target| {
        format!("{}/{}", of.provider, of.model.as_ref().map_or("*", tollgate_policy::model::ModelName::as_str))
    };
    let of_envoy = |name_of: &str| {
        let found = chains.iter().find(|served| served.name == name_of).expect("every route is there");
        assert_eq!(found.stopped, found.chains.is_empty());
        found.chains.iter().flat_map(|chain| chain.targets.iter().map(name)).collect::<Vec<_>>()
    };
    let gateway = compile::gateway(&merged, "", &[]);
    let of_gateway = |route: &tollgate_policy::gateway::RouteConfig| {
        let name = |of: &tollgate_policy::gateway::RouteBackend| {
            format!("{}/{}", of.provider, of.model.as_ref().map_or("*", tollgate_policy::model::ModelName::as_str))
        };
        let backends: Vec<_> = route.backends.iter().map(name).collect();
        assert_eq!(backends, of_envoy(&route.name), "{}", route.name);
        (route.name.clone(), backends)
    };
    gateway.routes.iter().map(of_gateway).collect()
}

fn own(names: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |(route, targets): &(&str, &[&str])| {
        ((*route).to_owned(), targets.iter().map(|target| (*target).to_owned()).collect())
    };
    names.iter().map(owned).collect()
}

#[test]
fn a_team_is_stopped_by_command_and_by_its_file_and_the_file_keeps_its_reason() {
    let stopped = |stops: &[Stop]| {
        compiled(FILES, stops).teams.into_iter().map(|team| (team.name, team.stopped)).collect::<Vec<_>>()
    };
    let told = |t: Option<&str>| {
        vec![("t".to_owned(), t.map(str::to_owned)), ("u".to_owned(), Some("by its file".to_owned()))]
    };
    assert_eq!(stopped(&[]), told(None));
    assert_eq!(stopped(&[stop(Switch::Team, "t"), stop(Switch::Team, "u")]), told(Some("because")));
    assert_eq!(stopped(&[stop(Switch::Team, "nobody"), stop(Switch::Provider, "t")]), told(None));
}

#[test]
fn what_is_stopped_leaves_every_chain_and_fallbacks_take_over() {
    let all = own(&[("own", &["b/*"]), ("smart", &["a/large", "a/small", "b/c"])]);
    assert_eq!(served(FILES, &[]), all);
    let without_a = own(&[("own", &["b/*"]), ("smart", &["b/c"])]);
    assert_eq!(served(FILES, &[stop(Switch::Provider, "a")]), without_a);
    let without_large = own(&[("own", &["b/*"]), ("smart", &["a/small", "b/c"])]);
    assert_eq!(served(FILES, &[stop(Switch::Model, "large")]), without_large);
    let nobody = own(&[("own", &[]), ("smart", &[])]);
    assert_eq!(served(FILES, &[stop(Switch::Provider, "a"), stop(Switch::Provider, "b")]), nobody);
    // The same by a line in the files.
    let by_file = FILES.replace("endpoint: https://a.example", "endpoint: https://a.example, stopped: true");
    assert_eq!(served(&by_file, &[]), without_a);
    let by_file = FILES.replace("{name: large}", "{name: large, stopped: true}");
    assert_eq!(served(&by_file, &[]), without_large);
    let by_file = FILES.replace("metadata: {name: own}\nspec: {", "metadata: {name: own}\nspec: {stopped: not yet, ");
    assert_eq!(served(&by_file, &[]), own(&[("own", &[]), ("smart", &["a/large", "a/small", "b/c"])]));
}

#[test]
fn a_model_is_stopped_under_the_names_that_clients_ask_by() {
    let names = |text: &str, stops: &[Stop]| {
        compiled(text, stops).stopped_models.iter().map(|of| of.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(FILES, &[stop(Switch::Model, "large"), stop(Switch::Model, "o*")]), ["large", "o*"]);
    assert_eq!(names(FILES, &[stop(Switch::Model, "no such thing")]), [""; 0]);
    // At one provider: by name only where the name is handed on to that provider.
    let at_a = FILES.replace("{name: large}", "{name: large, stopped: true}");
    assert_eq!(names(&at_a, &[]), [""; 0]);
    let handed_on = at_a.replace("backends: [{provider: b}]", "backends: [{provider: a}]");
    assert_eq!(names(&handed_on, &[]), ["large"]);
}

/// The gateway's configuration in what is published.
fn published(resources: &crate::xds::publisher::Published) -> Option<String> {
    use crate::resources::snapshot::TypeUrl;
    let snapshot = resources.borrow().clone()?;
    let gateway = snapshot.get(TypeUrl::Extension, tollgate_policy::names::GATEWAY_EXTENSION)?;
    Some(String::from_utf8_lossy(&gateway.body.value).into_owned())
}

async fn until(published_now: &mut crate::xds::publisher::Published, what: &str, holds: impl Fn(&str) -> bool) {
    let wait = async {
        while !published(published_now).is_some_and(|text| holds(&text)) {
            published_now.changed().await.expect("somebody publishes");
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap_or_else(|_| panic!("{what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_reaches_the_resources_of_every_replica_and_so_does_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let config = at("config");
    std::fs::create_dir(&config).unwrap();
    std::fs::write(config.join("a.yaml"), FILES).unwrap();
    let store: Store = format!("sqlite://{}", at("ledger.db").display()).parse().unwrap();
    let ledger = Ledger::open(&store).unwrap();
    ledger.stop(&Stop { why: "since before".into(), ..stop(Switch::Model, "own-old") }).unwrap();

    let replica = |ledger: Ledger, config: &Path| {
        let machine = Machine { modules: "/m".into(), trusted_ca: "/ca".into() };
        let (publisher, published) = Publisher::start(Arc::new(Nodes::default()));
        let mut controller =
            Controller::new(config.to_owned(), machine, publisher, vec![1]).stopping(follow(ledger).unwrap());
        controller.load().expect("the files are sound");
        let status = controller.status();
        tokio::spawn(controller.follow());
        (published, status)
    };
    let mut replicas = [replica(ledger.clone(), &config), replica(Ledger::open(&store).unwrap(), &config)];
    for (resources, _) in &mut replicas {
        until(resources, "what was stopped before it began", |text| text.contains("own-old")).await;
    }
    ledger.stop(&stop(Switch::Team, "t")).unwrap();
    for (resources, status) in &mut replicas {
        until(resources, "a command", |text| text.contains("\"stopped\":\"because\"")).await;
        let stops = status.lock().unwrap().stops.clone();
        assert_eq!(stops, ["team t, by me: because", "model own-old, by me: since before"]);
    }
    // A change of the files leaves stopped what is.
    let edited = FILES.replace("metadata: {name: own}\nspec: {", "metadata: {name: own}\nspec: {lenient: [logprobs], ");
    std::fs::write(config.join("a.yaml"), edited.replace("by its file", "by another line")).unwrap();
    for (resources, _) in &mut replicas {
        until(resources, "a line", |text| text.contains("by another line")).await;
        assert!(published(resources).unwrap().contains("\"stopped\":\"because\""));
    }
    ledger.resume(&stop(Switch::Team, "t")).unwrap();
    for (resources, _) in &mut replicas {
        until(resources, "the way back", |text| !text.contains("\"stopped\":\"because\"")).await;
        assert!(published(resources).unwrap().contains("by another line"));
    }
}

#[test]
fn what_a_stop_changes_keeps_secrets_and_digest_honest() {
    let model = model(FILES);
    let merged = merge(&model, &[stop(Switch::Team, "t")]);
    assert_ne!(compile::digest(&model), compile::digest(&merged), "what decides differently has another digest");
    assert!(matches!(merge(&model, &[]), Cow::Borrowed(_)));
    assert!(secrets::read(&merged, &[]).warnings.is_empty());
}
