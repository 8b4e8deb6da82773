//! Gemini's `generateContent`, <https://ai.google.dev/api/generate-content>, at AI Studio and on Vertex.
//!
//! Both speak the same but for a few fields: calls have ids at AI Studio only, and a file behind a URL must be given its media type on Vertex
//! (`google.ai.generativelanguage.v1beta` and `google.cloud.aiplatform.v1` in <https://github.com/googleapis/googleapis>).

mod citations;
mod errors;
mod family;
mod finish;
mod logprobs;
mod parts;
mod read_answer;
mod read_event;
mod target;
#[cfg(test)]
mod tests;
mod write_request;

pub(crate) use errors::read_error;
pub(crate) use finish::failure;
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use target::{METHODS, target};
pub(crate) use write_request::write_request;
