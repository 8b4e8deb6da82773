//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use super::request_facts::{prompt, text, tool};
use super::texts::{item, known};
use crate::Usage;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

/// Reads an answer. It repeats much of its request, as the provider saw it: the caller's own words are texts here as well, or it would find
/// placeholders in them. One that failed is still an answer, which tells so in its own terms; what has no status is an error and nothing else.
pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    let mut facts = response::gather(body, Usage::from_responses, field);
    facts.error &= body.get("status").is_none_or(|status| status.as_str().is_none());
    facts
}

fn field<'a>(name: &str, value: Value<'a>, texts: &mut Texts<'a>) -> bool {
    match name {
        "output" => texts.array(value, Place::ASSISTANT, |texts, value| item(value, texts)),
        "output_text" => texts.free(value, Place::ASSISTANT),
        "instructions" if value.is_array() => value.items().for_each(|value| item(value, texts)),
        "instructions" => texts.free(value, Place::SYSTEM),
        "tools" => texts.array(value, Place::DEFINITION, |texts, value| tool(value, texts)),
        "text" => text(value, texts),
        "prompt" => prompt(value, texts),
        "tool_choice" => known(value, Place::OTHER, texts),
        "previous_response_id" | "conversation" if !value.is_object() => texts.id(value),
        "conversation" => known(value, Place::OTHER, texts),
        "status" | "truncation" | "prompt_cache_retention" => texts.keyword(value),
        "incomplete_details" | "reasoning" => texts.object(value, Place::OTHER, |texts, name, value| {
            let is_known = matches!(name, "reason" | "effort" | "summary" | "generate_summary" | "context" | "mode");
            if is_known {
                texts.keyword(value);
            }
            is_known
        }),
        "background"
        | "billing"
        | "completed_at"
        | "context_management"
        | "frequency_penalty"
        | "max_output_tokens"
        | "max_tool_calls"
        | "metadata"
        | "moderation"
        | "parallel_tool_calls"
        | "presence_penalty"
        | "prompt_cache_key"
        | "prompt_cache_options"
        | "safety_identifier"
        | "store"
        | "temperature"
        | "top_logprobs"
        | "top_p"
        | "user" => texts.free(value, Place::OTHER),
        _ => return false,
    }
    true
}
