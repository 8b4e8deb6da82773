//! Tools, and whether to call them: <https://ai.google.dev/gemini-api/docs/function-calling>.

use tollgate_wire::json::{Value, Writer};

use super::schema;
use crate::canonical::{Losses, Request, Tool, ToolChoice};
use crate::refusal::Refusal;

/// Writes `tools` and `toolConfig`.
pub(super) fn write(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // Nothing to choose from: the API refuses a choice then.
    if request.tools.is_empty() {
        return Ok(());
    }
    out.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
    request.tools.iter().try_for_each(|tool| declaration(tool, out, losses))?;
    out.end_array().end_object().end_array();
    // Calls that are sure to follow their schema, yet need not be made.
    let strict = request.tools.iter().any(|tool| tool.strict == Some(true));
    let (mode, name) = match request.tool_choice {
        None | Some(ToolChoice::Auto) if strict => (Some("VALIDATED"), None),
        None => (None, None),
        Some(ToolChoice::Auto) => (Some("AUTO"), None),
        Some(ToolChoice::None) => (Some("NONE"), None),
        Some(ToolChoice::Required) => (Some("ANY"), None),
        Some(ToolChoice::Named(name)) => (Some("ANY"), Some(name)),
    };
    if let Some(mode) = mode {
        out.key("toolConfig").begin_object().key("functionCallingConfig").begin_object().field_str("mode", mode);
        if let Some(name) = name {
            out.key("allowedFunctionNames").begin_array().raw_str(name).end_array();
        }
        out.end_object().end_object();
    }
    if request.parallel_tools == Some(false) && mode != Some("NONE") {
        losses.lacks("parallel_tool_calls")?;
    }
    Ok(())
}

fn declaration(tool: &Tool<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    if tool.cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object().field_raw_str("name", tool.name);
    if let Some(description) = tool.description {
        out.field_raw_str("description", description);
    }
    if let Some(parameters) = tool.parameters.filter(has_parameters) {
        out.key("parametersJsonSchema");
        match tool.strict {
            Some(true) => schema::write(parameters, "tools", true, out, losses)?,
            // A hint to the model, as anywhere else.
            _ => _ = out.value(parameters),
        }
    }
    out.end_object();
    Ok(())
}

/// An object without properties is a tool without parameters, for which the field is left out.
fn has_parameters(schema: &Value<'_>) -> bool {
    let is_bare = |key: &str| matches!(key, "type" | "properties" | "additionalProperties" | "required" | "$schema");
    schema.entries().any(|(key, value)| !is_bare(&key.decode()) || (key == "properties" && !value.is_empty()))
}
