//! `kind: Provider`.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_policy::gateway::Price;
use tollgate_policy::translate::ProviderApi;

use super::{endpoint, secrets};
use crate::config::documents::Doc;
use crate::config::kinds::ProviderSpec;
use crate::config::problems::Problems;
use crate::model::{Endpoint, ModelInfo, Provider};

/// Providers after their check.
pub struct Providers {
    /// Those whose API this version serves.
    pub served: BTreeMap<String, Provider>,
    /// The API of each of the others.
    pub unserved: BTreeMap<String, &'static str>,
}

/// Checks every provider by itself.
pub fn check(documents: &[Doc<ProviderSpec>], problems: &mut Problems) -> Providers {
    let mut providers = Providers { served: BTreeMap::new(), unserved: BTreeMap::new() };
    for doc in documents {
        let api = doc.spec.api.as_str();
        match (api.parse::<ProviderApi>(), body(doc, problems)) {
            (Ok(api), (endpoint, models)) => {
                let (name, region, credential) =
                    (doc.name.clone(), doc.spec.region.clone(), doc.spec.credential.clone());
                providers.served.insert(doc.name.clone(), Provider { name, api, endpoint, region, credential, models });
            }
            (Err(_), _) => {
                doc.warn(
                    problems,
                    "spec/api",
                    format!("`{api}` is not served by this version: routes leave this provider out"),
                );
                providers.unserved.insert(doc.name.clone(), api);
            }
        }
    }
    providers
}

fn body(doc: &Doc<ProviderSpec>, problems: &mut Problems) -> (Endpoint, BTreeMap<String, ModelInfo>) {
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
    if let Some(source) = &spec.credential {
        if let Err(message) = secrets::check(source) {
            doc.error(problems, "spec/credential", message);
        }
        if !endpoint.tls && !endpoint::is_private(&endpoint.host) {
            doc.warn(problems, "spec/endpoint", "the key and all prompts would travel in clear text: use https://");
        }
    }
    (endpoint, models(doc, problems))
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
        let info = ModelInfo { price: model.price, max_output_tokens: model.max_output_tokens };
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
