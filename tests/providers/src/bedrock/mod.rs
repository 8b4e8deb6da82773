//! The Amazon Bedrock runtime, as <https://docs.aws.amazon.com/bedrock/latest/APIReference> describes it: Converse,
//! ConverseStream, CountTokens, and InvokeModel for embeddings.

mod auth;
mod blocks;
mod claude;
mod converse;
mod count;
mod errors;
mod invoke;
mod request;
mod stream;

pub(crate) use errors::failure;

use crate::Reply;
use crate::call::Call;

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let operation = call.path.strip_prefix("/model/").and_then(|rest| rest.rsplit_once('/'));
    let answer: fn(&Call<'_>, &str) -> Answered = match (call.method, operation) {
        ("POST", Some((_, "converse"))) => |call, model| converse::answer(call, model, false),
        ("POST", Some((_, "converse-stream"))) => |call, model| converse::answer(call, model, true),
        ("POST", Some((_, "count-tokens"))) => count::answer,
        ("POST", Some((_, "invoke"))) => invoke::answer,
        // AWS knows operations by method and path together: there is no 405.
        _ => |_, _| Err(errors::unknown_operation()),
    };
    let model = decoded(operation.map_or("", |(model, _)| model));
    // Operations are told apart before anyone asks who is calling.
    let known = call.method == "POST"
        && operation
            .is_some_and(|(_, name)| matches!(name, "converse" | "converse-stream" | "count-tokens" | "invoke"));
    let allowed = if known { auth::check(call) } else { Ok(()) };
    let reply = allowed.and_then(|()| answer(call, &model));
    reply.unwrap_or_else(|refusal| *refusal).header("x-amzn-requestid", errors::request_id(call))
}

/// An answer, or a refusal.
type Answered = Result<Reply, Box<Reply>>;

/// Model ids have colons and slashes, which travel escaped.
fn decoded(model: &str) -> String {
    percent_encoding::percent_decode_str(model).decode_utf8_lossy().into_owned()
}

/// The model without the geography of an inference profile: `eu.amazon.titan-…` is `amazon.titan-…`.
fn base(model: &str) -> &str {
    let geographies = ["us-gov", "us", "eu", "apac", "jp", "au", "ca", "global"];
    match model.split_once('.') {
        Some((geography, rest)) if geographies.contains(&geography) => rest,
        _ => model,
    }
}

/// Models that make embeddings and nothing else.
fn embeds(model: &str) -> bool {
    ["amazon.titan-embed-", "cohere.embed-"].iter().any(|family| base(model).starts_with(family))
}

/// Whether a model is there, and for what it is asked to do.
fn known_model(call: &Call<'_>, model: &str, embedding: bool) -> Result<(), Box<Reply>> {
    if model.is_empty() || !call.serves(model) {
        return Err(errors::validation("The provided model identifier is invalid."));
    }
    match embeds(model) == embedding {
        true => Ok(()),
        false if embedding => Err(errors::validation(
            "This runtime invokes models for embeddings only. Use Converse for models that generate text.",
        )),
        false => Err(errors::validation(
            "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
        )),
    }
}
