//! The OpenAI API, as <https://platform.openai.com/docs/api-reference> describes it.

pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod embeddings;
pub(crate) mod errors;
mod media;
pub(crate) mod models;
mod request;
pub(crate) mod responses;
mod stream;

pub(crate) use errors::failure;

use crate::Reply;
use crate::call::Call;
use crate::fields::{Fault, Object, Path};

/// Time stamps are fixed, for the same requests to get the same answers: 2025-01-01T00:00:00Z.
const CREATED: u64 = 1_735_689_600;

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let reply = match (call.method, call.path) {
        ("POST", "/v1/chat/completions") => authorized(call, chat::answer),
        ("POST", "/v1/completions") => authorized(call, completions::answer),
        ("POST", "/v1/responses") => authorized(call, responses::answer),
        ("POST", "/v1/responses/input_tokens") => authorized(call, responses::count),
        ("POST", "/v1/embeddings") => authorized(call, embeddings::answer),
        ("GET", "/v1/models") => authorized(call, |call| Ok(models::list(call))),
        ("GET", path) if path.starts_with("/v1/models/") => {
            authorized(call, |call| models::one(call, &path["/v1/models/".len()..]))
        }
        (
            _,
            "/v1/chat/completions"
            | "/v1/completions"
            | "/v1/responses"
            | "/v1/responses/input_tokens"
            | "/v1/embeddings"
            | "/v1/models",
        ) => Err(errors::method(call)),
        _ => Err(errors::path(call)),
    };
    let reply = reply.unwrap_or_else(|refusal| *refusal);
    reply
        .header("x-request-id", call.id("req_", 0))
        .header("openai-version", "2020-10-01")
        .header("openai-organization", "simulated")
        .header("openai-processing-ms", "1")
}

/// An answer, or a refusal.
pub(crate) type Answered = Result<Reply, Box<Reply>>;

fn authorized(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Answered) -> Answered {
    match (call.bearer(), &call.options.expect_key) {
        (None, _) => Err(errors::no_key()),
        (Some(key), Some(expected)) if key != expected => Err(errors::wrong_key(key)),
        _ => answer(call),
    }
}

/// Reads a JSON body and hands it to `read`.
fn parse<T>(call: &Call<'_>, read: impl FnOnce(&Object<'_>) -> Result<T, Fault>) -> Result<T, Box<Reply>> {
    parse_with(call, read, errors::fault)
}

/// As [`parse`], with another way to word what is wrong.
fn parse_with<T>(
    call: &Call<'_>,
    read: impl FnOnce(&Object<'_>) -> Result<T, Fault>,
    word: fn(Fault) -> Box<Reply>,
) -> Result<T, Box<Reply>> {
    let value = serde_json::from_slice(call.body).map_err(|_| errors::not_json())?;
    Object::new(&value, Path::default()).and_then(|body| read(&body)).map_err(word)
}

fn known_model(call: &Call<'_>, model: &str) -> Result<(), Box<Reply>> {
    if call.serves(model) { Ok(()) } else { Err(errors::no_model(model)) }
}
