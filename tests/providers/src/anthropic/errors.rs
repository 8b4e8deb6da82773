//! Error bodies, in Anthropic's words: <https://docs.anthropic.com/en/api/errors>.

use crate::Reply;
use crate::call::Call;
use crate::fields::{Fault, Path};
use crate::json::{Json, object};

pub(crate) fn request_id(call: &Call<'_>) -> String {
    call.id("req_", 0)
}

fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        400..500 => "invalid_request_error",
        _ => "api_error",
    }
}

fn body(call: &Call<'_>, kind: &str, message: &str) -> Json {
    object! { "type": "error"; "error": object! { "type": kind; "message": message }; "request_id": request_id(call) }
}

pub(crate) fn refusal(call: &Call<'_>, status: u16, message: &str) -> Box<Reply> {
    Box::new(Reply::json(status, &body(call, kind(status), message)))
}

pub(super) fn fault(call: &Call<'_>, fault: Fault) -> Box<Reply> {
    let at = |path: &Path, text: &str| {
        if path.dots().is_empty() { text.to_owned() } else { format!("{}: {text}", path.dots()) }
    };
    let message = match &fault {
        Fault::Missing(path) => at(path, "Field required"),
        Fault::Unknown(path) => at(path, "Extra inputs are not permitted"),
        Fault::Type(path, want, _) => {
            let want = want.split_once(' ').map_or(*want, |(_, noun)| noun);
            let want = match want {
                "object" => "dictionary",
                "array" => "list",
                other => other,
            };
            at(path, &format!("Input should be a valid {want}"))
        }
        Fault::Value(path, _, allowed) => {
            let allowed: Vec<String> = allowed.iter().map(|one| format!("'{one}'")).collect();
            let listed = match allowed.as_slice() {
                [one] => one.clone(),
                [first @ .., last] => format!("{} or {last}", first.join(", ")),
                [] => String::new(),
            };
            at(path, &format!("Input should be {listed}"))
        }
        Fault::Other(path, message) => at(path, message),
    };
    refusal(call, 400, &message)
}

/// The event that ends a stream half way.
pub(super) fn mid_stream(call: &Call<'_>) -> Json {
    body(call, "overloaded_error", "Overloaded")
}

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    let message = match status {
        401 => "invalid x-api-key",
        403 => "Your API key does not have permission to use the specified resource.",
        404 => "Not found",
        413 => "Request exceeds the maximum size",
        429 => "This request would exceed the rate limit for your organization of 30,000 input tokens per minute.",
        504 => "Request timed out",
        529 => "Overloaded",
        400..500 => "Your request was refused.",
        _ => "Internal server error",
    };
    let reply = refusal(call, status, message).header("request-id", request_id(call));
    match status {
        429 => reply
            .header("anthropic-ratelimit-input-tokens-limit", "30000")
            .header("anthropic-ratelimit-input-tokens-remaining", "0")
            .header("x-should-retry", "true"),
        _ => reply,
    }
}
