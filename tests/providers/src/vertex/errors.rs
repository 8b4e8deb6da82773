//! Errors of Vertex AI: Google's, with its own words.

use crate::Reply;
use crate::call::Call;
use crate::gemini::errors::{refusal, streamed};
use crate::json::{Json, object};

fn info(reason: &str) -> Json {
    object! {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo"; "reason": reason; "domain": "googleapis.com";
        "metadata": object! { "service": "aiplatform.googleapis.com" }
    }
}

pub(super) fn no_token() -> Box<Reply> {
    let message = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid \
                   authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
    refusal(401, message, &[info("CREDENTIALS_MISSING")])
}

pub(super) fn wrong_token() -> Box<Reply> {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
                   authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
    refusal(401, message, &[info("ACCESS_TOKEN_TYPE_UNSUPPORTED")])
}

/// The model of the path is not there.
pub(crate) fn no_model(call: &Call<'_>) -> Box<Reply> {
    let name = call.path.trim_start_matches("/v1beta1/").trim_start_matches("/v1/");
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    let message = format!(
        "Publisher Model `{name}` was not found or your project does not have access to it. Please ensure you are using a valid model \
         version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
    );
    refusal(404, &message, &[])
}

pub(super) fn invalid(message: &str) -> Box<Reply> {
    refusal(400, message, &[])
}

/// The answer to an ordered failure. Claude's overload is told in Anthropic's words.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    if status == 529 {
        return crate::anthropic::failure(call, status);
    }
    let message = match status {
        401 => return *wrong_token(),
        403 => {
            "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/simulated' (or it may \
             not exist)."
        }
        404 => return *no_model(call),
        429 => {
            "Resource exhausted. Please try again later. Please refer to \
             https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."
        }
        499 => "The operation was cancelled.",
        503 => "The service is currently unavailable.",
        504 => "Deadline expired before operation could complete.",
        400..500 => "Your request was refused.",
        _ => "Internal error encountered.",
    };
    let reply = *refusal(status, message, &[]);
    if call.path.ends_with(":streamGenerateContent") { streamed(call, reply) } else { reply }
}
