//! OpenAI chat completions, <https://platform.openai.com/docs/api-reference/chat>, as a client dialect and as a provider API.

mod as_it_is;
mod audio;
mod errors;
mod read_answer;
mod read_event;
mod read_request;
mod request_facts;
mod response_facts;
mod servers;
mod stream_facts;
#[cfg(test)]
mod tests;
mod texts;
mod write_answer;
mod write_event;
mod write_request;

pub(crate) use as_it_is::as_server_takes_it;
pub(crate) use errors::read_error;
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use read_request::read_request;
pub(crate) use request_facts::request_facts;
pub(crate) use response_facts::response_facts;
pub(crate) use stream_facts::StreamFacts;
pub(crate) use texts::token_list;
pub(crate) use write_answer::{write_answer, write_usage};
pub(crate) use write_event::EventWriter;
pub(crate) use write_request::{MAX_NAME, NAMES, effort, write_request};
