//! From the client's dialect to the provider's API, and back.
//!
//! Where both are the same, bytes pass through: the request but for the model's name, the answer altogether, unless it is an
//! error that its own API would not have written. Everything else goes through the canonical model of a conversation.
//!
//! - Answers name the model as the provider does, as they would without a gateway: a client that asks for an alias learns what served it.
//! - What a provider lacks is a 400 that names the feature, or is dropped and listed where the policy is lenient about it. Hints that
//!   change no answer, such as cache marks for a provider that caches by itself, are dropped and listed.
//! - An answer keeps the provider's status, on which Envoy has decided by then whether to try the next one.

mod answer;
mod headers;
mod request;
mod stream;
#[cfg(test)]
mod tests;

pub use answer::{ClientAnswer, response};
pub use headers::{HeaderEdit, answer_headers};
pub use request::{Attempt, UpstreamRequest, request};
pub use stream::StreamTranslator;

use tollgate_policy::translate::ProviderApi;

use crate::ClientDialect;

/// What the answer's translation must know of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerPlan {
    /// The dialect to write.
    pub client: ClientDialect,
    /// The API to read.
    pub api: ProviderApi,
    /// Whether the client asked for a stream. Not looked at where bytes pass through.
    pub streaming: bool,
    /// Whether the client asked for usage in it.
    pub include_usage: bool,
    /// Whether JSON was asked for by way of a tool.
    pub json_tool: bool,
    /// When the attempt began, in Unix seconds: what OpenAI calls `created`, and what relative times in headers count from.
    pub now_secs: u64,
}

impl AnswerPlan {
    /// For an answer whose request is not known: all that its bytes do not tell is taken to be off.
    #[must_use]
    pub fn new(client: ClientDialect, api: ProviderApi, now_secs: u64) -> Self {
        Self { client, api, streaming: false, include_usage: false, json_tool: false, now_secs }
    }

    /// Whether the answer passes through as it is.
    #[must_use]
    pub fn passes_through(&self) -> bool {
        self.client.is_spoken_by(self.api)
    }
}
