//! A messages request, read into the canonical model.

mod block;

use tollgate_wire::json::Value;

use crate::canonical::{Format, Message, Request, Role, Tier, Tool, ToolChoice};
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
    // Usage is part of every stream of this dialect.
    request.stream_usage = true;
    // The system prompt comes first, wherever its field stands.
    if let Some(system) = body.get("system").filter(|system| !system.is_null()) {
        let mut parts = Vec::new();
        block::content(system, "system", &mut parts, &mut request)?;
        request.messages.push(Message { role: Role::System, parts });
    }
    for (key, value) in body.entries() {
        if value.is_null() {
            continue;
        }
        let key = name(key);
        match &*key {
            "model" | "system" => {}
            "messages" => messages(value, &mut request)?,
            "stream" => request.stream = boolean("stream", value)?.unwrap_or(false),
            "max_tokens" => request.max_output_tokens = limit("max_tokens", value)?,
            "temperature" => request.sampling.temperature = number("temperature", value)?,
            "top_p" => request.sampling.top_p = number("top_p", value)?,
            "top_k" => request.sampling.top_k = number("top_k", value)?,
            "stop_sequences" => {
                for item in list("stop_sequences", value)? {
                    request.stop.push(string("stop_sequences", Some(item))?);
                }
            }
            "tools" => tools(value, &mut request)?,
            "tool_choice" => tool_choice(value, &mut request)?,
            "thinking" => thinking(value, &mut request)?,
            "output_config" => output_config(value, &mut request)?,
            "metadata" => {
                for (key, value) in required_object("metadata", Some(value))?.entries() {
                    match &*name(key) {
                        "user_id" => request.end_user = optional_string("metadata.user_id", value)?,
                        key => request.unknown("metadata", key, value),
                    }
                }
            }
            "service_tier" => match value.as_str().map(|tier| tier.raw()) {
                Some("auto") => request.tier = Some(Tier::Auto),
                Some("standard_only") => request.tier = Some(Tier::Standard),
                _ => request.extra("service_tier"),
            },
            // A mark on the last block, which providers that cache by themselves do without.
            "cache_control" => request.hints.push("cache_control"),
            // What is the default anyway, and what is only looked at afterwards.
            "speed" if value.as_str().is_some_and(|speed| speed == "standard") => {}
            "diagnostics" => request.hints.push("diagnostics"),
            _ => request.unknown("", &key, value),
        }
    }
    Ok(request)
}

fn messages<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("messages", value)?.enumerate() {
        let at = format!("messages.{index}");
        let role = match string(&format!("{at}.role"), item.get("role"))?.raw() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            _ => return Err(Refusal::invalid_field(&format!("{at}.role"), "`user`, `assistant` or `system`")),
        };
        let mut parts = Vec::new();
        for (key, value) in item.entries() {
            match &*name(key) {
                "role" => {}
                "content" => block::content(value, &format!("{at}.content"), &mut parts, request)?,
                key => request.unknown("message", key, value),
            }
        }
        request.messages.push(Message { role, parts });
    }
    Ok(())
}

fn tools<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (index, item) in list("tools", value)?.enumerate() {
        if let Some(kind) = item.get("type").and_then(|kind| kind.as_str())
            && kind != "custom"
        {
            request.extra(format!("tools.{}", kind.decode()));
            continue;
        }
        let at = format!("tools.{index}");
        let mut tool = Tool::new(string(&format!("{at}.name"), item.get("name"))?);
        for (key, value) in item.entries() {
            match &*name(key) {
                "type" | "name" => {}
                // How arguments are streamed, not what they are.
                "eager_input_streaming" => {}
                "defer_loading" if value.as_bool() == Some(false) => {}
                "allowed_callers"
                    if value.is_array() && value.items().all(|by| by.as_str().is_some_and(|by| by == "direct")) => {}
                key if tool_field(&mut tool, key, value, "input_schema", &at)? => {}
                key => request.unknown("tools", key, value),
            }
        }
        request.tools.push(tool);
    }
    Ok(())
}

fn tool_choice<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    request.tool_choice = Some(match string("tool_choice.type", value.get("type"))?.raw() {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Required,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Named(string("tool_choice.name", value.get("name"))?),
        _ => return Err(Refusal::invalid_field("tool_choice.type", "`auto`, `any`, `tool` or `none`")),
    });
    for (key, value) in value.entries() {
        match &*name(key) {
            "type" | "name" => {}
            "disable_parallel_tool_use" => {
                let disabled = boolean("tool_choice.disable_parallel_tool_use", value)?;
                // Not disabled is the default, there as here.
                request.parallel_tools = disabled.filter(|disabled| *disabled).map(|_| false);
            }
            key => request.unknown("tool_choice", key, value),
        }
    }
    Ok(())
}

fn thinking<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    match string("thinking.type", value.get("type"))?.raw() {
        "disabled" => {}
        "adaptive" => request.reasoning.adaptive = true,
        "enabled" => {
            let budget = value.get("budget_tokens").and_then(|budget| budget.as_u64());
            request.reasoning.budget = Some(budget.ok_or_else(|| Refusal::missing_field("thinking.budget_tokens"))?);
        }
        other => request.extra(format!("thinking.{other}")),
    }
    for (key, value) in value.entries() {
        match &*name(key) {
            "type" | "budget_tokens" => {}
            // How thinking is shown, not what is thought.
            "display" => request.hints.push("thinking.display"),
            key => request.unknown("thinking", key, value),
        }
    }
    Ok(())
}

fn output_config<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("output_config", Some(value))?.entries() {
        if value.is_null() {
            continue;
        }
        match &*name(key) {
            "effort" => {
                let words = "`low`, `medium`, `high`, `xhigh` or `max`";
                request.reasoning.effort = effort("output_config.effort", value, words)?;
            }
            "format" => {
                let kind = string("output_config.format.type", value.get("type"))?;
                if kind != "json_schema" {
                    request.extra(format!("output_config.format.{}", kind.decode()));
                    continue;
                }
                for (key, value) in value.entries() {
                    match &*name(key) {
                        "type" | "schema" => {}
                        key => request.unknown("output_config.format", key, value),
                    }
                }
                request.format = Format::JsonSchema {
                    name: None,
                    description: None,
                    schema: required_object("output_config.format.schema", value.get("schema"))?,
                    // There is no other way in this dialect.
                    strict: Some(true),
                };
            }
            key => request.unknown("output_config", key, value),
        }
    }
    Ok(())
}
