//! Fields of requests that mean the same in several of the APIs.

use tollgate_wire::json::{Str, Value};

use crate::canonical::{Part, Request, ToolChoice};
use crate::refusal::Refusal;
use crate::request::fields::{boolean, list, name, required_object, string};

/// The words for how much to think.
pub(crate) const EFFORTS: &str = "`none`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`";

/// `stream_options` of the completions APIs.
pub(crate) fn stream_options<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    for (key, value) in required_object("stream_options", Some(value))?.entries() {
        match &*name(key) {
            "include_usage" => request.stream_usage = boolean("stream_options.include_usage", value)?.unwrap_or(false),
            "include_obfuscation" if value.as_bool() == Some(false) => {}
            key => request.unknown("stream_options", key, value),
        }
    }
    Ok(())
}

/// `stop` of the completions APIs: a string or a list of them.
pub(crate) fn stop<'a>(value: Value<'a>, request: &mut Request<'a>) -> Result<(), Refusal> {
    if let Some(stop) = value.as_str() {
        request.stop.push(stop);
        return Ok(());
    }
    for item in list("stop", value)? {
        request.stop.push(string("stop", Some(item))?);
    }
    Ok(())
}

/// `tool_choice` of the conversation APIs: a word, or an object in which `function` finds the name of the one that must be called.
pub(crate) fn tool_choice<'a>(
    value: Value<'a>,
    request: &mut Request<'a>,
    function: impl FnOnce(&mut Request<'a>) -> Result<Str<'a>, Refusal>,
) -> Result<(), Refusal> {
    let choice = match value.as_str() {
        Some(choice) => match choice.raw() {
            "none" => ToolChoice::None,
            "auto" => ToolChoice::Auto,
            "required" => ToolChoice::Required,
            _ => return Err(Refusal::invalid_field("tool_choice", "`none`, `auto`, `required` or an object")),
        },
        None => {
            let kind = string("tool_choice.type", value.get("type"))?;
            if kind != "function" {
                request.extra(format!("tool_choice.{}", kind.decode()));
                return Ok(());
            }
            ToolChoice::Named(function(request)?)
        }
    };
    request.tool_choice = Some(choice);
    Ok(())
}

/// Content of the conversation APIs, the `field` of what stands `at` a place in the body: a string, or parts, each of which `part` reads with
/// a place of its own.
pub(crate) fn content<'a>(
    value: Value<'a>,
    at: &str,
    field: &str,
    parts: &mut Vec<Part<'a>>,
    mut part: impl FnMut(Value<'a>, &str, &mut Vec<Part<'a>>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    if let Some(text) = value.as_str() {
        parts.push(Part::Text { text, cache: None });
        return Ok(());
    }
    if !value.is_array() {
        return Err(Refusal::invalid_field(&format!("{at}.{field}"), "a string or an array of parts"));
    }
    for (index, item) in value.items().enumerate() {
        part(item, &format!("{at}.{field}[{index}]"), parts)?;
    }
    Ok(())
}
