//! What an answer repeats of its request.

use tollgate_wire::json::{Value, Writer};

/// The fields of an answer that repeat the request's, as JSON text without the braces: every one that a [response
/// object](https://platform.openai.com/docs/api-reference/responses/object) has, with the API's default where the request says nothing. `store`
/// is what is true of it here: nothing is kept.
pub(crate) fn echo(request: Value<'_>) -> String {
    fields(Some(request))
}

/// The same where the request is not known.
pub(super) fn of_nothing() -> String {
    fields(None)
}

fn fields(request: Option<Value<'_>>) -> String {
    let get = |key: &str| request.and_then(|request| request.get(key)).filter(|value| !value.is_null());
    let mut out = Writer::with_capacity(512);
    let or = |out: &mut Writer, key: &str, default: &str| {
        match get(key) {
            Some(value) => out.field_value(key, value),
            None => out.field_raw(key, default),
        };
    };
    out.field_bool("background", false);
    or(&mut out, "frequency_penalty", "0.0");
    or(&mut out, "instructions", "null");
    or(&mut out, "max_output_tokens", "null");
    or(&mut out, "max_tool_calls", "null");
    or(&mut out, "metadata", "{}");
    or(&mut out, "parallel_tool_calls", "true");
    or(&mut out, "presence_penalty", "0.0");
    out.field_null("previous_response_id");
    or(&mut out, "prompt_cache_key", "null");
    object("reasoning", get("reasoning"), &[("effort", "null"), ("summary", "null")], &mut out);
    or(&mut out, "safety_identifier", "null");
    match get("service_tier").filter(|tier| tier.as_str().is_none_or(|tier| tier != "auto")) {
        Some(tier) => out.field_value("service_tier", tier),
        None => out.field_str("service_tier", "default"),
    };
    out.field_bool("store", false);
    or(&mut out, "temperature", "1.0");
    object("text", get("text"), &[("format", r#"{"type":"text"}"#), ("verbosity", r#""medium""#)], &mut out);
    or(&mut out, "tool_choice", r#""auto""#);
    tools(get("tools"), &mut out);
    or(&mut out, "top_logprobs", "0");
    or(&mut out, "top_p", "1.0");
    or(&mut out, "truncation", r#""disabled""#);
    or(&mut out, "user", "null");
    on_one_line(out.finish())
}

/// The client's own line breaks are no part of what it said, and every one would begin another line of an event's data.
fn on_one_line(mut json: Vec<u8>) -> String {
    if memchr::memchr2(b'\n', b'\r', &json).is_some() {
        let (mut in_string, mut escaped) = (false, false);
        json.retain(|byte| {
            if in_string {
                in_string = escaped || *byte != b'"';
                escaped = !escaped && *byte == b'\\';
                return true;
            }
            in_string = *byte == b'"';
            !byte.is_ascii_whitespace()
        });
    }
    // Written from strings, and no more than spaces taken out of it.
    String::from_utf8(json).unwrap_or_default()
}

/// An object with what the request says in it, and the defaults of what it does not.
fn object(key: &str, said: Option<Value<'_>>, defaults: &[(&str, &str)], out: &mut Writer) {
    out.key(key).begin_object();
    for (field, value) in said.into_iter().flat_map(|said| said.entries()) {
        if !value.is_null() || !defaults.iter().any(|(name, _)| field == *name) {
            out.raw_key(field).value(value);
        }
    }
    for (field, default) in defaults {
        if said.and_then(|said| said.get(field)).is_none_or(|value| value.is_null()) {
            out.field_raw(field, default);
        }
    }
    out.end_object();
}

/// Functions with all the fields that the object's type wants.
fn tools(said: Option<Value<'_>>, out: &mut Writer) {
    out.key("tools").begin_array();
    for tool in said.into_iter().flat_map(|tools| tools.items()) {
        out.begin_object();
        for (key, value) in tool.entries() {
            out.raw_key(key).value(value);
        }
        if tool.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "function") {
            for field in ["description", "parameters", "strict"] {
                if tool.get(field).is_none() {
                    out.field_null(field);
                }
            }
        }
        out.end_object();
    }
    out.end_array();
}
