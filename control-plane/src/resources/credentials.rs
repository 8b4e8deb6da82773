//! What proves to the provider of an attempt who asks: a key out of SDS in its header, or a signature over the translated request.
//!
//! Envoy's signer takes no key out of SDS; it is part of its configuration. So a signer is a resource of its own (ECDS): a temporary key
//! is replaced without touching the cluster, and the key is in no other resource. Envoy redacts it in `/config_dump`.

use envoy_types::pb::envoy::config::core::v3::TypedExtensionConfig;
use envoy_types::pb::envoy::extensions::common::aws::v3::{AwsCredentialProvider, InlineCredentialProvider};
use envoy_types::pb::envoy::extensions::common::matching::v3::ExtensionWithMatcher;
use envoy_types::pb::envoy::extensions::filters::http::aws_request_signing::v3::AwsRequestSigning;
use envoy_types::pb::envoy::extensions::filters::http::composite::v3::{Composite, DynamicConfig, ExecuteFilterAction};
use envoy_types::pb::envoy::extensions::filters::http::credential_injector::v3::CredentialInjector;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
use envoy_types::pb::envoy::extensions::http::injected_credentials::generic::v3::Generic;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
use envoy_types::pb::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use envoy_types::pb::envoy::r#type::matcher::v3::{HttpRequestHeaderMatchInput, StringMatcher};
use envoy_types::pb::xds::core::v3::TypedExtensionConfig as XdsExtension;
use envoy_types::pb::xds::r#type::matcher::v3::matcher::matcher_list::predicate::{
    MatchType, SinglePredicate, single_predicate,
};
use envoy_types::pb::xds::r#type::matcher::v3::matcher::matcher_list::{FieldMatcher, Predicate};
use envoy_types::pb::xds::r#type::matcher::v3::matcher::{MatcherList, MatcherType, OnMatch, on_match};
use envoy_types::pb::xds::r#type::matcher::v3::string_matcher::MatchPattern as XdsMatchPattern;
use envoy_types::pb::xds::r#type::matcher::v3::{Matcher, StringMatcher as XdsStringMatcher};
use prost::Name;
use tollgate_policy::names::PROVIDER_HEADER;
use tollgate_policy::translate::ProviderApi;

use super::extensions::discovery;
use super::pack::{ads, any, extension, http_filter};
use super::secrets;
use crate::model::{Credential, Model, Provider};
use crate::secrets::{Key, Secrets};

/// The header in which an API takes its key, and what stands before the key there.
fn key_header(api: ProviderApi) -> (&'static str, &'static str) {
    match api {
        ProviderApi::Openai
        | ProviderApi::OpenaiResponses
        // An access token of Google Cloud.
        | ProviderApi::Vertex
        // A Bedrock API key; other requests are signed.
        | ProviderApi::Bedrock
        | ProviderApi::Cohere => ("authorization", "Bearer "),
        ProviderApi::AzureOpenai => ("api-key", ""),
        ProviderApi::Anthropic => ("x-api-key", ""),
        ProviderApi::Gemini => ("x-goog-api-key", ""),
    }
}

/// The header that a provider's credential becomes, in words: the key itself is not known here.
#[must_use]
pub fn describe(provider: &Provider) -> Option<String> {
    Some(match provider.credential.as_ref()? {
        Credential::Key(_) => {
            let (header, prefix) = key_header(provider.api);
            format!("{header}: {prefix}(the key of {})", provider.name)
        }
        Credential::Aws(_) | Credential::AwsMachine => {
            let region = provider.location.as_deref().unwrap_or_default();
            format!("authorization: AWS4-HMAC-SHA256 (signed by Envoy for bedrock in {region})")
        }
    })
}

/// Picks by the header that `translate` set which provider's credential goes onto the request. An attempt that names no provider gets none.
#[must_use]
pub fn filter(providers: &[&Provider]) -> HttpFilter {
    let input = HttpRequestHeaderMatchInput { header_name: PROVIDER_HEADER.into() };
    let input = XdsExtension { name: "request-headers".into(), typed_config: Some(any(input)) };
    let matcher = |provider: &&Provider| {
        let is_named = SinglePredicate {
            input: Some(input.clone()),
            matcher: Some(single_predicate::Matcher::ValueMatch(XdsStringMatcher {
                match_pattern: Some(XdsMatchPattern::Exact(provider.name.clone())),
                ..Default::default()
            })),
        };
        let action = XdsExtension { name: "composite-action".into(), typed_config: Some(any(credential_of(provider))) };
        FieldMatcher {
            predicate: Some(Predicate { match_type: Some(MatchType::SinglePredicate(is_named)) }),
            on_match: Some(OnMatch { on_match: Some(on_match::OnMatch::Action(action)), ..Default::default() }),
        }
    };
    // A list, not a map: maps have no order, and the same cluster would look new at every reading.
    let list = MatcherList { matchers: providers.iter().map(matcher).collect() };
    let matcher = Matcher { matcher_type: Some(MatcherType::MatcherList(list)), ..Default::default() };
    let config = ExtensionWithMatcher {
        xds_matcher: Some(matcher),
        extension_config: Some(extension("composite", Composite::default())),
        ..Default::default()
    };
    http_filter("tollgate.credentials", config)
}

fn credential_of(provider: &Provider) -> ExecuteFilterAction {
    if let None | Some(Credential::Key(_)) = provider.credential {
        let injector = extension("envoy.filters.http.credential_injector", injector(provider));
        return ExecuteFilterAction { typed_config: Some(injector), ..Default::default() };
    }
    let dynamic = DynamicConfig {
        name: signer_name(&provider.name),
        config_discovery: Some(discovery(AwsRequestSigning::type_url())),
    };
    ExecuteFilterAction { dynamic_config: Some(dynamic), ..Default::default() }
}

fn injector(provider: &Provider) -> CredentialInjector {
    let (header, prefix) = key_header(provider.api);
    let generic = Generic {
        credential: Some(SdsSecretConfig { name: secrets::name(&provider.name), sds_config: Some(ads()) }),
        header: header.into(),
        header_value_prefix: prefix.into(),
    };
    CredentialInjector {
        overwrite: true,
        allow_request_without_credential: false,
        credential: Some(extension("envoy.http.injected_credentials.generic", generic)),
    }
}

const SIGNER: &str = "tollgate.sign/";

/// Name of the extension that signs the requests to `provider`.
fn signer_name(provider: &str) -> String {
    format!("{SIGNER}{provider}")
}

/// Whether the extension `name` is one that signs.
#[must_use]
pub fn is_signer(name: &str) -> bool {
    name.starts_with(SIGNER)
}

/// One signer for each provider whose requests are signed and whose key could be read.
#[must_use]
pub fn signers(model: &Model, secrets: &Secrets) -> Vec<TypedExtensionConfig> {
    let signer = |provider: &Provider| {
        let key = match secrets.providers.get(&provider.name)? {
            Key::Header(_) => return None,
            Key::AwsMachine => None,
            Key::Aws(key) => Some(InlineCredentialProvider {
                access_key_id: key.access_key_id.expose().to_owned(),
                secret_access_key: key.secret_access_key.expose().to_owned(),
                session_token: key.session_token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default(),
            }),
        };
        let content_type =
            StringMatcher { match_pattern: Some(MatchPattern::Exact("content-type".into())), ..Default::default() };
        let signing = AwsRequestSigning {
            service_name: "bedrock".into(),
            region: provider.location.clone().unwrap_or_default(),
            credential_provider: key
                .map(|key| AwsCredentialProvider { inline_credential: Some(key), ..Default::default() }),
            // `host` and what the signer adds are signed anyway. Everything else may still change: our own headers go after this filter, and
            // proxies on the way have theirs.
            match_included_headers: vec![content_type],
            ..Default::default()
        };
        Some(extension(&signer_name(&provider.name), signing))
    };
    model.providers.values().filter_map(signer).collect()
}
