//! Reading and validating `POST /v2/chat`: <https://docs.cohere.com/reference/chat>.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read, type_of};
use crate::media::{data_url, is_base64, is_web_url};

const KNOWN: [&str; 21] = [
    "citation_options",
    "documents",
    "frequency_penalty",
    "k",
    "logprobs",
    "max_tokens",
    "messages",
    "model",
    "p",
    "presence_penalty",
    "priority",
    "response_format",
    "safety_mode",
    "seed",
    "stop_sequences",
    "stream",
    "strict_tools",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
];

/// A chat request.
pub(super) struct Request {
    pub(super) model: String,
    pub(super) prompt: Prompt,
    pub(super) stream: bool,
    pub(super) logprobs: bool,
    /// The first document: its id and its data.
    pub(super) document: Option<(String, Value)>,
    /// Citations are told between the words they are about.
    pub(super) fast_citations: bool,
    /// Citations are not wanted.
    pub(super) no_citations: bool,
}

pub(super) fn read(body: &Object<'_>) -> Read<Request> {
    body.only(&KNOWN)?;
    let model = body.need_string("model")?.to_owned();
    let mut prompt = Prompt::default();
    tools(body, &mut prompt)?;
    let document = documents(body, &mut prompt)?;
    messages(body, &mut prompt)?;
    prompt.format = format(body, &prompt, document.is_some())?;
    limits(body, &mut prompt)?;
    let citations = match body.object("citation_options")? {
        Some(options) => {
            options.only(&["mode"])?;
            options.string("mode")?.map(|_| options.one_of("mode", &["FAST", "ACCURATE", "OFF", "ENABLED", "DISABLED"]))
        }
        None => None,
    };
    let citations = citations.transpose()?;
    if body.get("safety_mode").is_some() {
        body.one_of("safety_mode", &["CONTEXTUAL", "STRICT", "OFF"])?;
    }
    if let Some(thinking) = body.object("thinking")? {
        thinking.only(&["type", "token_budget"])?;
        prompt.think = thinking.one_of("type", &["enabled", "disabled"])? == "enabled";
        if thinking.count("token_budget")? == Some(0) {
            return Err(thinking.fault("token_budget", "thinking.token_budget must be greater than or equal to 1."));
        }
    }
    Ok(Request {
        model,
        prompt,
        stream: body.flag("stream")?.unwrap_or(false),
        logprobs: body.flag("logprobs")?.unwrap_or(false),
        document,
        fast_citations: citations == Some("FAST"),
        no_citations: matches!(citations, Some("OFF" | "DISABLED")),
    })
}

fn limits(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    prompt.max_tokens = body.count("max_tokens")?;
    if prompt.max_tokens == Some(0) {
        return Err(body.fault("max_tokens", "max_tokens must be greater than or equal to 1."));
    }
    prompt.stops = body.strings("stop_sequences")?;
    if prompt.stops.len() > 5 {
        return Err(body.fault("stop_sequences", "stop_sequences must have at most 5 elements."));
    }
    // Ranges as the reference gives them.
    for (name, low, high) in [
        ("temperature", 0.0, f64::INFINITY),
        ("p", 0.01, 0.99),
        ("k", 0.0, 500.0),
        ("frequency_penalty", 0.0, 1.0),
        ("presence_penalty", 0.0, 1.0),
        ("priority", 0.0, 999.0),
    ] {
        if let Some(value) = body.number(name)?.filter(|value| !(low..=high).contains(value)) {
            let message = match high.is_finite() {
                true => format!("{name} must be between {low} and {high} inclusive, received {value}."),
                false => format!("{name} must be greater than or equal to {low}, received {value}."),
            };
            return Err(body.fault(name, message));
        }
    }
    body.count("k")?;
    body.count("seed")?;
    body.count("priority")?;
    Ok(())
}

fn format(body: &Object<'_>, prompt: &Prompt, documents: bool) -> Read<Format> {
    let Some(format) = body.object("response_format")? else { return Ok(Format::Text) };
    format.only(&["type", "json_schema"])?;
    if format.one_of("type", &["text", "json_object"])? == "text" {
        return Ok(Format::Text);
    }
    if documents || !prompt.tools.is_empty() {
        let message = "response_format with type 'json_object' is not supported with documents or tools.";
        return Err(body.fault("response_format", message));
    }
    match format.object("json_schema")? {
        None => Ok(Format::Json),
        Some(schema) if schema.string("type")? != Some("object") => {
            Err(format.fault("json_schema", "the top level of json_schema must be of type 'object'."))
        }
        Some(_) => Ok(Format::Schema(format.get("json_schema").cloned().unwrap_or_default())),
    }
}

fn tools(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    for tool in body.objects("tools")? {
        tool.only(&["type", "function"])?;
        tool.one_of("type", &["function"])?;
        let function = tool.need_object("function")?;
        function.only(&["name", "description", "parameters"])?;
        let name = function.need_string("name")?;
        let start = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !start || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            let message = format!("tool name '{name}' must only contain letters, digits, underscores and dashes.");
            return Err(function.fault("name", message));
        }
        function.need_object("parameters")?;
        let schema = function.get("parameters").cloned().unwrap_or_default();
        prompt.input_bytes +=
            name.len() + function.string("description")?.map_or(0, str::len) + schema.to_string().len();
        prompt.tools.push(Tool { name: name.to_owned(), schema });
    }
    body.flag("strict_tools")?;
    if body.get("tool_choice").is_none() {
        return Ok(());
    }
    prompt.choice = match body.one_of("tool_choice", &["REQUIRED", "NONE"])? {
        _ if prompt.tools.is_empty() => {
            return Err(body.fault("tool_choice", "tool_choice requires tools to be specified."));
        }
        "REQUIRED" => Choice::Any,
        _ => Choice::None,
    };
    Ok(())
}

fn documents(body: &Object<'_>, prompt: &mut Prompt) -> Read<Option<(String, Value)>> {
    let mut first = None;
    for (number, (path, value)) in body.array("documents")?.unwrap_or_default().into_iter().enumerate() {
        let (id, data) = match value {
            Value::String(text) => (None, serde_json::json!({"text": text})),
            _ => document(&Object::new(value, path)?)?,
        };
        prompt.input_bytes += data.to_string().len();
        first = first.or(Some((id.unwrap_or_else(|| format!("doc:{number}")), data)));
    }
    Ok(first)
}

/// A document's id, if it has one, and its data.
fn document(document: &Object<'_>) -> Read<(Option<String>, Value)> {
    document.only(&["id", "data"])?;
    document.need_object("data")?;
    Ok((document.string("id")?.map(str::to_owned), document.get("data").cloned().unwrap_or_default()))
}

fn messages(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let messages = body.objects("messages")?;
    if body.get("messages").is_none() {
        return Err(Fault::Missing(body.at("messages")));
    }
    if messages.is_empty() {
        return Err(body.fault("messages", "messages must have at least one element."));
    }
    // Ids of calls that still wait for their results.
    let mut open: BTreeSet<String> = BTreeSet::new();
    for message in &messages {
        let role = message.one_of("role", &["user", "assistant", "system", "tool"])?;
        if role != "tool" && !open.is_empty() {
            return Err(unanswered(&message.path, &open));
        }
        let text = match role {
            "tool" => {
                message.only(&["role", "tool_call_id", "content"])?;
                let id = message.need_string("tool_call_id")?;
                if !open.remove(id) {
                    let text =
                        format!("tool_call_id '{id}' not found in the tool calls of the previous assistant message.");
                    return Err(message.fault("tool_call_id", text));
                }
                content(message, &["text", "document"], true)?
            }
            "assistant" => {
                message.only(&["role", "content", "tool_calls", "tool_plan", "citations"])?;
                calls(message, prompt, &mut open)?;
                let plan = message.string("tool_plan")?.map_or(0, str::len);
                prompt.input_bytes += plan;
                content(message, &["text", "thinking"], open.is_empty() && plan == 0)?
            }
            _ => {
                message.only(&["role", "content"])?;
                content(message, if role == "user" { &["text", "image_url"] } else { &["text"] }, true)?
            }
        };
        prompt.input_bytes += text.len();
        match role {
            "tool" => prompt.tool_results.push(text),
            "user" => {
                prompt.user = text;
                prompt.tool_results.clear();
            }
            _ => prompt.tool_results.clear(),
        }
    }
    match messages.last().map(|last| last.string("role")).transpose()?.flatten() {
        Some("assistant") if open.is_empty() => {
            let text = "the last message must be of role 'user' or 'tool'.";
            Err(body.fault("messages", text))
        }
        _ if open.is_empty() => Ok(()),
        _ => Err(unanswered(&body.at("messages"), &open)),
    }
}

fn unanswered(at: &Path, open: &BTreeSet<String>) -> Fault {
    let ids = open.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("missing tool results for the following tool call ids: {ids}.");
    Fault::Other(at.clone(), message)
}

fn calls(message: &Object<'_>, prompt: &mut Prompt, open: &mut BTreeSet<String>) -> Read<()> {
    for call in message.objects("tool_calls")? {
        call.only(&["id", "type", "function"])?;
        call.one_of("type", &["function"])?;
        let function = call.need_object("function")?;
        function.only(&["name", "arguments"])?;
        let arguments = function.need_string("arguments")?;
        if !serde_json::from_str::<Value>(arguments).is_ok_and(|value| value.is_object()) {
            let at = function.at("arguments").brackets();
            return Err(function.fault("arguments", format!("{at} must be a JSON object in a string.")));
        }
        prompt.input_bytes += function.need_string("name")?.len() + arguments.len();
        open.insert(call.need_string("id")?.to_owned());
    }
    Ok(())
}

fn content(message: &Object<'_>, kinds: &'static [&'static str], needed: bool) -> Read<String> {
    match message.get("content") {
        None if needed => Err(Fault::Missing(message.at("content"))),
        None => Ok(String::new()),
        Some(Value::String(text)) if text.is_empty() && needed => {
            let text = "all messages must have non-empty content or tool calls.";
            Err(message.fault("content", text))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(_)) => {
            let parts = message.objects("content")?;
            Ok(parts.iter().map(|one| part(one, kinds)).collect::<Read<Vec<_>>>()?.concat())
        }
        Some(other) => Err(Fault::Type(message.at("content"), "a string or an array", type_of(other))),
    }
}

fn part(part: &Object<'_>, kinds: &'static [&'static str]) -> Read<String> {
    let kind = part.one_of("type", kinds)?;
    part.only(&["type", kind])?;
    Ok(match kind {
        "text" => part.need_string("text")?.to_owned(),
        // Counted nowhere, like all that is thought.
        "thinking" => {
            part.need_string("thinking")?;
            String::new()
        }
        "document" => match part.get("document") {
            Some(Value::String(text)) => text.clone(),
            _ => result(&document(&part.need_object("document")?)?.1),
        },
        _ => {
            let image = part.need_object("image_url")?;
            image.only(&["url", "detail"])?;
            let url = image.need_string("url")?;
            let data = data_url(url).filter(|(kind, _)| kind.starts_with("image/"));
            if !data.map_or(is_web_url(url), |(_, data)| is_base64(data)) {
                return Err(image.fault("url", "image_url.url must be a web URL or a base64 data URI of an image."));
            }
            "[image]".into()
        }
    })
}

/// The text of a document that holds nothing else, else its JSON.
fn result(data: &Value) -> String {
    match data.as_object().map(|members| members.iter().collect::<Vec<_>>()).as_deref() {
        Some([(_, Value::String(text))]) => text.clone(),
        _ => data.to_string(),
    }
}
