//! Gemini's `batchEmbedContents`, <https://ai.google.dev/api/embeddings>, and on Vertex `predict`,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>, or `embedContent` for Gemini's models since
//! the second, <https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent>.

use tollgate_wire::json::{Str, Writer};

use super::super::{Purpose, Request};
use super::only;
use crate::refusal::Refusal;
use crate::translate::target::Target;

const EMBED_CONTENT: &str = "embedContent";

/// What is asked of an embedding model on Vertex, as Google's own SDK tells models apart.
pub(crate) fn vertex_method(model: &str) -> &'static str {
    if model.contains("gemini") && model != "gemini-embedding-001" { EMBED_CONTENT } else { "predict" }
}

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

/// # Errors
/// More than one text for a model that takes one at a time.
pub(super) fn vertex(
    request: &Request<'_>,
    texts: &[Str<'_>],
    target: &Target<'_>,
    out: &mut Writer,
) -> Result<(), Refusal> {
    if target.path.ends_with(EMBED_CONTENT) {
        embed_content(request, only(texts, target)?, out);
    } else if target.model.contains("gemini") {
        // "gemini-embedding-001 supports one instance per request."
        predict(request, &[only(texts, target)?], out);
    } else {
        predict(request, texts, out);
    }
    Ok(())
}

fn embed_content(request: &Request<'_>, text: Str<'_>, out: &mut Writer) {
    out.begin_object().key("content").begin_object().key("parts").begin_array();
    out.begin_object().field_raw_str("text", text).end_object().end_array().end_object();
    out.key("embedContentConfig").begin_object();
    if let Some(purpose) = request.purpose {
        out.field_str("taskType", task_type(purpose));
    }
    dimensions_uncut(request, out);
    out.end_object().end_object();
}

fn predict(request: &Request<'_>, texts: &[Str<'_>], out: &mut Writer) {
    out.begin_object().key("instances").begin_array();
    for text in texts {
        out.begin_object().field_raw_str("content", *text);
        if let Some(purpose) = request.purpose {
            out.field_str("task_type", task_type(purpose));
        }
        out.end_object();
    }
    out.end_array().key("parameters").begin_object();
    dimensions_uncut(request, out);
    out.end_object().end_object();
}

/// As many dimensions as are wanted, of the whole text or none of it.
fn dimensions_uncut(request: &Request<'_>, out: &mut Writer) {
    if let Some(dimensions) = request.dimensions {
        out.field_u64("outputDimensionality", dimensions);
    }
    out.field_bool("autoTruncate", false);
}
