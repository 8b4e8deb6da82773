//! Errors as OpenAI's API, Azure's, and servers compatible with it, report them.
//!
//! | who | form |
//! |---|---|
//! | OpenAI, Groq, DeepSeek, newer vLLM | `{"error": {"message", "type", "param", "code"}}`, at vLLM with a number for a code |
//! | Azure | the same; what its filter blocks with `code: content_filter` and the categories in `innererror`; its front door with a status for a code, or `{"statusCode", "message"}` |
//! | older vLLM, Mistral | `{"object": "error", "message", …}`, the message a text or `{"detail": [{"loc", "msg"}]}` |
//! | Mistral and others with FastAPI | `{"detail": "text"}` or `{"detail": [{"loc", "msg"}]}` |
//! | TGI, Ollama | `{"error": "text", "error_type": …}` |

use tollgate_wire::json::Value;

use crate::refusal::{Refusal, RefusalKind};

/// Most complaints of a list that are repeated.
const MAX_DETAILS: usize = 5;

/// Reads the error of an answer: `error` is the object (or string) under that key, `body` what it was found in.
pub(crate) fn read_error(status: u16, error: Value<'_>, body: Value<'_>) -> Refusal {
    let field = |key| text(error.get(key)?);
    let message = text(error)
        .or_else(|| error.get("message").and_then(message))
        .or_else(|| body.get("message").and_then(message))
        .or_else(|| error.get("detail").or(body.get("detail")).and_then(message));
    // A number says no more than a status does.
    let code = field("code").filter(|code| !code.bytes().all(|byte| byte.is_ascii_digit()));
    let kind = kind(status, error, body, code.as_deref(), message.as_deref());
    let mut message = message.unwrap_or_else(|| format!("The provider answered with status {status}."));
    if kind == RefusalKind::Blocked {
        message.push_str(&filtered(error));
    }
    let mut refusal = Refusal::new(status, kind, message);
    refusal.param = field("param");
    // The provider's 404 is not about the path the caller asked for.
    refusal.code = match kind {
        RefusalKind::ModelNotFound => Some("model_not_found".to_owned()),
        RefusalKind::NotFound => code.or_else(|| Some("not_found".to_owned())),
        _ => code,
    };
    refusal.of_provider()
}

fn kind(status: u16, error: Value<'_>, body: Value<'_>, code: Option<&str>, message: Option<&str>) -> RefusalKind {
    let kind = error.get("type").or(body.get("error_type")).and_then(text);
    let inner = error.get("innererror").and_then(|inner| text(inner.get("code")?));
    match (code, kind.as_deref()) {
        (Some("insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active"), _)
        | (_, Some("insufficient_quota")) => RefusalKind::Billing,
        (Some("content_filter" | "content_policy_violation"), _) => RefusalKind::Blocked,
        _ if inner.as_deref() == Some("ResponsibleAIPolicyViolation") => RefusalKind::Blocked,
        (Some("rate_limit_exceeded"), _) | (_, Some("rate_limit_error" | "service_tier_capacity_exceeded")) => {
            RefusalKind::RateLimited
        }
        (Some("model_not_found" | "DeploymentNotFound"), _) => RefusalKind::ModelNotFound,
        (Some("context_length_exceeded"), _) => RefusalKind::InvalidRequest,
        (_, Some("overloaded_error" | "overloaded")) => RefusalKind::Overloaded,
        (_, Some("invalid_request_error" | "validation")) if status >= 500 => RefusalKind::InvalidRequest,
        // Compatible servers have no code for it.
        _ if status == 404 && message.is_some_and(|message| message.contains("model")) => RefusalKind::ModelNotFound,
        // An event of a stream has no status of its own, but may name one.
        _ => RefusalKind::of_status(named_status(error).filter(|_| status >= 500).unwrap_or(status)),
    }
}

/// The status that an error has for a code, as a number or as text.
fn named_status(error: Value<'_>) -> Option<u16> {
    let code = error.get("code")?;
    let number = code.as_u64().or_else(|| code.as_str()?.raw().parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

fn text(value: Value<'_>) -> Option<String> {
    value.as_str().map(|text| text.decode().into_owned()).filter(|text| !text.is_empty())
}

/// A text, or a list of complaints, each about a field.
fn message(value: Value<'_>) -> Option<String> {
    if let Some(text) = text(value) {
        return Some(text);
    }
    let list = value.get("detail").unwrap_or(value);
    if !list.is_array() {
        return text(list);
    }
    let complaints: Vec<_> = list.items().filter_map(complaint).take(MAX_DETAILS).collect();
    (!complaints.is_empty()).then(|| complaints.join("; "))
}

/// `body.tools.0: Extra inputs are not permitted`.
fn complaint(item: Value<'_>) -> Option<String> {
    let what = text(item.get("msg")?)?;
    let place: Vec<_> = item
        .get("loc")
        .into_iter()
        .flat_map(|place| place.items())
        .map(|step| text(step).unwrap_or_else(|| step.raw().to_owned()))
        .collect();
    Some(if place.is_empty() { what } else { format!("{}: {what}", place.join(".")) })
}

/// The categories for which Azure's filter blocked a prompt.
fn filtered(error: Value<'_>) -> String {
    let results = error.get("innererror").and_then(|inner| inner.get("content_filter_result"));
    let blocked: Vec<_> = results
        .into_iter()
        .flat_map(|results| results.entries())
        .filter(|(_, result)| result.get("filtered").and_then(|filtered| filtered.as_bool()) == Some(true))
        .map(|(name, _)| name.decode().into_owned())
        .collect();
    if blocked.is_empty() { String::new() } else { format!(" (filtered: {})", blocked.join(", ")) }
}
