//! `GET /v1/models` and `GET /v1/models/{model}`.

use super::{Answered, CREATED, known_model};
use crate::Reply;
use crate::call::Call;
use crate::json::{Json, object};

/// Listed where the options name none.
const MODELS: [&str; 6] =
    ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-5", "text-embedding-3-small", "text-embedding-3-large"];

/// All models.
pub(crate) fn list(call: &Call<'_>) -> Reply {
    let data: Vec<Json> = match call.options.models.as_slice() {
        [] => MODELS.iter().map(|id| model(id)).collect(),
        models => models.iter().map(|id| model(id)).collect(),
    };
    Reply::json(200, &object! { "object": "list"; "data": data })
}

/// One model.
pub(crate) fn one(call: &Call<'_>, id: &str) -> Answered {
    known_model(call, id)?;
    Ok(Reply::json(200, &model(id)))
}

fn model(id: &str) -> Json {
    object! { "id": id; "object": "model"; "created": CREATED; "owned_by": "system" }
}
