//! Errors as OpenAI's API, and servers compatible with it, report them.

use tollgate_wire::json::Value;

use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer: `error` is the object (or string) under that key, `body` what it was found in.
pub(crate) fn read_error(status: u16, error: Value<'_>, body: Value<'_>) -> Refusal {
    let field = |key| error.get(key).and_then(|value| value.as_str()).map(|text| text.decode().into_owned());
    let own = error.as_str().map(|text| text.decode().into_owned());
    // Compatible servers put it in all sorts of places.
    let elsewhere =
        || ["message", "detail"].iter().find_map(|key| body.get(key)?.as_str().map(|text| text.decode().into_owned()));
    let message = own.or_else(|| field("message")).or_else(elsewhere);
    let code = field("code");
    let kind = match (code.as_deref(), field("type").as_deref()) {
        (Some("insufficient_quota"), _) | (_, Some("insufficient_quota")) => RefusalKind::Billing,
        (Some("rate_limit_exceeded"), _) => RefusalKind::RateLimited,
        (Some("model_not_found"), _) => RefusalKind::ModelNotFound,
        (_, Some("invalid_request_error")) if status >= 500 => RefusalKind::InvalidRequest,
        (_, Some("overloaded_error")) => RefusalKind::Overloaded,
        // Compatible servers have no code for it.
        _ if status == 404 && message.as_ref().is_some_and(|message| message.contains("model")) => {
            RefusalKind::ModelNotFound
        }
        _ => RefusalKind::of_status(status),
    };
    let message = message.unwrap_or_else(|| format!("The provider answered with status {status}."));
    let mut refusal = Refusal::new(status, kind, message);
    refusal.param = field("param");
    // The provider's 404 is not about the path the caller asked for.
    refusal.code = code.or_else(|| (kind == RefusalKind::NotFound).then(|| "not_found".to_owned()));
    refusal.of_provider()
}
