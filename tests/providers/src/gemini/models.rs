//! `GET /v1beta/models` and `GET /v1beta/models/{model}`.

use super::{Answered, known_model};
use crate::Reply;
use crate::call::Call;
use crate::json::{Json, object};

/// Listed where the options name none.
const MODELS: [&str; 3] = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-embedding-001"];

pub(super) fn list(call: &Call<'_>) -> Reply {
    let models: Vec<Json> = match call.options.models.as_slice() {
        [] => MODELS.iter().map(|id| model(id)).collect(),
        models => models.iter().map(|id| model(id)).collect(),
    };
    Reply::json(200, &object! { "models": models })
}

pub(super) fn one(call: &Call<'_>, id: &str) -> Answered {
    known_model(call, id)?;
    Ok(Reply::json(200, &model(id)))
}

fn model(id: &str) -> Json {
    let methods: &[&str] = if id.contains("embedding") {
        &["embedContent"]
    } else {
        &["generateContent", "streamGenerateContent", "countTokens"]
    };
    object! {
        "name": format!("models/{id}"); "version": "001"; "displayName": id; "inputTokenLimit": 1_048_576;
        "outputTokenLimit": 65_536; "supportedGenerationMethods": methods
    }
}
