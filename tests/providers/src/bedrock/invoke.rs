//! `POST /model/{modelId}/invoke` of embedding models: Titan,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>, and Cohere,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>.

use serde_json::Value;

use super::{Answered, base, errors, known_model, request};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Fault, Object, Path, Read};
use crate::json::{Json, json, object};
use crate::vector::{FORMS, embed, forms};

pub(super) fn answer(call: &Call<'_>, model: &str) -> Answered {
    known_model(call, model, true)?;
    let body = request::parse(call.body)?;
    let read = Object::new(&body, Path::default()).and_then(|body| match base(model) {
        name if name.starts_with("amazon.titan-embed-text-v1") => titan_1(&body),
        name if name.starts_with("amazon.titan-embed-text-v2") => titan_2(&body),
        name if name.starts_with("cohere.embed-v4") => cohere(&body, true),
        name if name.starts_with("cohere.embed-") => cohere(&body, false),
        _ => Err(Fault::Other(Path::default(), "The provided model identifier is invalid.".into())),
    });
    let wanted = read.map_err(malformed)?;
    let counted = tokens(wanted.texts.iter().map(String::len).sum()).max(1);
    let counted = call.options.usage.map_or(counted, |usage| usage.input);
    let vectors: Vec<Vec<f32>> = wanted.texts.iter().map(|text| embed(text, wanted.dimensions)).collect();
    let body = match wanted.family {
        Family::Titan => titan_answer(call, &wanted, &vectors, counted),
        Family::Cohere => cohere_answer(call, &wanted, &vectors),
    };
    Ok(Reply::json(200, &body)
        .header("x-amzn-bedrock-input-token-count", counted.to_string())
        .header("x-amzn-bedrock-invocation-latency", "1"))
}

enum Family {
    Titan,
    Cohere,
}

struct Wanted {
    family: Family,
    texts: Vec<String>,
    dimensions: usize,
    /// Forms by name, where those are asked for.
    types: Vec<String>,
    /// Whether the answer repeats the texts.
    plain: bool,
}

fn titan_1(body: &Object<'_>) -> Read<Wanted> {
    body.only(&["inputText"])?;
    let texts = vec![body.need_string("inputText")?.to_owned()];
    filled(body, &texts)?;
    Ok(Wanted { family: Family::Titan, texts, dimensions: 1536, types: Vec::new(), plain: false })
}

fn titan_2(body: &Object<'_>) -> Read<Wanted> {
    body.only(&["inputText", "dimensions", "normalize", "embeddingTypes"])?;
    let texts = vec![body.need_string("inputText")?.to_owned()];
    filled(body, &texts)?;
    body.flag("normalize")?;
    let dimensions = dimension(body, "dimensions", &[256, 512, 1024], 1024)?;
    let types = body.strings("embeddingTypes")?;
    one_of_each(body, "embeddingTypes", &types, &["float", "binary"])?;
    let types = if types.is_empty() { vec!["float".into()] } else { types };
    Ok(Wanted { family: Family::Titan, texts, dimensions, types, plain: false })
}

fn filled(body: &Object<'_>, texts: &[String]) -> Read<()> {
    match texts.iter().any(String::is_empty) {
        true => Err(body.fault("inputText", "expected minLength: 1, actual: 0")),
        false => Ok(()),
    }
}

fn cohere(body: &Object<'_>, four: bool) -> Read<Wanted> {
    let mut known = vec!["texts", "input_type", "truncate", "embedding_types", "images"];
    if four {
        known.extend(["inputs", "max_tokens", "output_dimension"]);
    }
    body.only(&known)?;
    body.one_of("input_type", &["search_document", "search_query", "classification", "clustering", "image"])?;
    if body.get("truncate").is_some() {
        body.one_of("truncate", if four { &["NONE", "LEFT", "RIGHT"] } else { &["NONE", "START", "END"] })?;
    }
    let types = body.strings("embedding_types")?;
    one_of_each(body, "embedding_types", &types, &FORMS[..5])?;
    let dimensions = if four { dimension(body, "output_dimension", &[256, 512, 1024, 1536], 1536)? } else { 1024 };
    let plain = body.get("texts").is_some();
    let texts = match (plain, body.get("images").is_some(), body.get("inputs").is_some()) {
        (true, false, false) => body.strings("texts")?,
        (false, true, false) => body.strings("images")?,
        (false, false, true) => body.objects("inputs")?.iter().map(mixed).collect::<Read<Vec<_>>>()?,
        (false, false, false) => return Err(Fault::Missing(body.at("texts"))),
        _ => return Err(Fault::Other(Path::default(), "only one of texts, images and inputs may be given".into())),
    };
    if texts.is_empty() || texts.len() > 96 {
        let bound = if texts.is_empty() { "expected minimum item count: 1" } else { "expected maximum item count: 96" };
        return Err(body.fault("texts", format!("{bound}, found: {}", texts.len())));
    }
    // The third generation counts characters and truncates nothing beyond.
    if let Some(at) = texts.iter().position(|text| plain && !four && text.chars().count() > 2048) {
        let message = format!("expected maxLength: 2048, actual: {}", texts[at].chars().count());
        return Err(Fault::Other(body.at("texts").index(at), message));
    }
    Ok(Wanted { family: Family::Cohere, texts, dimensions, types, plain })
}

fn mixed(input: &Object<'_>) -> Read<String> {
    let parts =
        input.objects("content")?.into_iter().map(|part| match part.one_of("type", &["text", "image_url"])? {
            "text" => Ok(part.need_string("text")?.to_owned()),
            _ => Ok(part.get("image_url").map(Value::to_string).unwrap_or_default()),
        });
    Ok(parts.collect::<Read<Vec<_>>>()?.join("\n"))
}

fn dimension(body: &Object<'_>, name: &str, allowed: &[u64], natural: u64) -> Read<usize> {
    match body.count(name)?.unwrap_or(natural) {
        given if allowed.contains(&given) => Ok(given as usize),
        other => Err(body.fault(name, format!("{other} is not a valid enum value"))),
    }
}

fn one_of_each(body: &Object<'_>, name: &str, given: &[String], allowed: &[&str]) -> Read<()> {
    match given.iter().position(|one| !allowed.contains(&one.as_str())) {
        Some(at) => Err(Fault::Other(body.at(name).index(at), format!("{} is not a valid enum value", given[at]))),
        None => Ok(()),
    }
}

/// What is wrong, as the check of bodies against the models' schemas tells it.
fn malformed(fault: Fault) -> Box<Reply> {
    let at = |path: &Path| {
        let dots = path.dots().replace('.', "/");
        if dots.is_empty() { "#".to_owned() } else { format!("#/{dots}") }
    };
    let text = match &fault {
        Fault::Missing(path) => format!("{}: required key [{}] not found", at(&path.split().0), path.split().1),
        Fault::Unknown(path) => {
            format!("{}: extraneous key [{}] is not permitted", at(&path.split().0), path.split().1)
        }
        Fault::Type(path, want, found) => {
            format!("{}: expected type: {}, found: {}", at(path), name(want), name(found))
        }
        Fault::Value(path, value, _) => format!("{}: {value} is not a valid enum value", at(path)),
        Fault::Other(path, message) if *path == Path::default() => return errors::validation(message),
        Fault::Other(path, message) => format!("{}: {message}", at(path)),
    };
    errors::validation(&format!("Malformed input request: {text}, please reformat your input and try again."))
}

/// A JSON type as the Java library behind that check names it.
fn name(kind: &str) -> &str {
    match kind.rsplit(' ').next().unwrap_or(kind) {
        "object" => "JSONObject",
        "array" => "JSONArray",
        "string" => "String",
        "integer" => "Integer",
        "boolean" => "Boolean",
        "null" => "Null",
        _ => "Number",
    }
}

fn titan_answer(call: &Call<'_>, wanted: &Wanted, vectors: &[Vec<f32>], counted: u64) -> Json {
    let vector = vectors.first().map(Vec::as_slice).unwrap_or_default();
    let has = |form: &str| wanted.types.iter().any(|one| one == form);
    let bits: Vec<u8> = vector.iter().map(|x| u8::from(*x > 0.0)).collect();
    let by_type = object! { "binary": bits, if has("binary"); "float": vector, if has("float") };
    object! {
        "embedding": vector, if wanted.types.is_empty() || has("float");
        "embeddingsByType": by_type, if !wanted.types.is_empty();
        "inputTextTokenCount": counted, if !call.options.omit_usage
    }
}

fn cohere_answer(call: &Call<'_>, wanted: &Wanted, vectors: &[Vec<f32>]) -> Json {
    let by_type = !wanted.types.is_empty();
    object! {
        "id": errors::request_id(call);
        "embeddings": if by_type { forms(vectors, &wanted.types) } else { json(vectors) };
        "response_type": if by_type { "embeddings_by_type" } else { "embeddings_floats" };
        "texts": wanted.texts, if wanted.plain
    }
}
