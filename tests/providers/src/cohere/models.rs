//! `GET /v1/models` and `GET /v1/models/{model}`: <https://docs.cohere.com/reference/list-models>.

use super::{Answered, known_model};
use crate::Reply;
use crate::call::Call;
use crate::json::{Json, object};

/// Listed where the options name none.
const MODELS: [&str; 4] = ["command-a-03-2025", "command-a-reasoning-08-2025", "embed-v4.0", "embed-english-v3.0"];

pub(super) fn list(call: &Call<'_>) -> Answered {
    let ids: Vec<&str> = match call.options.models.as_slice() {
        [] => MODELS.to_vec(),
        models => models.iter().map(String::as_str).collect(),
    };
    let wanted = |id: &&str| call.query("endpoint").is_none_or(|endpoint| endpoint == endpoint_of(id));
    let models: Vec<Json> = ids.into_iter().filter(wanted).map(model).collect();
    Ok(Reply::json(200, &object! { "models": models }))
}

pub(super) fn one(call: &Call<'_>) -> Answered {
    let id = call.path.trim_start_matches("/v1/models/");
    known_model(call, id)?;
    Ok(Reply::json(200, &model(id)))
}

fn endpoint_of(id: &str) -> &'static str {
    if id.starts_with("embed") { "embed" } else { "chat" }
}

fn model(id: &str) -> Json {
    object! {
        "name": id; "is_deprecated": false; "endpoints": [endpoint_of(id)]; "finetuned": false; "context_length": 256_000;
        "tokenizer_url": (); "default_endpoints": [(); 0]; "features": [(); 0]
    }
}
