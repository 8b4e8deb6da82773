//! What OpenAI's APIs have in common: <https://platform.openai.com/docs/api-reference>.

pub(crate) mod chunks;
mod data_url;
mod request;

pub(crate) use data_url::{file_data, image_source, write_data_url};
pub(crate) use request::{EFFORTS, content, stop, stream_options, tool_choice};
