//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use super::texts::{item, known};
use crate::Usage;
use crate::request::name;
use crate::response::ResponseFacts;
use crate::text::{Place, Texts};

/// Reads an answer. It repeats much of its request, as the provider saw it: the caller's own words are texts here as well, or it would find
/// placeholders in them. One that failed is still an answer, which tells so in its own terms; what has no status is an error and nothing else.
pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    let mut texts = Texts::default();
    let mut facts = ResponseFacts::default();
    let is_answer = body.get("status").is_some_and(|status| status.as_str().is_some());
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => facts.model = value.as_str(),
            "usage" => facts.usage = Usage::from_responses(value),
            "error" if !value.is_null() => {
                facts.error = !is_answer;
                // Errors quote the request at times.
                match value.get("message") {
                    Some(message) => texts.free(message, Place::Other),
                    None => texts.free(value, Place::Other),
                }
            }
            "output" => value.items().for_each(|value| item(value, &mut texts)),
            "instructions" => match value.is_array() {
                true => value.items().for_each(|value| item(value, &mut texts)),
                false => texts.free(value, Place::System),
            },
            "tools" | "text" | "tool_choice" | "prompt" => known(value, Place::Definition, &mut texts),
            "metadata" | "user" | "safety_identifier" | "prompt_cache_key" => texts.free(value, Place::Other),
            _ => {}
        }
    }
    facts.texts = texts.spans;
    facts
}
