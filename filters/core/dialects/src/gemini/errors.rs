//! Errors as Google's APIs report them: <https://cloud.google.com/apis/design/errors>,
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>.

use tollgate_wire::json::Value;

use crate::refusal::{Refusal, RefusalKind};

/// The type of the detail that says when to ask again.
const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// Reads the error of an answer or of an event; `body` is all of it. A stream that is not one of server-sent events has it in a list.
pub(crate) fn read_error(status: u16, body: Value<'_>) -> Refusal {
    let body = body.items().find(|item| item.get("error").is_some()).unwrap_or(body);
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    let field = |key| error.get(key).and_then(|value| value.as_str()).map(|text| text.decode().into_owned());
    // Some front ends report a mere text.
    let own = error.as_str().map(|text| text.decode().into_owned());
    let message = field("message").or(own).filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| format!("The provider answered with status {status}."));
    let mut refusal = Refusal::new(status, kind(status, error, field("status").as_deref(), &message), message);
    refusal.retry_after_secs = retry_delay(error);
    // The one code that agents act upon: they shorten the conversation.
    let too_long = refusal.kind == RefusalKind::InvalidRequest
        && refusal.message.contains("token count")
        && refusal.message.contains("exceeds the maximum number of tokens");
    refusal.code = too_long.then(|| "context_length_exceeded".to_owned());
    refusal.of_provider()
}

fn kind(status: u16, error: Value<'_>, name: Option<&str>, message: &str) -> RefusalKind {
    let has_reason = |reason: &str| details(error).any(|detail| is(detail, "reason", reason));
    match name {
        // A wrong key is an invalid argument at AI Studio.
        Some("INVALID_ARGUMENT") if has_reason("API_KEY_INVALID") || message.starts_with("API key not valid") => {
            RefusalKind::Authentication
        }
        Some("INVALID_ARGUMENT" | "OUT_OF_RANGE" | "UNIMPLEMENTED") => RefusalKind::InvalidRequest,
        Some("FAILED_PRECONDITION") if message.contains("billing") => RefusalKind::Billing,
        Some("FAILED_PRECONDITION") => RefusalKind::InvalidRequest,
        Some("UNAUTHENTICATED") => RefusalKind::Authentication,
        Some("PERMISSION_DENIED") => RefusalKind::Permission,
        // The path is ours and right, so it is the model that is not there.
        Some("NOT_FOUND") => RefusalKind::ModelNotFound,
        Some("RESOURCE_EXHAUSTED") => RefusalKind::RateLimited,
        Some("UNAVAILABLE") => RefusalKind::Overloaded,
        Some("DEADLINE_EXCEEDED") => RefusalKind::Timeout,
        Some("INTERNAL" | "UNKNOWN" | "ABORTED" | "CANCELLED" | "DATA_LOSS") => RefusalKind::Upstream,
        // Within a stream the status is the stream's: the error has its own.
        _ => {
            let code = error.get("code").and_then(|code| code.as_u64()).and_then(|code| u16::try_from(code).ok());
            RefusalKind::of_status(code.filter(|code| (400..600).contains(code)).unwrap_or(status))
        }
    }
}

/// `retryDelay` is a duration as JSON has them, `34.074824224s`, here in whole seconds, rounded up.
fn retry_delay(error: Value<'_>) -> Option<u64> {
    let info = details(error).find(|detail| is(*detail, "@type", RETRY_INFO))?;
    let delay = info.get("retryDelay")?.as_str()?.decode();
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    (0.0..1e9).contains(&seconds).then_some(seconds.ceil() as u64)
}

fn details<'a>(error: Value<'a>) -> impl Iterator<Item = Value<'a>> {
    error.get("details").into_iter().flat_map(|details| details.items())
}

fn is(detail: Value<'_>, key: &str, text: &str) -> bool {
    detail.get(key).and_then(|value| value.as_str()).is_some_and(|value| value == text)
}
