//! Reading and validating a request for a response.

use std::collections::HashSet;

use serde_json::Value;

use super::super::media;
use super::super::request::{EFFORTS, function_name, range, top_logprobs};
use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Read, type_of};

const KNOWN: [&str; 32] = [
    "access_programs",
    "background",
    "background_options",
    "context_management",
    "conversation",
    "image",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
];
const ALSO_KNOWN: [&str; 2] = ["truncation", "user"];
/// What the token count takes.
const COUNTED: [&str; 12] = [
    "conversation",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "personality",
    "previous_response_id",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
    "truncation",
];

/// A request for a response.
pub(super) struct Request {
    pub(super) model: String,
    pub(super) prompt: Prompt,
    pub(super) stream: bool,
    /// A summary of the thoughts is asked for.
    pub(super) summarized: bool,
    /// Log probabilities are asked for, with so many alternatives.
    pub(super) logprobs: Option<u64>,
    /// As sent: a response repeats much of its request.
    body: Value,
}

impl Request {
    /// A member of the request, null where it was not given.
    pub(super) fn echoed(&self, name: &str) -> &Value {
        &self.body[name]
    }

    pub(super) fn tools(&self) -> Value {
        self.or("tools", || Value::Array(Vec::new()))
    }

    pub(super) fn tool_choice(&self) -> Value {
        self.or("tool_choice", || "auto".into())
    }

    pub(super) fn metadata(&self) -> Value {
        self.or("metadata", || serde_json::json!({}))
    }

    pub(super) fn text(&self) -> Value {
        self.or("text", || serde_json::json!({"format": {"type": "text"}}))
    }

    pub(super) fn reasoning(&self) -> Value {
        self.or("reasoning", || serde_json::json!({"effort": null, "summary": null}))
    }

    fn or(&self, name: &str, default: impl FnOnce() -> Value) -> Value {
        Some(self.echoed(name)).filter(|value| !value.is_null()).cloned().unwrap_or_else(default)
    }
}

/// Reads a request; `counting` for the token count, which has fewer members.
pub(super) fn read(body: &Object<'_>, counting: bool) -> Read<Request> {
    let known: Vec<&str> = if counting { COUNTED.to_vec() } else { KNOWN.into_iter().chain(ALSO_KNOWN).collect() };
    body.only(&known)?;
    let model = body.need_string("model")?.to_owned();
    let mut prompt = Prompt::default();
    prompt.input_bytes += body.string("instructions")?.map_or(0, str::len);
    tools(body, &mut prompt)?;
    input(body, &mut prompt)?;
    prompt.format = format(body)?;
    prompt.max_tokens = body.count("max_output_tokens")?;
    if let Some(low @ 0..16) = prompt.max_tokens {
        let message = format!(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {low} instead."
        );
        return Err(body.fault("max_output_tokens", message));
    }
    range(body, "temperature", 0.0, 2.0)?;
    range(body, "top_p", 0.0, 1.0)?;
    let stream = body.flag("stream")?.unwrap_or(false);
    let summarized = reasoning(body, &mut prompt)?;
    let logprobs = logprobs(body)?;
    let whole = body.names().map(|name| (name.to_owned(), body.get(name).cloned().unwrap_or_default())).collect();
    Ok(Request { model, prompt, stream, summarized, logprobs, body: Value::Object(whole) })
}

/// Whether to think, and whether to tell of it.
fn reasoning(body: &Object<'_>, prompt: &mut Prompt) -> Read<bool> {
    let Some(reasoning) = body.object("reasoning")? else { return Ok(false) };
    reasoning.only(&["context", "effort", "generate_summary", "mode", "summary"])?;
    let effort = match reasoning.get("effort") {
        Some(_) => Some(reasoning.one_of("effort", &EFFORTS)?),
        None => None,
    };
    prompt.think = effort != Some("none");
    for name in ["summary", "generate_summary"] {
        if reasoning.get(name).is_some() {
            reasoning.one_of(name, &["auto", "concise", "detailed"])?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Log probabilities come with a member of `include`, and with a number of alternatives.
fn logprobs(body: &Object<'_>) -> Read<Option<u64>> {
    let included = body.strings("include")?.iter().any(|one| one == "message.output_text.logprobs");
    let top = top_logprobs(body)?;
    Ok(top.or(included.then_some(0)))
}

fn tools(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    for tool in body.objects("tools")? {
        // The other kinds run at the provider; this one does not run any.
        if tool.need_string("type")? != "function" {
            continue;
        }
        tool.only(&[
            "type",
            "name",
            "description",
            "parameters",
            "strict",
            "async",
            "defer_loading",
            "allowed_callers",
            "output_schema",
        ])?;
        let name = function_name(&tool)?;
        let schema = tool.get("parameters").cloned().unwrap_or_default();
        prompt.input_bytes += name.len() + tool.string("description")?.map_or(0, str::len) + schema.to_string().len();
        prompt.tools.push(Tool { name, schema });
    }
    prompt.single_call = body.flag("parallel_tool_calls")? == Some(false);
    prompt.choice = match body.get("tool_choice") {
        None => Choice::Auto,
        Some(Value::String(_)) => match body.one_of("tool_choice", &["none", "auto", "required"])? {
            "none" => Choice::None,
            "required" => Choice::Any,
            _ => Choice::Auto,
        },
        Some(value) => {
            let choice = Object::new(value, body.at("tool_choice"))?;
            match choice.need_string("type")? {
                "function" => {
                    let name = choice.need_string("name")?;
                    if !prompt.tools.iter().any(|tool| tool.name == name) {
                        return Err(body.fault(
                            "tool_choice",
                            format!("Tool choice 'function' not found in 'tools' parameter: '{name}'."),
                        ));
                    }
                    Choice::Named(name.to_owned())
                }
                _ => Choice::Auto,
            }
        }
    };
    Ok(())
}

fn format(body: &Object<'_>) -> Read<Format> {
    let format = match body.object("text")? {
        Some(text) => {
            text.only(&["format", "verbosity"])?;
            text.object("format")?
        }
        None => None,
    };
    let Some(format) = format else { return Ok(Format::Text) };
    match format.one_of("type", &["json_object", "json_schema", "text"])? {
        "json_object" => Ok(Format::Json),
        "json_schema" => {
            format.only(&["type", "name", "schema", "strict", "description"])?;
            format.need_string("name")?;
            Ok(Format::Schema(format.get("schema").cloned().ok_or_else(|| Fault::Missing(format.at("schema")))?))
        }
        _ => Ok(Format::Text),
    }
}

fn input(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let items = match body.get("input") {
        None => return Err(Fault::Missing(body.at("input"))),
        Some(Value::String(text)) => {
            prompt.user = text.clone();
            prompt.input_bytes += text.len();
            return Ok(());
        }
        Some(Value::Array(_)) => body.objects("input")?,
        Some(other) => {
            return Err(Fault::Type(body.at("input"), "one of a string or array of objects", type_of(other)));
        }
    };
    let mut called: HashSet<&str> = HashSet::new();
    let mut answered: HashSet<&str> = HashSet::new();
    for item in &items {
        match item.string("type")?.unwrap_or("message") {
            "message" => message(item, prompt)?,
            "function_call" => {
                called.insert(item.need_string("call_id")?);
                prompt.input_bytes += item.need_string("name")?.len() + item.need_string("arguments")?.len();
                prompt.tool_results.clear();
            }
            "function_call_output" => {
                let id = item.need_string("call_id")?;
                if !called.contains(id) && body.get("previous_response_id").is_none() {
                    return Err(
                        body.fault("input", format!("No tool call found for function call output with call_id {id}."))
                    );
                }
                answered.insert(id);
                let text = content(item, "output", &TOLD)?;
                prompt.input_bytes += text.len();
                prompt.tool_results.push(text);
            }
            "reasoning" => {
                item.only(&["type", "id", "summary", "content", "encrypted_content", "status"])?;
                item.array("summary")?.ok_or_else(|| Fault::Missing(item.at("summary")))?;
            }
            // References and the items of hosted tools are passed back as they were received.
            _ => {}
        }
    }
    let mut open: Vec<&&str> = called.difference(&answered).collect();
    open.sort_unstable();
    match open.first() {
        Some(id) => Err(body.fault("input", format!("No tool output found for function call {id}."))),
        None => Ok(()),
    }
}

fn message(item: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    item.only(&["type", "role", "content", "id", "status", "phase"])?;
    let role = item.one_of("role", &["assistant", "system", "developer", "user"])?;
    // What a model said is told apart from what it was told.
    let parts: &'static [&'static str] = if role == "assistant" { &SAID } else { &TOLD };
    let text = content(item, "content", parts)?;
    prompt.input_bytes += text.len();
    prompt.tool_results.clear();
    if role == "user" {
        prompt.user = text;
    }
    Ok(())
}

/// Parts of messages by assistants, and of all others.
const SAID: [&str; 2] = ["output_text", "refusal"];
const TOLD: [&str; 4] = ["input_text", "input_image", "input_file", "input_audio"];

fn content(item: &Object<'_>, name: &str, allowed: &'static [&'static str]) -> Read<String> {
    match item.get(name) {
        None => Err(Fault::Missing(item.at(name))),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => {
            let parts = item.objects(name)?.into_iter().map(|part| {
                Ok(match part.one_of("type", allowed)? {
                    "input_text" => {
                        part.only(&["type", "text", "prompt_cache_breakpoint"])?;
                        part.need_string("text")?.to_owned()
                    }
                    "output_text" => {
                        part.only(&["type", "text", "annotations", "logprobs"])?;
                        part.need_string("text")?.to_owned()
                    }
                    "refusal" => {
                        part.only(&["type", "refusal"])?;
                        part.need_string("refusal")?.to_owned()
                    }
                    other => media::response(&part, other)?,
                })
            });
            Ok(parts.collect::<Read<Vec<_>>>()?.join("\n"))
        }
    }
}
