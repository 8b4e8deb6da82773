//! Errors, in AWS's form: the type in a header, the message in the body.

use crate::Reply;
use crate::call::Call;
use crate::fields::Fault;
use crate::json::{Json, object};

pub(super) fn request_id(call: &Call<'_>) -> String {
    format!("00000000-0000-4000-8000-{:012x}", call.number)
}

pub(super) fn body(message: &str) -> Json {
    object! { "message": message }
}

pub(super) fn refusal(status: u16, kind: &str, message: &str) -> Box<Reply> {
    let reply = Reply::json(status, &body(message));
    Box::new(reply.header("x-amzn-errortype", format!("{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/")))
}

pub(super) fn validation(message: &str) -> Box<Reply> {
    refusal(400, "ValidationException", message)
}

/// API keys are checked before the service itself is reached; the body has a capital letter there.
pub(super) fn wrong_key() -> Box<Reply> {
    let message = "Authentication failed: Please make sure your API Key is valid.";
    let reply = Reply::json(403, &object! { "Message": message });
    Box::new(reply.header("x-amzn-errortype", "AccessDeniedException"))
}

pub(super) fn unknown_operation() -> Box<Reply> {
    let output = object! { "__type": "com.amazon.coral.service#UnknownOperationException" };
    let reply = Reply::json(404, &object! { "Output": output; "Version": "1.0" });
    Box::new(reply.header("x-amzn-errortype", "UnknownOperationException"))
}

pub(super) fn fault(fault: Fault) -> Box<Reply> {
    let message = match fault {
        Fault::Missing(path) => {
            let at = path.dots();
            format!(
                "1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must not be null"
            )
        }
        Fault::Value(path, value, allowed) => format!(
            "1 validation error detected: Value '{value}' at '{}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            path.dots(),
            allowed.join(", ")
        ),
        Fault::Type(path, want, _) => {
            let at = path.dots();
            let reply = refusal(400, "SerializationException", &format!("{at}: {want} was expected"));
            return reply;
        }
        Fault::Unknown(path) => {
            format!("The field {} is not valid. Remove it and try your request again.", path.dots())
        }
        Fault::Other(_, message) => message,
    };
    validation(&message)
}

/// The exception that ends a stream half way.
pub(super) const MID_STREAM: (&str, &str) = (
    "modelStreamErrorException",
    "The system encountered an unexpected error during processing. Try your request again.",
);

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    let (kind, message) = match status {
        403 => ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
        404 => {
            ("ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier.")
        }
        408 => ("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
        424 => (
            "ModelErrorException",
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
        429 => ("ThrottlingException", "Too many tokens, please wait before trying again."),
        503 => ("ServiceUnavailableException", "Bedrock is unable to process your request."),
        400..500 => ("ValidationException", "Your request was refused."),
        _ => (
            "InternalServerException",
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
    };
    refusal(status, kind, message).header("x-amzn-requestid", request_id(call))
}
