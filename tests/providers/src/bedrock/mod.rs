//! The Amazon Bedrock runtime, as <https://docs.aws.amazon.com/bedrock/latest/APIReference> describes it: Converse and
//! ConverseStream.

mod converse;
mod errors;
mod request;
mod stream;

pub(crate) use errors::failure;

use crate::Reply;
use crate::call::Call;

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let operation = call.path.strip_prefix("/model/").and_then(|rest| rest.rsplit_once('/'));
    let reply = match (call.method, operation) {
        ("POST", Some((model, "converse"))) => {
            authorized(call).and_then(|()| converse::answer(call, &decoded(model), false))
        }
        ("POST", Some((model, "converse-stream"))) => {
            authorized(call).and_then(|()| converse::answer(call, &decoded(model), true))
        }
        // AWS knows operations by method and path together: there is no 405.
        _ => Err(errors::unknown_operation()),
    };
    reply.unwrap_or_else(|refusal| *refusal).header("x-amzn-requestid", errors::request_id(call))
}

/// An answer, or a refusal.
type Answered = Result<Reply, Box<Reply>>;

/// Model ids have colons and slashes, which travel escaped.
fn decoded(model: &str) -> String {
    percent_encoding::percent_decode_str(model).decode_utf8_lossy().into_owned()
}

/// A Bedrock API key as bearer token, or a signature. Signatures are not verified, but must be complete; `expect_key` is
/// compared with the bearer token or the access key id.
fn authorized(call: &Call<'_>) -> Result<(), Box<Reply>> {
    let Some(header) = call.header("authorization").filter(|header| !header.is_empty()) else {
        return Err(errors::refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
    };
    if let Some(key) = header.strip_prefix("Bearer ") {
        return match &call.options.expect_key {
            Some(expected) if key != expected => Err(errors::wrong_key()),
            _ if key.is_empty() => Err(errors::wrong_key()),
            _ => Ok(()),
        };
    }
    let Some(signature) = header.strip_prefix("AWS4-HMAC-SHA256 ") else {
        let message = "Authorization header requires a supported scheme.";
        return Err(errors::refusal(403, "IncompleteSignatureException", message));
    };
    let part = |name: &str| signature.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let missing =
        ["Credential", "SignedHeaders", "Signature"].into_iter().find(|name| part(name).is_none_or(str::is_empty));
    if let Some(name) = missing {
        let message = format!("Authorization header requires '{name}' parameter. Authorization={header}");
        return Err(errors::refusal(403, "IncompleteSignatureException", &message));
    }
    let credential = part("Credential").unwrap_or_default();
    if !credential.ends_with("/bedrock/aws4_request") {
        let message = "Credential should be scoped to correct service: 'bedrock'.";
        return Err(errors::refusal(403, "InvalidSignatureException", message));
    }
    let access_key = credential.split('/').next();
    match &call.options.expect_key {
        Some(expected) if access_key != Some(expected) => {
            let message = "The security token included in the request is invalid.";
            Err(errors::refusal(403, "UnrecognizedClientException", message))
        }
        _ => Ok(()),
    }
}
