//! What the translation writes, providers take: every request of the golden files and random ones, from every dialect to every API. The
//! simulated providers refuse what the real ones would, members they do not know included.

mod answers;
#[path = "../client/mod.rs"]
mod client;
mod laws;
mod requests;

use std::cell::Cell;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;
use tollgate_dialects::translate::{Attempt, UpstreamRequest, request, response};
use tollgate_dialects::{ClientDialect, Refusal, RefusalKind};
use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_providers::{Kind, Options, Provider};

const MODELS: [(ProviderApi, &str); 13] = [
    (ProviderApi::Openai, "gpt-4o"),
    (ProviderApi::OpenaiResponses, "gpt-5"),
    (ProviderApi::AzureOpenai, "gpt-4o"),
    (ProviderApi::Anthropic, "claude-sonnet-4-5"),
    (ProviderApi::Anthropic, "claude-opus-4-8"),
    (ProviderApi::Gemini, "gemini-2.5-flash"),
    (ProviderApi::Gemini, "gemini-3-pro-preview"),
    (ProviderApi::Vertex, "claude-sonnet-4-5@20250929"),
    (ProviderApi::Bedrock, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (ProviderApi::Bedrock, "global.anthropic.claude-opus-4-8-v1"),
    (ProviderApi::Bedrock, "amazon.nova-pro-v1:0"),
    (ProviderApi::Vertex, "gemini-2.5-pro"),
    (ProviderApi::Cohere, "command-a-03-2025"),
];

/// A provider of each kind.
struct Providers {
    runtime: Runtime,
    running: Vec<(Kind, Provider)>,
}

impl Providers {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let start = |kind| (kind, runtime.block_on(Provider::start(kind, Options::default())).unwrap());
        let running = Kind::ALL.into_iter().map(start).collect();
        Self { runtime, running }
    }

    fn of(&self, api: ProviderApi) -> &(Kind, Provider) {
        let kind = match api {
            ProviderApi::Openai | ProviderApi::OpenaiResponses => Kind::OpenAi,
            ProviderApi::AzureOpenai => Kind::Azure,
            ProviderApi::Anthropic => Kind::Anthropic,
            ProviderApi::Gemini => Kind::Gemini,
            ProviderApi::Vertex => Kind::Vertex,
            ProviderApi::Bedrock => Kind::Bedrock,
            ProviderApi::Cohere => Kind::Cohere,
        };
        self.running.iter().find(|(running, _)| *running == kind).unwrap()
    }

    /// The answer to a translated request.
    fn answer(&self, api: ProviderApi, upstream: &UpstreamRequest, body: &[u8]) -> client::Answer {
        let (kind, provider) = self.of(api);
        let mut headers = vec![("content-type", "application/json")];
        let own = upstream.set_headers.iter().map(|(name, value)| (*name, value.as_str()));
        let given =
            client::credentials(*kind).iter().copied().filter(|(name, _)| own.clone().all(|(set, _)| set != *name));
        headers.extend(given.chain(own.clone()));
        let body = upstream.body.as_deref().unwrap_or(body);
        self.runtime.block_on(client::send(provider.addr(), "POST", &upstream.path, &headers, body)).unwrap()
    }

    /// Its status and body.
    fn ask(&self, api: ProviderApi, upstream: &UpstreamRequest, body: &[u8]) -> (u16, String) {
        let answer = self.answer(api, upstream, body);
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }
}

/// Golden requests that a simulated provider does not take, and why that is right.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("openai.chat-to-vertex/endpoint-of-a-tuned-model", "tuned models are not simulated"),
    ("openai.chat-to-gemini/text-tuned-model", "tuned models are not simulated"),
    ("openai.embeddings-to-bedrock/titan-image-dimensions", "embeddings of images are not simulated"),
];

#[test]
fn every_golden_request_is_taken() {
    let providers = Providers::start();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../filters/core/dialects/golden");
    let (mut taken, mut refused) = (0, Vec::new());
    for pair in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap()) {
        let name = pair.file_name().into_string().unwrap();
        let (client, api) = name.split_once("-to-").unwrap();
        let (client, api): (ClientDialect, ProviderApi) = (client.parse().unwrap(), api.parse().unwrap());
        for case in fs::read_dir(pair.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(body) = fs::read(case.join("request.json")) else { continue };
            let settings: Value =
                fs::read(case.join("case.json")).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
            let mut provider = settings["provider"].as_object().cloned().unwrap_or_default();
            // Servers that deviate have no simulation.
            if provider.contains_key("flavor") {
                continue;
            }
            provider.insert("api".into(), api.as_str().into());
            provider.remove("pathPrefix");
            let provider: ProviderConfig = serde_json::from_value(provider.into()).unwrap();
            let lenient: Vec<String> = serde_json::from_value(settings["lenient"].clone()).unwrap_or_default();
            let attempt = Attempt {
                client,
                provider: &provider,
                model: settings["model"].as_str(),
                lenient: &lenient,
                now_nanos: 1,
            };
            let Ok(upstream) = request(&attempt, &body) else { continue };
            // What passes as it is is the client's own affair.
            if upstream.answer.passes_through() {
                continue;
            }
            let case = format!("{name}/{}", case.file_name().unwrap().to_str().unwrap());
            let (status, answer) = providers.ask(api, &upstream, &body);
            let excused = EXCEPTIONS.iter().any(|(name, _)| *name == case);
            if (status >= 400) != excused {
                let sent = String::from_utf8_lossy(upstream.body.as_deref().unwrap_or_default()).into_owned();
                refused.push(format!("{case}: {status} {answer}\n  sent: {sent}"));
            }
            taken += 1;
        }
    }
    assert!(refused.is_empty(), "{} of {taken}:\n{}", refused.len(), refused.join("\n"));
    assert!(taken > 60, "the golden files are gone");
}

/// How many random requests each test tries; `PROPTEST_CASES` for more.
fn cases(usual: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { failure_persistence: None, ..Config::with_cases(asked.unwrap_or(usual)) }
}

fn provider(api: ProviderApi) -> ProviderConfig {
    ProviderConfig { project: Some("p-1".into()), ..ProviderConfig::new(api) }
}

/// Translates a request, of which a lenient route drops whatever is refused by name.
fn translated(
    client: ClientDialect,
    provider: &ProviderConfig,
    model: &str,
    body: &[u8],
    lenient: bool,
) -> Result<UpstreamRequest, Refusal> {
    let mut dropped: Vec<String> = Vec::new();
    loop {
        let attempt = Attempt { client, provider, model: Some(model), lenient: &dropped, now_nanos: 1 };
        match request(&attempt, body) {
            Err(Refusal { kind: RefusalKind::Unsupported, param: Some(feature), .. })
                if lenient && !dropped.contains(&feature) =>
            {
                dropped.push(feature);
            }
            done => return done,
        }
    }
}

/// Takes out all that is sealed, and what only clients of this gateway's send; whether there was any.
fn unseal(value: &mut Value) -> bool {
    let is_sealed = |value: &Value| {
        let members = value.as_object().into_iter().flat_map(|members| members.values());
        members.filter_map(Value::as_str).any(|text| text.starts_with("tollgate."))
    };
    match value {
        Value::Array(items) => {
            let before = items.len();
            items.retain(|item| !is_sealed(item));
            let left = items.iter_mut().map(unseal).fold(false, |one, other| one | other);
            left | (items.len() < before)
        }
        Value::Object(members) => {
            let own = ["thinking_blocks", "reasoning_content", "extra_content"];
            let taken = own.into_iter().filter_map(|name| members.remove(name));
            let taken = taken.filter(|value| value.to_string().contains("\"tollgate.")).count();
            members.values_mut().map(unseal).fold(taken > 0, |one, other| one | other)
        }
        _ => false,
    }
}

#[test]
fn whatever_is_not_refused_here_is_taken_there() {
    let providers = Providers::start();
    let (tried, passed) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(cases(200));
    runner
        .run(&(requests::request(), 0..MODELS.len(), any::<bool>()), |((client, body), model, lenient)| {
            let (api, model) = MODELS[model];
            let text = body.to_string();
            tried.set(tried.get() + 1);
            let upstream = match translated(client, &provider(api), model, text.as_bytes(), lenient) {
                Ok(upstream) => upstream,
                Err(refusal) => {
                    prop_assert!(refusal.status == 400, "{client} to {api} {model}: {refusal}\n  asked: {text}");
                    prop_assert!(refusal.param.is_some(), "{client} to {api} {model}: {refusal}\n  asked: {text}");
                    return Ok(());
                }
            };
            passed.set(passed.get() + 1);
            // What passes as it is is the client's own affair, but for what was sealed on its way to the client.
            if upstream.answer.passes_through() {
                let mut unsealed = body;
                let sealed = unseal(&mut unsealed);
                unsealed["model"] = model.into();
                let as_it_is = UpstreamRequest { body: Some(unsealed.to_string().into_bytes()), ..upstream.clone() };
                if !sealed || providers.ask(api, &as_it_is, b"").0 >= 400 {
                    return Ok(());
                }
            }
            let (status, answer) = providers.ask(api, &upstream, text.as_bytes());
            let sent = String::from_utf8_lossy(upstream.body.as_deref().unwrap_or(text.as_bytes())).into_owned();
            prop_assert!(status < 400, "{client} to {api} {model}: {status} {answer}\n  asked: {text}\n  sent: {sent}");
            prop_assert!(!sent.contains("tollgate."), "a seal goes out: {client} to {api} {model}\n  sent: {sent}");
            Ok(())
        })
        .unwrap();
    let (tried, passed) = (tried.get(), passed.get());
    assert!(passed * 4 > tried, "only {passed} of {tried} requests were translated at all");
}

const EMBEDDERS: [(ProviderApi, &str); 9] = [
    (ProviderApi::Openai, "text-embedding-3-small"),
    (ProviderApi::AzureOpenai, "text-embedding-3-small"),
    (ProviderApi::Gemini, "gemini-embedding-001"),
    (ProviderApi::Vertex, "gemini-embedding-001"),
    (ProviderApi::Vertex, "text-embedding-005"),
    (ProviderApi::Vertex, "gemini-embedding-2-preview"),
    (ProviderApi::Bedrock, "amazon.titan-embed-text-v2:0"),
    (ProviderApi::Bedrock, "cohere.embed-english-v3"),
    (ProviderApi::Cohere, "embed-v4.0"),
];

#[test]
fn vectors_come_back_from_everywhere_in_order() {
    let providers = Providers::start();
    let mut runner = TestRunner::new(cases(100));
    runner
        .run(&(requests::vectors(), 0..EMBEDDERS.len(), any::<bool>()), |(body, model, lenient)| {
            let (api, model) = EMBEDDERS[model];
            let text = body.to_string();
            let client = ClientDialect::OpenaiEmbeddings;
            let upstream = translated(client, &provider(api), model, text.as_bytes(), lenient);
            let Ok(upstream) = upstream else { return Ok(()) };
            let (status, answer) = providers.ask(api, &upstream, text.as_bytes());
            let sent = String::from_utf8_lossy(upstream.body.as_deref().unwrap_or(text.as_bytes())).into_owned();
            // How many there may be is the model's own affair.
            if status == 400 && answer.contains("imension") && body["dimensions"].is_u64() {
                return Ok(());
            }
            prop_assert!(status < 400, "{api} {model}: {status} {answer}\n  asked: {text}\n  sent: {sent}");
            let written = response(&upstream.answer, status, "application/json", answer.as_bytes());
            let written = written.body.unwrap_or_else(|| answer.clone().into_bytes());
            let list: Value = serde_json::from_slice(&written).unwrap();
            let inputs = body["input"].as_array().map_or(1, Vec::len);
            let data = list["data"].as_array().cloned().unwrap_or_default();
            prop_assert!(data.len() == inputs, "{api} {model}: {list}");
            for (index, item) in data.iter().enumerate() {
                prop_assert!(item["index"] == index && item["object"] == "embedding", "{api} {model}: {item}");
                let as_text = body["encoding_format"] == "base64";
                prop_assert!(item["embedding"].is_string() == as_text, "{api} {model}: {item}");
                if let (Some(wanted), Some(vector)) = (body["dimensions"].as_u64(), item["embedding"].as_array()) {
                    let dropped = upstream.dropped.iter().any(|feature| feature == "dimensions");
                    prop_assert!(dropped || vector.len() as u64 == wanted, "{api} {model}: {}", vector.len());
                }
            }
            prop_assert!(list["object"] == "list" && list["usage"]["prompt_tokens"].is_u64(), "{api} {model}: {list}");
            Ok(())
        })
        .unwrap();
}
