//! The Gemini API of Google AI Studio, as <https://ai.google.dev/api> describes it.

mod embed;
pub(crate) mod errors;
pub(crate) mod generate;
mod models;
pub(crate) mod request;
mod stream;

pub(crate) use errors::failure;

use crate::call::Call;
use crate::fields::{Object, Path, Read};
use crate::{Kind, Reply};

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let Some(rest) = call.path.strip_prefix("/v1beta/").or_else(|| call.path.strip_prefix("/v1/")) else {
        return errors::no_page(call);
    };
    let reply =
        match (call.method, rest.strip_prefix("models/").map(|model| model.split_once(':').unwrap_or((model, "")))) {
            ("POST", Some((model, "generateContent"))) => authorized(call).and_then(|()| generate::answer(call, model)),
            ("POST", Some((model, "streamGenerateContent"))) => authorized(call)
                .and_then(|()| generate::stream(call, model))
                .map_err(|refusal| Box::new(errors::streamed(call, *refusal))),
            ("POST", Some((model, "countTokens"))) => authorized(call).and_then(|()| generate::count(call, model)),
            ("POST", Some((model, "embedContent"))) => authorized(call).and_then(|()| embed::one(call, model)),
            ("POST", Some((model, "batchEmbedContents"))) => authorized(call).and_then(|()| embed::batch(call, model)),
            ("GET", Some((model, ""))) => authorized(call).and_then(|()| models::one(call, model)),
            ("GET", None) if rest == "models" => authorized(call).map(|()| models::list(call)),
            _ => Ok(errors::no_page(call)),
        };
    reply.unwrap_or_else(|refusal| *refusal)
}

/// An answer, or a refusal.
pub(crate) type Answered = Result<Reply, Box<Reply>>;

/// The key comes in a header, or in the query.
fn authorized(call: &Call<'_>) -> Result<(), Box<Reply>> {
    let key = call.header("x-goog-api-key").or_else(|| call.query("key")).filter(|key| !key.is_empty());
    match (key, &call.options.expect_key) {
        (None, _) => Err(errors::no_key()),
        (Some(key), Some(expected)) if key != expected => Err(errors::wrong_key()),
        _ => Ok(()),
    }
}

/// Reads a JSON body and hands it to `read`.
fn parse<T>(call: &Call<'_>, read: impl FnOnce(&Object<'_>) -> Read<T>) -> Result<T, Box<Reply>> {
    let value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    Object::new(&value, Path::default()).and_then(|body| read(&body)).map_err(errors::fault)
}

fn known_model(call: &Call<'_>, model: &str) -> Result<(), Box<Reply>> {
    match call.shared.kind {
        _ if !model.is_empty() && call.serves(model) => Ok(()),
        Kind::Vertex => Err(crate::vertex::no_model(call)),
        _ => Err(errors::no_model(model)),
    }
}
