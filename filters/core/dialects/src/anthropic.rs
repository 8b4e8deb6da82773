//! Anthropic messages, <https://docs.claude.com/en/api/messages>, as a client dialect and as a provider API.

mod as_it_is;
mod citation;
mod errors;
mod generation;
mod read_answer;
mod read_event;
mod read_request;
mod request_facts;
mod response_facts;
mod stream_facts;
mod texts;
mod write_answer;
mod write_event;
mod write_request;

/// Name of the tool that stands in for JSON without a schema, which the API lacks.
const JSON_TOOL: &str = "answer_in_json";

/// The version of the API on Vertex, in the body there:
/// <https://docs.claude.com/en/api/claude-on-vertex-ai>.
const VERTEX_VERSION: &str = "vertex-2023-10-16";

pub(crate) use as_it_is::as_server_takes_it;
pub(crate) use errors::read_error;
pub(crate) use generation::{Generation, is_blank, stops};
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use read_request::read_request;
pub(crate) use request_facts::request_facts;
pub(crate) use response_facts::response_facts;
pub(crate) use stream_facts::{delta_event, event_facts};
pub(crate) use write_answer::write_answer;
pub(crate) use write_event::EventWriter;
pub(crate) use write_request::{schema, thinking, write_request};
