//! `POST /v2/embed`: <https://docs.cohere.com/reference/embed>.

use super::{Answered, known_model, parse, request_id};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Fault, Object, Read};
use crate::json::object;
use crate::vector::{FORMS, embed, forms};

const KNOWN: [&str; 10] = [
    "embedding_types",
    "images",
    "input_type",
    "inputs",
    "max_tokens",
    "model",
    "output_dimension",
    "priority",
    "texts",
    "truncate",
];
/// Inputs of one request, at most.
const MOST: usize = 96;

struct Request {
    model: String,
    texts: Vec<String>,
    /// Whether they came as `texts`; those are repeated in the answer.
    plain: bool,
    dimensions: usize,
    types: Vec<String>,
}

pub(super) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, read)?;
    known_model(call, &request.model)?;
    let counted = tokens(request.texts.iter().map(String::len).sum()).max(1);
    let counted = call.options.usage.map_or(counted, |usage| usage.input);
    let vectors: Vec<Vec<f32>> = request.texts.iter().map(|text| embed(text, request.dimensions)).collect();
    let meta = object! {
        "api_version": object! { "version": "2" };
        "billed_units": object! { "input_tokens": counted }, if !call.options.omit_usage
    };
    Ok(Reply::json(
        200,
        &object! {
            "id": request_id(call);
            "embeddings": forms(&vectors, &request.types);
            "texts": request.texts, if request.plain;
            "response_type": "embeddings_by_type";
            "meta": meta
        },
    ))
}

fn natural(model: &str) -> u64 {
    match model {
        _ if model.contains("-light-") => 384,
        _ if model.contains("-v4") => 1536,
        _ if model.contains("multilingual-v2") => 768,
        _ => 1024,
    }
}

fn read(body: &Object<'_>) -> Read<Request> {
    body.only(&KNOWN)?;
    let model = body.need_string("model")?.to_owned();
    body.one_of("input_type", &["search_document", "search_query", "classification", "clustering", "image"])?;
    if body.get("truncate").is_some() {
        body.one_of("truncate", &["NONE", "START", "END"])?;
    }
    let dimensions = match body.count("output_dimension")? {
        None => natural(&model),
        Some(dimensions @ (256 | 512 | 1024 | 1536)) if model.contains("-v4") => dimensions,
        Some(other) if model.contains("-v4") => {
            let message = format!("output_dimension must be one of [256, 512, 1024, 1536], received {other}.");
            return Err(body.fault("output_dimension", message));
        }
        Some(_) => {
            let message = format!("output_dimension is not supported for model '{model}'.");
            return Err(body.fault("output_dimension", message));
        }
    };
    let mut types = body.strings("embedding_types")?;
    if let Some(index) = types.iter().position(|kind| !FORMS.contains(&kind.as_str())) {
        return Err(Fault::Value(body.at("embedding_types").index(index), types[index].clone(), &FORMS));
    }
    if types.is_empty() {
        types.push("float".into());
    }
    let (texts, plain) = inputs(body)?;
    if texts.is_empty() || texts.len() > MOST {
        let message = format!("must have between 1 and {MOST} inputs, received {}.", texts.len());
        return Err(body.fault("texts", message));
    }
    Ok(Request { model, texts, plain, dimensions: dimensions as usize, types })
}

/// One of three ways to give inputs, and whether it is the plain one.
fn inputs(body: &Object<'_>) -> Read<(Vec<String>, bool)> {
    let given: Vec<&str> = ["texts", "images", "inputs"].into_iter().filter(|name| body.get(name).is_some()).collect();
    match given.as_slice() {
        ["texts"] => Ok((body.strings("texts")?, true)),
        ["images"] => {
            let images = body.strings("images")?;
            match images.iter().find(|image| !image.starts_with("data:image/")) {
                Some(_) => Err(body.fault("images", "images must be base64 data URIs.")),
                None => Ok((images, false)),
            }
        }
        ["inputs"] => Ok((body.objects("inputs")?.iter().map(mixed).collect::<Read<Vec<_>>>()?, false)),
        [] => Err(body.fault("texts", "valid input must be provided: one of texts, images or inputs.")),
        _ => Err(body.fault("texts", "only one of texts, images or inputs may be provided.")),
    }
}

fn mixed(input: &Object<'_>) -> Read<String> {
    input.only(&["content"])?;
    let texts =
        input.objects("content")?.into_iter().map(|part| match part.one_of("type", &["text", "image_url"])? {
            "text" => Ok(part.need_string("text")?.to_owned()),
            _ => Ok(part.need_object("image_url")?.need_string("url")?.to_owned()),
        });
    Ok(texts.collect::<Read<Vec<_>>>()?.join("\n"))
}
