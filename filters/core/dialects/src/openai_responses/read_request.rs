//! A request, read into the canonical model.
//!
//! What this API alone can do, because it keeps conversations or runs tools itself, is an extra each under its own name. It keeps every answer
//! unless told not to; no other API does, and nobody loses anything by it who does not come back for it: `store` is a hint where it is asked for
//! and nothing where it is not.

mod item;

use tollgate_wire::json::Value;

use crate::canonical::{Format, Message, Part, Request, Role, Tier, Tool};
use crate::openai;
use crate::refusal::Refusal;
use crate::request::fields::{
    boolean, effort, limit, list, name, number, optional_string, required_object, string, tool_field,
};

/// Reads a request.
///
/// # Errors
/// A 400 that names the field that is not what the API says. What this dialect alone can say is no error here but an extra.
pub(crate) fn read_request<'a>(body: Value<'a>) -> Result<Request<'a>, Refusal> {
    let mut request = Request::new();
    // Every stream ends with the whole answer, its usage included.
    request.stream_usage = true;
    // They come first, wherever in the body they stand.
    if let Some(instructions) = body.get("instructions") {
        self::instructions(instructions, &mut request)?;
    }
    for (key, value) in body.entries() {
        if value.is_null() {
            continue;
        }
        let key = name(key);
        match &*key {
            "model" | "instructions" => {}
            "input" => input(value, &mut request)?,
            "stream" => request.stream = boolean("stream", value)?.unwrap_or(false),
            "stream_options" => stream_options(value, &mut request)?,
            "max_output_tokens" => request.max_output_tokens = limit("max_output_tokens", value)?,
            "temperature" => request.sampling.temperature = number("temperature", value)?,
            "top_p" => request.sampling.top_p = number("top_p", value)?,
            // Not OpenAI's own, but of the open specification: <https://www.openresponses.org/reference>.
            "frequency_penalty" => request.sampling.frequency_penalty = number("frequency_penalty", value)?,
            "presence_penalty" => request.sampling.presence_penalty = number("presence_penalty", value)?,
            "top_logprobs" => match limit("top_logprobs", value)? {
                Some(0) | None => {}
                top => request.logprobs = top,
            },
            "include" => include(value, &mut request)?,
            "tools" => tools(value, &mut request)?,
            "tool_choice" => tool_choice(value, &mut request)?,
            "parallel_tool_calls" => request.parallel_tools = boolean("parallel_tool_calls", value)?,
            "text" => text(value, &mut request)?,
            "reasoning" => reasoning(value, &mut request)?,
            "user" => request.end_user = optional_string("user", value)?,
            "safety_identifier" => request.safety_identifier = optional_string("safety_identifier", value)?,
            "service_tier" => match value.as_str().map(|tier| tier.raw()) {
                Some("auto") => request.tier = Some(Tier::Auto),
                Some("default") => request.tier = Some(Tier::Standard),
                _ => request.openai.push(("service_tier", value)),
            },
            "metadata" if value.is_object() && value.is_empty() => {}
            "metadata" => request.openai.push(("metadata", value)),
            "prompt_cache_key" => request.openai.push(("prompt_cache_key", value)),
            "prompt_cache_retention" => request.openai.push(("prompt_cache_retention", value)),
            "prompt_cache_options" => request.openai.push(("prompt_cache_options", value)),
            "store" => {
                if boolean("store", value)? == Some(true) {
                    request.hints.push("store");
                }
            }
            // What says nothing more than its own default is no feature.
            "background" if value.as_bool() == Some(false) => {}
            "truncation" if value.as_str().is_some_and(|truncation| truncation == "disabled") => {}
            "context_management" if value.is_array() && value.is_empty() => {}
            _ => request.unknown("", &key, value),
        }
    }
    request.end_user = request.end_user.or(request.safety_identifier);
    Ok(request)
}

/// A string; in answers, and so from clients that send one's fields back, items.
fn instructions<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    if value.is_array() {
        return item::items("instructions", value, request);
    }
    if let Some(text) = optional_string("instructions", value)? {
        request.messages.push(Message { role: Role::System, parts: vec![Part::Text { text, cache: None }] });
    }
    Ok(())
}

fn input<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    match value.as_str() {
        Some(text) => {
            request.messages.push(Message { role: Role::User, parts: vec![Part::Text { text, cache: None }] });
            Ok(())
        }
        None if value.is_array() => item::items("input", value, request),
        None => Err(Refusal::invalid_field("input", "a string or an array of items")),
    }
}

fn stream_options<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("stream_options", Some(value))?.entries() {
        match &*name(key) {
            // Padding is added by who encrypts; here that is the gateway's own connection.
            "include_obfuscation" => {
                if boolean("stream_options.include_obfuscation", value)? == Some(true) {
                    request.hints.push("stream_options.include_obfuscation");
                }
            }
            key => request.unknown("stream_options", key, value),
        }
    }
    Ok(())
}

/// More to put into the answer. What concerns tools that the provider runs is nothing without them, and they are refused.
fn include<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for item in list("include", value)? {
        match string("include", Some(item))?.raw() {
            "message.output_text.logprobs" => request.logprobs = request.logprobs.or(Some(0)),
            // Signatures travel without being asked for.
            "reasoning.encrypted_content" => {}
            _ if request.hints.contains(&"include") => {}
            _ => request.hints.push("include"),
        }
    }
    Ok(())
}

/// Functions. Where `strict` is left out this API makes the schema strict by itself, optional fields required included
/// (<https://platform.openai.com/docs/guides/function-calling#strict-mode>). A schema is not rewritten here: without the word, the provider's own
/// default holds.
fn tools<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("tools", value)?.enumerate() {
        let at = format!("tools[{index}]");
        let kind = string(&format!("{at}.type"), item.get("type"))?;
        if kind != "function" {
            request.extra(format!("tools.{}", kind.decode()));
            continue;
        }
        let mut tool = Tool::new(string(&format!("{at}.name"), item.get("name"))?);
        for (key, value) in item.entries() {
            match &*name(key) {
                "type" | "name" => {}
                "async" | "defer_loading" if value.as_bool() == Some(false) => {}
                key if tool_field(&mut tool, key, value, "parameters", &at)? => {}
                key => request.unknown("tools", key, value),
            }
        }
        request.tools.push(tool);
    }
    Ok(())
}

fn tool_choice<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    openai::tool_choice(value, request, |_| string("tool_choice.name", value.get("name")))
}

fn text<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("text", Some(value))?.entries() {
        match &*name(key) {
            "format" if !value.is_null() => format(value, request)?,
            "verbosity" if value.is_null() || value.as_str().is_some_and(|verbosity| verbosity == "medium") => {}
            "verbosity" => request.openai.push(("verbosity", value)),
            key => request.unknown("text", key, value),
        }
    }
    Ok(())
}

fn format<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let kind = string("text.format.type", value.get("type"))?;
    match kind.raw() {
        "text" => {}
        "json_object" => request.format = Format::JsonObject,
        "json_schema" => {
            let strict = match value.get("strict") {
                Some(strict) => boolean("text.format.strict", strict)?,
                None => None,
            };
            request.format = Format::JsonSchema {
                name: value.get("name").and_then(|name| name.as_str()),
                description: value.get("description").and_then(|text| text.as_str()),
                schema: required_object("text.format.schema", value.get("schema"))?,
                strict,
            };
        }
        other => request.extra(format!("text.format.{other}")),
    }
    Ok(())
}

fn reasoning<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("reasoning", Some(value))?.entries() {
        if value.is_null() {
            continue;
        }
        match &*name(key) {
            "effort" => request.reasoning.effort = effort("reasoning.effort", value, openai::EFFORTS)?,
            // What the provider shows of its reasoning is shown.
            "summary" | "generate_summary" => request.hints.push("reasoning.summary"),
            "context" if value.as_str().is_some_and(|context| context == "auto") => {}
            "mode" if value.as_str().is_some_and(|mode| mode == "standard") => {}
            key => request.unknown("reasoning", key, value),
        }
    }
    Ok(())
}
