//! Reading and validating `POST /v1/messages` and its token count.

use serde_json::Value;

use super::{generation, media};
use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read, type_of};

const COUNTED: [&str; 9] =
    ["messages", "model", "cache_control", "output_config", "system", "thinking", "tool_choice", "tools", "speed"];
const GENERATING: [&str; 9] = [
    "max_tokens",
    "container",
    "diagnostics",
    "inference_geo",
    "metadata",
    "service_tier",
    "stop_sequences",
    "stream",
    "user_profile_id",
];
/// Not in the latest version.
const SAMPLING: [&str; 3] = ["temperature", "top_k", "top_p"];
/// Accepted with an `anthropic-beta` header only.
const BETA: [&str; 4] = ["context_management", "mcp_servers", "output_format", "fallbacks"];

/// Which form of the API a request is written for.
#[derive(Clone, Copy)]
pub(crate) struct Edition {
    /// It has an `anthropic-beta` header.
    pub(crate) beta: bool,
    /// It is of the latest version.
    pub(crate) latest: bool,
}

/// A request for a message.
pub(super) struct Request {
    pub(super) model: String,
    pub(super) prompt: Prompt,
    pub(super) stream: bool,
    /// Thinking happens, and is not shown.
    pub(super) hide_thinking: bool,
    /// The texts up to the last cache marker, and whether they are kept for an hour.
    pub(super) cached: Option<(String, bool)>,
}

/// Reads a request; `counting` for the token count, which has no members about the answer.
pub(super) fn read(body: &Object<'_>, counting: bool, edition: Edition) -> Read<Request> {
    let mut known: Vec<&str> = COUNTED.to_vec();
    known.extend(GENERATING.into_iter().filter(|_| !counting));
    known.extend(SAMPLING.into_iter().filter(|_| !counting && !edition.latest));
    known.extend(BETA.into_iter().filter(|_| edition.beta));
    body.only(&known)?;

    let mut reader = Reader { latest: edition.latest, ..Reader::default() };
    reader.prompt.max_tokens = if counting { None } else { Some(max_tokens(body)?) };
    let messages = body.objects("messages")?;
    if body.get("messages").is_none() {
        return Err(Fault::Missing(body.at("messages")));
    }
    let model = body.need_string("model")?.to_owned();
    reader.tools(body)?;
    reader.system(body)?;
    reader.messages(body, &messages, &model)?;
    generation::last(&model, messages.last().map(|last| last.need_string("role")).transpose()?)?;
    reader.options(body)?;
    generation::sampling(body, &model)?;
    let Reader { mut prompt, text, marked, hide_thinking, .. } = reader;
    prompt.input_bytes = text.len();
    let whole = marker(body)?.map(|hour| (text.len(), hour));
    let cached = whole.or(marked).map(|(end, hour)| (text[..end].to_owned(), hour));
    Ok(Request { model, prompt, stream: body.flag("stream")?.unwrap_or(false), hide_thinking, cached })
}

fn max_tokens(body: &Object<'_>) -> Read<u64> {
    body.count("max_tokens")?.ok_or_else(|| Fault::Missing(body.at("max_tokens")))
}

/// A cache marker: whether it is for an hour.
fn marker(object: &Object<'_>) -> Read<Option<bool>> {
    let Some(control) = object.object("cache_control")? else { return Ok(None) };
    control.only(&["type", "ttl"])?;
    control.one_of("type", &["ephemeral"])?;
    match control.get("ttl") {
        None => Ok(Some(false)),
        Some(_) => Ok(Some(control.one_of("ttl", &["5m", "1h"])? == "1h")),
    }
}

/// A request while it is read. The texts are put together in the order the model sees them: tools, system, messages.
#[derive(Default)]
struct Reader {
    prompt: Prompt,
    text: String,
    /// Length of `text` at the last cache marker, and whether it is kept for an hour.
    marked: Option<(usize, bool)>,
    marks: usize,
    hide_thinking: bool,
    latest: bool,
}

impl Reader {
    fn mark(&mut self, block: &Object<'_>) -> Read<()> {
        if let Some(hour) = marker(block)? {
            self.marks += 1;
            if self.marks > 4 {
                let text = format!("A maximum of 4 blocks with cache_control may be provided. Found {}.", self.marks);
                return Err(Fault::Other(Path::default(), text));
            }
            self.marked = Some((self.text.len(), hour));
        }
        Ok(())
    }

    fn tools(&mut self, body: &Object<'_>) -> Read<()> {
        for (index, tool) in body.objects("tools")?.iter().enumerate() {
            if tool.string("type")?.is_some_and(|kind| kind != "custom") {
                // Tools that run at the provider; this one runs none.
                tool.need_string("name")?;
                continue;
            }
            // The tag of the union is part of the path in the real messages.
            let at = Path::default().name("tools").index(index).name("custom");
            let known = [
                "type",
                "name",
                "description",
                "input_schema",
                "cache_control",
                "strict",
                "allowed_callers",
                "defer_loading",
                "eager_input_streaming",
                "input_examples",
            ];
            only(tool, &at, &known)?;
            let name = tool.string("name")?.ok_or_else(|| Fault::Missing(at.name("name")))?;
            if name.is_empty()
                || name.len() > 128
                || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            {
                return Err(Fault::Other(
                    at.name("name"),
                    "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'".into(),
                ));
            }
            let schema = tool.object("input_schema")?.ok_or_else(|| Fault::Missing(at.name("input_schema")))?;
            let at = at.name("input_schema").name("type");
            match schema.string("type")? {
                None => return Err(Fault::Missing(at)),
                Some("object") => {}
                Some(other) => return Err(Fault::Value(at, other.to_owned(), &["object"])),
            }
            let schema = tool.get("input_schema").cloned().unwrap_or_default();
            if tool.flag("strict")?.unwrap_or(false) {
                generation::bindable(&schema, &at)?;
            }
            self.text.push_str(name);
            self.text.push_str(tool.string("description")?.unwrap_or_default());
            self.text.push_str(&schema.to_string());
            self.prompt.tools.push(Tool { name: name.to_owned(), schema });
            self.mark(tool)?;
        }
        let Some(choice) = body.object("tool_choice")? else { return Ok(()) };
        if body.get("tools").is_none() {
            return Err(body.fault("tool_choice", "tool_choice may only be specified while providing tools"));
        }
        choice.only(&["type", "name", "disable_parallel_tool_use"])?;
        self.prompt.single_call = choice.flag("disable_parallel_tool_use")?.unwrap_or(false);
        self.prompt.choice = match choice.one_of("type", &["auto", "any", "tool", "none"])? {
            "any" => Choice::Any,
            "none" => Choice::None,
            "tool" => {
                let name = choice.need_string("name")?;
                if !self.prompt.tools.iter().any(|tool| tool.name == name) {
                    return Err(Fault::Other(Path::default(), format!("Tool '{name}' not found in provided tools")));
                }
                Choice::Named(name.to_owned())
            }
            _ => Choice::Auto,
        };
        Ok(())
    }

    fn system(&mut self, body: &Object<'_>) -> Read<()> {
        if let Some(Value::String(text)) = body.get("system") {
            self.text.push_str(text);
            return Ok(());
        }
        for block in body.objects("system")? {
            block.only(&["type", "text", "cache_control", "citations"])?;
            block.one_of("type", &["text"])?;
            let text = block.need_string("text")?;
            if text.is_empty() {
                return Err(Fault::Other(body.at("system"), "text content blocks must be non-empty".into()));
            }
            self.text.push_str(text);
            self.mark(&block)?;
        }
        Ok(())
    }

    fn messages(&mut self, body: &Object<'_>, messages: &[Object<'_>], model: &str) -> Read<()> {
        if messages.is_empty() {
            return Err(body.fault("messages", "at least one message is required"));
        }
        let mut open: Vec<String> = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            message.only(&["role", "content"])?;
            let role = message.one_of("role", &["user", "assistant", "system"])?;
            if role == "system" {
                place_of_system(body, model, index.checked_sub(1).map(|before| &messages[before]))?;
                self.turn(message, role, false)?;
                continue;
            }
            let turn = self.turn(message, role, index + 1 == messages.len())?;
            if let Some((block, id)) = turn.results.iter().find(|(_, id)| !open.contains(id)) {
                let text = format!(
                    "unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding \
                     `tool_use` block in the previous message."
                );
                return Err(Fault::Other(message.at("content").index(*block), text));
            }
            open.retain(|id| !turn.results.iter().any(|(_, result)| result == id));
            if !open.is_empty() {
                return Err(unanswered(index, &open));
            }
            open = turn.calls;
            if role == "user" {
                self.prompt.tool_results = turn.result_texts;
                // Tool results travel in user messages; what the user said is in the message before, then.
                if !turn.text.is_empty() || self.prompt.tool_results.is_empty() {
                    self.prompt.user = turn.text;
                }
            } else {
                self.prompt.tool_results.clear();
            }
        }
        if open.is_empty() { Ok(()) } else { Err(unanswered(messages.len(), &open)) }
    }

    fn turn(&mut self, message: &Object<'_>, role: &str, last: bool) -> Read<Turn> {
        let mut turn = Turn::default();
        match message.get("content") {
            None => return Err(Fault::Missing(message.at("content"))),
            Some(Value::String(text)) => {
                turn.text = text.clone();
                self.text.push_str(text);
            }
            Some(Value::Array(blocks)) if blocks.is_empty() => {}
            Some(Value::Array(_)) => {
                for (index, block) in message.objects("content")?.iter().enumerate() {
                    self.block(block, role, index, &mut turn)?;
                    turn.blocks += 1;
                }
            }
            Some(other) => return Err(Fault::Type(message.at("content"), "a list", type_of(other))),
        }
        let blank = turn.texts > 0 && turn.text.trim().is_empty();
        if blank {
            let text = "text content blocks must contain non-whitespace text";
            return Err(Fault::Other(Path::default().name("messages"), text.into()));
        }
        if turn.text.is_empty() && turn.blocks == 0 && !(last && role == "assistant") {
            let text = "all messages must have non-empty content except for the optional final assistant message";
            return Err(Fault::Other(message.path.clone(), text.into()));
        }
        if last && role == "assistant" && turn.text.ends_with(char::is_whitespace) {
            let text = "final assistant content cannot end with trailing whitespace";
            return Err(Fault::Other(Path::default().name("messages"), text.into()));
        }
        Ok(turn)
    }

    fn block(&mut self, block: &Object<'_>, role: &str, index: usize, turn: &mut Turn) -> Read<()> {
        let kind = block.need_string("type")?;
        let at = block.path.name(kind);
        match kind {
            "text" => {
                only(block, &at, &["type", "text", "cache_control", "citations"])?;
                if role == "user" && self.latest && block.array("citations")?.is_some_and(|all| !all.is_empty()) {
                    return Err(Fault::Other(
                        at.name("citations"),
                        "citations are not allowed in `user` messages".into(),
                    ));
                }
                let text = block.string("text")?.ok_or_else(|| Fault::Missing(at.name("text")))?;
                if text.is_empty() {
                    return Err(Fault::Other(
                        Path::default().name("messages"),
                        "text content blocks must be non-empty".into(),
                    ));
                }
                turn.texts += 1;
                turn.say(text);
                self.text.push_str(text);
            }
            "tool_use" if role == "assistant" => {
                only(block, &at, &["type", "id", "name", "input", "cache_control", "caller"])?;
                let id = block.string("id")?.ok_or_else(|| Fault::Missing(at.name("id")))?;
                if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                    return Err(Fault::Other(at.name("id"), "String should match pattern '^[a-zA-Z0-9_-]+$'".into()));
                }
                turn.calls.push(id.to_owned());
                self.text.push_str(block.string("name")?.ok_or_else(|| Fault::Missing(at.name("name")))?);
                let input = block.get("input").ok_or_else(|| Fault::Missing(at.name("input")))?;
                if !input.is_object() {
                    return Err(Fault::Type(at.name("input"), "an object", type_of(input)));
                }
                self.text.push_str(&input.to_string());
            }
            "tool_result" if role == "user" => {
                only(block, &at, &["type", "tool_use_id", "content", "is_error", "cache_control"])?;
                let id = block.string("tool_use_id")?.ok_or_else(|| Fault::Missing(at.name("tool_use_id")))?;
                turn.results.push((index, id.to_owned()));
                let text = result_text(block)?;
                self.text.push_str(&text);
                turn.result_texts.push(text);
            }
            "thinking" if role == "assistant" => {
                only(block, &at, &["type", "thinking", "signature"])?;
                block.string("signature")?.ok_or_else(|| Fault::Missing(at.name("signature")))?;
            }
            "redacted_thinking" if role == "assistant" => {
                only(block, &at, &["type", "data"])?;
                block.string("data")?.ok_or_else(|| Fault::Missing(at.name("data")))?;
            }
            "document" if role == "assistant" && self.latest => {
                return Err(Fault::Other(
                    block.path.clone(),
                    "`document` blocks are not allowed in `assistant` messages".into(),
                ));
            }
            "image" => {
                media::image(block, &at)?;
                turn.say("[image]");
                self.text.push_str(kind);
            }
            "document" => {
                let text = media::document(block, &at)?;
                turn.say("[document]");
                self.text.push_str(if text.is_empty() { kind } else { &text });
            }
            "tool_use" | "tool_result" | "thinking" | "redacted_thinking" => {
                let text = format!(
                    "`{kind}` blocks can only be in `{}` messages",
                    if kind == "tool_result" { "user" } else { "assistant" }
                );
                return Err(Fault::Other(block.path.clone(), text));
            }
            "search_result"
            | "server_tool_use"
            | "web_search_tool_result"
            | "web_fetch_tool_result"
            | "code_execution_tool_result"
            | "container_upload"
            | "tool_reference" => {}
            other => {
                let text = format!("Input tag '{other}' found using 'type' does not match any of the expected tags");
                return Err(Fault::Other(block.path.clone(), text));
            }
        }
        self.mark(block)
    }

    fn options(&mut self, body: &Object<'_>) -> Read<()> {
        for (name, high) in [("temperature", 1.0), ("top_p", 1.0)] {
            match body.number(name)? {
                Some(value) if value > high => return Err(body.fault(name, "Input should be less than or equal to 1")),
                Some(value) if value < 0.0 => {
                    return Err(body.fault(name, "Input should be greater than or equal to 0"));
                }
                _ => {}
            }
        }
        body.count("top_k")?;
        self.prompt.stops = body.strings("stop_sequences")?;
        if self.prompt.stops.iter().any(|stop| stop.trim().is_empty()) {
            return Err(body.fault("stop_sequences", "each stop sequence must contain non-whitespace"));
        }
        if let Some(metadata) = body.object("metadata")? {
            metadata.only(&["user_id"])?;
        }
        if let Some(format) = body.object("output_config")?.map(|config| config.object("format")).transpose()?.flatten()
        {
            format.one_of("type", &["json_schema"])?;
            let schema = format.get("schema").cloned().ok_or_else(|| Fault::Missing(format.at("schema")))?;
            generation::bindable(&schema, &format.at("schema"))?;
            self.prompt.format = Format::Schema(schema);
        }
        self.thinking(body)
    }

    fn thinking(&mut self, body: &Object<'_>) -> Read<()> {
        let Some(thinking) = body.object("thinking")? else { return Ok(()) };
        let kind = thinking.one_of("type", &["adaptive", "between_tools", "disabled", "enabled"])?;
        self.hide_thinking = thinking.string("display")? == Some("omitted");
        if kind == "enabled" {
            let at = thinking.path.name("enabled").name("budget_tokens");
            let budget = thinking.count("budget_tokens")?.ok_or_else(|| Fault::Missing(at.clone()))?;
            if budget < 1024 {
                return Err(Fault::Other(at, "Input should be greater than or equal to 1024".into()));
            }
            if self.prompt.max_tokens.is_some_and(|max| max <= budget) {
                let text = "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at \
                            https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size";
                return Err(Fault::Other(Path::default(), text.into()));
            }
        }
        self.prompt.think = matches!(kind, "enabled" | "adaptive");
        if self.prompt.think && matches!(self.prompt.choice, Choice::Any | Choice::Named(_)) {
            return Err(Fault::Other(
                Path::default(),
                "Thinking may not be enabled when tool_choice forces tool use.".into(),
            ));
        }
        if self.prompt.think && kind == "enabled" {
            let low = body.number("top_p")?.is_some_and(|value| value < 0.95);
            if low || body.number("top_k")?.is_some() {
                let name = if low { "`top_p` must be greater than or equal to 0.95 or" } else { "`top_k` must be" };
                let text = format!("{name} unset when thinking is enabled.");
                return Err(Fault::Other(Path::default(), text));
            }
        }
        if self.prompt.think && body.number("temperature")?.is_some_and(|value| value != 1.0) {
            let text = "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at \
                        https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking";
            return Err(Fault::Other(Path::default(), text.into()));
        }
        Ok(())
    }
}

/// What one message brought.
#[derive(Default)]
struct Turn {
    text: String,
    texts: usize,
    blocks: usize,
    calls: Vec<String>,
    /// Results by the number of their block.
    results: Vec<(usize, String)>,
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

/// Instructions belong in `system`. Models from Claude Opus 4.8 on also take them in the conversation, right after a user
/// message: <https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages>.
fn place_of_system(body: &Object<'_>, model: &str, before: Option<&Object<'_>>) -> Read<()> {
    let Some(before) = before else {
        let text = "Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input \
                    message role.";
        return Err(body.fault("messages", text));
    };
    let older = ["claude-2", "claude-3", "claude-sonnet-4", "claude-haiku-4", "claude-instant"];
    let opus_4 = model.split_once("claude-opus-4-").is_some_and(|(_, minor)| !minor.starts_with(['8', '9']));
    if opus_4 || older.iter().any(|name| model.contains(name)) {
        return Err(body.fault("messages", "role 'system' is not supported on this model"));
    }
    match before.string("role")? {
        Some("user") => Ok(()),
        _ => Err(body.fault("messages", "a `system` message must directly follow a `user` message")),
    }
}

fn unanswered(index: usize, open: &[String]) -> Fault {
    let text = format!(
        "`tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` block must have a corresponding \
         `tool_result` block in the next message.",
        open.join(", ")
    );
    Fault::Other(Path::default().name("messages").index(index.saturating_sub(1)), text)
}

/// [`Object::only`], with the path the real messages give.
pub(super) fn only(object: &Object<'_>, at: &Path, known: &[&str]) -> Read<()> {
    object.only(known).map_err(|fault| match fault {
        Fault::Unknown(path) => Fault::Unknown(at.name(&path.split().1)),
        other => other,
    })
}

/// The text of a result's content.
pub(super) fn result_text(block: &Object<'_>) -> Read<String> {
    match block.get("content") {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => {
            let parts = block.objects("content")?.into_iter().map(|part| match part.need_string("type")? {
                "text" => match part.need_string("text")? {
                    "" => Err(Fault::Other(
                        Path::default().name("messages"),
                        "text content blocks must be non-empty".into(),
                    )),
                    text => Ok(text.to_owned()),
                },
                "image" => media::image(&part, &part.path.name("image")).map(|()| "[image]".into()),
                "document" => media::document(&part, &part.path.name("document")).map(|_| "[document]".into()),
                other => Ok(format!("[{other}]")),
            });
            Ok(parts.collect::<Read<Vec<_>>>()?.join("\n"))
        }
    }
}
