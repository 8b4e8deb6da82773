//! Errors: <https://docs.cohere.com/reference/errors>.

use tollgate_wire::json::{Str, Value};

use super::finish::finish;
use crate::refusal::{Refusal, RefusalKind};

/// Reads the error of an answer; `body` is all of it: `{"message": …, "id": …}`. In front of deployments elsewhere stand gateways that wrap
/// it as `{"error": {"message": …}}`.
pub(crate) fn read_error(status: u16, body: Value<'_>) -> Refusal {
    let text = |value: Value<'_>| value.as_str().map(|text| text.decode().into_owned());
    let message = ["message", "error", "detail"]
        .iter()
        .filter_map(|key| body.get(key))
        .find_map(|value| text(value).or_else(|| text(value.get("message")?)));
    let said = |words: &str| message.as_ref().is_some_and(|message| message.contains(words));
    let (status, kind) = match status {
        404 if said("model") => (status, RefusalKind::ModelNotFound),
        // "A deny-listed token": no status of HTTP's, and nothing that SDKs know.
        498 => (400, RefusalKind::Blocked),
        // Cancelled, by nobody here.
        499 => (502, RefusalKind::Upstream),
        _ => (status, RefusalKind::of_status(status)),
    };
    // Of the prompt, not of the limit the client set for the answer.
    let too_long = kind == RefusalKind::InvalidRequest && said("too many tokens") && !said("max tokens");
    let message = message.unwrap_or_else(|| format!("The provider answered with status {status}."));
    let mut refusal = Refusal::new(status, kind, message);
    // The one code that agents act upon: they shorten the conversation.
    refusal.code = match kind {
        // The provider's 404 is not about the path the caller asked for.
        RefusalKind::NotFound => Some("not_found".to_owned()),
        _ if too_long => Some("context_length_exceeded".to_owned()),
        _ => None,
    };
    refusal.of_provider()
}

/// The error in what claims to be an answer: it broke off.
pub(crate) fn failure(body: Value<'_>) -> Option<Refusal> {
    let text = |key| body.get(key).and_then(|value: Value<'_>| value.as_str());
    finish(text("finish_reason"), text("error"), false).err().map(|refusal| *refusal)
}

/// The error that is an event of its own, with nothing around it.
pub(super) fn read_bare(data: Value<'_>) -> Option<Refusal> {
    let is_text = |value: &Value<'_>| value.as_str().is_some_and(|text: Str<'_>| !text.is_empty());
    data.get("message").filter(is_text).map(|_| read_error(502, data))
}
