//! Cohere's models, at Cohere itself, <https://docs.cohere.com/reference/embed>, and on Bedrock,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>.

use tollgate_wire::json::{Str, Writer};

use super::super::{Purpose, Request};
use crate::canonical::Losses;
use crate::refusal::Refusal;

/// At Cohere, where the body names the model.
pub(super) fn embed(
    request: &Request<'_>,
    texts: &[Str<'_>],
    model: &str,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    out.begin_object().field_str("model", model);
    rest(request, texts, model, out, losses)
}

/// On Bedrock, where the path does.
pub(super) fn invoke(
    request: &Request<'_>,
    texts: &[Str<'_>],
    model: &str,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    out.begin_object();
    rest(request, texts, model, out, losses)
}

fn rest(
    request: &Request<'_>,
    texts: &[Str<'_>],
    model: &str,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    out.key("texts").begin_array();
    for text in texts {
        out.raw_str(*text);
    }
    out.end_array().field_str("input_type", input_type(request.purpose));
    out.key("embedding_types").begin_array().string("float").end_array();
    if let Some(dimensions) = request.dimensions {
        // From v4 on.
        if ["-v2", "-v3"].iter().any(|version| model.contains(version)) {
            losses.lacks("dimensions")?;
        } else {
            out.field_u64("output_dimension", dimensions);
        }
    }
    out.field_str("truncate", "NONE").end_object();
    Ok(())
}

/// Required of every model since the third version. What is stored is embedded once and searched many times: a document, if nobody says.
fn input_type(purpose: Option<Purpose>) -> &'static str {
    match purpose {
        Some(Purpose::Query) => "search_query",
        None | Some(Purpose::Document) => "search_document",
        Some(Purpose::Classification) => "classification",
        Some(Purpose::Clustering) => "clustering",
    }
}
