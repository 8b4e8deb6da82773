//! Gemini's `batchEmbedContents`, <https://ai.google.dev/api/embeddings>, and `predict` of Vertex's embedding models,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>.

use tollgate_wire::json::{Str, Writer};

use super::super::{Purpose, Request};

/// `TaskType`, which both share.
fn task_type(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Query => "RETRIEVAL_QUERY",
        Purpose::Document => "RETRIEVAL_DOCUMENT",
        Purpose::Classification => "CLASSIFICATION",
        Purpose::Clustering => "CLUSTERING",
    }
}

/// Each text is a request of its own, and names the model again.
pub(super) fn batch(request: &Request<'_>, texts: &[Str<'_>], model: &str, out: &mut Writer) {
    // Tuned models are a collection of their own.
    let collection = if model.contains('/') { "" } else { "models/" };
    out.begin_object().key("requests").begin_array();
    for text in texts {
        out.begin_object().key("model").begin_string().push_str(collection).push_str(model).end_string();
        out.key("content").begin_object().key("parts").begin_array();
        out.begin_object().field_raw_str("text", *text).end_object().end_array().end_object();
        if let Some(purpose) = request.purpose {
            out.field_str("taskType", task_type(purpose));
        }
        if let Some(dimensions) = request.dimensions {
            out.field_u64("outputDimensionality", dimensions);
        }
        out.end_object();
    }
    out.end_array().end_object();
}

pub(super) fn predict(request: &Request<'_>, texts: &[Str<'_>], out: &mut Writer) {
    out.begin_object().key("instances").begin_array();
    for text in texts {
        out.begin_object().field_raw_str("content", *text);
        if let Some(purpose) = request.purpose {
            out.field_str("task_type", task_type(purpose));
        }
        out.end_object();
    }
    out.end_array().key("parameters").begin_object();
    if let Some(dimensions) = request.dimensions {
        out.field_u64("outputDimensionality", dimensions);
    }
    out.field_bool("autoTruncate", false).end_object().end_object();
}
