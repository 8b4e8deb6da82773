use tollgate_policy::translate::{ProviderApi, ProviderConfig};

use super::*;

fn provider(project: Option<&str>, location: Option<&str>) -> ProviderConfig {
    let mut provider = ProviderConfig::new(ProviderApi::Vertex);
    provider.project = project.map(str::to_owned);
    provider.location = location.map(str::to_owned);
    provider
}

#[test]
fn a_model_is_where_its_publisher_has_it() {
    let provider = provider(Some("acme"), Some("us-east5"));
    let (google, anthropic) = ("publishers/google/models/", "publishers/anthropic/models/");
    for (model, protocol, path) in [
        ("gemini-2.5-pro", Protocol::Gemini, format!("{google}gemini-2.5-pro:generateContent")),
        ("google/gemini-2.5-pro", Protocol::Gemini, format!("{google}gemini-2.5-pro:generateContent")),
        ("publishers/google/models/g", Protocol::Gemini, format!("{google}g:generateContent")),
        ("endpoints/123", Protocol::Gemini, "endpoints/123:generateContent".to_owned()),
        (
            "claude-opus-4@20250514",
            Protocol::AnthropicMessages,
            format!("{anthropic}claude-opus-4@20250514:rawPredict"),
        ),
        ("anthropic/claude-x", Protocol::AnthropicMessages, format!("{anthropic}claude-x:rawPredict")),
        // Nothing in a name leads anywhere else.
        ("gemini:predict", Protocol::Gemini, format!("{google}gemini%3Apredict:generateContent")),
        ("google/a/b", Protocol::Gemini, format!("{google}a%2Fb:generateContent")),
        ("endpoints/1/x:y", Protocol::Gemini, "endpoints/1%2Fx%3Ay:generateContent".to_owned()),
    ] {
        let target = target(ClientDialect::OpenaiChat, &provider, model, false).unwrap();
        assert_eq!(target.path, format!("/v1/projects/acme/locations/us-east5/{path}"), "{model}");
        assert_eq!((target.protocol, target.model_in_body, target.model), (protocol, None, model));
    }
    let streams = |model| target(ClientDialect::AnthropicMessages, &provider, model, true).unwrap().path;
    assert!(streams("gemini-2.5-pro").ends_with("gemini-2.5-pro:streamGenerateContent?alt=sse"));
    assert!(streams("claude-opus-4@20250514").ends_with("claude-opus-4@20250514:streamRawPredict"));
    let embeds = target(ClientDialect::OpenaiEmbeddings, &provider, "text-embedding-005", false).unwrap();
    assert_eq!(embeds.protocol, Protocol::VertexEmbeddings);
    assert!(embeds.path.ends_with("/publishers/google/models/text-embedding-005:predict"));
}

#[test]
fn without_a_location_it_is_global() {
    let provider = provider(Some("acme"), None);
    let path = target(ClientDialect::OpenaiChat, &provider, "gemini-2.5-pro", false).unwrap().path;
    assert!(path.starts_with("/v1/projects/acme/locations/global/"), "{path}");
}

#[test]
fn what_is_not_there_is_named() {
    let ask = |client, project, model| target(client, &provider(project, None), model, false).unwrap_err();
    let refusal = ask(ClientDialect::OpenaiChat, None, "gemini-2.5-pro");
    assert_eq!(refusal.status, 500);
    assert!(refusal.message.contains("`project`"), "{refusal}");
    for model in
        ["meta/llama-4", "mistralai/mistral-large", "projects/other/locations/global/publishers/google/models/g"]
    {
        let refusal = ask(ClientDialect::OpenaiChat, Some("acme"), model);
        assert_eq!((refusal.status, refusal.kind), (400, RefusalKind::Unsupported), "{model}");
    }
    let refusal = ask(ClientDialect::OpenaiEmbeddings, Some("acme"), "claude-opus-4@20250514");
    assert_eq!(refusal.param.as_deref(), Some("embeddings"));
}
