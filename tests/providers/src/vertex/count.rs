//! `:countTokens`: <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens>.

use serde_json::Value;

use super::no_model;
use crate::Reply;
use crate::call::Call;
use crate::fields::{Object, Path};
use crate::gemini::{Answered, errors, generate, request};
use crate::json::object;

pub(super) fn answer(call: &Call<'_>, model: &str) -> Answered {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let mut body = request::camel(body);
    let known = ["contents", "systemInstruction", "tools", "generationConfig", "model"];
    Object::new(&body, Path::default()).and_then(|body| body.only(&known)).map_err(errors::fault)?;
    if let Some(members) = body.as_object_mut() {
        members.remove("model");
    }
    let request = generate::read(call, &body)?;
    if !call.serves(model) {
        return Err(no_model(call));
    }
    let total = generate::counted(call, &request);
    Ok(Reply::json(
        200,
        &object! {
            "totalTokens": total;
            "totalBillableCharacters": request.prompt.input_bytes;
            "promptTokensDetails": [object! { "modality": "TEXT"; "tokenCount": total }]
        },
    ))
}
