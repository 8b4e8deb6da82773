//! What the answer's translation must know of the request.

use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::Str;

use super::target::Target;
use crate::ClientDialect;
use crate::protocol::{Protocol, Signer};
use crate::refusal::Refusal;

/// What the answer's translation must know of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerPlan {
    /// The dialect to write.
    pub client: ClientDialect,
    /// Whose answer it is.
    pub api: ProviderApi,
    /// What it is written in.
    pub(crate) protocol: Protocol,
    /// Whether the client asked for a stream. Not looked at where bytes pass through.
    pub streaming: bool,
    /// Whether the client asked for usage in it.
    pub include_usage: bool,
    /// Whether JSON was asked for by way of a tool.
    pub json_tool: bool,
    /// When the attempt began, in nanoseconds since 1970: what OpenAI calls `created`, what relative times in headers count from, and what
    /// ids are made of that the provider leaves out.
    pub now_nanos: u64,
    /// The model that was asked, for answers that name none.
    pub(crate) model: String,
    /// Whether vectors are wanted as base64. Not looked at where bytes pass through.
    pub(crate) base64: bool,
    /// What the answer repeats of the request, as JSON text in the dialect's own terms. Empty for dialects that repeat nothing.
    pub(crate) echo: String,
}

/// How an answer is delivered to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerForm {
    /// As it is.
    Pass,
    /// As a stream, event by event, by a [`StreamTranslator`](super::StreamTranslator).
    Stream,
    /// When it is complete, by [`response`](super::response): as JSON, or as a stream written at once where the client waits for one.
    Whole,
}

impl AnswerPlan {
    /// For an answer whose request is not known: all that its bytes do not tell is taken to be off.
    ///
    /// # Errors
    /// The provider does not serve such requests, or `model` is no name of one.
    pub fn new(client: ClientDialect, provider: &ProviderConfig, model: &str, now_nanos: u64) -> Result<Self, Refusal> {
        let target = Target::choose(client, provider, model, false)?;
        Ok(Self::of_target(client, &target, now_nanos))
    }

    pub(super) fn of_target(client: ClientDialect, target: &Target<'_>, now_nanos: u64) -> Self {
        Self {
            client,
            api: target.provider.api,
            protocol: target.protocol,
            streaming: false,
            include_usage: false,
            json_tool: false,
            now_nanos,
            model: target.model.to_owned(),
            base64: false,
            echo: String::new(),
        }
    }

    /// The model that was asked, for answers that name none.
    pub(super) fn model(&self) -> Str<'_> {
        // A model's name holds nothing that needs an escape.
        Str::from_escaped(&self.model)
    }

    /// Who signs the model's reasoning.
    pub(crate) fn signer(&self) -> Signer {
        self.protocol.signer(&self.model)
    }

    /// Whether the answer passes through as it is.
    #[must_use]
    pub fn passes_through(&self) -> bool {
        self.protocol == Protocol::of_client(self.client)
    }

    /// When the attempt began, in Unix seconds.
    #[must_use]
    pub fn now_secs(&self) -> u64 {
        self.now_nanos / 1_000_000_000
    }

    /// How an answer with this status and content type is delivered.
    #[must_use]
    pub fn form(&self, status: u16, content_type: &str) -> AnswerForm {
        let success = (200..300).contains(&status);
        let is = |kind: &str| content_type.get(..kind.len()).is_some_and(|head| head.eq_ignore_ascii_case(kind));
        let stream = if self.protocol.is_binary() { "application/vnd.amazon.eventstream" } else { "text/event-stream" };
        match success {
            true if self.passes_through() => AnswerForm::Pass,
            true if is(stream) => AnswerForm::Stream,
            _ => AnswerForm::Whole,
        }
    }

    /// The content type of the answer in that form, where it is not the provider's own.
    #[must_use]
    pub fn content_type(&self, form: AnswerForm, status: u16) -> Option<&'static str> {
        match form {
            AnswerForm::Pass => None,
            AnswerForm::Stream => Some("text/event-stream"),
            AnswerForm::Whole if self.streaming && (200..300).contains(&status) => Some("text/event-stream"),
            AnswerForm::Whole => Some("application/json"),
        }
    }
}
