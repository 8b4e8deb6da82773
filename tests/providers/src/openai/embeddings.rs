//! `POST /v1/embeddings`.

use serde_json::Value;

use super::{Answered, known_model, parse};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Fault, Object, Read, type_of};
use crate::json::{Json, json, object};
use crate::vector::{base64, embed};

const KNOWN: [&str; 5] = ["input", "model", "dimensions", "encoding_format", "user"];
const MAX_INPUTS: usize = 2048;

struct Request {
    model: String,
    /// Each input as text; token arrays as their numbers.
    inputs: Vec<String>,
    /// Tokens of the inputs given as token arrays.
    given_tokens: u64,
    dimensions: usize,
    base64: bool,
}

/// Answers a request for embeddings, which is authorized.
pub(crate) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, read)?;
    known_model(call, &request.model)?;
    let counted = tokens(request.inputs.iter().map(String::len).sum()).max(1);
    let counted = if request.given_tokens > 0 { request.given_tokens } else { counted };
    let prompt_tokens = call.options.usage.map_or(counted, |usage| usage.input);
    let data: Vec<Json> = request
        .inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let vector = embed(input, request.dimensions);
            let embedding = if request.base64 { json(&base64(&vector)) } else { json(&vector) };
            object! { "object": "embedding"; "index": index; "embedding": embedding }
        })
        .collect();
    let usage = object! { "prompt_tokens": prompt_tokens; "total_tokens": prompt_tokens };
    Ok(Reply::json(
        200,
        &object! {
            "object": "list";
            "data": data;
            "model": request.model;
            "usage": usage, if !call.options.omit_usage
        },
    ))
}

fn read(body: &Object<'_>) -> Read<Request> {
    body.only(&KNOWN)?;
    let model = body.need_string("model")?.to_owned();
    let natural = if model.ends_with("-3-large") { 3072 } else { 1536 };
    let dimensions = match body.count("dimensions")? {
        Some(_) if model.ends_with("-ada-002") => {
            return Err(body.fault("dimensions", "This model does not support specifying dimensions."));
        }
        Some(0) => {
            return Err(body.fault(
                "dimensions",
                "Invalid 'dimensions': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            ));
        }
        Some(wanted) if wanted > natural => {
            return Err(body.fault(
                "dimensions",
                format!("Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {natural}."),
            ));
        }
        Some(wanted) => wanted as usize,
        None => natural as usize,
    };
    let base64 = match body.string("encoding_format")? {
        None => false,
        Some(_) => body.one_of("encoding_format", &["float", "base64"])? == "base64",
    };
    let mut request = Request { model, inputs: Vec::new(), given_tokens: 0, dimensions, base64 };
    let input = body.get("input").ok_or_else(|| Fault::Missing(body.at("input")))?;
    match input {
        Value::String(text) => request.inputs.push(text.clone()),
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_u64) => request.add_tokens(items),
        Value::Array(items) if items.len() > MAX_INPUTS => {
            let message = format!(
                "Invalid 'input': array too long. Expected an array with maximum length {MAX_INPUTS}, but got an array with length {} instead.",
                items.len()
            );
            return Err(body.fault("input", message));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item {
                    Value::String(text) => request.inputs.push(text.clone()),
                    Value::Array(numbers) if !numbers.is_empty() && numbers.iter().all(Value::is_u64) => {
                        request.add_tokens(numbers)
                    }
                    other => {
                        return Err(Fault::Type(
                            body.at("input").index(index),
                            "a string or an array of integers",
                            type_of(other),
                        ));
                    }
                }
            }
        }
        other => return Err(Fault::Type(body.at("input"), "a string or an array", type_of(other))),
    }
    if request.inputs.is_empty() || request.inputs.iter().any(String::is_empty) {
        return Err(body.fault("input", "Invalid 'input': input cannot be an empty string."));
    }
    Ok(request)
}

impl Request {
    fn add_tokens(&mut self, numbers: &[Value]) {
        self.given_tokens += numbers.len() as u64;
        self.inputs.push(numbers.iter().map(Value::to_string).collect::<Vec<_>>().join(" "));
    }
}
