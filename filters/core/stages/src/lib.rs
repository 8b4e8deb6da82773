//! The stages of one exchange - identity, routing, redaction, counting, quota - as state machines over shared facts.
//!
//! An [`Exchange`] is one request and its answer. A module's shell reads the host, hands what it read to the exchange, and applies the
//! verdict; which stages take part is decided once, when an [`Engine`] is made from the module's configuration: the fused gateway runs
//! them all, each single-filter module runs its own. The order is always the same:
//!
//! 1. [`Exchange::on_request_headers`]: what API is this, whose key is it, may the body come?
//! 2. [`Exchange::on_request_body`]: one parse of the body, then model and route, redaction, counting and the quota's reservation, and at
//!    most one new body. Where a quota's lease has too little the request waits, and [`Exchange::on_retry`] goes on from there.
//! 3. [`Exchange::on_response_headers`]: will the answer be streamed on, held, replaced?
//! 4. [`Exchange::on_response_body`]: usage read, placeholders restored, the event the gateway asked for hidden again.
//! 5. [`Exchange::finish`]: the reservation settled, the facts told. Idempotent, behind every way a stream can end. [`Exchange::take_use`] is then
//!    what the ledger is told.
//!
//! Everything here speaks the client's dialect: translation to and from the provider's happens upstream of it.

mod admission;
mod answer;
mod counters;
mod decide;
mod encoded;
mod engine;
mod exchange;
mod facts;
mod identity;
mod models;
mod redact;
mod reply;
mod request;
mod routing;
mod settle;
mod taken;
mod till;
mod used;

pub use answer::Rewrite;
pub use engine::{Engine, StageError};
pub use exchange::{AnswerMode, Exchange, OnBody, OnHeaders, Summary};
pub use facts::Publication;
pub use reply::Reply;
pub use request::Asked;
pub use till::Till;

/// The headers of a message, as far as the stages look at them.
pub trait Headers {
    /// The first value of the header of this lower-case name, if it is there and is UTF-8.
    fn get(&self, name: &str) -> Option<&str>;
}
