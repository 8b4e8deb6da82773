//! Embeddings: OpenAI's, <https://platform.openai.com/docs/api-reference/embeddings>, as the client dialect, and every provider's.
//!
//! - What a provider would cut silently is an error at OpenAI, so providers are told not to cut, where they can be told.
//! - `input_type` says what the vectors are for. OpenAI has no such field; servers whose models ask for one (NVIDIA's, vLLM's, LiteLLM) read
//!   it under this name, and SDKs send it as an extra field. Cohere requires it: without one, texts are taken to be documents.
//! - A provider that does not say what an answer cost is given zeros for it, as the type of the answer requires. The gateway takes an
//!   answer that cost nothing for one that was not counted, and charges its estimate.
//! - Vectors are copied as they are written, digit by digit, unless base64 was asked for: OpenAI's own SDKs do, when their user names no
//!   format.

mod answer;
mod base64;
mod facts;
mod read_request;
#[cfg(test)]
mod tests;
mod vectors;
mod write_request;

pub(crate) use answer::translate_answer;
pub(crate) use facts::{request_facts, response_facts, token_ids};
pub(crate) use read_request::{Input, Purpose, Request, read_request};
pub(crate) use vectors::without_vectors;
pub(crate) use write_request::{vertex_method, write_request};
