//! Error bodies: an id and a message, <https://docs.cohere.com/reference/errors>.

use super::request_id;
use crate::Reply;
use crate::call::Call;
use crate::fields::{Fault, Path};
use crate::json::object;

pub(super) fn refusal(call: &Call<'_>, status: u16, message: &str) -> Box<Reply> {
    Box::new(Reply::json(status, &object! { "id": request_id(call); "message": message }))
}

pub(super) fn no_model(call: &Call<'_>, model: &str) -> Box<Reply> {
    let message = format!(
        "model '{model}' not found, make sure the correct model ID was used and that you have access to the model."
    );
    refusal(call, 404, &message)
}

/// A prompt that is not answered: 498 is Cohere's own.
pub(super) fn blocked(call: &Call<'_>) -> Box<Reply> {
    refusal(call, 498, "invalid request: the prompt was blocked for violating the usage guidelines.")
}

pub(super) fn fault(call: &Call<'_>, fault: Fault) -> Box<Reply> {
    let invalid = |message: String| refusal(call, 400, &format!("invalid request: {message}"));
    match fault {
        Fault::Missing(path) => invalid(format!("{} is required.", path.brackets())),
        Fault::Unknown(path) => {
            let message = format!(
                "unknown field: parameter '{}' is not a valid field. For proper usage, please refer to \
                 https://docs.cohere.com{}",
                path.split().1,
                if call.path.ends_with("embed") { "/reference/embed" } else { "/reference/chat" }
            );
            refusal(call, 422, &message)
        }
        Fault::Type(path, ..) if path == Path::default() => invalid("the request body must be a JSON object.".into()),
        Fault::Type(path, want, found) => {
            let message =
                format!("invalid type: parameter {} is of type {found} but should be {want}.", path.brackets());
            refusal(call, 422, &message)
        }
        Fault::Value(path, value, allowed) => {
            invalid(format!("{} must be one of [{}], received '{value}'.", path.brackets(), allowed.join(", ")))
        }
        Fault::Other(_, message) => invalid(message),
    }
}

/// What breaks a stream half way.
pub(super) const MID_STREAM: &str = "internal server error, please try again later";

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    let message = match status {
        401 => "invalid api token",
        402 => {
            "Please add or update your payment method at https://dashboard.cohere.com/billing?tab=payment to continue"
        }
        403 => "You do not have permission to use this resource.",
        404 => "404 page not found",
        429 => {
            "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or \
             upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'. Contact us on \
             'https://discord.gg/XW44jPfYJu' or email us at support@cohere.com with any questions"
        }
        498 => return *blocked(call),
        499 => "request cancelled",
        503 => "service is temporarily unavailable",
        504 => "request timed out",
        400..500 => "invalid request: your request was refused.",
        _ => MID_STREAM,
    };
    *refusal(call, status, message)
}
