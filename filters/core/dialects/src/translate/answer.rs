//! The way back of a complete answer, errors included.

use tollgate_policy::translate::ProviderApi;
use tollgate_wire::json::{Limits, Tape, Value};

use super::AnswerPlan;
use crate::refusal::{Refusal, RefusalKind};
use crate::{ClientDialect, anthropic, openai_chat};

/// What the client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAnswer {
    /// HTTP status: the provider's own, save for an answer that claims success and cannot be read, which is a 502.
    pub status: u16,
    /// Headers to set.
    pub set_headers: Vec<(&'static str, String)>,
    /// The new body; None leaves it as it is.
    pub body: Option<Vec<u8>>,
}

/// Translates an answer that is not streamed. Never fails: what cannot be read becomes an error in the client's dialect, whatever it is, an
/// HTML page, nothing at all, or half an answer.
#[must_use]
pub fn response(plan: &AnswerPlan, status: u16, content_type: &str, body: &[u8]) -> ClientAnswer {
    if status < 400 && plan.passes_through() {
        return ClientAnswer { status, set_headers: Vec::new(), body: None };
    }
    let mut tape = Tape::default();
    let Ok(value) = tape.parse(body, Limits::default()) else { return fail(plan, &unreadable(status, content_type)) };
    if status >= 400 {
        if plan.passes_through() && is_well_formed_error(plan.client, value) {
            return ClientAnswer { status, set_headers: Vec::new(), body: None };
        }
        return fail(plan, &read_error(plan.api, status, value));
    }
    let answer = match plan.api {
        ProviderApi::Openai => openai_chat::read_answer(value),
        ProviderApi::Anthropic => anthropic::read_answer(value),
    };
    let Some(answer) = answer else {
        // Some servers report errors with a status of success.
        return match value.get("error").filter(|error| !error.is_null()) {
            Some(_) => fail(plan, &read_error(plan.api, 502, value)),
            None => fail(plan, &unreadable(status, content_type)),
        };
    };
    let body = match plan.client {
        ClientDialect::OpenaiChat => openai_chat::write_answer(&answer, plan.now_secs, plan.json_tool),
        ClientDialect::AnthropicMessages => anthropic::write_answer(&answer),
    };
    ClientAnswer { status, set_headers: json_content(), body: Some(body) }
}

fn json_content() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/json".to_owned())]
}

fn fail(plan: &AnswerPlan, refusal: &Refusal) -> ClientAnswer {
    ClientAnswer { status: refusal.status, set_headers: json_content(), body: Some(refusal.body(plan.client)) }
}

/// Whether a body is an error as the client's own API would have written it.
fn is_well_formed_error(client: ClientDialect, body: Value<'_>) -> bool {
    let has_message = |error: Value<'_>| error.get("message").is_some_and(|message| message.as_str().is_some());
    match client {
        ClientDialect::OpenaiChat => body.get("error").is_some_and(has_message),
        ClientDialect::AnthropicMessages => {
            body.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "error")
                && body.get("error").is_some_and(|error| has_message(error) && error.get("type").is_some())
        }
    }
}

fn read_error(api: ProviderApi, status: u16, body: Value<'_>) -> Refusal {
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    match api {
        ProviderApi::Openai => openai_chat::read_error(status, error, body),
        ProviderApi::Anthropic => anthropic::read_error(status, error),
    }
}

/// Not JSON: a page of a proxy in between, an empty body, an answer that was cut. What it says stays here; it is not meant for callers.
fn unreadable(status: u16, content_type: &str) -> Refusal {
    if status < 400 {
        return Refusal::upstream("sent an answer that could not be read");
    }
    let kind = RefusalKind::of_status(status);
    let what = if content_type.starts_with("text/html") { "an HTML page" } else { "no readable error" };
    Refusal::new(status, kind, format!("The provider answered with status {status} and {what}.")).of_provider()
}
