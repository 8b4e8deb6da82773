//! Errors as Bedrock reports them: <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>.
//!
//! The name of an exception is in a header of the answer, `x-amzn-errortype`; the body has a message and no more than that. What status and
//! message do not tell, nobody acts upon.

use tollgate_wire::eventstream::{HeaderValue, Message};
use tollgate_wire::json::{Limits, Tape, Value};

use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer; `body` is all of it.
pub(crate) fn read_error(status: u16, body: Value<'_>) -> Refusal {
    let text = |key: &str| body.get(key).and_then(|value| value.as_str()).map(|text| text.decode().into_owned());
    let message = text("message").or_else(|| text("Message"));
    // `com.amazon.coral.service#UnrecognizedClientException`, with a URL behind it at times.
    let exception = text("__type").or_else(|| text("code"));
    let exception = exception.as_deref().map(|name| name.rsplit('#').next().unwrap_or(name));
    let exception = exception.map(|name| name.split(':').next().unwrap_or(name));
    refusal(status, exception, message)
}

/// Reads an exception that ends a stream: modelled, with its name in one header and its message in the payload, or not, with both in headers.
pub(crate) fn read_exception(message: &Message<'_>, tape: &mut Tape) -> Refusal {
    let header = |name| match message.header(name) {
        Some(HeaderValue::String(text)) => Some(text),
        _ => None,
    };
    let exception = message.exception_type().or_else(|| header(":error-code"));
    let body = tape.parse(message.payload, Limits::default()).ok();
    let field = |key: &str| Some(body?.get(key)?.as_str()?.decode().into_owned());
    let text = field("message").or_else(|| field("Message")).or_else(|| field("originalMessage"));
    let text = text.or_else(|| header(":error-message").map(str::to_owned));
    let status = exception.and_then(known).map_or(500, |(status, _)| status);
    refusal(status, exception, text)
}

fn refusal(status: u16, exception: Option<&str>, message: Option<String>) -> Refusal {
    let words = message.as_deref().unwrap_or_default();
    let kind = match exception.and_then(known) {
        Some((_, RefusalKind::InvalidRequest)) => of_words(400, words),
        Some((_, kind)) => kind,
        None => of_words(status, words),
    };
    let too_long = kind == RefusalKind::InvalidRequest && is_too_long(words);
    let message = message.unwrap_or_else(|| match exception {
        Some(exception) => format!("The provider failed: {exception}."),
        None => format!("The provider answered with status {status}."),
    });
    let mut refusal = Refusal::new(status, kind, message);
    // The one code that agents act upon: they shorten the conversation.
    refusal.code = too_long.then(|| "context_length_exceeded".to_owned());
    refusal.of_provider()
}

/// The exceptions there are, and the status that each comes with outside of a stream. Events have them with a small letter in front.
fn known(exception: &str) -> Option<(u16, RefusalKind)> {
    const KNOWN: [(&str, u16, RefusalKind); 17] = [
        ("ValidationException", 400, RefusalKind::InvalidRequest),
        ("AccessDeniedException", 403, RefusalKind::Permission),
        ("ResourceNotFoundException", 404, RefusalKind::ModelNotFound),
        ("ThrottlingException", 429, RefusalKind::RateLimited),
        ("ServiceQuotaExceededException", 400, RefusalKind::RateLimited),
        ("ModelNotReadyException", 429, RefusalKind::Overloaded),
        ("ModelTimeoutException", 408, RefusalKind::Timeout),
        ("ModelErrorException", 424, RefusalKind::Upstream),
        ("ModelStreamErrorException", 424, RefusalKind::Upstream),
        ("InternalServerException", 500, RefusalKind::Upstream),
        ("InternalFailure", 500, RefusalKind::Upstream),
        ("ServiceUnavailableException", 503, RefusalKind::Overloaded),
        ("UnrecognizedClientException", 403, RefusalKind::Authentication),
        ("InvalidSignatureException", 403, RefusalKind::Authentication),
        ("ExpiredTokenException", 403, RefusalKind::Authentication),
        ("MissingAuthenticationTokenException", 403, RefusalKind::Authentication),
        ("IncompleteSignatureException", 400, RefusalKind::Authentication),
    ];
    let same = |name: &&(&str, u16, RefusalKind)| name.0.eq_ignore_ascii_case(exception);
    KNOWN.iter().find(same).map(|(_, status, kind)| (*status, *kind))
}

fn of_words(status: u16, message: &str) -> RefusalKind {
    let says = |words: &str| message.contains(words);
    match status {
        400 if says("model identifier is invalid") => RefusalKind::ModelNotFound,
        // A key or a signature, not the account behind it: `The security token included in the request is invalid.`, `The request signature we
        // calculated does not match`, `Authentication failed: Please make sure your API Key is valid.`
        400 | 403 if ["security token", "signature", "uthentication", "API Key"].iter().any(|words| says(words)) => {
            RefusalKind::Authentication
        }
        // The path is ours and right, so it is the model that is not there.
        404 => RefusalKind::ModelNotFound,
        // The model failed, not the request.
        424 => RefusalKind::Upstream,
        429 if says("not ready") => RefusalKind::Overloaded,
        _ => RefusalKind::of_status(status),
    }
}

fn is_too_long(message: &str) -> bool {
    ["Input is too long", "prompt is too long", "exceed context limit", "context window"]
        .iter()
        .any(|words| message.contains(words))
}
