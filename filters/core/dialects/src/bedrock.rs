//! Amazon Bedrock's Converse and ConverseStream, <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.

mod errors;
mod read_answer;
mod read_event;
mod target;
mod write_request;

pub(crate) use errors::{read_error, read_exception};
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use target::target;
pub(crate) use write_request::write_request;
