//! The strings of messages and tools.

use tollgate_wire::json::Value;

use crate::text::{Place, Texts};

/// Gathers the strings of a message.
pub(super) fn message<'a>(message: Value<'a>, texts: &mut Texts<'a>) {
    let role = message.get("role").and_then(|role| role.as_str());
    let place = match role.map(|role| role.raw()) {
        Some("system" | "developer") => Place::SYSTEM,
        Some("assistant") => Place::ASSISTANT,
        Some("tool" | "function") => Place::TOOL_RESULT,
        _ => Place::USER,
    };
    texts.object(message, place, |texts, name, value| {
        match name {
            "role" => texts.keyword(value),
            "content" => texts.array(value, place, |texts, part| self::part(part, place, texts)),
            "name" => texts.free(value, Place::NAME),
            "tool_call_id" => texts.id(value),
            "tool_calls" => texts.array(value, Place::ARGUMENTS, |texts, call| tool_call(call, texts)),
            "function_call" => call(value, texts),
            "refusal" | "reasoning_content" | "reasoning" => texts.free(value, place),
            "thinking_blocks" => texts.array(value, place, |texts, block| thinking_block(block, texts)),
            _ => return false,
        }
        true
    });
}

fn part<'a>(part: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(part, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "text" | "refusal" => texts.free(value, place),
            "image_url" => image_url(value, place, texts),
            "input_audio" => media(value, "data", place, texts),
            "file" => media(value, "file_data", place, texts),
            _ => return false,
        }
        true
    });
}

/// `{"url": …, "detail": …}`, or the URL alone as some clients send it.
fn image_url<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    if !value.is_object() {
        return texts.url(value, place);
    }
    texts.object(value, place, |texts, name, value| {
        match name {
            "url" => texts.url(value, place),
            "detail" => texts.keyword(value),
            _ => return false,
        }
        true
    });
}

/// An object that holds opaque data in one field.
fn media<'a>(value: Value<'a>, data: &str, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        match name {
            name if name == data => texts.media(value),
            "format" => texts.keyword(value),
            "file_id" => texts.id(value),
            "filename" => texts.free(value, place),
            _ => return false,
        }
        true
    });
}

fn tool_call<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ARGUMENTS, |texts, name, value| {
        match name {
            "id" => texts.id(value),
            "type" => texts.keyword(value),
            "index" => texts.free(value, Place::OTHER),
            "extra_content" => call_signature(value, texts),
            "function" => call(value, texts),
            // A custom tool's input is free text.
            "custom" => texts.free(value, Place::ARGUMENTS),
            _ => return false,
        }
        true
    });
}

/// `{"google": {"thought_signature": …}}`, which belongs to the call.
fn call_signature<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ARGUMENTS, |texts, name, value| {
        let is_google = name == "google";
        if is_google {
            texts.object(value, Place::ARGUMENTS, |texts, name, value| {
                let is_signature = name == "thought_signature";
                if is_signature {
                    texts.opaque(value);
                }
                is_signature
            });
        }
        is_google
    });
}

/// `{"name": …, "arguments": "…"}`.
fn call<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ARGUMENTS, |texts, name, value| {
        match name {
            "name" => texts.free(value, Place::NAME),
            "arguments" => texts.push_json_text(value),
            _ => return false,
        }
        true
    });
}

/// Anthropic's thinking as this gateway hands it to clients of this dialect, who hand it back.
fn thinking_block<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ASSISTANT, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "signature" | "data" => texts.opaque(value),
            "thinking" => texts.free(value, Place::ASSISTANT),
            _ => return false,
        }
        true
    });
}

/// Gathers the strings of a tool's definition.
pub(super) fn tool<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "name" => texts.free(value, Place::NAME),
            "function" | "custom" => self::tool(value, texts),
            "description" | "parameters" | "format" => texts.free(value, Place::DEFINITION),
            _ => return false,
        }
        true
    });
}
