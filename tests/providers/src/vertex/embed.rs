//! `:embedContent` and `:batchEmbedContents` of Gemini's embedding models, as the `google-genai` SDK sends them:
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings>.

use serde_json::Value;

use super::no_model;
use super::predict::{TASKS, natural};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Object, Path, Read};
use crate::gemini::{Answered, errors, request};
use crate::json::{Json, object};
use crate::vector;

pub(super) fn one(call: &Call<'_>, model: &str) -> Answered {
    let (text, dimensions) = parse(call, |body| read(body, model))?;
    let embedding = object! { "values": vector::embed(&text, dimensions) };
    answered(call, model, object! { "embedding": embedding; "usageMetadata": usage(call, text.len()) })
}

pub(super) fn batch(call: &Call<'_>, model: &str) -> Answered {
    let all = parse(call, |body| {
        body.only(&["requests"])?;
        body.objects("requests")?.iter().map(|one| read(one, model)).collect::<Read<Vec<_>>>()
    })?;
    let embeddings: Vec<Json> =
        all.iter().map(|(text, dimensions)| object! { "values": vector::embed(text, *dimensions) }).collect();
    let bytes = all.iter().map(|(text, _)| text.len()).sum();
    answered(call, model, object! { "embeddings": embeddings; "usageMetadata": usage(call, bytes) })
}

fn answered(call: &Call<'_>, model: &str, body: Json) -> Answered {
    if call.serves(model) { Ok(Reply::json(200, &body)) } else { Err(no_model(call)) }
}

fn usage(call: &Call<'_>, bytes: usize) -> Json {
    let counted = call.options.usage.map_or(tokens(bytes).max(1), |usage| usage.input);
    object! { "promptTokenCount": counted; "totalTokenCount": counted }
}

fn parse<T>(call: &Call<'_>, read: impl FnOnce(&Object<'_>) -> Read<T>) -> Result<T, Box<Reply>> {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let body = request::camel(body);
    Object::new(&body, Path::default()).and_then(|body| read(&body)).map_err(errors::fault)
}

/// A text and the dimensions of its vector.
fn read(body: &Object<'_>, model: &str) -> Read<(String, usize)> {
    body.only(&["model", "content", "embedContentConfig"])?;
    let text = request::text_of(&body.need_object("content")?)?;
    let natural = natural(model);
    let Some(config) = body.object("embedContentConfig")? else { return Ok((text, natural as usize)) };
    config.only(&[
        "taskType",
        "title",
        "outputDimensionality",
        "autoTruncate",
        "documentOcr",
        "audioTrackExtraction",
    ])?;
    if config.get("taskType").is_some() {
        config.one_of("taskType", &TASKS)?;
    }
    let dimensions = config.count("outputDimensionality")?.unwrap_or(natural);
    if !(1..=natural).contains(&dimensions) {
        let message = format!("output_dimensionality must be between 1 and {natural}.");
        return Err(config.fault("outputDimensionality", message));
    }
    Ok((text, dimensions as usize))
}
