//! What Azure's content filters add to answers:
//! <https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter>.

use crate::Reply;
use crate::brain::{End, Finish};
use crate::json::{Json, object};

/// Findings on so many prompts, which are all fine.
pub(crate) fn prompt(count: usize) -> Vec<Json> {
    let results = object! {
        "hate": severity("safe");
        "jailbreak": object! { "filtered": false; "detected": false };
        "self_harm": severity("safe");
        "sexual": severity("safe");
        "violence": severity("safe")
    };
    (0..count).map(|index| object! { "prompt_index": index; "content_filter_results": results }).collect()
}

/// Findings on an answer, which is fine unless it was ordered to be stopped by a filter.
pub(crate) fn completion(finish: &Finish) -> Json {
    let violence = if matches!(finish, Finish::Ordered(End::Safety)) { "medium" } else { "safe" };
    object! {
        "hate": severity("safe");
        "protected_material_code": object! { "filtered": false; "detected": false };
        "protected_material_text": object! { "filtered": false; "detected": false };
        "self_harm": severity("safe");
        "sexual": severity("safe");
        "violence": severity(violence)
    }
}

/// Findings on a piece of a stream; none on what has no text, but on where a filter stops it.
pub(crate) fn delta(text: &str, finish: Option<&str>) -> Json {
    match finish {
        Some("content_filter") => completion(&Finish::Ordered(End::Safety)),
        _ if text.is_empty() => object! {},
        _ => object! {
            "hate": severity("safe"); "self_harm": severity("safe"); "sexual": severity("safe"); "violence": severity("safe")
        },
    }
}

/// The chunk that comes before all others: about the prompt, with nothing else in it.
pub(crate) fn first_chunk() -> Json {
    object! {
        "choices": [(); 0]; "created": 0; "id": ""; "model": ""; "object": ""; "prompt_filter_results": prompt(1)
    }
}

/// A prompt that is not answered.
pub(crate) fn blocked() -> Box<Reply> {
    let message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your \
                   prompt and retry. To learn more about our content filtering policies please read our documentation: \
                   https://go.microsoft.com/fwlink/?linkid=2198766";
    let results = object! {
        "hate": severity("safe");
        "jailbreak": object! { "filtered": false; "detected": false };
        "self_harm": severity("safe");
        "sexual": severity("safe");
        "violence": severity("medium")
    };
    let inner = object! { "code": "ResponsibleAIPolicyViolation"; "content_filter_result": results };
    let error = object! {
        "message": message; "type": (); "param": "prompt"; "code": "content_filter"; "status": 400; "innererror": inner
    };
    Box::new(Reply::json(400, &object! { "error": error }))
}

fn severity(level: &str) -> Json {
    object! { "filtered": level != "safe"; "severity": level }
}
