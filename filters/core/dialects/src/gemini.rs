//! Gemini's `generateContent`, <https://ai.google.dev/api/generate-content>, at AI Studio and on Vertex.

mod errors;
mod read_answer;
mod read_event;
mod target;
mod write_request;

pub(crate) use errors::read_error;
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use target::target;
pub(crate) use write_request::write_request;
