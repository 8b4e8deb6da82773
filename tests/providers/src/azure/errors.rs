//! Errors of Azure's front door, which stands before the models: a code and a message. What is wrong with a body is told by
//! what is behind it, in OpenAI's form.

use crate::Reply;
use crate::call::Call;
use crate::json::object;
use crate::openai;

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Box<Reply> {
    Box::new(Reply::json(status, &object! { "error": object! { "code": code; "message": message } }))
}

const WRONG_KEY: &str = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active \
                         subscription and use a correct regional API endpoint for your resource.";

pub(super) fn no_key() -> Box<Reply> {
    let message = "Access denied due to missing subscription key. Make sure to provide a valid key for an active subscription and use a \
                   correct regional API endpoint for your resource.";
    refusal(401, "401", message)
}

pub(super) fn wrong_key() -> Box<Reply> {
    refusal(401, "401", WRONG_KEY)
}

pub(super) fn wrong_token() -> Box<Reply> {
    refusal(401, "Unauthorized", "Access token is missing, invalid, audience is incorrect, or have expired.")
}

pub(super) fn not_found() -> Box<Reply> {
    refusal(404, "404", "Resource not found")
}

pub(super) fn no_deployment() -> Box<Reply> {
    let message = "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please \
                   wait a moment and try again.";
    refusal(404, "DeploymentNotFound", message)
}

/// The v1 paths have no versions but `v1` and `preview`.
pub(super) fn version_at_v1() -> Box<Reply> {
    refusal(400, "BadRequest", "api-version query parameter is not allowed when using /v1 path")
}

pub(super) fn unknown_version() -> Box<Reply> {
    refusal(400, "BadRequest", "API version not supported")
}

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    match status {
        401 => *wrong_key(),
        403 => *refusal(403, "403", "Access denied due to Virtual Network/Firewall rules."),
        404 => *no_deployment(),
        408 => *refusal(408, "Timeout", "The operation was timeout."),
        429 => {
            let version = call.query("api-version").unwrap_or("v1");
            let message = format!(
                "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version {version} have exceeded token rate limit \
                 of your current OpenAI S0 pricing tier. Please retry after 1 second. Please go here: https://aka.ms/oai/quotaincrease \
                 if you would like to further increase the default rate limit."
            );
            refusal(429, "429", &message)
                .header("x-ratelimit-remaining-requests", "0")
                .header("x-ratelimit-remaining-tokens", "0")
                .header("x-ratelimit-reset-tokens", "1")
        }
        // Beyond the front door it is OpenAI's own.
        _ => openai::failure(call, status),
    }
    .header("apim-request-id", super::request_id(call))
}
