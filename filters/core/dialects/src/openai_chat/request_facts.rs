//! What the gateway must know of a chat completion request.

use tollgate_wire::json::Value;

use super::texts::{message, part, tool};
use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{Gather, RequestFacts, name};
use crate::text::{Place, Texts};

pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut gather = Gather::new(ClientDialect::OpenaiChat, body);
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => gather.model(value)?,
            "stream" => gather.stream(value)?,
            "stream_options" => gather.stream_options(value)?,
            "messages" => {
                gather.once("messages")?;
                messages(value, &mut gather.texts)?;
            }
            "max_tokens" => gather.max_output_tokens("max_tokens", value)?,
            "max_completion_tokens" => gather.max_output_tokens("max_completion_tokens", value)?,
            "n" => gather.facts.choices = gather.count("n", value)?,
            "user" | "safety_identifier" => gather.end_user(value),
            "prediction" => gather.texts.object(value, Place::ASSISTANT, |texts, name, value| {
                match name {
                    "type" => texts.keyword(value),
                    "content" => {
                        texts.array(value, Place::ASSISTANT, |texts, item| part(item, Place::ASSISTANT, texts))
                    }
                    _ => return false,
                }
                true
            }),
            "tools" | "functions" => {
                gather.texts.array(value, Place::DEFINITION, |texts, item| tool(item, texts));
            }
            "response_format" => free_with_type(value, Place::DEFINITION, &mut gather.texts),
            "reasoning_effort" | "verbosity" | "service_tier" | "prompt_cache_retention" => gather.texts.keyword(value),
            // Numbers, booleans and null have nothing to read; a string where none belongs is still seen by the provider.
            "temperature"
            | "top_p"
            | "frequency_penalty"
            | "presence_penalty"
            | "seed"
            | "parallel_tool_calls"
            | "store"
            | "stop"
            | "tool_choice"
            | "metadata"
            | "logit_bias"
            | "prompt_cache_key"
            | "prompt_cache_options"
            | "modalities"
            | "moderation"
            | "web_search_options"
            | "function_call"
            | "logprobs"
            | "top_logprobs"
            | "audio" => gather.texts.free(value, Place::OTHER),
            _ => gather.texts.unknown_field(key, value),
        }
    }
    gather.finish(&["messages"])
}

fn messages<'a>(value: Value<'a>, texts: &mut Texts<'a>) -> Result<(), Refusal> {
    if !value.is_array() {
        return Err(Refusal::invalid_field("messages", "an array"));
    }
    for (index, item) in value.items().enumerate() {
        if !item.is_object() {
            return Err(Refusal::invalid_field(&format!("messages[{index}]"), "an object"));
        }
        message(item, texts);
    }
    Ok(())
}

/// A free-form object whose own `type` is a word of the API.
fn free_with_type<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        let is_type = name == "type";
        if is_type {
            texts.keyword(value);
        }
        is_type
    });
}
