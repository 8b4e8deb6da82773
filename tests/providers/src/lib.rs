//! Simulated model providers.
//!
//! Each [`Provider`] is one HTTP server that speaks the wire format of one [`Kind`] of API as its public documentation
//! describes it: paths, authentication, validation, error bodies, answers and streams. It answers with an echo of what it
//! was sent ([`brain`]), so that whatever stands between a client and it becomes visible, and it keeps a record of every
//! request ([`record`]).
//!
//! Behaviour is deterministic: no clock, no randomness, ids are counted. The same requests in the same order get the same
//! answers, whatever the pace they are sent at. What goes wrong, goes wrong on demand only ([`Options`]), and demands come
//! from the command line, the library or the control endpoint ([`control`]), never from a request.
//!
//! ```
//! # async fn doc() -> std::io::Result<()> {
//! use tollgate_providers::{Kind, Options, Provider};
//!
//! let provider = Provider::start(Kind::OpenAi, Options::default()).await?;
//! // … send requests to provider.addr() …
//! provider.set(Options { status: Some(429), retry_after: Some(2), ..Options::default() });
//! assert!(provider.received().is_empty());
//! provider.stop().await;
//! # Ok(())
//! # }
//! ```

mod anthropic;
mod azure;
mod bedrock;
pub mod brain;
mod call;
mod cohere;
mod conn;
pub mod control;
mod eventstream;
mod fields;
mod gemini;
mod json;
mod kind;
mod media;
mod openai;
mod options;
mod pace;
pub mod record;
mod reply;
mod schema;
mod server;
mod shared;
pub mod sigv4;
mod vector;
mod vertex;

pub use kind::Kind;
pub use options::{Options, SigningKey, Usage, UsagePlace};
pub use record::{Outcome, Received};
pub(crate) use reply::{Events, Payload, Reply};
pub use server::Provider;
