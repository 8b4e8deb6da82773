//! The request's way to the provider.

use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape, Value};

use super::AnswerPlan;
use crate::canonical::{Losses, Request};
use crate::refusal::Refusal;
use crate::{ClientDialect, anthropic, openai_chat};

/// One attempt at one provider. Every attempt starts from the client's own request.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The dialect of the request.
    pub client: ClientDialect,
    /// The provider that was picked.
    pub provider: &'a ProviderConfig,
    /// The model to ask it for; None keeps the client's name.
    pub model: Option<&'a str>,
    /// Features that may be dropped where the provider lacks them.
    pub lenient: &'a [String],
    /// The time, in Unix seconds.
    pub now_secs: u64,
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamRequest {
    /// The path, the provider's prefix included. `:authority` is the provider's own.
    pub path: String,
    /// Headers to set, replacing any of that name.
    pub set_headers: Vec<(&'static str, String)>,
    /// Headers to remove: the caller's credentials, those of the other dialect, and `accept-encoding`, because the answer must be read.
    pub drop_headers: &'static [&'static str],
    /// The new body; None leaves it as it is.
    pub body: Option<Vec<u8>>,
    /// Features that were dropped, by name.
    pub dropped: Vec<String>,
    /// How to translate the answer.
    pub answer: AnswerPlan,
}

/// The version of Anthropic's API that is written here.
const ANTHROPIC_VERSION: &str = "2023-06-01";

const COMMON_DROPS: &[&str] = &["authorization", "x-api-key", "api-key", "accept-encoding"];
const TO_OPENAI_DROPS: &[&str] = &[
    "authorization",
    "x-api-key",
    "api-key",
    "accept-encoding",
    "anthropic-version",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
];
const TO_ANTHROPIC_DROPS: &[&str] = &[
    "authorization",
    "x-api-key",
    "api-key",
    "accept-encoding",
    "openai-organization",
    "openai-project",
    "openai-beta",
    "idempotency-key",
];

/// Translates a request.
///
/// # Errors
/// A 400 in the caller's terms: the body is not JSON, a field is not what the API says, or the provider lacks a feature.
pub fn request(attempt: &Attempt<'_>, body: &[u8]) -> Result<UpstreamRequest, Refusal> {
    let api = attempt.provider.api;
    let mut upstream = UpstreamRequest {
        path: format!("{}{}", attempt.provider.path_prefix, path(api)),
        set_headers: Vec::new(),
        drop_headers: COMMON_DROPS,
        body: None,
        dropped: Vec::new(),
        answer: AnswerPlan::new(attempt.client, api, attempt.now_secs),
    };
    let mut tape = Tape::default();
    if attempt.client.is_spoken_by(api) {
        if let Some(model) = attempt.model {
            let value = tape.parse(body, Limits::default()).map_err(Refusal::not_json)?;
            upstream.body = with_model(value, body, model)?;
        }
        return Ok(upstream);
    }
    let value = tape.parse(body, Limits::default()).map_err(Refusal::not_json)?;
    if !value.is_object() {
        return Err(Refusal::invalid_field("body", "a JSON object"));
    }
    let request = read(attempt.client, value)?;
    upstream.answer.streaming = request.stream;
    upstream.answer.include_usage = request.stream_usage;
    let mut losses = Losses::new(api.as_str(), attempt.lenient);
    match api {
        ProviderApi::Openai => {
            upstream.drop_headers = TO_OPENAI_DROPS;
            upstream.body = Some(openai_chat::write_request(&request, attempt.model, &mut losses)?);
        }
        ProviderApi::Anthropic => {
            upstream.drop_headers = TO_ANTHROPIC_DROPS;
            upstream.set_headers.push(("anthropic-version", ANTHROPIC_VERSION.to_owned()));
            let name = attempt.model.map_or_else(|| request.model.decode(), Into::into);
            let limit = attempt.provider.max_output_tokens.get(&*name).copied();
            let written = anthropic::write_request(&request, attempt.model, limit, &mut losses)?;
            upstream.answer.json_tool = written.json_tool;
            upstream.body = Some(written.body);
        }
    }
    upstream.dropped = losses.dropped();
    Ok(upstream)
}

/// A request, from any client dialect.
pub(super) fn read<'a>(client: ClientDialect, body: Value<'a>) -> Result<Request<'a>, Refusal> {
    match client {
        ClientDialect::OpenaiChat => openai_chat::read_request(body),
        ClientDialect::AnthropicMessages => anthropic::read_request(body),
    }
}

fn path(api: ProviderApi) -> &'static str {
    match api {
        ProviderApi::Openai => ClientDialect::OpenaiChat.path(),
        ProviderApi::Anthropic => ClientDialect::AnthropicMessages.path(),
    }
}

/// The same body with another model's name, or None if it has that name already.
fn with_model(value: Value<'_>, body: &[u8], model: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let current = value.get("model").ok_or_else(|| Refusal::missing_field("model"))?;
    if current.as_str().is_some_and(|name| name == model) {
        return Ok(None);
    }
    let mut name = tollgate_wire::json::Writer::with_capacity(model.len() + 2);
    name.string(model);
    let mut edits = Edits::default();
    edits.push(current.span(), name.as_bytes());
    // One edit inside the body always applies.
    edits.apply(body).map(Some).map_err(|_| Refusal::internal())
}
