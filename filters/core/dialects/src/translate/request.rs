//! The request's way to the provider.

use tollgate_policy::translate::ProviderConfig;
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape, Value};

use super::AnswerPlan;
use super::target::Target;
use crate::canonical::{Losses, Request, Written, has_seal, leave_out_foreign};
use crate::client::ClientVendor;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::{
    ClientDialect, anthropic, bedrock, cohere, embeddings, gemini, openai_chat, openai_completions, openai_responses,
};

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
    /// The time, in nanoseconds since 1970.
    pub now_nanos: u64,
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamRequest {
    /// The path, the provider's prefix and the protocol's query included. `:authority` is the provider's own.
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
const FROM_ANTHROPIC_DROPS: &[&str] = &[
    "authorization",
    "x-api-key",
    "api-key",
    "accept-encoding",
    "anthropic-version",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
];
const FROM_OPENAI_DROPS: &[&str] = &[
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
    let mut tape = Tape::default();
    let value = tape.parse(body, Limits::default()).map_err(Refusal::not_json)?;
    if !value.is_object() {
        return Err(Refusal::invalid_field("body", "a JSON object"));
    }
    let own = value.get("model").and_then(|model| model.as_str()).ok_or_else(|| Refusal::missing_field("model"))?;
    let own = own.decode();
    let model = attempt.model.unwrap_or(&own);
    let stream = value.get("stream").and_then(|stream| stream.as_bool()).unwrap_or(false);
    let mut target = Target::choose(attempt.client, attempt.provider, model, stream)?;
    target.likely_size = body.len() + 1024;
    let mut upstream = UpstreamRequest {
        path: format!("{}{}", attempt.provider.path_prefix, target.path),
        set_headers: target.headers.clone(),
        drop_headers: COMMON_DROPS,
        body: None,
        dropped: Vec::new(),
        answer: AnswerPlan::of_target(attempt.client, &target, attempt.now_nanos),
    };
    let is_openai = matches!(target.protocol, Protocol::OpenaiChat | Protocol::OpenaiResponses);
    let mut losses = Losses::new(attempt.provider.api.as_str(), attempt.lenient, is_openai);
    if upstream.answer.passes_through() {
        upstream.body = as_it_is(value, body, has_seal(body), &target, &mut losses)?;
        upstream.dropped = losses.dropped();
        return Ok(upstream);
    }
    upstream.drop_headers = match attempt.client.vendor() {
        ClientVendor::Openai => FROM_OPENAI_DROPS,
        ClientVendor::Anthropic => FROM_ANTHROPIC_DROPS,
    };
    if target.protocol == Protocol::AnthropicMessages && target.model_in_body.is_some() {
        upstream.set_headers.push(("anthropic-version", ANTHROPIC_VERSION.to_owned()));
    }
    if attempt.client == ClientDialect::OpenaiEmbeddings {
        let request = embeddings::read_request(value)?;
        upstream.answer.base64 = request.base64;
        upstream.body = Some(embeddings::write_request(&request, &target, &mut losses)?);
    } else {
        let mut request = read(attempt.client, value)?;
        request.settle(&mut losses)?;
        leave_out_foreign(&mut request, attempt.client, target.signer(), &mut losses);
        upstream.answer.streaming = request.stream;
        upstream.answer.include_usage = request.stream_usage;
        let written = write(&request, &target, &mut losses)?;
        upstream.answer.json_tool = written.json_tool;
        upstream.body = Some(written.body);
    }
    if attempt.client == ClientDialect::OpenaiResponses {
        upstream.answer.echo = openai_responses::echo(value);
    }
    upstream.dropped = losses.dropped();
    Ok(upstream)
}

/// A request, from any client dialect of conversations.
pub(super) fn read<'a>(client: ClientDialect, body: Value<'a>) -> Result<Request<'a>, Refusal> {
    match client {
        ClientDialect::OpenaiChat => openai_chat::read_request(body),
        ClientDialect::OpenaiResponses => openai_responses::read_request(body),
        ClientDialect::OpenaiCompletions => openai_completions::read_request(body),
        ClientDialect::AnthropicMessages => anthropic::read_request(body),
        ClientDialect::OpenaiEmbeddings => Err(Refusal::internal()),
    }
}

pub(super) fn write(request: &Request<'_>, target: &Target<'_>, losses: &mut Losses<'_>) -> Result<Written, Refusal> {
    match target.protocol {
        Protocol::OpenaiChat => openai_chat::write_request(request, target, losses),
        Protocol::OpenaiResponses => openai_responses::write_request(request, target, losses),
        Protocol::AnthropicMessages => anthropic::write_request(request, target, losses),
        Protocol::Gemini => gemini::write_request(request, target, losses),
        Protocol::Converse => bedrock::write_request(request, target, losses),
        Protocol::CohereChat => cohere::write_request(request, target, losses),
        Protocol::OpenaiCompletions => Err(Refusal::unsupported("completions", target.provider.api.as_str())),
        Protocol::OpenaiEmbeddings
        | Protocol::GeminiEmbeddings
        | Protocol::VertexEmbeddings
        | Protocol::TitanEmbeddings
        | Protocol::BedrockCohereEmbeddings
        | Protocol::CohereEmbeddings => Err(Refusal::internal()),
    }
}

/// The body as the client wrote it, save for the model's name, what the server deviates in, and what another provider has `sealed`. None if
/// nothing changes.
fn as_it_is(
    value: Value<'_>,
    body: &[u8],
    sealed: bool,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let mut edits = Edits::default();
    if let Some(model) = target.model_in_body {
        let current = value.get("model").ok_or_else(|| Refusal::missing_field("model"))?;
        if current.as_str().is_none_or(|name| name != model) {
            let mut name = tollgate_wire::json::Writer::with_capacity(model.len() + 2);
            name.string(model);
            edits.push(current.span(), name.as_bytes());
        }
    }
    match target.protocol {
        Protocol::OpenaiChat => openai_chat::as_server_takes_it(value, target, sealed, losses, &mut edits)?,
        Protocol::OpenaiResponses => openai_responses::as_server_takes_it(value, sealed, losses, &mut edits),
        Protocol::AnthropicMessages => anthropic::as_server_takes_it(value, target, sealed, losses, &mut edits),
        _ => {}
    }
    if edits.is_empty() {
        return Ok(None);
    }
    // Edits of different fields never overlap.
    edits.apply(body).map(Some).map_err(|_| Refusal::internal())
}
