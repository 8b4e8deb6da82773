//! The tools of a Converse request.

use tollgate_wire::json::{Value, Writer};

use super::super::JSON_TOOL;
use super::super::family::{Family, is_structured};
use super::super::names::{called_name, tool_name};
use super::format::Form;
use crate::anthropic::schema;
use crate::canonical::{Losses, Part, Request, Tool, ToolChoice};
use crate::refusal::Refusal;

/// Of a tool without parameters, and of one that is strict.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;
const STRICTLY_NONE: &str = r#"{"type":"object","properties":{},"additionalProperties":false}"#;
/// Of a tool whose parameters are not known.
const ANY_PARAMETERS: &str = r#"{"type":"object","additionalProperties":true}"#;

/// Writes `toolConfig`.
pub(super) fn tools(
    request: &Request<'_>,
    form: &Form<'_>,
    family: Family,
    model: &str,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let called = has_calls(request);
    if let Form::Tool(schema) = form {
        out.key("toolConfig").begin_object().key("tools").begin_array();
        past_tools(request, out);
        json_tool(*schema, out);
        out.end_array().key("toolChoice").begin_object();
        match family.takes_named_choice() {
            true => out.key("tool").begin_object().field_str("name", JSON_TOOL).end_object(),
            false => out.key("any").begin_object().end_object(),
        };
        out.end_object().end_object();
        return Ok(());
    }
    if request.tools.is_empty() {
        // Calls and results are refused where no tools are defined.
        if called {
            out.key("toolConfig").begin_object().key("tools").begin_array();
            past_tools(request, out);
            out.end_array().end_object();
        }
        return Ok(());
    }
    let mut choice = request.tool_choice;
    if let Some(ToolChoice::None) = choice {
        // The choice there is not; without tools nothing can be called, but they cannot be left out once one was.
        if !called {
            return Ok(());
        }
        losses.lacks("tool_choice.none")?;
        choice = None;
    }
    out.key("toolConfig").begin_object().key("tools").begin_array();
    for item in &request.tools {
        tool(item, family, model, out, losses)?;
    }
    out.end_array();
    if let Some(choice) = choice {
        tool_choice(choice, request, family, out, losses)?;
    }
    out.end_object();
    Ok(())
}

/// Whether tools were called or gave a result before.
pub(super) fn has_calls(request: &Request<'_>) -> bool {
    let is_call = |part: &Part<'_>| matches!(part, Part::ToolCall { .. } | Part::ToolResult { .. });
    request.messages.iter().any(|message| message.parts.iter().any(is_call))
}

/// Defines the tools that were called before, of which nothing is known but their names.
fn past_tools(request: &Request<'_>, out: &mut Writer) {
    let mut names = Vec::new();
    for part in request.messages.iter().flat_map(|message| &message.parts) {
        let name = match part {
            Part::ToolCall { name, .. } => called_name(*name),
            // The call of a result may have been cut off with the beginning of the conversation.
            Part::ToolResult { id, .. } if request.called_tool(*id).is_none() => "tool".into(),
            _ => continue,
        };
        if names.contains(&name) {
            continue;
        }
        out.begin_object().key("toolSpec").begin_object().field_str("name", &name);
        out.field_str("description", "Was called before. Must not be called any more.");
        out.key("inputSchema").begin_object().field_raw("json", ANY_PARAMETERS).end_object().end_object().end_object();
        names.push(name);
    }
}

fn json_tool(schema: Option<Value<'_>>, out: &mut Writer) {
    out.begin_object().key("toolSpec").begin_object().field_str("name", JSON_TOOL);
    out.field_str("description", "Gives the answer, as a JSON object.").key("inputSchema").begin_object();
    match schema {
        Some(schema) => out.field_value("json", schema),
        None => out.field_raw("json", ANY_PARAMETERS),
    };
    out.end_object().end_object().end_object();
}

fn tool(
    tool: &Tool<'_>,
    family: Family,
    model: &str,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let name = tool_name(tool.name).ok_or_else(|| {
        Refusal::invalid_field("tools.name", "1 to 64 letters, digits, `_` and `-` with this provider")
    })?;
    out.begin_object().key("toolSpec").begin_object().field_str("name", name);
    if let Some(description) = tool.description.filter(|description| !description.is_empty()) {
        out.field_raw_str("description", description);
    }
    out.key("inputSchema").begin_object();
    let strict = tool.strict == Some(true) && is_structured(model);
    match tool.parameters.filter(|parameters| !parameters.is_empty()) {
        Some(parameters) if strict && family == Family::Claude => {
            schema::write(parameters, "tools", out.key("json"), losses)?;
        }
        Some(parameters) => _ = out.field_value("json", parameters),
        None => _ = out.field_raw("json", if strict { STRICTLY_NONE } else { NO_PARAMETERS }),
    }
    out.end_object();
    if tool.strict == Some(true) {
        if strict {
            out.field_bool("strict", true);
        } else {
            losses.lacks("tools.strict")?;
        }
    }
    out.end_object().end_object();
    if let Some(cache) = tool.cache.filter(Value::is_object) {
        // Nova caches prompts, but no tools.
        if family != Family::Claude {
            losses.note("cache_control");
            return Ok(());
        }
        out.begin_object().key("cachePoint").begin_object().field_str("type", "default");
        if cache.get("ttl").and_then(|ttl| ttl.as_str()).is_some_and(|ttl| ttl == "1h") {
            out.field_str("ttl", "1h");
        }
        out.end_object().end_object();
    }
    Ok(())
}

fn tool_choice(
    choice: ToolChoice<'_>,
    request: &Request<'_>,
    family: Family,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let is_only = |name: &str| matches!(&*request.tools, [only] if only.name.raw() == name);
    match choice {
        // Said in the model's own terms where calls are limited to one.
        ToolChoice::None | ToolChoice::Auto if one_at_a_time(request) => {}
        ToolChoice::None | ToolChoice::Auto => {
            out.key("toolChoice").begin_object().key("auto").begin_object().end_object().end_object();
        }
        ToolChoice::Named(name) if family.takes_named_choice() => {
            out.key("toolChoice").begin_object().key("tool").begin_object().field_raw_str("name", name);
            out.end_object().end_object();
        }
        ToolChoice::Named(name) if !is_only(name.raw()) => losses.lacks("tool_choice.function")?,
        ToolChoice::Named(_) | ToolChoice::Required if family.takes_any_choice() => {
            out.key("toolChoice").begin_object().key("any").begin_object().end_object().end_object();
        }
        ToolChoice::Named(_) => losses.lacks("tool_choice.function")?,
        ToolChoice::Required => losses.lacks("tool_choice.required")?,
    }
    Ok(())
}

/// Whether only one tool may be called in a turn.
pub(super) fn one_at_a_time(request: &Request<'_>) -> bool {
    request.parallel_tools == Some(false) && !request.tools.is_empty()
}
