//! Amazon's Titan models on Bedrock: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>.

use tollgate_wire::json::{Str, Writer};

use super::super::Request;
use super::only;
use crate::canonical::Losses;
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// # Errors
/// More than one text, or dimensions of a model that has but one number of them.
pub(super) fn write(
    request: &Request<'_>,
    texts: &[Str<'_>],
    target: &Target<'_>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let text = only(texts, target)?;
    if request.purpose.is_some() {
        losses.note("input_type");
    }
    out.begin_object().field_raw_str("inputText", text);
    if let Some(dimensions) = request.dimensions {
        if target.model.contains("titan-embed-image") {
            // <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html>
            out.key("embeddingConfig").begin_object().field_u64("outputEmbeddingLength", dimensions).end_object();
        } else if target.model.contains("titan-embed-text-v1") || target.model.contains("titan-embed-g1") {
            losses.lacks("dimensions")?;
        } else {
            out.field_u64("dimensions", dimensions);
        }
    }
    out.end_object();
    Ok(())
}
