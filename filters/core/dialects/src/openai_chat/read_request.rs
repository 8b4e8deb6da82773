//! A chat completion request, read into the canonical model.

mod message;

use tollgate_wire::json::Value;

use crate::canonical::{Format, Request, Tier, Tool};
use crate::openai::{self, stop, stream_options};
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
    let (mut legacy_limit, mut user, mut logprobs) = (None, None, false);
    for (key, value) in body.entries() {
        if value.is_null() {
            continue;
        }
        let key = name(key);
        match &*key {
            "model" => {}
            "messages" => message::messages(value, &mut request)?,
            "stream" => request.stream = boolean("stream", value)?.unwrap_or(false),
            "stream_options" => stream_options(value, &mut request)?,
            "max_completion_tokens" => request.max_output_tokens = limit("max_completion_tokens", value)?,
            "max_tokens" => legacy_limit = limit("max_tokens", value)?,
            "temperature" => request.sampling.temperature = number("temperature", value)?,
            "top_p" => request.sampling.top_p = number("top_p", value)?,
            "frequency_penalty" => request.sampling.frequency_penalty = number("frequency_penalty", value)?,
            "presence_penalty" => request.sampling.presence_penalty = number("presence_penalty", value)?,
            "seed" => request.sampling.seed = number("seed", value)?,
            "n" => request.choices = limit("n", value)?.unwrap_or(1),
            "stop" => stop(value, &mut request)?,
            "tools" => tools(value, &mut request)?,
            "tool_choice" => tool_choice(value, &mut request)?,
            "parallel_tool_calls" => request.parallel_tools = boolean("parallel_tool_calls", value)?,
            "response_format" => response_format(value, &mut request)?,
            "reasoning_effort" => request.reasoning.effort = effort("reasoning_effort", value, openai::EFFORTS)?,
            "user" => user = optional_string("user", value)?,
            "safety_identifier" => request.safety_identifier = optional_string("safety_identifier", value)?,
            "service_tier" => match string("service_tier", Some(value))?.raw() {
                "auto" => request.tier = Some(Tier::Auto),
                "default" => request.tier = Some(Tier::Standard),
                _ => request.openai.push(("service_tier", value)),
            },
            "logprobs" => logprobs = boolean("logprobs", value)?.unwrap_or(false),
            "top_logprobs" => request.logprobs = limit("top_logprobs", value)?.filter(|top| *top > 0),
            // What says nothing more than its own default is no feature.
            "store" if value.as_bool() == Some(false) => {}
            "prompt_cache_options" => request.hints.push("prompt_cache_options"),
            "logit_bias" | "metadata" if value.is_object() && value.is_empty() => {}
            "verbosity" if value.as_str().is_some_and(|verbosity| verbosity == "medium") => {}
            "modalities"
                if value.is_array() && value.items().all(|item| item.as_str().is_some_and(|item| item == "text")) => {}
            _ => match SHARED.into_iter().find(|name| *name == key) {
                Some(name) => request.openai.push((name, value)),
                None => request.unknown("", &key, value),
            },
        }
    }
    request.max_output_tokens = request.max_output_tokens.or(legacy_limit);
    request.end_user = user.or(request.safety_identifier);
    if logprobs {
        request.logprobs.get_or_insert(0);
    }
    Ok(request)
}

/// What OpenAI's other conversation API has as well.
const SHARED: [&str; 5] = ["metadata", "store", "prompt_cache_key", "prompt_cache_retention", "verbosity"];

fn tools<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("tools", value)?.enumerate() {
        let kind = string(&format!("tools[{index}].type"), item.get("type"))?;
        if kind != "function" {
            request.extra(format!("tools.{}", kind.decode()));
            continue;
        }
        let at = format!("tools[{index}].function");
        let function = required_object(&at, item.get("function"))?;
        let mut tool = Tool::new(string(&format!("{at}.name"), function.get("name"))?);
        for (key, value) in function.entries() {
            let key = name(key);
            if key != "name" && !tool_field(&mut tool, &key, value, "parameters", &at)? {
                request.unknown("function", &key, value);
            }
        }
        for (key, value) in item.entries() {
            match &*name(key) {
                "type" | "function" => {}
                "cache_control" => tool.cache = Some(value).filter(|cache| !cache.is_null()),
                key => request.unknown("tools", key, value),
            }
        }
        request.tools.push(tool);
    }
    Ok(())
}

fn tool_choice<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    openai::tool_choice(value, request, |request| {
        let function = required_object("tool_choice.function", value.get("function"))?;
        unknown_fields("tool_choice", value, &["type", "function"], request);
        unknown_fields("tool_choice.function", function, &["name"], request);
        string("tool_choice.function.name", function.get("name"))
    })
}

fn response_format<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let kind = string("response_format.type", value.get("type"))?;
    match kind.raw() {
        "text" | "json_object" => {
            unknown_fields("response_format", value, &["type"], request);
            if *kind.raw() == *"json_object" {
                request.format = Format::JsonObject;
            }
        }
        "json_schema" => {
            unknown_fields("response_format", value, &["type", "json_schema"], request);
            let field = "response_format.json_schema";
            let wrapper = required_object(field, value.get("json_schema"))?;
            unknown_fields("json_schema", wrapper, &["name", "description", "schema", "strict"], request);
            let text = |key: &str| match wrapper.get(key) {
                Some(value) => optional_string(&format!("{field}.{key}"), value),
                None => Ok(None),
            };
            request.format = Format::JsonSchema {
                name: text("name")?,
                description: text("description")?,
                schema: required_object("response_format.json_schema.schema", wrapper.get("schema"))?,
                strict: match wrapper.get("strict") {
                    Some(strict) => boolean("response_format.json_schema.strict", strict)?,
                    None => None,
                },
            };
        }
        other => request.extra(format!("response_format.{other}")),
    }
    Ok(())
}

/// Notes the fields of an object that are not among those `known`.
fn unknown_fields<'a>(parent: &str, object: Value<'a>, known: &[&str], request: &mut Request<'a>) {
    for (key, value) in object.entries() {
        let key = name(key);
        if !known.contains(&&*key) {
            request.unknown(parent, &key, value);
        }
    }
}
