//! Client and provider APIs, their readers, and translation between them.
//!
//! What a body says is read in place, by spans: no tree is built, and a string goes from the client's body into the provider's still
//! escaped.
//!
//! **The gateway** reads one dialect per request, the client's. [`endpoint`] tells which by method and path; [`request`] what it must know of a
//! request to decide, and the small changes it makes to one; [`response`] and [`stream`] the same of an answer; [`refusal`] how to say no.
//!
//! **The upstream side** [`translate`]s, once per attempt at a provider:
//!
//! ```text
//! request  bytes -> Target::choose -> <client>::read_request -> canonical::Request -> <protocol>::write_request -> bytes, AnswerPlan
//! answer   bytes -> <protocol>::read_answer -> canonical::Answer -> <client>::write_answer -> bytes
//! stream   bytes -> <protocol>::EventReader -> canonical::Event -> <client>::EventWriter -> bytes, event by event
//! error    bytes -> <protocol>::read_error -> Refusal -> Refusal::body -> bytes
//! ```
//!
//! A module here is one API, under its own name: `openai_chat`, `openai_responses` and `anthropic` are spoken at both ends,
//! `openai_completions` by clients, `gemini`, `bedrock` and `cohere` at providers; `azure` and `vertex` say where such requests go there, and
//! `embeddings` is every API of that kind. What OpenAI's have in common is in `openai`. Another API is another reader into the canonical model or
//! another writer out of it, and changes none of the others. Where both ends speak the same, bytes pass through.
//!
//! What a provider lacks is refused by [its name](features), or dropped and listed where the policy is lenient about it: nothing is silently lost.

mod anthropic;
mod azure;
mod bedrock;
mod canonical;
mod client;
mod cohere;
mod cuts;
mod embeddings;
pub mod endpoint;
pub mod features;
mod few;
mod gemini;
mod openai;
mod openai_chat;
mod openai_completions;
mod openai_responses;
mod protocol;
pub mod refusal;
pub mod request;
pub mod response;
pub mod stream;
mod text;
pub mod translate;
mod usage;
mod vertex;

pub use client::{ClientDialect, ClientVendor, UnknownDialect};
pub use refusal::{Refusal, RefusalKind};
pub use text::{EncodedText, NumberSpan, TextSpan, Tokens};
pub use usage::Usage;
