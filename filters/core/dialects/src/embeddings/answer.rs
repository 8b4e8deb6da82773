//! An answer's way back: `{"object": "list", "data": [{"object": "embedding", …}], "model": …, "usage": …}`.

use tollgate_wire::json::{Str, Value, Writer};

use super::base64::write_vector;
use crate::Usage;
use crate::protocol::Protocol;
use crate::translate::AnswerPlan;

/// Translates an answer. None if it is none.
pub(crate) fn translate_answer(body: Value<'_>, plan: &AnswerPlan) -> Option<Vec<u8>> {
    let vectors = vectors(plan.protocol, body)?;
    let digits: usize = vectors.iter().map(|vector| vector.raw().len()).sum();
    let mut out = Writer::with_capacity(digits + vectors.len() * 64 + 256);
    out.begin_object().field_str("object", "list").key("data").begin_array();
    for (index, vector) in vectors.into_iter().enumerate() {
        out.begin_object().field_str("object", "embedding").field_u64("index", index as u64).key("embedding");
        if plan.base64 {
            write_vector(vector, &mut out)?;
        } else {
            out.value(vector);
        }
        out.end_object();
    }
    let model = body.get("model").and_then(|model| model.as_str()).filter(|model: &Str<'_>| !model.is_empty());
    out.end_array();
    match model {
        Some(model) => out.field_raw_str("model", model),
        None => out.field_str("model", &plan.model),
    };
    let tokens = usage(plan.protocol, body).map_or(0, |usage| usage.input);
    out.key("usage").begin_object().field_u64("prompt_tokens", tokens).field_u64("total_tokens", tokens);
    out.end_object().end_object();
    Some(out.finish())
}

/// The vectors in the order of the input. None unless each of them is a list.
fn vectors<'a>(protocol: Protocol, body: Value<'a>) -> Option<Vec<Value<'a>>> {
    let list = |key: &str| body.get(key).filter(Value::is_array);
    let vectors: Vec<_> = match protocol {
        Protocol::GeminiEmbeddings => {
            list("embeddings")?.items().map(|embedding| embedding.get("values")).collect::<Option<_>>()?
        }
        // `predict`, and `embedContent`, which has one.
        Protocol::VertexEmbeddings => match list("predictions") {
            Some(predictions) => {
                predictions.items().map(|one| one.get("embeddings")?.get("values")).collect::<Option<_>>()?
            }
            None => vec![body.get("embedding")?.get("values")?],
        },
        Protocol::TitanEmbeddings => vec![list("embedding")?],
        // By type where types were asked for, a list without (`response_type`).
        Protocol::BedrockCohereEmbeddings | Protocol::CohereEmbeddings => {
            let embeddings = body.get("embeddings")?;
            embeddings.get("float").unwrap_or(embeddings).items().collect()
        }
        _ => return None,
    };
    (!vectors.is_empty() && vectors.iter().all(Value::is_array)).then_some(vectors)
}

fn usage(protocol: Protocol, body: Value<'_>) -> Option<Usage> {
    let count = |value: Value<'_>, key: &str| value.get(key)?.as_u64();
    let input = match protocol {
        Protocol::GeminiEmbeddings => count(body.get("usageMetadata")?, "promptTokenCount")?,
        Protocol::VertexEmbeddings => match body.get("predictions") {
            Some(predictions) => predictions
                .items()
                .filter_map(|one| count(one.get("embeddings")?.get("statistics")?, "token_count"))
                .sum(),
            None => count(body.get("usageMetadata")?, "promptTokenCount")?,
        },
        Protocol::TitanEmbeddings => count(body, "inputTextTokenCount")?,
        Protocol::CohereEmbeddings => return body.get("meta").and_then(Usage::from_cohere),
        // Bedrock counts what it invokes in a header.
        _ => return None,
    };
    Some(Usage { input, ..Usage::default() })
}
