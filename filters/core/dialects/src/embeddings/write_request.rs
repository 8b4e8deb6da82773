//! A request for embeddings, as each provider has it.

mod cohere;
mod google;
mod titan;

use tollgate_wire::json::{Str, Writer};

use super::{Input, Request};
use crate::canonical::Losses;
use crate::protocol::Protocol;
use crate::refusal::{Refusal, RefusalKind};
use crate::translate::target::Target;

pub(crate) use google::vertex_method;

/// Writes a request in the target's protocol. How many texts it takes at once is left to the provider to say, unless it is one.
///
/// # Errors
/// A 400 for what the provider lacks.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Vec<u8>, Refusal> {
    request.extras.iter().try_for_each(|feature| losses.lacks(feature))?;
    if request.end_user.is_some() {
        losses.note("user");
    }
    let texts = texts(request, target)?;
    let mut out = Writer::with_capacity(texts.iter().map(|text| text.raw().len() + 16).sum::<usize>() + 256);
    match target.protocol {
        Protocol::GeminiEmbeddings => google::batch(request, &texts, target.model, &mut out),
        Protocol::VertexEmbeddings => google::vertex(request, &texts, target, &mut out)?,
        Protocol::TitanEmbeddings => titan::write(request, &texts, target, &mut out, losses)?,
        Protocol::BedrockCohereEmbeddings => cohere::invoke(request, &texts, target.model, &mut out, losses)?,
        Protocol::CohereEmbeddings => cohere::embed(request, &texts, target.model, &mut out, losses)?,
        // OpenAI's own passes as it is, and the rest are conversations.
        _ => return Err(Target::none("embeddings", target.provider)),
    }
    Ok(out.finish())
}

/// The texts. Token ids mean nothing to another model.
fn texts<'a>(request: &Request<'a>, target: &Target<'_>) -> Result<Vec<Str<'a>>, Refusal> {
    let text = |input: &Input<'a>| match input {
        Input::Text(text) => Ok(*text),
        Input::Tokens => {
            let what = "takes texts only, and `input` holds token ids of another model";
            Err(refused(target, what))
        }
    };
    request.input.iter().map(text).collect()
}

/// The only text.
///
/// # Errors
/// There are several, and the provider takes one per request.
fn only<'a>(texts: &[Str<'a>], target: &Target<'_>) -> Result<Str<'a>, Refusal> {
    match texts {
        [text] => Ok(*text),
        _ => Err(refused(target, &format!("embeds one text per request, and `input` holds {}", texts.len()))),
    }
}

/// Something about the input that a policy could not let drop.
fn refused(target: &Target<'_>, what: &str) -> Refusal {
    let message = format!("The provider of this model ({}) {what}.", target.provider.api.as_str());
    Refusal::new(400, RefusalKind::Unsupported, message).with_param("input")
}
