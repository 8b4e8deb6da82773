//! Configurations in, Envoy resources or a report of problems out, as text to be read and compared. `TOLLGATE_BLESS=1` rewrites them.
//!
//! Each folder of `configs/` is one case: it holds YAML, and either `resources.json` (proto JSON, decoded with Envoy's descriptors) or
//! `problems.txt` (what `tollgate check` says).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Map, Value, json};
use tollgate_control::config;
use tollgate_control::model::{Credential, Model};
use tollgate_control::resources::snapshot::{Snapshot, TypeUrl};
use tollgate_control::resources::{Machine, resources};
use tollgate_control::secrets::{AwsKey, Key, Secret, Secrets};
use tollgate_policy::translate::ProviderApi;

fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = std::fs::read_dir(configs()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 3, "{cases:?}");
    cases
}

fn machine() -> Machine {
    Machine { modules: "/modules".into(), trusted_ca: "/etc/ssl/certs/ca-certificates.crt".into() }
}

/// The descriptors that come with `envoy-types`.
fn descriptors() -> DescriptorPool {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let rustc = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let rustc = String::from_utf8(rustc).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(cargo)
        // For this platform only: packages of other platforms were never fetched.
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let envoy_types = packages.iter().find(|package| package["name"] == "envoy-types").unwrap();
    let manifest = Path::new(envoy_types["manifest_path"].as_str().unwrap());
    let bytes = std::fs::read(manifest.with_file_name("src/generated/types.bin")).unwrap();
    DescriptorPool::decode(bytes.as_slice()).unwrap()
}

/// Every provider of the model has a key.
fn secrets(model: &Model) -> Secrets {
    let key = |name: &str, credential: &Credential| match credential {
        Credential::Key(_) => Key::Header(Secret::new(format!("key of {name}"))),
        Credential::Aws(keys) => Key::Aws(AwsKey {
            access_key_id: Secret::new(format!("id of {name}")),
            secret_access_key: Secret::new(format!("key of {name}")),
            session_token: keys.session_token.as_ref().map(|_| Secret::new(format!("token, key of {name}"))),
        }),
        Credential::AwsMachine => Key::AwsMachine,
    };
    let with_key =
        model.providers.values().filter_map(|of| Some((of.name.clone(), key(&of.name, of.credential.as_ref()?))));
    Secrets { providers: with_key.collect(), hash_key: vec![0xab; 4], webhook: None, warnings: vec![] }
}

fn show(snapshot: &Snapshot, pool: &DescriptorPool) -> Value {
    let mut types = Map::new();
    for kind in TypeUrl::ALL {
        let descriptor = pool.get_message_by_name(kind.as_str().rsplit('/').next().unwrap()).unwrap();
        let decode = |bytes: &[u8]| {
            let message = DynamicMessage::decode(descriptor.clone(), bytes).unwrap();
            let mut value = serde_json::to_value(&message).unwrap();
            open(&mut value);
            value
        };
        let resources: Map<_, _> =
            snapshot.of(kind).map(|(name, resource)| (name.clone(), decode(&resource.body.value))).collect();
        types.insert(kind.short().to_owned(), resources.into());
    }
    json!({"digest": snapshot.digest, "resources": types})
}

/// Shows plugin configurations, which travel as text, as what they are.
fn open(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("@type").is_some_and(|of| of == "type.googleapis.com/google.protobuf.StringValue")
                && let Some(text) = fields.get_mut("value")
                && let Ok(json) = serde_json::from_str(text.as_str().unwrap())
            {
                *text = json;
            }
            fields.values_mut().for_each(open);
        }
        Value::Array(items) => items.iter_mut().for_each(open),
        _ => {}
    }
}

fn compare(path: &Path, now: &str) -> Result<(), String> {
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(path, now).unwrap();
        return Ok(());
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    if golden == now {
        return Ok(());
    }
    let line = golden.lines().zip(now.lines()).position(|(a, b)| a != b).unwrap_or_default();
    let at = |text: &str| text.lines().nth(line).unwrap_or("nothing").to_owned();
    Err(format!("{}:{}: was\n  {}\nis\n  {}", path.display(), line + 1, at(&golden), at(now)))
}

#[test]
fn configurations_become_these_resources_or_these_problems() {
    let pool = descriptors();
    let mut failures = Vec::new();
    for case in cases() {
        let loaded = config::load(&case);
        let prefix = format!("{}/", case.display());
        let report: String = loaded.problems.iter().map(|p| format!("{p}\n").replace(&prefix, "")).collect();
        failures.extend(compare(&case.join("problems.txt"), &report).err());
        let golden = case.join("resources.json");
        match loaded.model {
            Some(model) => {
                let snapshot = resources(&model, &secrets(&model), &machine());
                let text = format!("{}\n", serde_json::to_string_pretty(&show(&snapshot, &pool)).unwrap());
                failures.extend(compare(&golden, &text).err());
            }
            None => assert!(!golden.exists(), "{} has problems and resources", case.display()),
        }
    }
    assert!(failures.is_empty(), "{}\nTOLLGATE_BLESS=1 rewrites them", failures.join("\n"));
}

#[test]
fn the_same_configuration_is_the_same_resources_every_time() {
    for case in cases() {
        let Some(model) = config::load(&case).model else { continue };
        let first = resources(&model, &secrets(&model), &machine());
        for _ in 0..16 {
            assert!(resources(&model, &secrets(&model), &machine()) == first, "{}", case.display());
        }
    }
}

/// The resources of the case `name` that hold a key.
fn holders(name: &str) -> Vec<String> {
    let model = config::load(&configs().join(name)).model.unwrap();
    let snapshot = resources(&model, &secrets(&model), &machine());
    let holds = |bytes: &[u8]| bytes.windows(7).any(|window| window == b"key of ");
    let mut found = Vec::new();
    for kind in TypeUrl::ALL {
        let holding = snapshot.of(kind).filter(|(_, resource)| holds(&resource.body.value));
        found.extend(holding.map(|(name, _)| format!("{} {name}", kind.short())));
    }
    found
}

#[test]
fn no_secret_is_anywhere_but_where_it_is_used() {
    assert_eq!(
        holders("full"),
        ["secrets provider/anthropic", "secrets provider/bedrock-eu", "secrets provider/openai"]
    );
    assert_eq!(holders("signed"), ["secrets provider/openai", "extensions tollgate.sign/bedrock"]);
}

/// What a provider is must be known of each: an API that a match forgot would get no key, or another's.
#[test]
fn every_api_has_its_credential() {
    let mut headers = BTreeMap::new();
    for api in ProviderApi::ALL {
        let more = if *api == ProviderApi::Vertex { "project: p, location: global, " } else { "" };
        let text = format!(
            "kind: Provider\nmetadata: {{name: p}}\nspec: {{api: {api}, {more}endpoint: \"https://a.example\", credential: {{env: K}}}}\n---\nkind: Route\nmetadata: {{name: r}}\nspec: {{match: {{models: [m]}}, backends: [{{provider: p}}]}}\n"
        );
        let file = config::source::SourceFile { name: "a.yaml".into(), text };
        let model = config::check(&[file], Default::default()).model.unwrap();
        let snapshot = resources(&model, &secrets(&model), &machine());
        let cluster = snapshot.get(TypeUrl::Cluster, "r>p").unwrap();
        let descriptor = descriptors().get_message_by_name("envoy.config.cluster.v3.Cluster").unwrap();
        let message = DynamicMessage::decode(descriptor, cluster.body.value.as_slice()).unwrap();
        let shown = serde_json::to_string(&message).unwrap();
        let after = |key: &str| {
            let rest = shown.split_once(&format!("\"{key}\":\"")).map(|(_, rest)| rest)?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        headers.insert(
            api.as_str(),
            format!("{}: {}", after("header").unwrap(), after("headerValuePrefix").unwrap_or_default()),
        );
    }
    assert_eq!(
        headers,
        BTreeMap::from(
            [
                ("openai", "authorization: Bearer "),
                ("openai-responses", "authorization: Bearer "),
                ("azure-openai", "api-key: "),
                ("anthropic", "x-api-key: "),
                ("gemini", "x-goog-api-key: "),
                ("vertex", "authorization: Bearer "),
                ("bedrock", "authorization: Bearer "),
                ("cohere", "authorization: Bearer "),
            ]
            .map(|(api, header)| (api, header.to_owned()))
        )
    );
}

#[test]
fn a_provider_without_its_key_is_in_no_chain() {
    let model = config::load(&configs().join("full")).model.unwrap();
    let mut secrets = secrets(&model);
    secrets.providers.remove("openai");
    let snapshot = resources(&model, &secrets, &machine());
    let clusters: Vec<_> = snapshot.of(TypeUrl::Cluster).map(|(name, _)| name.as_str()).collect();
    assert!(clusters.contains(&"chat>anthropic/claude-sonnet-4-5"), "{clusters:?}");
    assert!(!clusters.iter().any(|name| name.contains("openai")), "{clusters:?}");
}
