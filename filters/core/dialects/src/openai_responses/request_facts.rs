//! What the gateway must know of a request.

use tollgate_wire::json::Value;

use super::texts::{item, known};
use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{Gather, RequestFacts, name};
use crate::text::{Place, Texts};

/// Reads a request. The model must be named, although a stored prompt may name one as well: routes go by it.
pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut gather = Gather::new(ClientDialect::OpenaiResponses, body);
    let (mut safety_identifier, mut goes_on) = (None, false);
    for (key, value) in body.entries() {
        let texts = &mut gather.texts;
        match &*name(key) {
            "model" => gather.model(value)?,
            "stream" => gather.stream(value)?,
            "max_output_tokens" => gather.max_output_tokens("max_output_tokens", value)?,
            "input" => {
                gather.once("input")?;
                input(value, &mut gather.texts)?;
            }
            "instructions" => texts.free(value, Place::SYSTEM),
            "prompt" => {
                goes_on = true;
                prompt(value, texts);
            }
            // What was said before is with the provider.
            "previous_response_id" | "conversation" => {
                goes_on = true;
                match value.is_object() {
                    true => known(value, Place::OTHER, texts),
                    false => texts.id(value),
                }
            }
            "user" => gather.end_user(value),
            "safety_identifier" => {
                safety_identifier = value.as_str();
                texts.free(value, Place::OTHER);
            }
            "tools" => texts.array(value, Place::DEFINITION, |texts, item| tool(item, texts)),
            "text" => text(value, texts),
            "image" | "access_programs" | "background_options" | "moderation" => texts.free(value, Place::OTHER),
            "include" => texts.array(value, Place::OTHER, |texts, what| texts.keyword(what)),
            "reasoning" => texts.object(value, Place::OTHER, |texts, name, value| {
                let is_known = matches!(name, "effort" | "summary" | "generate_summary" | "context" | "mode");
                if is_known {
                    texts.keyword(value);
                }
                is_known
            }),
            "service_tier" | "truncation" | "prompt_cache_retention" => texts.keyword(value),
            "tool_choice" => known(value, Place::OTHER, texts),
            // Numbers, booleans and null have nothing to read; a string where none belongs is still seen by the provider.
            "temperature"
            | "top_p"
            | "top_logprobs"
            | "max_tool_calls"
            | "parallel_tool_calls"
            | "store"
            | "background"
            | "context_management"
            | "prompt_cache_options"
            | "metadata"
            | "prompt_cache_key"
            | "stream_options" => texts.free(value, Place::OTHER),
            _ => texts.unknown_field(key, value),
        }
    }
    gather.facts.end_user = safety_identifier.or(gather.facts.end_user);
    // Without any, something to go on from will do.
    gather.finish(if goes_on { &[] } else { &["input"] })
}

fn input<'a>(value: Value<'a>, texts: &mut Texts<'a>) -> Result<(), Refusal> {
    if let Some(text) = value.as_str() {
        texts.push(text, Place::USER);
        return Ok(());
    }
    if !value.is_array() && !value.is_null() {
        return Err(Refusal::invalid_field("input", "a string or an array of items"));
    }
    for (index, value) in value.items().enumerate() {
        if !value.is_object() {
            return Err(Refusal::invalid_field(&format!("input[{index}]"), "an object"));
        }
        item(value, texts);
    }
    Ok(())
}

/// A stored prompt, and what is put into it.
pub(super) fn prompt<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::USER, |texts, name, value| {
        match name {
            "id" | "version" => texts.id(value),
            "variables" if value.is_object() => value.entries().for_each(|(name, variable)| {
                texts.push(name, Place::USER);
                known(variable, Place::USER, texts);
            }),
            "variables" => texts.free(value, Place::USER),
            _ => return false,
        }
        true
    });
}

pub(super) fn tool<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "name" | "server_label" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::NAME }),
            "server_url" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::URL }),
            "description" | "server_description" | "parameters" | "format" | "output_schema" => {
                texts.free(value, Place::DEFINITION);
            }
            "tools" => texts.array(value, Place::DEFINITION, |texts, inner| tool(inner, texts)),
            "input_image_mask" => known(value, Place::USER, texts),
            _ if SETTINGS.contains(&name) => texts.free(value, Place::OTHER),
            _ => return false,
        }
        true
    });
}

/// What else tools have: how they are used, where they look, and what they are given to get there.
const SETTINGS: &[&str] = &[
    "action",
    "allowed_callers",
    "allowed_tools",
    "async",
    "authorization",
    "background",
    "complexity",
    "connector_id",
    "container",
    "defer_loading",
    "display_height",
    "display_width",
    "environment",
    "execution",
    "external_web_access",
    "filters",
    "frame_count",
    "frame_duration_ms",
    "headers",
    "input_fidelity",
    "max_num_results",
    "model",
    "moderation",
    "output_compression",
    "output_format",
    "partial_images",
    "quality",
    "ranking_options",
    "require_approval",
    "search_content_types",
    "search_context_size",
    "size",
    "strict",
    "svg",
    "tunnel_id",
    "user_location",
    "vector_store_ids",
];

/// How the answer is to be written.
pub(super) fn text<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "verbosity" => texts.keyword(value),
            "format" => texts.object(value, Place::DEFINITION, |texts, name, value| {
                match name {
                    "type" => texts.keyword(value),
                    "name" | "description" | "schema" | "strict" => texts.free(value, Place::DEFINITION),
                    _ => return false,
                }
                true
            }),
            _ => return false,
        }
        true
    });
}
