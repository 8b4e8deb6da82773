//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use super::texts::{item, known};
use crate::Usage;
use crate::response::{self, ResponseFacts};
use crate::text::Place;

/// Reads an answer. It repeats much of its request, as the provider saw it: the caller's own words are texts here as well, or it would find
/// placeholders in them. One that failed is still an answer, which tells so in its own terms; what has no status is an error and nothing else.
pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    let mut facts = response::gather(body, Usage::from_responses, |key, value, texts| match key {
        "output" => value.items().for_each(|value| item(value, texts)),
        "instructions" if value.is_array() => value.items().for_each(|value| item(value, texts)),
        "instructions" => texts.free(value, Place::SYSTEM),
        "tools" | "text" | "tool_choice" | "prompt" => known(value, Place::DEFINITION, texts),
        "metadata" | "user" | "safety_identifier" | "prompt_cache_key" => texts.free(value, Place::OTHER),
        _ => {}
    });
    facts.error &= body.get("status").is_none_or(|status| status.as_str().is_none());
    facts
}
