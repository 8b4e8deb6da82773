//! Reading and validating a Converse request.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::brain::{Choice, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read};

// AWS ignores members of a request that it does not know. A gateway that sends some has a bug all the same, and would never
// see it there; so they are refused here, with a message of our own.
const KNOWN: [&str; 11] = [
    "messages",
    "system",
    "inferenceConfig",
    "toolConfig",
    "guardrailConfig",
    "additionalModelRequestFields",
    "promptVariables",
    "additionalModelResponseFieldPaths",
    "requestMetadata",
    "performanceConfig",
    "serviceTier",
];
const ALSO_KNOWN: &str = "outputConfig";

const BLOCKS: [&str; 14] = [
    "text",
    "image",
    "document",
    "video",
    "audio",
    "toolUse",
    "toolResult",
    "guardContent",
    "cachePoint",
    "reasoningContent",
    "citationsContent",
    "searchResult",
    "json",
    "systemTool",
];

pub(super) fn read(body: &Object<'_>) -> Read<Prompt> {
    let known: Vec<&str> = KNOWN.into_iter().chain([ALSO_KNOWN]).collect();
    body.only(&known)?;
    let mut prompt = Prompt::default();
    for block in body.objects("system")? {
        block.only(&["text", "guardContent", "cachePoint"])?;
        prompt.input_bytes += block.string("text")?.map_or(0, str::len);
    }
    tools(body, &mut prompt)?;
    messages(body, &mut prompt)?;
    inference(body, &mut prompt)?;
    let extra = body.object("additionalModelRequestFields")?;
    let thinking = extra.map(|extra| extra.object("thinking")).transpose()?.flatten();
    prompt.think =
        thinking.map(|thinking| thinking.string("type")).transpose()?.flatten().is_some_and(|kind| kind != "disabled");
    Ok(prompt)
}

fn inference(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let Some(config) = body.object("inferenceConfig")? else { return Ok(()) };
    config.only(&["maxTokens", "temperature", "topP", "stopSequences"])?;
    for name in ["temperature", "topP"] {
        let high = config.number(name)?.filter(|value| !(0.0..=1.0).contains(value));
        if let Some(value) = high {
            let at = config.at(name).dots();
            let sign = if value > 1.0 { "less than or equal to 1" } else { "greater than or equal to 0" };
            let message = format!(
                "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: Member must have value {sign}"
            );
            return Err(config.fault(name, message));
        }
    }
    prompt.max_tokens = config.count("maxTokens")?;
    if prompt.max_tokens == Some(0) {
        let message = "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have \
                       value greater than or equal to 1";
        return Err(config.fault("maxTokens", message));
    }
    prompt.stops = config.strings("stopSequences")?;
    Ok(())
}

fn tools(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let Some(config) = body.object("toolConfig")? else { return Ok(()) };
    config.only(&["tools", "toolChoice"])?;
    let tools = config.objects("tools")?;
    if tools.is_empty() {
        let message = "1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have length \
                       greater than or equal to 1";
        return Err(config.fault("tools", message));
    }
    for tool in tools {
        tool.only(&["toolSpec", "cachePoint", "systemTool"])?;
        let Some(spec) = tool.object("toolSpec")? else { continue };
        spec.only(&["name", "description", "inputSchema", "strict"])?;
        let name = spec.need_string("name")?;
        if name.is_empty()
            || name.len() > 64
            || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        {
            let message = format!(
                "1 validation error detected: Value '{name}' at '{}' failed to satisfy constraint: Member must satisfy regular expression \
                 pattern: [a-zA-Z0-9_-]+",
                spec.at("name").dots()
            );
            return Err(spec.fault("name", message));
        }
        let wrapper = spec.need_object("inputSchema")?;
        wrapper.only(&["json"])?;
        let schema = wrapper.need_object("json")?;
        if schema.string("type")? != Some("object") {
            let message = format!("The value at {}.type must be one of the following: object.", schema.path.dots());
            return Err(Fault::Other(schema.path.clone(), message));
        }
        let schema = wrapper.get("json").cloned().unwrap_or_default();
        prompt.input_bytes += name.len() + spec.string("description")?.map_or(0, str::len) + schema.to_string().len();
        prompt.tools.push(Tool { name: name.to_owned(), schema });
    }
    let Some(choice) = config.object("toolChoice")? else { return Ok(()) };
    choice.only(&["auto", "any", "tool"])?;
    prompt.choice = if let Some(named) = choice.object("tool")? {
        let name = named.need_string("name")?;
        if !prompt.tools.iter().any(|tool| tool.name == name) {
            let message =
                format!("The value at toolConfig.toolChoice.tool.name ({name}) is not among the tools provided.");
            return Err(choice.fault("tool", message));
        }
        Choice::Named(name.to_owned())
    } else if choice.object("any")?.is_some() {
        Choice::Any
    } else {
        Choice::Auto
    };
    Ok(())
}

fn messages(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let messages = body.objects("messages")?;
    let Some(first) = messages.first() else {
        return Err(body
            .fault("messages", "A conversation must have at least one message. Try again with at least one message."));
    };
    if first.string("role")? == Some("assistant") {
        let message = "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
        return Err(body.fault("messages", message));
    }
    let mut open: BTreeSet<String> = BTreeSet::new();
    for (index, message) in messages.iter().enumerate() {
        message.only(&["role", "content"])?;
        let role = message.one_of("role", &["user", "assistant"])?;
        let turn = turn(message, prompt)?;
        if let Some(id) = turn.results.iter().find(|id| !open.contains(*id)) {
            let text = format!(
                "The toolResult blocks at messages.{index}.content contain a toolUseId ({id}) that does not match a toolUse block of the \
                 previous turn."
            );
            return Err(Fault::Other(message.path.clone(), text));
        }
        open.retain(|id| !turn.results.contains(id));
        if !open.is_empty() {
            return Err(unanswered(index, &open));
        }
        open = turn.calls;
        if (!open.is_empty() || !turn.results.is_empty()) && prompt.tools.is_empty() {
            let text = "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
            return Err(body.fault("toolConfig", text));
        }
        prompt.tool_results = turn.result_texts;
        if role == "user" && (!turn.text.is_empty() || prompt.tool_results.is_empty()) {
            prompt.user = turn.text;
        }
    }
    if open.is_empty() { Ok(()) } else { Err(unanswered(messages.len(), &open)) }
}

fn unanswered(index: usize, open: &BTreeSet<String>) -> Fault {
    let ids = open.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Fault::Other(
        Path::default(),
        format!("Expected toolResult blocks at messages.{index}.content for the following Ids: {ids}"),
    )
}

#[derive(Default)]
struct Turn {
    text: String,
    calls: BTreeSet<String>,
    results: BTreeSet<String>,
    result_texts: Vec<String>,
}

fn turn(message: &Object<'_>, prompt: &mut Prompt) -> Read<Turn> {
    let blocks = message.objects("content")?;
    let at = message.path.dots();
    if message.get("content").is_none() {
        return Err(Fault::Missing(message.at("content")));
    }
    if blocks.is_empty() {
        let text = format!(
            "The content field in the Message object at {at} is empty. Add a ContentBlock object to the content field and try again."
        );
        return Err(message.fault("content", text));
    }
    let mut turn = Turn::default();
    for block in blocks {
        block.only(&BLOCKS)?;
        if block.names().count() != 1 {
            let text = format!(
                "The ContentBlock object at {} must set exactly one of the following keys: {}.",
                block.path.dots(),
                BLOCKS[..10].join(", ")
            );
            return Err(Fault::Other(block.path.clone(), text));
        }
        if let Some(text) = block.string("text")? {
            if text.trim().is_empty() {
                let text = format!(
                    "The text field in the ContentBlock object at {} is blank. Add text to the text field, and try again.",
                    block.path.dots()
                );
                return Err(block.fault("text", text));
            }
            if !turn.text.is_empty() {
                turn.text.push('\n');
            }
            turn.text.push_str(text);
            prompt.input_bytes += text.len();
        } else if let Some(call) = block.object("toolUse")? {
            call.only(&["toolUseId", "name", "input", "type"])?;
            turn.calls.insert(call.need_string("toolUseId")?.to_owned());
            call.need_object("input")?;
            prompt.input_bytes +=
                call.need_string("name")?.len() + call.get("input").map_or(0, |input| input.to_string().len());
        } else if let Some(result) = block.object("toolResult")? {
            result.only(&["toolUseId", "content", "status", "type"])?;
            turn.results.insert(result.need_string("toolUseId")?.to_owned());
            if result.get("status").is_some() {
                result.one_of("status", &["success", "error"])?;
            }
            let parts = result.objects("content")?.into_iter().map(|part| match (part.string("text")?, part.get("json")) {
                (Some(text), _) => Ok(text.to_owned()),
                (None, Some(json)) if json.is_object() => Ok(json.to_string()),
                (None, Some(_)) => Err(part.fault("json", format!("The format of the value at {}.json is invalid. Provide a json object for the field and try again.", part.path.dots()))),
                (None, None) => Ok(part.names().next().map(|kind| format!("[{kind}]")).unwrap_or_default()),
            });
            let text = parts.collect::<Read<Vec<String>>>()?.join("\n");
            prompt.input_bytes += text.len();
            turn.result_texts.push(text);
        } else if let Some(kind) = block.names().find(|kind| matches!(*kind, "image" | "document" | "video" | "audio"))
        {
            if !turn.text.is_empty() {
                turn.text.push('\n');
            }
            turn.text.push_str(&format!("[{kind}]"));
        }
    }
    Ok(turn)
}

/// Whether a body that is no object may still be one: an empty body is `{}` to AWS.
pub(super) fn or_empty(body: &[u8]) -> Result<Value, serde_json::Error> {
    if body.is_empty() { Ok(Value::Object(Default::default())) } else { serde_json::from_slice(body) }
}
