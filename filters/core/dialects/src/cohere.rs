//! Cohere chat, version 2, <https://docs.cohere.com/reference/chat>.
//!
//! Three things have no counterpart by name elsewhere:
//!
//! - `tool_plan`, what the model says before it calls tools, is the text that other dialects have beside the calls, there and back: clients
//!   send that text back with the calls, while reasoning without a signature gets lost on the way.
//! - Thinking is not signed: it comes back as it was, and anybody else's signed thinking is left out.
//! - `p` ends at 0.99 where other dialects go to 1, which many clients send as a matter of course: it becomes the nearest there is, and is
//!   listed as dropped.

mod citation;
mod errors;
mod finish;
mod logprobs;
mod read_answer;
mod read_event;
mod target;
#[cfg(test)]
mod tests;
mod usage;
mod write_request;

pub(crate) use errors::{failure, read_error};
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use target::target;
pub(crate) use write_request::write_request;
