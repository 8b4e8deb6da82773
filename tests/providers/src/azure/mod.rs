//! Azure OpenAI: OpenAI's API by deployments, <https://learn.microsoft.com/azure/ai-foundry/openai/reference>, and at the v1
//! paths, <https://learn.microsoft.com/azure/ai-foundry/openai/latest>.
//!
//! A deployment's name stands for its model: what is in the path takes the place of the body's `model`, and is what answers
//! name.

mod errors;
pub(crate) mod filters;

pub(crate) use errors::failure;

use serde_json::Value;

use crate::Reply;
use crate::call::Call;
use crate::openai::{self, Answered, chat, completions, embeddings, responses};

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let reply = authorized(call).and_then(|()| operation(call)).unwrap_or_else(|refusal| *refusal);
    reply
        .header("apim-request-id", request_id(call))
        .header("x-request-id", request_id(call))
        .header("x-ms-region", "Simulated")
        .header("x-ms-deployment-name", named(call).unwrap_or_default())
}

fn request_id(call: &Call<'_>) -> String {
    format!("00000000-0000-4000-8000-{:012x}", call.number)
}

/// A key in `api-key`, or a token of Entra ID.
fn authorized(call: &Call<'_>) -> Result<(), Box<Reply>> {
    let key = call.header("api-key").filter(|key| !key.is_empty());
    match (key, call.bearer(), &call.options.expect_key) {
        (None, None, _) => Err(errors::no_key()),
        (Some(key), _, Some(expected)) if key != expected => Err(errors::wrong_key()),
        (None, Some(token), Some(expected)) if token != expected => Err(errors::wrong_token()),
        _ => Ok(()),
    }
}

fn operation(call: &Call<'_>) -> Answered {
    let Some(rest) = call.path.strip_prefix("/openai/") else { return Err(errors::not_found()) };
    let version = call.query("api-version").filter(|version| !version.is_empty());
    if let Some(rest) = rest.strip_prefix("v1/") {
        return match version {
            None | Some("v1" | "preview" | "latest") => by_model(call, rest),
            Some(_) => Err(errors::version_at_v1()),
        };
    }
    match version {
        // Without a version the front door knows no path at all.
        None => return Err(errors::not_found()),
        Some(version) if !dated(version) => return Err(errors::unknown_version()),
        Some(_) => {}
    }
    match rest.strip_prefix("deployments/") {
        Some(rest) => by_deployment(call, rest),
        // What is not done by a deployment is done by the model a body names.
        None if matches!(rest, "responses" | "models") || rest.starts_with("models/") => by_model(call, rest),
        None => Err(errors::not_found()),
    }
}

/// `2024-10-21` or `2025-04-01-preview`.
fn dated(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let parts: Vec<&str> = date.split('-').collect();
    let digits = |part: &str, count| part.len() == count && part.chars().all(|c| c.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

fn by_deployment(call: &Call<'_>, rest: &str) -> Answered {
    let Some((deployment, operation)) = rest.split_once('/') else { return Err(errors::not_found()) };
    let deployment = percent_encoding::percent_decode_str(deployment).decode_utf8_lossy();
    let answer: fn(&Call<'_>) -> Answered = match (call.method, operation) {
        ("POST", "chat/completions") => chat::answer,
        ("POST", "completions") => completions::answer,
        ("POST", "embeddings") => embeddings::answer,
        _ => return Err(errors::not_found()),
    };
    if deployment.is_empty() || !call.serves(&deployment) {
        return Err(errors::no_deployment());
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice(call.body) else { return answer(call) };
    body.insert("model".into(), deployment.into());
    answer(&Call { body: Value::Object(body).to_string().as_bytes(), ..*call })
}

fn by_model(call: &Call<'_>, operation: &str) -> Answered {
    let answer: fn(&Call<'_>) -> Answered = match (call.method, operation) {
        ("POST", "chat/completions") => chat::answer,
        ("POST", "completions") => completions::answer,
        ("POST", "embeddings") => embeddings::answer,
        ("POST", "responses") => responses::answer,
        ("POST", "responses/input_tokens") => responses::count,
        ("GET", "models") => return Ok(openai::models::list(call)),
        ("GET", path) if path.starts_with("models/") => return openai::models::one(call, &path["models/".len()..]),
        _ => return Err(errors::not_found()),
    };
    match named(call) {
        Some(model) if !call.serves(&model) => Err(errors::no_deployment()),
        _ => answer(call),
    }
}

/// The deployment a request is for: by its path, or its body.
fn named(call: &Call<'_>) -> Option<String> {
    let in_path = call.path.strip_prefix("/openai/deployments/").and_then(|rest| rest.split('/').next());
    match in_path {
        Some(name) => Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()),
        None => serde_json::from_slice::<Value>(call.body).ok()?.get("model")?.as_str().map(str::to_owned),
    }
}
