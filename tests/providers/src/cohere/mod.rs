//! The Cohere API, version 2, as <https://docs.cohere.com/reference/about> describes it.

mod chat;
mod embed;
mod errors;
mod models;
mod request;
mod stream;

pub(crate) use errors::failure;

use crate::Reply;
use crate::call::Call;
use crate::fields::{Object, Path, Read};

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let answer: fn(&Call<'_>) -> Answered = match (call.method, call.path) {
        ("POST", "/v2/chat") => chat::answer,
        ("POST", "/v2/embed") => embed::answer,
        ("GET", "/v1/models") => models::list,
        ("GET", path) if path.starts_with("/v1/models/") => models::one,
        (_, "/v2/chat" | "/v2/embed" | "/v1/models") => |call| Err(errors::refusal(call, 405, "method not allowed")),
        _ => |call| Err(errors::refusal(call, 404, "404 page not found")),
    };
    authorized(call).and_then(|()| answer(call)).unwrap_or_else(|refusal| *refusal).header("x-api-version", "2")
}

/// An answer, or a refusal.
type Answered = Result<Reply, Box<Reply>>;

fn authorized(call: &Call<'_>) -> Result<(), Box<Reply>> {
    match (call.bearer(), &call.options.expect_key) {
        (None, _) => Err(errors::refusal(call, 401, "no api key supplied")),
        (Some(key), Some(expected)) if key != expected => Err(errors::refusal(call, 401, "invalid api token")),
        _ => Ok(()),
    }
}

/// Reads a JSON body and hands it to `read`.
fn parse<T>(call: &Call<'_>, read: impl FnOnce(&Object<'_>) -> Read<T>) -> Result<T, Box<Reply>> {
    let value = serde_json::from_slice(call.body)
        .map_err(|error| errors::refusal(call, 400, &format!("failed to parse request body: {error}")))?;
    Object::new(&value, Path::default()).and_then(|body| read(&body)).map_err(|fault| errors::fault(call, fault))
}

fn known_model(call: &Call<'_>, model: &str) -> Result<(), Box<Reply>> {
    if call.serves(model) { Ok(()) } else { Err(errors::no_model(call, model)) }
}

/// Ids are those of requests.
fn request_id(call: &Call<'_>) -> String {
    format!("00000000-0000-4000-8000-{:012x}", call.number)
}
