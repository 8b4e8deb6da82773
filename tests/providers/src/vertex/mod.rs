//! Vertex AI: Gemini, <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>, its embeddings,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>, and Claude,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude>.

mod claude;
mod count;
mod embed;
mod errors;
mod predict;

pub(crate) use errors::{failure, no_model};

use crate::Reply;
use crate::call::Call;
use crate::gemini::{self, Answered, generate};

/// Answers a request.
pub(crate) fn route(call: &Call<'_>) -> Reply {
    let Some(target) = target(call.path) else { return gemini::errors::no_page(call) };
    let model = percent_encoding::percent_decode_str(target.model).decode_utf8_lossy();
    if call.method != "POST" {
        return gemini::errors::no_page(call);
    }
    let answered: Answered = authorized(call).and_then(|()| match (target.publisher, target.method) {
        ("google", "generateContent") => generate::answer(call, &model),
        ("google", "streamGenerateContent") => generate::stream(call, &model),
        ("google", "countTokens") => count::answer(call, &model),
        ("google", "predict") => predict::answer(call, &model),
        ("google", "embedContent") => embed::one(call, &model),
        ("google", "batchEmbedContents") => embed::batch(call, &model),
        ("anthropic", "rawPredict") if model == "count-tokens" => claude::count(call),
        ("anthropic", "rawPredict") => claude::answer(call, &model, false),
        ("anthropic", "streamRawPredict") => claude::answer(call, &model, true),
        ("google" | "anthropic", _) => Ok(gemini::errors::no_page(call)),
        _ => Err(no_model(call)),
    });
    answered.unwrap_or_else(|refusal| match target.method {
        "streamGenerateContent" => gemini::errors::streamed(call, *refusal),
        _ => *refusal,
    })
}

/// What a path asks for.
struct Target<'a> {
    publisher: &'a str,
    /// As it is in the path.
    model: &'a str,
    method: &'a str,
}

/// Takes `/v1/projects/{p}/locations/{l}/publishers/{publisher}/models/{model}:{method}` apart.
fn target(path: &str) -> Option<Target<'_>> {
    let rest = path.strip_prefix("/v1/").or_else(|| path.strip_prefix("/v1beta1/"))?;
    let steps: Vec<&str> = rest.split('/').collect();
    let ["projects", project, "locations", location, "publishers", publisher, "models", last] = steps.as_slice() else {
        return None;
    };
    let (model, method) = last.rsplit_once(':')?;
    let named = [*project, *location, *publisher, model].iter().all(|step| !step.is_empty());
    named.then_some(Target { publisher, model, method })
}

/// An OAuth 2 access token, in a header only.
fn authorized(call: &Call<'_>) -> Result<(), Box<Reply>> {
    match (call.bearer(), &call.options.expect_key) {
        (None, _) => Err(errors::no_token()),
        (Some(token), Some(expected)) if token != expected => Err(errors::wrong_token()),
        _ => Ok(()),
    }
}
