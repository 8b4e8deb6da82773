//! What the translation writes, providers take: every request of the golden files and random ones, from every dialect to every API. The
//! simulated providers refuse what the real ones would, members they do not know included.

#[path = "../client/mod.rs"]
mod client;
mod requests;

use std::cell::Cell;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;
use tollgate_dialects::ClientDialect;
use tollgate_dialects::translate::{Attempt, UpstreamRequest, request};
use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_providers::{Kind, Options, Provider};

const MODELS: [(ProviderApi, &str); 11] = [
    (ProviderApi::Openai, "gpt-4o"),
    (ProviderApi::OpenaiResponses, "gpt-5"),
    (ProviderApi::AzureOpenai, "gpt-4o"),
    (ProviderApi::Anthropic, "claude-sonnet-4-5"),
    (ProviderApi::Anthropic, "claude-opus-4-8"),
    (ProviderApi::Gemini, "gemini-2.5-flash"),
    (ProviderApi::Gemini, "gemini-3-pro-preview"),
    (ProviderApi::Vertex, "claude-sonnet-4-5@20250929"),
    (ProviderApi::Bedrock, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (ProviderApi::Bedrock, "amazon.nova-pro-v1:0"),
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

    /// Status and body of the answer to a translated request.
    fn ask(&self, api: ProviderApi, upstream: &UpstreamRequest, body: &[u8]) -> (u16, String) {
        let kind = match api {
            ProviderApi::Openai | ProviderApi::OpenaiResponses => Kind::OpenAi,
            ProviderApi::AzureOpenai => Kind::Azure,
            ProviderApi::Anthropic => Kind::Anthropic,
            ProviderApi::Gemini => Kind::Gemini,
            ProviderApi::Vertex => Kind::Vertex,
            ProviderApi::Bedrock => Kind::Bedrock,
            ProviderApi::Cohere => Kind::Cohere,
        };
        let (_, provider) = self.running.iter().find(|(running, _)| *running == kind).unwrap();
        let mut headers = vec![("content-type", "application/json")];
        let own = upstream.set_headers.iter().map(|(name, value)| (*name, value.as_str()));
        let given =
            client::credentials(kind).iter().copied().filter(|(name, _)| own.clone().all(|(set, _)| set != *name));
        headers.extend(given.chain(own.clone()));
        let body = upstream.body.as_deref().unwrap_or(body);
        let answer =
            self.runtime.block_on(client::send(provider.addr(), "POST", &upstream.path, &headers, body)).unwrap();
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

#[test]
fn whatever_is_not_refused_here_is_taken_there() {
    let providers = Providers::start();
    let (tried, passed) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config::with_cases(150));
    runner
        .run(&(requests::request(), 0..MODELS.len(), any::<bool>()), |((client, body), model, lenient)| {
            let (api, model) = MODELS[model];
            let provider = ProviderConfig { project: Some("p-1".into()), ..ProviderConfig::new(api) };
            let lenient: Vec<String> = if lenient { requests::lenient() } else { Vec::new() };
            let attempt = Attempt { client, provider: &provider, model: Some(model), lenient: &lenient, now_nanos: 1 };
            let text = body.to_string();
            tried.set(tried.get() + 1);
            let Ok(upstream) = request(&attempt, text.as_bytes()) else { return Ok(()) };
            passed.set(passed.get() + 1);
            let (status, answer) = providers.ask(api, &upstream, text.as_bytes());
            let sent = String::from_utf8_lossy(upstream.body.as_deref().unwrap_or(text.as_bytes())).into_owned();
            prop_assert!(status < 400, "{client} to {api} {model}: {status} {answer}\n  asked: {text}\n  sent: {sent}");
            Ok(())
        })
        .unwrap();
    let (tried, passed) = (tried.get(), passed.get());
    assert!(passed * 4 > tried, "only {passed} of {tried} requests were translated at all");
}
