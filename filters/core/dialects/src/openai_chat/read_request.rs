//! A chat completion request, read into the canonical model.

mod message;

use tollgate_wire::json::Value;

use crate::canonical::{Effort, Format, Request, Tier, Tool, ToolChoice};
use crate::refusal::Refusal;
use crate::request::fields::{boolean, limit, list, name, number, object, optional_string, required_object, string};

/// Reads a request.
///
/// # Errors
/// A 400 that names the field that is not what the API says. What this dialect alone can say is no error here but an extra.
pub(crate) fn read_request<'a>(body: Value<'a>) -> Result<Request<'a>, Refusal> {
    let mut request = Request::new();
    let mut legacy_limit = None;
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
            "reasoning_effort" => {
                let effort = value.as_str().and_then(|effort| Effort::parse(effort.raw()));
                let known = "`none`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`";
                request.reasoning.effort =
                    Some(effort.ok_or_else(|| Refusal::invalid_field("reasoning_effort", known))?);
            }
            "user" | "safety_identifier" => request.end_user = optional_string(&key, value)?,
            "service_tier" => match value.as_str().map(|tier| tier.raw()) {
                Some("auto") => request.tier = Some(Tier::Auto),
                Some("default") => request.tier = Some(Tier::Standard),
                _ => request.extra("service_tier"),
            },
            // What says nothing more than its own default is no feature.
            "logprobs" | "store" if value.as_bool() == Some(false) => {}
            "top_logprobs" if value.as_u64() == Some(0) => {}
            "logit_bias" | "metadata" if value.is_object() && value.is_empty() => {}
            "verbosity" if value.as_str().is_some_and(|verbosity| verbosity == "medium") => {}
            "modalities"
                if value.is_array() && value.items().all(|item| item.as_str().is_some_and(|item| item == "text")) => {}
            _ => request.unknown("", &key, value),
        }
    }
    request.max_output_tokens = request.max_output_tokens.or(legacy_limit);
    Ok(request)
}

fn stream_options<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("stream_options", Some(value))?.entries() {
        match &*name(key) {
            "include_usage" => request.stream_usage = boolean("stream_options.include_usage", value)?.unwrap_or(false),
            "include_obfuscation" if value.as_bool() == Some(false) => {}
            key => request.unknown("stream_options", key, value),
        }
    }
    Ok(())
}

fn stop<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    if let Some(stop) = value.as_str() {
        request.stop.push(stop);
        return Ok(());
    }
    for item in list("stop", value)? {
        request.stop.push(string("stop", Some(item))?);
    }
    Ok(())
}

fn tools<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("tools", value)?.enumerate() {
        let kind = string(&format!("tools[{index}].type"), item.get("type"))?;
        if kind != "function" {
            request.extra(format!("tools.{}", kind.decode()));
            continue;
        }
        let field = format!("tools[{index}].function");
        let function = required_object(&field, item.get("function"))?;
        let mut tool = Tool {
            name: string(&format!("{field}.name"), function.get("name"))?,
            description: None,
            parameters: None,
            strict: None,
            cache: None,
        };
        for (key, value) in function.entries() {
            match &*name(key) {
                "name" => {}
                "description" => tool.description = optional_string(&format!("{field}.description"), value)?,
                "parameters" => tool.parameters = object(&format!("{field}.parameters"), value)?,
                "strict" => tool.strict = boolean(&format!("{field}.strict"), value)?,
                key => request.unknown("function", key, value),
            }
        }
        for (key, value) in item.entries() {
            match &*name(key) {
                "type" | "function" => {}
                "cache_control" => tool.cache = Some(value),
                key => request.unknown("tools", key, value),
            }
        }
        request.tools.push(tool);
    }
    Ok(())
}

fn tool_choice<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let choice = match value.as_str() {
        Some(choice) => match choice.raw() {
            "none" => ToolChoice::None,
            "auto" => ToolChoice::Auto,
            "required" => ToolChoice::Required,
            _ => return Err(Refusal::invalid_field("tool_choice", "`none`, `auto`, `required` or an object")),
        },
        None => {
            let kind = string("tool_choice.type", value.get("type"))?;
            if kind != "function" {
                request.extra(format!("tool_choice.{}", kind.decode()));
                return Ok(());
            }
            let named = value.get("function").and_then(|function| function.get("name"));
            ToolChoice::Named(string("tool_choice.function.name", named)?)
        }
    };
    request.tool_choice = Some(choice);
    Ok(())
}

fn response_format<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    let kind = string("response_format.type", value.get("type"))?;
    match kind.raw() {
        "text" => {}
        "json_object" => request.format = Format::JsonObject,
        "json_schema" => {
            let field = "response_format.json_schema";
            let wrapper = required_object(field, value.get("json_schema"))?;
            request.format = Format::JsonSchema {
                name: wrapper.get("name").and_then(|name| name.as_str()),
                description: wrapper.get("description").and_then(|text| text.as_str()),
                schema: required_object("response_format.json_schema.schema", wrapper.get("schema"))?,
                strict: wrapper.get("strict").and_then(|strict| strict.as_bool()),
            };
        }
        other => request.extra(format!("response_format.{other}")),
    }
    Ok(())
}
