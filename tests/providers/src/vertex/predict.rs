//! `:predict` of embedding models.

use serde_json::Value;

use super::{errors, no_model};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Fault, Object, Path, Read};
use crate::gemini::{Answered, errors as google};
use crate::json::{Json, object};
use crate::vector::embed;

/// What embeddings are for.
pub(super) const TASKS: [&str; 8] = [
    "RETRIEVAL_QUERY",
    "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",
    "CLASSIFICATION",
    "CLUSTERING",
    "QUESTION_ANSWERING",
    "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
];

/// Inputs in one request: Gemini's model takes one, those before it 250.
fn most(model: &str) -> usize {
    if model.starts_with("gemini-embedding") { 1 } else { 250 }
}

/// Dimensions of a model's vectors.
pub(super) fn natural(model: &str) -> u64 {
    if model.starts_with("gemini-embedding") { 3072 } else { 768 }
}

pub(super) fn answer(call: &Call<'_>, model: &str) -> Answered {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| google::not_json(&error))?;
    let read = Object::new(&body, Path::default()).and_then(|body| read(&body, natural(model)));
    let (texts, dimensions) = read.map_err(google::fault)?;
    if !call.serves(model) {
        return Err(no_model(call));
    }
    if texts.len() > most(model) {
        let message = format!("{} instance(s) is allowed per prediction. Actual: {}", most(model), texts.len());
        return Err(errors::invalid(&message));
    }
    let prediction = |text: &String| {
        let counted = call.options.usage.map_or(tokens(text.len()).max(1), |usage| usage.input);
        let statistics = object! { "truncated": false; "token_count": counted };
        let embeddings = object! {
            "statistics": statistics, if !call.options.omit_usage; "values": embed(text, dimensions)
        };
        object! { "embeddings": embeddings }
    };
    let predictions: Vec<Json> = texts.iter().map(prediction).collect();
    let billed: usize = texts.iter().map(|text| text.chars().filter(|c| !c.is_whitespace()).count()).sum();
    let metadata = object! { "billableCharacterCount": billed };
    Ok(Reply::json(200, &object! { "predictions": predictions; "metadata": metadata }))
}

fn read(body: &Object<'_>, natural: u64) -> Read<(Vec<String>, usize)> {
    body.only(&["instances", "parameters", "labels"])?;
    let instances = body.objects("instances")?;
    if instances.is_empty() {
        return Err(body.fault("instances", "Invalid instances: empty"));
    }
    let texts = instances.iter().map(|instance| {
        instance.only(&["content", "task_type", "taskType", "title", "mimeType"])?;
        for name in ["task_type", "taskType"] {
            if instance.get(name).is_some() {
                instance.one_of(name, &TASKS)?;
            }
        }
        let text = instance.string("content")?.ok_or_else(|| Fault::Missing(instance.at("content")))?;
        match text {
            "" => Err(instance.fault("content", "The text content is empty.")),
            text => Ok(text.to_owned()),
        }
    });
    let texts = texts.collect::<Read<Vec<_>>>()?;
    let Some(parameters) = body.object("parameters")? else { return Ok((texts, natural as usize)) };
    parameters.only(&["autoTruncate", "outputDimensionality"])?;
    parameters.flag("autoTruncate")?;
    match parameters.count("outputDimensionality")?.unwrap_or(natural) {
        dimensions if (1..=natural).contains(&dimensions) => Ok((texts, dimensions as usize)),
        other => {
            let message = format!(
                "Unable to submit request because outputDimensionality is {other} but must be from 1 to {natural}."
            );
            Err(parameters.fault("outputDimensionality", message))
        }
    }
}
