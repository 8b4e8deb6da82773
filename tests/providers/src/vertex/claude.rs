//! Claude: Anthropic's body with its version in it and its model in the path.

use serde_json::Value;

use super::no_model;
use crate::Reply;
use crate::anthropic::{self, Edition, messages};
use crate::call::Call;
use crate::gemini::Answered;

/// The version of old, and the one that is named as at Anthropic's own API.
const VERSIONS: [&str; 2] = ["vertex-2023-10-16", anthropic::LATEST];

pub(super) fn answer(call: &Call<'_>, model: &str, streamed: bool) -> Answered {
    if !call.serves(model) {
        return Err(no_model(call));
    }
    let (body, edition) = body(call, Some(model))?;
    // Whether there is a stream, the body decides; a method that says otherwise is somebody's mistake.
    if (body["stream"] == true) != streamed {
        let message = match streamed {
            true => "stream: Input should be true for streamRawPredict",
            false => "stream: Input should be false for rawPredict; use streamRawPredict",
        };
        return Err(anthropic::errors::refusal(call, 400, message));
    }
    messages::answer_as(&Call { body: body.to_string().as_bytes(), ..*call }, edition)
        .map(|reply| reply.header("request-id", anthropic::errors::request_id(call)))
}

/// `count-tokens:rawPredict`, whose model is in the body.
pub(super) fn count(call: &Call<'_>) -> Answered {
    let (body, edition) = body(call, None)?;
    if body["model"].as_str().is_some_and(|model| !call.serves(model)) {
        return Err(no_model(call));
    }
    messages::count_as(&Call { body: body.to_string().as_bytes(), ..*call }, edition)
}

/// The body as Anthropic's own API takes it, and how to read it. Betas are asked for in the body or in a header.
fn body(call: &Call<'_>, model: Option<&str>) -> Result<(Value, Edition), Box<Reply>> {
    let refuse = |message: &str| anthropic::errors::refusal(call, 400, message);
    let mut body: Value = serde_json::from_slice(call.body)
        .map_err(|error| refuse(&format!("The request body is not valid JSON: {error}")))?;
    let Some(members) = body.as_object_mut() else { return Err(refuse("Input should be a valid dictionary")) };
    let version = members.remove("anthropic_version");
    let latest = match version.as_ref().map(|version| VERSIONS.iter().position(|one| version == one)) {
        Some(Some(which)) => which == 1,
        Some(None) => return Err(refuse(&format!("anthropic_version: Input should be '{}'", VERSIONS[0]))),
        None => return Err(refuse("anthropic_version: Field required")),
    };
    let beta = match members.remove("anthropic_beta") {
        None => call.header("anthropic-beta").is_some(),
        Some(Value::Array(betas)) => !betas.is_empty(),
        Some(_) => return Err(refuse("anthropic_beta: Input should be a valid list")),
    };
    if let Some(model) = model {
        if members.contains_key("model") {
            return Err(refuse("model: Extra inputs are not permitted"));
        }
        members.insert("model".into(), model.into());
    }
    Ok((body, Edition { beta, latest }))
}
