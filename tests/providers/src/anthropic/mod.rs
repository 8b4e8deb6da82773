//! The Anthropic API, as <https://docs.anthropic.com/en/api> describes it.

pub(crate) mod errors;
pub(crate) mod generation;
mod media;
pub(crate) mod messages;
mod models;
mod request;
mod stream;

pub(crate) use errors::failure;
pub(crate) use request::Edition;

use crate::Reply;
use crate::call::Call;
use crate::fields::{Object, Path, Read};

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let reply = match (call.method, call.path) {
        ("POST", "/v1/messages") => authorized(call, messages::answer),
        ("POST", "/v1/messages/count_tokens") => authorized(call, messages::count),
        ("GET", "/v1/models") => authorized(call, |call| Ok(models::list(call))),
        ("GET", path) if path.starts_with("/v1/models/") => {
            authorized(call, |call| models::one(call, &path["/v1/models/".len()..]))
        }
        (_, "/v1/messages" | "/v1/messages/count_tokens" | "/v1/models") => {
            Err(errors::refusal(call, 405, "Method Not Allowed"))
        }
        _ => Err(errors::refusal(call, 404, "Not found")),
    };
    reply
        .unwrap_or_else(|refusal| *refusal)
        .header("request-id", errors::request_id(call))
        .header("anthropic-organization-id", "00000000-0000-0000-0000-000000000000")
}

/// An answer, or a refusal.
pub(crate) type Answered = Result<Reply, Box<Reply>>;

/// The API version that took sampling parameters, among others, out of the Messages API:
/// <https://platform.claude.com/docs/en/api/versioning>. Older ones are served alike.
pub(crate) const LATEST: &str = "2026-10-21";

fn authorized(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Answered) -> Answered {
    // SDKs send the key as a bearer token since their release for that version; `x-api-key` goes on.
    let (key, invalid) = match call.header("x-api-key").filter(|key| !key.is_empty()) {
        Some(key) => (Some(key), "invalid x-api-key"),
        None => (call.bearer(), "Invalid bearer token"),
    };
    match (key, &call.options.expect_key) {
        (None, _) => return Err(errors::refusal(call, 401, "x-api-key header is required")),
        (Some(key), Some(expected)) if key != expected => return Err(errors::refusal(call, 401, invalid)),
        _ => {}
    }
    match call.header("anthropic-version") {
        None => Err(errors::refusal(call, 400, "anthropic-version: header is required")),
        Some(LATEST | "2023-06-01" | "2023-01-01") => answer(call),
        Some(version) => {
            Err(errors::refusal(call, 400, &format!("anthropic-version: \"{version}\" is not a valid version")))
        }
    }
}

/// What a request's headers say about how its body is to be read.
fn edition(call: &Call<'_>) -> Edition {
    Edition { beta: call.header("anthropic-beta").is_some(), latest: call.header("anthropic-version") == Some(LATEST) }
}

/// Reads a JSON body and hands it to `read`.
fn parse<T>(call: &Call<'_>, read: impl FnOnce(&Object<'_>) -> Read<T>) -> Result<T, Box<Reply>> {
    let value = serde_json::from_slice(call.body)
        .map_err(|error| errors::refusal(call, 400, &format!("The request body is not valid JSON: {error}")))?;
    Object::new(&value, Path::default()).and_then(|body| read(&body)).map_err(|fault| errors::fault(call, fault))
}

fn known_model(call: &Call<'_>, model: &str) -> Result<(), Box<Reply>> {
    if call.serves(model) { Ok(()) } else { Err(errors::refusal(call, 404, &format!("model: {model}"))) }
}
