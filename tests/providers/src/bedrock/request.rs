//! Reading and validating a Converse request.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{blocks, errors};
use crate::Reply;
use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read};

// AWS ignores members of a request that it does not know. A gateway that sends some has a bug all the same, and would never
// see it there; so they are refused here, with a message of our own.
const KNOWN: [&str; 12] = [
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
    "outputConfig",
];

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
    "toolAddition",
    "toolRemoval",
];
const RESULTS: [&str; 6] = ["json", "text", "image", "document", "video", "searchResult"];

/// A Converse request.
pub(super) struct Request {
    pub(super) prompt: Prompt,
    /// The texts up to the last cache point, and how long they are kept.
    pub(super) cached: Option<(String, &'static str)>,
    /// Whether the answer is to say which stop sequence ended it.
    pub(super) wants_stop_sequence: bool,
}

/// The JSON of a body; an empty one is `{}` to AWS.
pub(super) fn parse(body: &[u8]) -> Result<Value, Box<Reply>> {
    if body.is_empty() {
        return Ok(Value::Object(Default::default()));
    }
    serde_json::from_slice(body)
        .map_err(|_| errors::refusal(400, "SerializationException", "The request body is not valid JSON."))
}

pub(super) fn read(body: &Object<'_>) -> Read<Request> {
    body.only(&KNOWN)?;
    if body.get("guardrailConfig").is_some() {
        let text = "The guardrail identifier or version provided in the request does not exist.";
        return Err(body.fault("guardrailConfig", text));
    }
    let mut reader = Reader::default();
    reader.tools(body)?;
    for block in body.objects("system")? {
        block.only(&["text", "guardContent", "cachePoint"])?;
        blocks::union(&block, "SystemContentBlock", &["text", "guardContent", "cachePoint"])?;
        if let Some(text) = block.string("text")? {
            if text.is_empty() {
                return Err(blank(&block));
            }
            reader.text.push_str(text);
        }
        reader.mark(&block)?;
    }
    reader.messages(body)?;
    reader.inference(body)?;
    reader.output(body)?;
    let Reader { mut prompt, text, marked } = reader;
    prompt.input_bytes = text.len();
    let extra = body.object("additionalModelRequestFields")?;
    let thinking = extra.map(|extra| extra.object("thinking")).transpose()?.flatten();
    prompt.think =
        thinking.map(|thinking| thinking.string("type")).transpose()?.flatten().is_some_and(|kind| kind != "disabled");
    let paths = body.strings("additionalModelResponseFieldPaths")?;
    if paths.iter().any(|path| !path.starts_with('/')) {
        let text = "The JSON Pointer in additionalModelResponseFieldPaths is invalid. It must start with a slash.";
        return Err(body.fault("additionalModelResponseFieldPaths", text));
    }
    if let Some(tier) = body.object("serviceTier")? {
        tier.one_of("type", &["priority", "default", "flex", "reserved"])?;
    }
    if let Some(performance) = body.object("performanceConfig")? {
        performance.only(&["latency"])?;
        performance.one_of("latency", &["standard", "optimized"])?;
    }
    let cached = marked.map(|(end, ttl)| (text[..end].to_owned(), ttl));
    Ok(Request { prompt, cached, wants_stop_sequence: paths.iter().any(|path| path == "/stop_sequence") })
}

fn blank(block: &Object<'_>) -> Fault {
    let at = block.path.dots();
    let text = format!(
        "The text field in the ContentBlock object at {at} is blank. Add text to the text field, and try again."
    );
    block.fault("text", text)
}

/// A request while it is read. The texts are put together in the order the model sees them: tools, system, messages.
#[derive(Default)]
struct Reader {
    prompt: Prompt,
    text: String,
    /// Length of `text` at the last cache point, and how long that is kept.
    marked: Option<(usize, &'static str)>,
}

impl Reader {
    fn mark(&mut self, block: &Object<'_>) -> Read<()> {
        if let Some(ttl) = blocks::cache_point(block)? {
            self.marked = Some((self.text.len(), ttl));
        }
        Ok(())
    }

    fn inference(&mut self, body: &Object<'_>) -> Read<()> {
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
        self.prompt.max_tokens = config.count("maxTokens")?;
        if self.prompt.max_tokens == Some(0) {
            let message = "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must \
                           have value greater than or equal to 1";
            return Err(config.fault("maxTokens", message));
        }
        self.prompt.stops = config.strings("stopSequences")?;
        if self.prompt.stops.iter().any(String::is_empty) {
            let message = "1 validation error detected: Value at 'inferenceConfig.stopSequences' failed to satisfy constraint: Member must \
                           satisfy constraint: [Member must have length greater than or equal to 1]";
            return Err(config.fault("stopSequences", message));
        }
        Ok(())
    }

    /// The schema of structured output travels as a text.
    fn output(&mut self, body: &Object<'_>) -> Read<()> {
        let Some(config) = body.object("outputConfig")? else { return Ok(()) };
        config.only(&["textFormat", "effort"])?;
        config.string("effort")?;
        let Some(format) = config.object("textFormat")? else { return Ok(()) };
        format.only(&["type", "structure"])?;
        format.one_of("type", &["json_schema"])?;
        let structure = format.need_object("structure")?;
        structure.only(&["jsonSchema"])?;
        let wrapper = structure.need_object("jsonSchema")?;
        wrapper.only(&["schema", "name", "description"])?;
        match serde_json::from_str::<Value>(wrapper.need_string("schema")?) {
            Ok(schema) if schema.is_object() => self.prompt.format = Format::Schema(schema),
            _ => {
                let at = wrapper.at("schema").dots();
                return Err(wrapper.fault("schema", format!("The value at {at} is not a valid JSON schema.")));
            }
        }
        Ok(())
    }

    fn tools(&mut self, body: &Object<'_>) -> Read<()> {
        let Some(config) = body.object("toolConfig")? else { return Ok(()) };
        config.only(&["tools", "toolChoice"])?;
        let tools = config.objects("tools")?;
        if tools.is_empty() {
            let message = "1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have \
                           length greater than or equal to 1";
            return Err(config.fault("tools", message));
        }
        for tool in tools {
            tool.only(&["toolSpec", "cachePoint", "systemTool"])?;
            blocks::union(&tool, "Tool", &["toolSpec", "cachePoint", "systemTool"])?;
            self.mark(&tool)?;
            let Some(spec) = tool.object("toolSpec")? else { continue };
            self.tool(&spec)?;
        }
        let Some(choice) = config.object("toolChoice")? else { return Ok(()) };
        choice.only(&["auto", "any", "tool"])?;
        blocks::union(&choice, "ToolChoice", &["auto", "any", "tool"])?;
        self.prompt.choice = if let Some(named) = choice.object("tool")? {
            named.only(&["name"])?;
            let name = named.need_string("name")?;
            if !self.prompt.tools.iter().any(|tool| tool.name == name) {
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

    fn tool(&mut self, spec: &Object<'_>) -> Read<()> {
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
        spec.flag("strict")?;
        let wrapper = spec.need_object("inputSchema")?;
        wrapper.only(&["json"])?;
        let schema = wrapper.need_object("json")?;
        if schema.string("type")? != Some("object") {
            let message = format!("The value at {}.type must be one of the following: object.", schema.path.dots());
            return Err(Fault::Other(schema.path.clone(), message));
        }
        let description = spec.string("description")?;
        if description == Some("") {
            let message = format!(
                "1 validation error detected: Value '' at '{}' failed to satisfy constraint: Member must have length greater than or \
                 equal to 1",
                spec.at("description").dots()
            );
            return Err(spec.fault("description", message));
        }
        let schema = wrapper.get("json").cloned().unwrap_or_default();
        self.text.extend([name, description.unwrap_or_default(), &schema.to_string()]);
        self.prompt.tools.push(Tool { name: name.to_owned(), schema });
        Ok(())
    }

    fn messages(&mut self, body: &Object<'_>) -> Read<()> {
        let messages = body.objects("messages")?;
        let Some(first) = messages.first() else {
            let text = "A conversation must have at least one message. Try again with at least one message.";
            return Err(body.fault("messages", text));
        };
        if first.string("role")? == Some("assistant") {
            let message = "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
            return Err(body.fault("messages", message));
        }
        let mut open: BTreeSet<String> = BTreeSet::new();
        let mut before = "";
        for (index, message) in messages.iter().enumerate() {
            message.only(&["role", "content"])?;
            let role = message.one_of("role", &["user", "assistant"])?;
            if role == before {
                let text = "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between \
                            user and assistant roles and try again.";
                return Err(Fault::Other(message.path.clone(), text.into()));
            }
            before = role;
            let turn = self.turn(message, role)?;
            if let Some(id) = turn.results.iter().find(|id| !open.contains(*id)) {
                let text = format!(
                    "The toolResult blocks at messages.{index}.content contain a toolUseId ({id}) that does not match a toolUse block of \
                     the previous turn."
                );
                return Err(Fault::Other(message.path.clone(), text));
            }
            open.retain(|id| !turn.results.contains(id));
            if !open.is_empty() {
                return Err(unanswered(index, &open));
            }
            open = turn.calls;
            if (!open.is_empty() || !turn.results.is_empty()) && self.prompt.tools.is_empty() {
                let text = "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
                return Err(body.fault("toolConfig", text));
            }
            self.prompt.tool_results = turn.result_texts;
            if role == "user" && (!turn.text.is_empty() || self.prompt.tool_results.is_empty()) {
                self.prompt.user = turn.text;
            }
        }
        if open.is_empty() { Ok(()) } else { Err(unanswered(messages.len(), &open)) }
    }

    fn turn(&mut self, message: &Object<'_>, role: &str) -> Read<Turn> {
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
        for block in &blocks {
            block.only(&BLOCKS)?;
            blocks::union(block, "ContentBlock", &BLOCKS[..12])?;
            self.block(block, role, &mut turn)?;
        }
        Ok(turn)
    }

    fn block(&mut self, block: &Object<'_>, role: &str, turn: &mut Turn) -> Read<()> {
        match block.names().next().unwrap_or_default() {
            "text" => {
                let text = block.need_string("text")?;
                if text.trim().is_empty() {
                    return Err(blank(block));
                }
                turn.say(text);
                self.text.push_str(text);
            }
            kind @ ("toolUse" | "toolResult") if (kind == "toolUse") != (role == "assistant") => {
                let text = format!("{kind} blocks are not allowed in messages of the {role} role.");
                return Err(block.fault(kind, text));
            }
            "toolUse" => {
                let call = block.need_object("toolUse")?;
                call.only(&["toolUseId", "name", "input", "type"])?;
                turn.calls.insert(tool_id(&call)?);
                call.need_object("input")?;
                self.text.push_str(call.need_string("name")?);
                self.text.push_str(&call.get("input").map(Value::to_string).unwrap_or_default());
            }
            "toolResult" => {
                let result = block.need_object("toolResult")?;
                result.only(&["toolUseId", "content", "status", "type"])?;
                turn.results.insert(tool_id(&result)?);
                if result.get("status").is_some() {
                    result.one_of("status", &["success", "error"])?;
                }
                if result.get("content").is_none() {
                    return Err(Fault::Missing(result.at("content")));
                }
                let parts = result.objects("content")?;
                let text = parts.iter().map(result_part).collect::<Read<Vec<_>>>()?.join("\n");
                self.text.push_str(&text);
                turn.result_texts.push(text);
            }
            "image" => turn.say(&blocks::medium(block, "image")?),
            "document" => turn.say(&blocks::medium(block, "document")?),
            "video" => turn.say(&blocks::medium(block, "video")?),
            "audio" => turn.say(&blocks::medium(block, "audio")?),
            "cachePoint" => self.mark(block)?,
            "reasoningContent" => blocks::reasoning(block, role)?,
            _ => {}
        }
        Ok(())
    }
}

fn tool_id(object: &Object<'_>) -> Read<String> {
    let id = object.need_string("toolUseId")?;
    if id.is_empty() || id.len() > 64 || !id.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c)) {
        let message = format!(
            "1 validation error detected: Value '{id}' at '{}' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [a-zA-Z0-9_.:-]+",
            object.at("toolUseId").dots()
        );
        return Err(object.fault("toolUseId", message));
    }
    Ok(id.to_owned())
}

fn result_part(part: &Object<'_>) -> Read<String> {
    part.only(&RESULTS)?;
    blocks::union(part, "ToolResultContentBlock", &RESULTS)?;
    match part.names().next().unwrap_or_default() {
        "text" => Ok(part.need_string("text")?.to_owned()),
        "json" => match part.get("json") {
            Some(json) if json.is_object() => Ok(json.to_string()),
            _ => {
                let text = format!(
                    "The format of the value at {}.json is invalid. Provide a json object for the field and try again.",
                    part.path.dots()
                );
                Err(part.fault("json", text))
            }
        },
        "image" => blocks::medium(part, "image"),
        "document" => blocks::medium(part, "document"),
        "video" => blocks::medium(part, "video"),
        kind => Ok(format!("[{kind}]")),
    }
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

impl Turn {
    fn say(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }
}
