//! `:embedContent` and `:batchEmbedContents`: <https://ai.google.dev/api/embeddings>.

use super::{Answered, known_model, parse, request};
use crate::Reply;
use crate::call::Call;
use crate::fields::{Object, Read};
use crate::json::{Json, object};
use crate::vector::embed;

const NATURAL: u64 = 3072;

pub(super) fn one(call: &Call<'_>, model: &str) -> Answered {
    let values = parse(call, read)?;
    known_model(call, model)?;
    Ok(Reply::json(200, &object! { "embedding": object! { "values": values } }))
}

pub(super) fn batch(call: &Call<'_>, model: &str) -> Answered {
    let all = parse(call, |body| {
        body.only(&["requests"])?;
        body.objects("requests")?.iter().map(read).collect::<Read<Vec<_>>>()
    })?;
    known_model(call, model)?;
    let embeddings: Vec<Json> = all.iter().map(|values| object! { "values": values }).collect();
    Ok(Reply::json(200, &object! { "embeddings": embeddings }))
}

fn read(body: &Object<'_>) -> Read<Vec<f32>> {
    body.only(&["model", "content", "taskType", "title", "outputDimensionality"])?;
    let text = request::text_of(&body.need_object("content")?)?;
    let dimensions = body.count("outputDimensionality")?.unwrap_or(NATURAL);
    if !(1..=NATURAL).contains(&dimensions) {
        return Err(
            body.fault("outputDimensionality", format!("output_dimensionality must be between 1 and {NATURAL}."))
        );
    }
    Ok(embed(&text, dimensions as usize))
}
