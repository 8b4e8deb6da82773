//! Error bodies, in OpenAI's words: <https://platform.openai.com/docs/guides/error-codes>.

use crate::Reply;
use crate::call::Call;
use crate::fields::{Fault, Path};
use crate::json::{Json, object};

const INVALID: &str = "invalid_request_error";

pub(crate) fn body(message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Json {
    object! { "error": object! { "message": message; "type": kind; "param": param; "code": code } }
}

fn reply(status: u16, message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Box<Reply> {
    Box::new(Reply::json(status, &body(message, kind, param, code)))
}

pub(super) fn no_key() -> Box<Reply> {
    let message = "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth \
        (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.";
    reply(401, message, INVALID, None, None)
}

pub(super) fn wrong_key(key: &str) -> Box<Reply> {
    // Like the real one, show little of the key.
    let (start, end): (String, String) = (key.chars().take(4).collect(), key.chars().rev().take(2).collect());
    let end: String = end.chars().rev().collect();
    let message = format!(
        "Incorrect API key provided: {start}****{end}. You can find your API key at https://platform.openai.com/account/api-keys."
    );
    reply(401, &message, INVALID, None, Some("invalid_api_key"))
}

pub(super) fn path(call: &Call<'_>) -> Box<Reply> {
    reply(404, &format!("Invalid URL ({} {})", call.method, call.path), INVALID, None, None)
}

pub(super) fn method(call: &Call<'_>) -> Box<Reply> {
    let message = format!(
        "Not allowed to {} on {} (HINT: Perhaps you meant to use a different HTTP method?)",
        call.method, call.path
    );
    reply(405, &message, INVALID, None, Some("method_not_supported"))
}

pub(super) fn not_json() -> Box<Reply> {
    let message = "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library \
        correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring \
        out how to fix this, please contact us through our help center at help.openai.com.)";
    reply(400, message, INVALID, None, None)
}

pub(super) fn no_model(model: &str) -> Box<Reply> {
    let message = format!("The model `{model}` does not exist or you do not have access to it.");
    reply(404, &message, INVALID, None, Some("model_not_found"))
}

/// A prompt that is not answered.
pub(super) fn blocked() -> Box<Reply> {
    let message = "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different \
                   prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting";
    reply(400, message, INVALID, None, Some("invalid_prompt"))
}

/// What is wrong with a body, as the older endpoints say it: unknown top-level members have no `param` and no `code`.
pub(super) fn fault(fault: Fault) -> Box<Reply> {
    match &fault {
        Fault::Missing(path) if path.brackets() == "model" => {
            reply(400, "you must provide a model parameter", INVALID, None, None)
        }
        Fault::Unknown(path) if path.split().0 == Path::default() => {
            reply(400, &format!("Unrecognized request argument supplied: {}", path.brackets()), INVALID, None, None)
        }
        _ => modern_fault(fault),
    }
}

/// What is wrong with a body, as the Responses API says it.
pub(super) fn modern_fault(fault: Fault) -> Box<Reply> {
    let invalid = |path: &Path, message: String, code: Option<&str>| {
        let param = path.brackets();
        reply(400, &message, INVALID, Some(&param).filter(|param| !param.is_empty()).map(String::as_str), code)
    };
    match fault {
        Fault::Missing(path) => invalid(
            &path,
            format!("Missing required parameter: '{}'.", path.brackets()),
            Some("missing_required_parameter"),
        ),
        Fault::Unknown(path) => {
            invalid(&path, format!("Unknown parameter: '{}'.", path.brackets()), Some("unknown_parameter"))
        }
        Fault::Type(path, want, found) => {
            let name = path.brackets();
            let article = if found.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            let message = format!("Invalid type for '{name}': expected {want}, but got {article} {found} instead.");
            invalid(&path, message, Some("invalid_type"))
        }
        Fault::Value(path, value, allowed) => {
            let listed = match allowed {
                [] => String::new(),
                [one] => format!("'{one}'"),
                [first @ .., last] => {
                    first.iter().map(|one| format!("'{one}', ")).collect::<String>() + &format!("and '{last}'")
                }
            };
            invalid(&path, format!("Invalid value: '{value}'. Supported values are: {listed}."), Some("invalid_value"))
        }
        Fault::Other(path, message) => invalid(&path, message, None),
    }
}

pub(super) const SERVER_ERROR: &str = "The server had an error while processing your request. Sorry about that!";

/// The error that ends a stream half way.
pub(super) fn mid_stream() -> Json {
    body(SERVER_ERROR, "server_error", None, None)
}

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    let model = serde_json::from_slice::<serde_json::Value>(call.body).ok();
    let model = model.as_ref().and_then(|body| body["model"].as_str()).unwrap_or("gpt-4o");
    let reply = match status {
        401 => *wrong_key("sk-simulated"),
        403 => Reply::json(
            403,
            &body(
                "You are not allowed to use this resource.",
                INVALID,
                None,
                Some("unsupported_country_region_territory"),
            ),
        ),
        404 => *no_model(model),
        429 => {
            let message = format!(
                "Rate limit reached for {model} in organization org-simulated on tokens per min (TPM): Limit 30000, Used 30000, \
                 Requested 100. Please try again in 1s. Visit https://platform.openai.com/account/rate-limits to learn more."
            );
            Reply::json(429, &body(&message, "tokens", None, Some("rate_limit_exceeded")))
                .header("x-ratelimit-limit-tokens", "30000")
                .header("x-ratelimit-remaining-tokens", "0")
                .header("x-ratelimit-reset-tokens", "1s")
        }
        503 => Reply::json(
            503,
            &body("The engine is currently overloaded, please try again later", "server_error", None, None),
        ),
        400..500 => Reply::json(status, &body("Your request was refused.", INVALID, None, None)),
        _ => Reply::json(status, &body(SERVER_ERROR, "server_error", None, None)),
    };
    reply.header("x-request-id", call.id("req_", 0))
}
