//! What Claude refuses behind Converse, which only passes it on.

use serde_json::Value;

use crate::anthropic::generation;
use crate::fields::{Object, Path, Read};

/// Checks a request for a model; any but Claude takes it.
pub(super) fn check(body: &Object<'_>, model: &str) -> Read<()> {
    if !model.contains("anthropic.claude") {
        return Ok(());
    }
    if let Some(config) = body.object("inferenceConfig")? {
        let number = |name: &str| config.number(name);
        let extra = body.object("additionalModelRequestFields")?;
        let top_k = extra.map(|extra| extra.number("top_k")).transpose()?.flatten();
        generation::sampled(model, [number("temperature")?, number("topP")?, top_k])?;
        if config.strings("stopSequences")?.iter().any(|stop| stop.trim().is_empty()) {
            return Err(config.fault("stopSequences", "stop_sequences: each stop sequence must contain non-whitespace"));
        }
    }
    let thinking = body.get("additionalModelRequestFields").and_then(|extra| extra.pointer("/thinking/type"));
    let choice = body.get("toolConfig").and_then(|tools| tools.get("toolChoice"));
    let forced = choice.is_some_and(|choice| choice.get("any").is_some() || choice.get("tool").is_some());
    if forced && thinking.is_some_and(|kind| kind != "disabled") {
        let text = "Thinking may not be enabled when tool_choice forces tool use.";
        return Err(body.fault("toolConfig", text));
    }
    let messages = body.objects("messages")?;
    generation::last(model, messages.last().map(|last| last.need_string("role")).transpose()?)?;
    if let Some(tools) = body.object("toolConfig")? {
        for tool in tools.objects("tools")? {
            let Some(spec) = tool.object("toolSpec")? else { continue };
            if spec.flag("strict")?.unwrap_or(false)
                && let Some(schema) = spec.need_object("inputSchema")?.get("json")
            {
                generation::bindable(schema, &spec.path)?;
            }
        }
    }
    match schema(body) {
        Some(schema) => generation::bindable(&schema, &Path::default().name("outputConfig")),
        None => Ok(()),
    }
}

/// The schema of the answer, a text in the request.
fn schema(body: &Object<'_>) -> Option<Value> {
    let structure = body.get("outputConfig")?.pointer("/textFormat/structure/jsonSchema/schema")?;
    serde_json::from_str(structure.as_str()?).ok()
}
