//! The way back of a complete answer, errors included.

use tollgate_wire::json::{Limits, Tape, Value};

use super::AnswerPlan;
use super::stream::Writer;
use crate::canonical::Answer;
use crate::client::ClientVendor;
use crate::protocol::Protocol;
use crate::refusal::{Refusal, RefusalKind};
use crate::{
    ClientDialect, anthropic, bedrock, cohere, embeddings, gemini, openai_chat, openai_completions, openai_responses,
};

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
/// HTML page, nothing at all, or half an answer. A client that asked for a stream gets one, written at once.
#[must_use]
pub fn response(plan: &AnswerPlan, status: u16, content_type: &str, body: &[u8]) -> ClientAnswer {
    if status < 400 && plan.passes_through() {
        return ClientAnswer { status, set_headers: Vec::new(), body: None };
    }
    let mut tape = Tape::default();
    let Ok(value) = tape.parse(body, Limits::default()) else {
        return fail(plan, status, &unreadable(status, content_type));
    };
    if status >= 400 {
        // What a provider says of a key is said of the gateway's, at times with a part of it.
        let of_keys = matches!(status, 401 | 403);
        if plan.passes_through() && !of_keys && is_well_formed_error(plan.client, value) {
            return ClientAnswer { status, set_headers: Vec::new(), body: None };
        }
        return fail(plan, status, &read_error(plan.protocol, status, value));
    }
    let written = match plan.client {
        ClientDialect::OpenaiEmbeddings => embeddings::translate_answer(value, plan),
        _ => read(plan.protocol, value).map(|mut answer| {
            answer.model = answer.model.or(Some(plan.model()));
            write(&answer, plan)
        }),
    };
    let Some(body) = written else {
        // Some servers report errors with a status of success.
        return match value.get("error").filter(|error| !error.is_null()) {
            Some(_) => fail(plan, status, &read_error(plan.protocol, 502, value)),
            None => {
                fail(plan, status, &failure(plan.protocol, value).unwrap_or_else(|| unreadable(status, content_type)))
            }
        };
    };
    let content_type = if plan.streaming { "text/event-stream" } else { "application/json" };
    ClientAnswer { status, set_headers: vec![("content-type", content_type.to_owned())], body: Some(body) }
}

fn read<'a>(protocol: Protocol, body: Value<'a>) -> Option<Answer<'a>> {
    match protocol {
        Protocol::OpenaiChat => openai_chat::read_answer(body),
        Protocol::OpenaiResponses => openai_responses::read_answer(body),
        Protocol::AnthropicMessages => anthropic::read_answer(body),
        Protocol::Gemini => gemini::read_answer(body),
        Protocol::Converse => bedrock::read_answer(body),
        Protocol::CohereChat => cohere::read_answer(body),
        _ => None,
    }
}

/// Why an answer is none, where it says so itself.
fn failure(protocol: Protocol, body: Value<'_>) -> Option<Refusal> {
    match protocol {
        Protocol::Gemini => gemini::failure(body),
        Protocol::CohereChat => cohere::failure(body),
        _ => None,
    }
}

fn write(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    if plan.streaming {
        let mut out = Vec::with_capacity(1024);
        let mut writer = Writer::new(plan);
        answer.events(&mut |event| writer.write(event, &mut out));
        writer.finish(&mut out);
        return out;
    }
    match plan.client {
        ClientDialect::OpenaiChat => openai_chat::write_answer(answer, plan),
        ClientDialect::OpenaiResponses => openai_responses::write_answer(answer, plan),
        ClientDialect::OpenaiCompletions => openai_completions::write_answer(answer, plan),
        ClientDialect::AnthropicMessages => anthropic::write_answer(answer, plan),
        // Handled before: no conversation.
        ClientDialect::OpenaiEmbeddings => Vec::new(),
    }
}

/// An error. The status of a stream is out by now: there it is an event.
fn fail(plan: &AnswerPlan, status: u16, refusal: &Refusal) -> ClientAnswer {
    if plan.streaming && (200..300).contains(&status) {
        let mut body = Vec::new();
        let mut writer = Writer::new(plan);
        writer.write(crate::canonical::Event::Error(refusal.clone()), &mut body);
        writer.finish(&mut body);
        let set_headers = vec![("content-type", "text/event-stream".to_owned())];
        return ClientAnswer { status, set_headers, body: Some(body) };
    }
    let mut set_headers = vec![("content-type", "application/json".to_owned())];
    // Google says it in the body; where a header says it, that one stays.
    set_headers.extend(refusal.retry_after_secs.map(|seconds| ("retry-after", seconds.to_string())));
    ClientAnswer { status: refusal.status, set_headers, body: Some(refusal.body(plan.client)) }
}

/// Whether a body is an error as the client's own API would have written it.
fn is_well_formed_error(client: ClientDialect, body: Value<'_>) -> bool {
    let has_message = |error: Value<'_>| error.get("message").is_some_and(|message| message.as_str().is_some());
    match client.vendor() {
        ClientVendor::Openai => {
            body.get("error").is_some_and(|error| has_message(error) && error.get("type").is_some())
        }
        ClientVendor::Anthropic => {
            body.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "error")
                && body.get("error").is_some_and(|error| has_message(error) && error.get("type").is_some())
        }
    }
}

fn read_error(protocol: Protocol, status: u16, body: Value<'_>) -> Refusal {
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    match protocol {
        Protocol::OpenaiResponses => openai_responses::read_error(status, error, body),
        Protocol::OpenaiChat | Protocol::OpenaiCompletions | Protocol::OpenaiEmbeddings => {
            openai_chat::read_error(status, error, body)
        }
        // Claude on Vertex is behind Google's front door, which has errors of its own.
        Protocol::AnthropicMessages if body.is_array() || error.get("code").is_some() => {
            gemini::read_error(status, body)
        }
        Protocol::AnthropicMessages => anthropic::read_error(status, error),
        Protocol::Gemini | Protocol::GeminiEmbeddings | Protocol::VertexEmbeddings => gemini::read_error(status, body),
        Protocol::Converse | Protocol::TitanEmbeddings | Protocol::BedrockCohereEmbeddings => {
            bedrock::read_error(status, body)
        }
        Protocol::CohereChat | Protocol::CohereEmbeddings => cohere::read_error(status, body),
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
