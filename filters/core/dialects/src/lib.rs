//! Client and provider APIs, their readers, and translation between them.
//!
//! What a body says is read in place, by spans: no tree is built, and a string goes from the client's body into the provider's still
//! escaped. The gateway reads one dialect per request, the client's: [`endpoint`] tells which, [`request`], [`response`] and
//! [`stream`] what it must know to decide, [`refusal`] how to say no. The upstream side [`translate`]s through one canonical
//! model: a dialect is a reader into it and a writer out of it, so another dialect is another pair and changes none of the others.

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
pub use text::{Place, TextSpan};
pub use usage::Usage;
