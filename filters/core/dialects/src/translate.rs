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
mod plan;
mod request;
mod stream;
pub(crate) mod target;
#[cfg(test)]
mod tests;

pub use answer::{ClientAnswer, response};
pub use headers::{HeaderEdit, LimitsToTell, answer_headers};
pub use plan::{AnswerForm, AnswerPlan};
pub use request::{Attempt, UpstreamRequest, request};
pub use stream::StreamTranslator;
