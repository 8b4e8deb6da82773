//! The filters of every attempt, on the cluster that the route names.

use envoy_types::pb::envoy::config::common::mutation_rules::v3::HeaderMutation as Mutation;
use envoy_types::pb::envoy::config::common::mutation_rules::v3::header_mutation::{
    Action as MutationAction, RemoveOnMatch,
};
use envoy_types::pb::envoy::extensions::filters::http::header_mutation::v3::{HeaderMutation, Mutations};
use envoy_types::pb::envoy::extensions::filters::http::upstream_codec::v3::UpstreamCodec;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
use envoy_types::pb::envoy::r#type::matcher::v3::StringMatcher;
use envoy_types::pb::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use tollgate_policy::names::{HEADER_PREFIX, KEY_HEADERS, SIGNATURE_PREFIX, TRANSLATE_EXTENSION};

use super::credentials;
use super::extensions::discovered;
use super::pack::http_filter;
use crate::model::{Chain, Model, Provider};

/// The filters of `chain`: no foreign key, translation, the provider's own key, none of our own headers, the codec. What one attempt put
/// on the request must not be seen by the next provider, and header edits outlive an attempt.
#[must_use]
pub fn filters(model: &Model, chain: &Chain) -> Vec<HttpFilter> {
    let mut foreign: Vec<_> = KEY_HEADERS.iter().map(|name| MutationAction::Remove((*name).into())).collect();
    foreign.push(starting_with(SIGNATURE_PREFIX));
    let mut filters = vec![http_filter("tollgate.drop_keys", removing(foreign)), discovered(TRANSLATE_EXTENSION)];
    let with_key = chain.targets.iter().filter_map(|target| model.providers.get(&target.provider));
    let with_key: Vec<&Provider> = with_key.filter(|provider| provider.credential.is_some()).collect();
    if !with_key.is_empty() {
        filters.push(credentials::filter(&with_key));
    }
    let internal = [HEADER_PREFIX, "x-envoy-", "x-forwarded-"].map(starting_with);
    filters.push(http_filter("tollgate.drop_internal", removing(internal.into())));
    filters.push(http_filter("envoy.filters.http.upstream_codec", UpstreamCodec {}));
    filters
}

fn removing(actions: Vec<MutationAction>) -> HeaderMutation {
    let request_mutations = actions.into_iter().map(|action| Mutation { action: Some(action) }).collect();
    HeaderMutation { mutations: Some(Mutations { request_mutations, ..Default::default() }), ..Default::default() }
}

fn starting_with(prefix: &str) -> MutationAction {
    let matcher = StringMatcher { match_pattern: Some(MatchPattern::Prefix(prefix.into())), ..Default::default() };
    MutationAction::RemoveOnMatch(RemoveOnMatch { key_matcher: Some(matcher) })
}
