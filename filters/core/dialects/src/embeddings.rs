//! Embeddings: OpenAI's, <https://platform.openai.com/docs/api-reference/embeddings>, as the client dialect, and every provider's.

mod facts;

use tollgate_wire::json::Value;

use crate::canonical::Losses;
use crate::refusal::Refusal;
use crate::translate::AnswerPlan;
use crate::translate::target::Target;

pub(crate) use facts::{request_facts, response_facts};

/// A request for embeddings.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub model: tollgate_wire::json::Str<'a>,
}

/// Reads a request.
///
/// # Errors
/// A 400 that names the field.
pub(crate) fn read_request(_body: Value<'_>) -> Result<Request<'_>, Refusal> {
    Err(Refusal::internal())
}

/// Writes a request in the target's protocol.
///
/// # Errors
/// A 400 for what the provider lacks.
pub(crate) fn write_request(
    _request: &Request<'_>,
    _target: &Target<'_>,
    _losses: &mut Losses<'_>,
) -> Result<Vec<u8>, Refusal> {
    Err(Refusal::internal())
}

/// Translates an answer. None if it is none.
pub(crate) fn translate_answer(_body: Value<'_>, _plan: &AnswerPlan) -> Option<Vec<u8>> {
    None
}
