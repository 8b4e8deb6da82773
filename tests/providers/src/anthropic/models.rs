//! `GET /v1/models` and `GET /v1/models/{model}`.

use super::{Answered, known_model};
use crate::Reply;
use crate::call::Call;
use crate::json::{Json, json, object};

/// Listed where the options name none.
const MODELS: [&str; 5] =
    ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-4-8", "claude-sonnet-4-5"];

pub(super) fn list(call: &Call<'_>) -> Reply {
    let ids: Vec<&str> = match call.options.models.as_slice() {
        [] => MODELS.to_vec(),
        models => models.iter().map(String::as_str).collect(),
    };
    let data: Vec<Json> = ids.iter().map(|id| model(id)).collect();
    Reply::json(
        200,
        &object! {
            "data": data; "has_more": false; "first_id": ids.first().map(json); "last_id": ids.last().map(json)
        },
    )
}

pub(super) fn one(call: &Call<'_>, id: &str) -> Answered {
    known_model(call, id)?;
    Ok(Reply::json(200, &model(id)))
}

fn model(id: &str) -> Json {
    object! {
        "type": "model"; "id": id; "display_name": id; "created_at": "2025-01-01T00:00:00Z"; "lifecycle": "active"
    }
}
