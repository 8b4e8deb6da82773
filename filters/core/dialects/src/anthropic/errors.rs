//! Errors as Anthropic's API reports them: <https://docs.claude.com/en/api/errors>.

use tollgate_wire::json::Value;

use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer or of an event: `error` is the object under that key.
pub(crate) fn read_error(status: u16, error: Value<'_>) -> Refusal {
    let field = |key| error.get(key).and_then(|value| value.as_str()).map(|text| text.decode().into_owned());
    let kind = match field("type").as_deref() {
        Some("invalid_request_error") => RefusalKind::InvalidRequest,
        Some("authentication_error") => RefusalKind::Authentication,
        Some("billing_error") => RefusalKind::Billing,
        Some("permission_error") => RefusalKind::Permission,
        // The path is ours and right, so it is the model that is not there.
        Some("not_found_error") => RefusalKind::ModelNotFound,
        Some("request_too_large") => RefusalKind::TooLarge,
        Some("rate_limit_error") => RefusalKind::RateLimited,
        Some("timeout_error") => RefusalKind::Timeout,
        Some("overloaded_error") => RefusalKind::Overloaded,
        Some("api_error") => RefusalKind::Upstream,
        _ => RefusalKind::of_status(status),
    };
    let message = field("message").unwrap_or_else(|| format!("The provider answered with status {status}."));
    let too_long = kind == RefusalKind::InvalidRequest && message.starts_with("prompt is too long");
    let mut refusal = Refusal::new(status, kind, message);
    // The one code that agents act upon: they shorten the conversation.
    refusal.code = too_long.then(|| "context_length_exceeded".to_owned());
    refusal.of_provider()
}
