//! The filters of every attempt, on the cluster that the route names.

use envoy_types::pb::envoy::config::common::mutation_rules::v3::HeaderMutation as Mutation;
use envoy_types::pb::envoy::config::common::mutation_rules::v3::header_mutation::{
    Action as MutationAction, RemoveOnMatch,
};
use envoy_types::pb::envoy::extensions::common::matching::v3::ExtensionWithMatcher;
use envoy_types::pb::envoy::extensions::filters::http::composite::v3::{Composite, ExecuteFilterAction};
use envoy_types::pb::envoy::extensions::filters::http::credential_injector::v3::CredentialInjector;
use envoy_types::pb::envoy::extensions::filters::http::header_mutation::v3::{HeaderMutation, Mutations};
use envoy_types::pb::envoy::extensions::filters::http::upstream_codec::v3::UpstreamCodec;
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
use tollgate_policy::names::{HEADER_PREFIX, PROVIDER_HEADER, TRANSLATE_EXTENSION};
use tollgate_policy::translate::ProviderApi;

use super::extensions::discovered;
use super::pack::{ads, any, extension, http_filter};
use super::secrets;
use crate::model::{Chain, Model, Provider};

/// Headers that carry a key in some dialect. What one attempt put there must not be seen by the next provider, and header edits outlive
/// an attempt.
const KEY_HEADERS: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// The filters of `chain`: no foreign key, translation, the provider's own key, none of our own headers, the codec.
#[must_use]
pub fn filters(model: &Model, chain: &Chain) -> Vec<HttpFilter> {
    let mut filters = vec![
        http_filter("tollgate.drop_keys", removing(KEY_HEADERS.map(|name| MutationAction::Remove(name.into())))),
        discovered(TRANSLATE_EXTENSION),
    ];
    let with_key = chain.targets.iter().filter_map(|target| model.providers.get(&target.provider));
    let with_key: Vec<&Provider> = with_key.filter(|provider| provider.credential.is_some()).collect();
    if !with_key.is_empty() {
        filters.push(credentials(&with_key));
    }
    let internal = [HEADER_PREFIX, "x-envoy-", "x-forwarded-"];
    filters.push(http_filter("tollgate.drop_internal", removing(internal.map(starting_with))));
    filters.push(http_filter("envoy.filters.http.upstream_codec", UpstreamCodec {}));
    filters
}

fn removing<const N: usize>(actions: [MutationAction; N]) -> HeaderMutation {
    let request_mutations = actions.into_iter().map(|action| Mutation { action: Some(action) }).collect();
    HeaderMutation { mutations: Some(Mutations { request_mutations, ..Default::default() }), ..Default::default() }
}

fn starting_with(prefix: &str) -> MutationAction {
    let matcher = StringMatcher { match_pattern: Some(MatchPattern::Prefix(prefix.into())), ..Default::default() };
    MutationAction::RemoveOnMatch(RemoveOnMatch { key_matcher: Some(matcher) })
}

/// Picks by the header that `translate` set which provider's key goes onto the request. An attempt that names no provider gets no key.
fn credentials(providers: &[&Provider]) -> HttpFilter {
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
        let action = ExecuteFilterAction {
            typed_config: Some(extension("envoy.filters.http.credential_injector", injector(provider))),
            ..Default::default()
        };
        let action = XdsExtension { name: "composite-action".into(), typed_config: Some(any(action)) };
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

fn injector(provider: &Provider) -> CredentialInjector {
    let (header, prefix) = match provider.api {
        ProviderApi::Anthropic => ("x-api-key", ""),
        ProviderApi::AzureOpenai => ("api-key", ""),
        ProviderApi::Gemini => ("x-goog-api-key", ""),
        ProviderApi::Openai
        | ProviderApi::OpenaiResponses
        | ProviderApi::Vertex
        | ProviderApi::Bedrock
        | ProviderApi::Cohere => ("authorization", "Bearer "),
    };
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
