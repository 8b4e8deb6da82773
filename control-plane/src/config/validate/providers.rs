//! `kind: Provider`.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_policy::gateway::Price;
use tollgate_policy::translate::ProviderApi;

use super::{credentials, endpoint};
use crate::config::documents::Doc;
use crate::config::kinds::ProviderSpec;
use crate::config::problems::Problems;
use crate::model::{Endpoint, ModelInfo, Provider};

/// Providers by name.
pub type Providers = BTreeMap<String, Provider>;

/// Checks every provider by itself.
pub fn check(documents: &[Doc<ProviderSpec>], problems: &mut Problems) -> Providers {
    documents.iter().map(|doc| (doc.name.clone(), one(doc, problems))).collect()
}

fn one(doc: &Doc<ProviderSpec>, problems: &mut Problems) -> Provider {
    let spec = &doc.spec;
    let endpoint = endpoint::parse(&spec.endpoint).unwrap_or_else(|message| {
        doc.error(problems, "spec/endpoint", message);
        Endpoint { tls: true, host: "invalid".into(), port: 443, path_prefix: String::new() }
    });
    if let Some(region) = &spec.region
        && !is_region(region)
    {
        doc.error(problems, "spec/region", "a region has lower-case letters, digits and `-`");
    }
    fields_of_the_api(doc, problems);
    let location = location(doc, &endpoint, problems);
    let credential = credentials::check(doc, location.as_deref(), problems);
    if credential.is_some() && !endpoint.tls && !endpoint::is_private(&endpoint.host) {
        doc.warn(problems, "spec/endpoint", "the key and all prompts would travel in clear text: use https://");
    }
    if spec.stopped.0.is_some() {
        doc.warn(problems, "spec/stopped", "this provider is stopped: no request goes there");
    }
    Provider {
        name: doc.name.clone(),
        api: spec.api,
        endpoint,
        region: spec.region.clone(),
        credential,
        flavor: spec.flavor.unwrap_or_default(),
        api_version: spec.api_version.clone(),
        project: spec.project.clone(),
        location,
        models: models(doc, problems),
        stopped: spec.stopped.0.clone(),
    }
}

/// Some APIs need a field that means nothing to the others.
fn fields_of_the_api(doc: &Doc<ProviderSpec>, problems: &mut Problems) {
    use ProviderApi::{AzureOpenai, Bedrock, Openai, Vertex};
    let spec = &doc.spec;
    let mut belongs = |field: &str, given: bool, apis: &[ProviderApi]| {
        if given && !apis.contains(&spec.api) {
            let names: Vec<_> = apis.iter().map(|api| format!("`{api}`")).collect();
            let message =
                format!("goes with api {} only, and this one is `{}`: remove it", names.join(" or "), spec.api);
            doc.error(problems, &format!("spec/{field}"), message);
        }
    };
    belongs("flavor", spec.flavor.is_some(), &[Openai]);
    belongs("apiVersion", spec.api_version.is_some(), &[AzureOpenai]);
    belongs("project", spec.project.is_some(), &[Vertex]);
    belongs("location", spec.location.is_some(), &[Vertex, Bedrock]);

    if spec.api == AzureOpenai
        && let Some(version) = &spec.api_version
        && !is_api_version(version)
    {
        let message = format!(
            "`{version}` is not a version such as 2024-10-21 or 2025-04-01-preview; the v1 paths need none: leave the field out"
        );
        doc.error(problems, "spec/apiVersion", message);
    }
    if spec.api == Vertex {
        match &spec.project {
            None => doc.error(problems, "spec", "field `project` is missing: it is part of every path at Vertex AI"),
            Some(project) if !is_project(project) => {
                doc.error(problems, "spec/project", format!("`{project}` is not a project's id or number"));
            }
            Some(_) => {}
        }
        if spec.location.is_none() {
            let message = "field `location` is missing: it is part of every path at Vertex AI; write `global` unless you need another";
            doc.error(problems, "spec", message);
        }
    }
}

/// The location: as written, or as the host of a Bedrock endpoint says it.
fn location(doc: &Doc<ProviderSpec>, endpoint: &Endpoint, problems: &mut Problems) -> Option<String> {
    let written = doc.spec.location.as_deref();
    if written.is_some_and(|written| !is_region(written)) {
        doc.error(problems, "spec/location", "a location has lower-case letters, digits and `-`");
        return None;
    }
    match doc.spec.api {
        ProviderApi::Bedrock => {
            let told = bedrock_region(&endpoint.host);
            if let (Some(written), Some(told)) = (written, told)
                && written != told
            {
                let message =
                    format!("is not where the endpoint is, which is `{told}`: a signature would not be accepted");
                doc.error(problems, "spec/location", message);
            }
            written.or(told).map(str::to_owned)
        }
        ProviderApi::Vertex => {
            if let (Some(written), Some(told)) = (written, vertex_location(&endpoint.host))
                && written != told
            {
                let message = format!("is not where the endpoint is, which is `{told}`: most requests fail there");
                doc.warn(problems, "spec/location", message);
            }
            written.map(str::to_owned)
        }
        _ => None,
    }
}

/// The region in `bedrock-runtime.eu-west-1.amazonaws.com` and its variants: `bedrock-runtime-fips`, `api.aws`, VPC endpoints.
/// <https://docs.aws.amazon.com/general/latest/gr/bedrock.html>
fn bedrock_region(host: &str) -> Option<&str> {
    let mut labels = host.split('.').skip_while(|label| !matches!(*label, "bedrock-runtime" | "bedrock-runtime-fips"));
    labels.next()?;
    let region = labels.next()?;
    let of_aws = labels.any(|label| matches!(label, "amazonaws" | "api"));
    (of_aws && is_region(region)).then_some(region)
}

/// The location in `europe-west4-aiplatform.googleapis.com` or `aiplatform.eu.rep.googleapis.com`; `global` without one.
/// <https://cloud.google.com/vertex-ai/docs/reference/rest#service-endpoint>
fn vertex_location(host: &str) -> Option<&str> {
    let of_google = host.strip_suffix(".googleapis.com")?;
    match of_google.strip_suffix("aiplatform") {
        Some("") => Some("global"),
        Some(before) => before.strip_suffix('-'),
        None => of_google.strip_prefix("aiplatform.")?.strip_suffix(".rep"),
    }
}

/// A date, `-preview` behind it or not: it becomes part of a query.
fn is_api_version(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    date.len() == 10 && date.bytes().enumerate().all(shape)
}

/// An id such as `my-project-123` or `example.com:my-project`, or a number: it becomes part of a path.
fn is_project(project: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = project.as_bytes();
    (1..=100).contains(&bytes.len())
        && bytes.iter().all(|b| inner(*b) || b"-.:".contains(b))
        && bytes.first().is_some_and(|b| inner(*b))
        && bytes.last().is_some_and(|b| inner(*b))
        && !project.contains("..")
}

fn models(doc: &Doc<ProviderSpec>, problems: &mut Problems) -> BTreeMap<String, ModelInfo> {
    let mut models = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (at, model) in doc.spec.models.iter().enumerate() {
        if !seen.insert(model.name.as_str()) {
            doc.error(problems, &format!("spec/models/{at}/name"), format!("`{}` is listed twice", model.name));
        }
        if let Some(price) = &model.price {
            check_price(doc, at, price, problems);
        }
        if model.max_output_tokens == Some(0) {
            doc.error(problems, &format!("spec/models/{at}/maxOutputTokens"), "must be above 0");
        }
        if model.stopped.0.is_some() {
            let message = format!("`{}` is stopped: this provider is not asked for it", model.name);
            doc.warn(problems, &format!("spec/models/{at}/stopped"), message);
        }
        let info = ModelInfo {
            price: model.price,
            max_output_tokens: model.max_output_tokens,
            stopped: model.stopped.0.clone(),
        };
        models.insert(model.name.to_string(), info);
    }
    models
}

fn check_price(doc: &Doc<ProviderSpec>, at: usize, price: &Price, problems: &mut Problems) {
    let fields = [
        ("input", Some(price.input)),
        ("output", Some(price.output)),
        ("cacheRead", price.cache_read),
        ("cacheWrite", price.cache_write),
    ];
    for (field, value) in fields {
        if value.is_some_and(|value| !(0.0..=1e6).contains(&value)) {
            let path = format!("spec/models/{at}/price/{field}");
            doc.error(problems, &path, "must be from 0 to 1000000 US dollars per million tokens");
        }
    }
}

/// Whether `region` can be a region: it becomes part of route names.
pub fn is_region(region: &str) -> bool {
    (1..=63).contains(&region.len())
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws_say_their_region() {
        for host in [
            "bedrock-runtime.eu-west-1.amazonaws.com",
            "bedrock-runtime-fips.eu-west-1.amazonaws.com",
            "bedrock-runtime.eu-west-1.api.aws",
            "bedrock-runtime.eu-west-1.amazonaws.com.cn",
            "vpce-0a-b.bedrock-runtime.eu-west-1.vpce.amazonaws.com",
        ] {
            assert_eq!(bedrock_region(host), Some("eu-west-1"), "{host}");
        }
        for host in ["127.0.0.1", "bedrock-runtime", "bedrock-runtime.internal", "bedrock-runtime.corp.example.com"] {
            assert_eq!(bedrock_region(host), None, "{host}");
        }
    }

    #[test]
    fn hosts_of_google_say_their_location() {
        assert_eq!(vertex_location("aiplatform.googleapis.com"), Some("global"));
        assert_eq!(vertex_location("europe-west4-aiplatform.googleapis.com"), Some("europe-west4"));
        assert_eq!(vertex_location("aiplatform.eu.rep.googleapis.com"), Some("eu"));
        assert_eq!(vertex_location("vertex.internal"), None);
        assert_eq!(vertex_location("storage.googleapis.com"), None);
    }

    #[test]
    fn what_becomes_part_of_a_url_is_checked() {
        for good in ["2024-10-21", "2025-04-01-preview"] {
            assert!(is_api_version(good), "{good}");
        }
        for bad in ["", "preview", "v1", "latest", "2024-10-21&x=1", "2024-10-21-preview2", "24-10-21"] {
            assert!(!is_api_version(bad), "{bad}");
        }
        for good in ["my-project-123", "example.com:my-project", "123456789012"] {
            assert!(is_project(good), "{good}");
        }
        for bad in ["", "a/b", "..", "-a", "A", "a?b", "a..b"] {
            assert!(!is_project(bad), "{bad}");
        }
    }
}
