//! Amazon Bedrock's Converse and ConverseStream, <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.
//!
//! One form for the models of many makers, but not one set of features: what a model can do depends on its [`Family`], which its name
//! tells. What Converse has no field for goes to the model as it is, in `additionalModelRequestFields`.

mod errors;
mod family;
mod names;
mod read_answer;
mod read_event;
mod target;
#[cfg(test)]
mod tests;
mod write_request;

/// Name of the tool that stands in for a JSON answer where the model has no other way to one.
const JSON_TOOL: &str = "answer_in_json";

pub(crate) use errors::{read_error, read_exception};
pub(crate) use family::signer;
pub(crate) use read_answer::read_answer;
pub(crate) use read_event::EventReader;
pub(crate) use target::target;
pub(crate) use write_request::write_request;
