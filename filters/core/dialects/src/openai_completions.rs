//! OpenAI's legacy completions, <https://platform.openai.com/docs/api-reference/completions>, as a client dialect. A provider is asked for them only
//! where they pass through; elsewhere the prompt becomes what a user says.

mod logprobs;
mod read_request;
mod request_facts;
mod response_facts;
mod stream_facts;
#[cfg(test)]
mod tests;
mod write_answer;
mod write_event;

pub(crate) use read_request::read_request;
pub(crate) use request_facts::request_facts;
pub(crate) use response_facts::response_facts;
pub(crate) use stream_facts::StreamFacts;
pub(crate) use write_answer::write_answer;
pub(crate) use write_event::EventWriter;
