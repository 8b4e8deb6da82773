//! Reading and validating `POST /v1/chat/completions`.

use std::collections::HashSet;

use serde_json::Value;

use super::media;
use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read, type_of};

const KNOWN: [&str; 36] = [
    "messages",
    "model",
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "modalities",
    "moderation",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
];
const ALSO_KNOWN: &str = "web_search_options";
/// Degrees of reasoning.
pub(super) const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const ROLES: [&str; 6] = ["system", "assistant", "user", "function", "tool", "developer"];

/// A chat request.
pub(super) struct Request {
    pub model: String,
    pub prompt: Prompt,
    pub n: usize,
    pub stream: bool,
    pub include_usage: bool,
    /// Log probabilities are asked for, with so many alternatives.
    pub logprobs: Option<u64>,
}

pub(super) fn read(body: &Object<'_>) -> Read<Request> {
    let known: Vec<&str> = KNOWN.into_iter().chain([ALSO_KNOWN]).collect();
    body.only(&known)?;
    let model = body.need_string("model")?.to_owned();
    let stream = body.flag("stream")?.unwrap_or(false);
    let mut prompt = Prompt::default();
    tools(body, &mut prompt)?;
    messages(body, &mut prompt)?;
    prompt.max_tokens = limit(body)?;
    prompt.stops = stops(body)?;
    prompt.format = format(body)?;
    prompt.think = match body.get("reasoning_effort") {
        None => false,
        Some(_) => body.one_of("reasoning_effort", &EFFORTS)? != "none",
    };
    range(body, "temperature", 0.0, 2.0)?;
    range(body, "top_p", 0.0, 1.0)?;
    range(body, "frequency_penalty", -2.0, 2.0)?;
    range(body, "presence_penalty", -2.0, 2.0)?;
    Ok(Request {
        model,
        prompt,
        n: choices(body)?,
        stream,
        include_usage: include_usage(body, stream)?,
        logprobs: logprobs(body)?,
    })
}

/// The number of choices.
pub(super) fn choices(body: &Object<'_>) -> Read<usize> {
    match body.count("n")?.unwrap_or(1) {
        n @ 1..=128 => Ok(n as usize),
        0 => {
            Err(body.fault("n", "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead."))
        }
        n => Err(body.fault(
            "n",
            format!("Invalid 'n': integer above maximum value. Expected a value <= 128, but got {n} instead."),
        )),
    }
}

/// Whether a stream is to end with its usage.
pub(super) fn include_usage(body: &Object<'_>, stream: bool) -> Read<bool> {
    let Some(options) = body.object("stream_options")? else { return Ok(false) };
    if !stream {
        return Err(
            body.fault("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
        );
    }
    options.only(&["include_usage", "include_obfuscation"])?;
    Ok(options.flag("include_usage")?.unwrap_or(false))
}

fn logprobs(body: &Object<'_>) -> Read<Option<u64>> {
    let wanted = body.flag("logprobs")?.unwrap_or(false);
    let top = top_logprobs(body)?;
    if top.is_some() && !wanted {
        return Err(
            body.fault("top_logprobs", "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.")
        );
    }
    Ok(wanted.then_some(top.unwrap_or(0)))
}

/// The number of alternatives to give probabilities of.
pub(super) fn top_logprobs(body: &Object<'_>) -> Read<Option<u64>> {
    match body.count("top_logprobs")? {
        Some(top @ 21..) => Err(body.fault(
            "top_logprobs",
            format!(
                "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got {top} instead."
            ),
        )),
        top => Ok(top),
    }
}

pub(super) fn range(body: &Object<'_>, name: &str, low: f64, high: f64) -> Read<()> {
    let side = match body.number(name)? {
        Some(value) if value < low => ("below minimum", ">=", low, value),
        Some(value) if value > high => ("above maximum", "<=", high, value),
        _ => return Ok(()),
    };
    let (wrong, sign, bound, value) = side;
    Err(body.fault(
        name,
        format!("Invalid '{name}': decimal {wrong} value. Expected a value {sign} {bound}, but got {value} instead."),
    ))
}

fn limit(body: &Object<'_>) -> Read<Option<u64>> {
    let (old, new) = (body.count("max_tokens")?, body.count("max_completion_tokens")?);
    if old.is_some() && new.is_some() {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(body.fault("max_tokens", message));
    }
    let name = if old.is_some() { "max_tokens" } else { "max_completion_tokens" };
    match old.or(new) {
        Some(0) => Err(body.fault(
            name,
            format!("Invalid '{name}': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        )),
        limit => Ok(limit),
    }
}

/// The texts an answer ends before.
pub(super) fn stops(body: &Object<'_>) -> Read<Vec<String>> {
    let stops = match body.get("stop") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one.clone()],
        Some(_) => body.strings("stop")?,
    };
    if stops.len() > 4 {
        let message = format!(
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length {} instead.",
            stops.len()
        );
        return Err(body.fault("stop", message));
    }
    Ok(stops)
}

fn format(body: &Object<'_>) -> Read<Format> {
    let Some(format) = body.object("response_format")? else { return Ok(Format::Text) };
    match format.one_of("type", &["json_object", "json_schema", "text"])? {
        "json_object" => {
            let mentions = |value: &Value| value.to_string().to_lowercase().contains("json");
            if !body.get("messages").is_some_and(mentions) {
                let message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
                return Err(body.fault("messages", message));
            }
            Ok(Format::Json)
        }
        "json_schema" => {
            let wrapper = format.need_object("json_schema")?;
            wrapper.only(&["name", "description", "schema", "strict"])?;
            wrapper.need_string("name")?;
            Ok(Format::Schema(wrapper.get("schema").cloned().unwrap_or_default()))
        }
        _ => Ok(Format::Text),
    }
}

fn tools(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let tools = body.objects("tools")?;
    if body.get("tools").is_some() && tools.is_empty() {
        return Err(body.fault(
            "tools",
            "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        ));
    }
    for tool in &tools {
        tool.only(&["type", "function", "custom"])?;
        if tool.one_of("type", &["function", "custom"])? == "custom" {
            tool.need_object("custom")?.need_string("name")?;
            continue;
        }
        let function = tool.need_object("function")?;
        function.only(&["name", "description", "parameters", "strict"])?;
        let name = function_name(&function)?;
        let schema = function.object("parameters")?.and(function.get("parameters")).cloned().unwrap_or_default();
        prompt.input_bytes +=
            name.len() + function.string("description")?.map_or(0, str::len) + schema.to_string().len();
        prompt.tools.push(Tool { name, schema });
    }
    prompt.single_call = body.flag("parallel_tool_calls")? == Some(false);
    if tools.is_empty() {
        for name in ["tool_choice", "parallel_tool_calls"] {
            if body.get(name).is_some() {
                return Err(body.fault(name, format!("'{name}' is only allowed when 'tools' are specified.")));
            }
        }
    }
    prompt.choice = match body.get("tool_choice") {
        None => Choice::Auto,
        Some(Value::String(_)) => match body.one_of("tool_choice", &["none", "auto", "required"])? {
            "none" => Choice::None,
            "required" => Choice::Any,
            _ => Choice::Auto,
        },
        Some(value) => named_choice(&Object::new(value, body.at("tool_choice"))?, prompt)?,
    };
    Ok(())
}

/// OpenAI allows letters, digits, `_` and `-`, at most 64 of them.
pub(super) fn function_name(function: &Object<'_>) -> Read<String> {
    let name = function.need_string("name")?;
    let right = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(right) {
        let at = function.at("name").brackets();
        let message = format!(
            "Invalid '{at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        );
        return Err(function.fault("name", message));
    }
    Ok(name.to_owned())
}

fn named_choice(choice: &Object<'_>, prompt: &Prompt) -> Read<Choice> {
    choice.only(&["type", "function", "allowed_tools", "custom"])?;
    if choice.one_of("type", &["function", "allowed_tools", "custom"])? != "function" {
        return Ok(Choice::Auto);
    }
    let name = choice.need_object("function")?.need_string("name")?;
    if !prompt.tools.iter().any(|tool| tool.name == name) {
        return Err(Fault::Other(choice.path.clone(), format!("Tool choice '{name}' not found in 'tools' parameter.")));
    }
    Ok(Choice::Named(name.to_owned()))
}

fn messages(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let messages = body.objects("messages")?;
    if body.get("messages").is_none() {
        return Err(Fault::Missing(body.at("messages")));
    }
    if messages.is_empty() {
        return Err(body.fault(
            "messages",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        ));
    }
    // Ids of calls that still wait for their results.
    let mut open: HashSet<String> = HashSet::new();
    for (index, message) in messages.iter().enumerate() {
        let role = message.one_of("role", &ROLES)?;
        if role != "tool" && !open.is_empty() {
            return Err(unanswered(&body.at("messages"), &open));
        }
        let text = match role {
            "assistant" => assistant(message, prompt, &mut open)?,
            "tool" => {
                message.only(&["role", "content", "tool_call_id", "name"])?;
                let id = message.need_string("tool_call_id")?;
                if !open.remove(id) {
                    let at = Path::default().name("messages").name(&format!("[{index}]")).name("role");
                    let message = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
                    return Err(Fault::Other(at, message.into()));
                }
                content(message, true, prompt)?
            }
            _ => {
                message.only(&["role", "content", "name"])?;
                content(message, true, prompt)?
            }
        };
        match role {
            "user" => {
                prompt.user = text;
                prompt.tool_results.clear();
            }
            "tool" => prompt.tool_results.push(text),
            _ => prompt.tool_results.clear(),
        }
    }
    if open.is_empty() { Ok(()) } else { Err(unanswered(&body.at("messages"), &open)) }
}

fn unanswered(at: &Path, open: &HashSet<String>) -> Fault {
    let mut ids: Vec<&str> = open.iter().map(String::as_str).collect();
    ids.sort_unstable();
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following \
         tool_call_ids did not have response messages: {}",
        ids.join(", ")
    );
    Fault::Other(at.clone(), message)
}

fn assistant(message: &Object<'_>, prompt: &mut Prompt, open: &mut HashSet<String>) -> Read<String> {
    message.only(&["role", "content", "name", "tool_calls", "refusal", "audio", "function_call", "annotations"])?;
    for call in message.objects("tool_calls")? {
        call.only(&["id", "type", "function", "custom"])?;
        open.insert(call.need_string("id")?.to_owned());
        if call.one_of("type", &["function", "custom"])? == "function" {
            let function = call.need_object("function")?;
            function.only(&["name", "arguments"])?;
            prompt.input_bytes += function.need_string("name")?.len() + function.need_string("arguments")?.len();
        }
    }
    let need_content = open.is_empty() && message.get("refusal").is_none() && message.get("function_call").is_none();
    content(message, need_content, prompt)
}

/// The text of a message's content; counts it.
fn content(message: &Object<'_>, needed: bool, prompt: &mut Prompt) -> Read<String> {
    let text = match message.get("content") {
        None if needed => {
            let at = message.at("content");
            return Err(Fault::Type(at, "one of a string or array of objects", "null"));
        }
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(_)) => {
            let parts = message.objects("content")?;
            parts.iter().map(part).collect::<Read<Vec<_>>>()?.join("\n")
        }
        Some(other) => {
            return Err(Fault::Type(message.at("content"), "one of a string or array of objects", type_of(other)));
        }
    };
    prompt.input_bytes += text.len();
    Ok(text)
}

fn part(part: &Object<'_>) -> Read<String> {
    Ok(match part.one_of("type", &["text", "image_url", "input_audio", "refusal", "file"])? {
        "text" => {
            part.only(&["type", "text", "prompt_cache_breakpoint"])?;
            part.need_string("text")?.to_owned()
        }
        "refusal" => part.need_string("refusal")?.to_owned(),
        other => media::chat(part, other)?,
    })
}
