//! The strings of messages and tools: the same objects stand in requests, in answers and in chunks.

use tollgate_wire::json::Value;

use crate::text::{Place, Texts, Tokens};

/// Gathers the strings of a message.
pub(super) fn message<'a>(message: Value<'a>, texts: &mut Texts<'a>) {
    let role = message.get("role").and_then(|role| role.as_str());
    let place = match role.map(|role| role.raw()) {
        Some("system" | "developer") => Place::SYSTEM,
        Some("assistant") => Place::ASSISTANT,
        Some("tool" | "function") => Place::TOOL_RESULT,
        // What a provider sends without a role its model has said.
        None if texts.of_provider => Place::ASSISTANT,
        _ => Place::USER,
    };
    texts.object(message, place, |texts, name, value| field(name, value, place, texts));
}

/// Gathers the strings of one field of a message. False if messages have no such field.
pub(super) fn field<'a>(name: &str, value: Value<'a>, place: Place, texts: &mut Texts<'a>) -> bool {
    match name {
        "role" => texts.keyword(value),
        "content" => texts.array(value, place, |texts, part| self::part(part, place, texts)),
        "name" => texts.free(value, Place { role: place.role, ..Place::NAME }),
        "tool_call_id" => texts.id(value),
        "tool_calls" => texts.array(value, Place::ARGUMENTS, |texts, call| tool_call(call, texts)),
        "function_call" => call(value, texts),
        "refusal" | "reasoning_content" | "reasoning" | "annotations" => texts.free(value, place),
        "thinking_blocks" => texts.array(value, place, |texts, block| thinking_block(block, texts)),
        "audio" => audio(value, place, texts),
        // Images that a model has made, as some servers send them.
        "images" => texts.array(value, place, |texts, part| self::part(part, place, texts)),
        _ => return false,
    }
    true
}

/// Gathers the strings of a part of a message.
pub(super) fn part<'a>(part: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(part, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "text" | "refusal" => texts.free(value, place),
            "image_url" | "video_url" | "audio_url" => image_url(value, place, texts),
            "input_audio" => media(value, "data", place, texts),
            "file" => media(value, "file_data", place, texts),
            "prompt_cache_breakpoint" | "cache_control" => cache(value, texts),
            _ => return false,
        }
        true
    });
}

/// `{"mode": …, "ttl": …}`, or Anthropic's `{"type": …, "ttl": …}` as some servers take it.
pub(super) fn cache<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::OTHER, |texts, name, value| {
        let known = matches!(name, "type" | "mode" | "ttl");
        if known {
            texts.keyword(value);
        }
        known
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
            "detail" | "format" => texts.keyword(value),
            _ => return false,
        }
        true
    });
}

/// An object that holds opaque data in one field.
fn media<'a>(value: Value<'a>, data: &str, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        match name {
            name if name == data => texts.media(value, place),
            "format" => texts.keyword(value),
            "file_id" => texts.id(value),
            "filename" => texts.free(value, Place { role: place.role, ..Place::NAME }),
            _ => return false,
        }
        true
    });
}

/// What was spoken, or the id by which a client refers to it.
fn audio<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        match name {
            "id" => texts.id(value),
            "data" => texts.media(value, place),
            "transcript" => texts.free(value, place),
            "expires_at" => texts.counted(value, place),
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
            "index" => texts.counted(value, Place::OTHER),
            "extra_content" => call_signature(value, texts),
            "function" | "custom" => call(value, texts),
            _ => return false,
        }
        true
    });
}

/// `{"google": {"thought_signature": …}}`, which belongs to the call.
pub(super) fn call_signature<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
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

/// `{"name": …, "arguments": "…"}`, or a custom tool's `{"name": …, "input": "…"}`, which is free text.
fn call<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ARGUMENTS, |texts, name, value| {
        match name {
            "name" => texts.free(value, Place { role: Place::ARGUMENTS.role, ..Place::NAME }),
            "arguments" => texts.push_json_text(value),
            "input" => texts.free(value, Place::ARGUMENTS),
            _ => return false,
        }
        true
    });
}

/// Anthropic's thinking as this gateway hands it to clients of this dialect, who hand it back.
pub(super) fn thinking_block<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
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
            "name" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::NAME }),
            "function" | "custom" => self::tool(value, texts),
            "description" | "parameters" | "format" => texts.free(value, Place::DEFINITION),
            "strict" => texts.free(value, Place::OTHER),
            "cache_control" => cache(value, texts),
            _ => return false,
        }
        true
    });
}

/// `{"content": […], "refusal": […]}`: tokens, by which text they spell.
pub(super) fn logprobs<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ASSISTANT, |texts, name, value| {
        let known = matches!(name, "content" | "refusal");
        if known {
            token_list(value, texts);
        }
        known
    });
}

/// A list of tokens. Beside what [`Tokens`] takes care of there are numbers; anything else is text.
pub(crate) fn token_list<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    if !value.is_array() || value.is_empty() {
        return texts.free(value, Place::ASSISTANT);
    }
    for token in value.items() {
        texts.object(token, Place::ASSISTANT, |texts, name, value| {
            match name {
                "token" | "bytes" | "top_logprobs" => {}
                "logprob" => texts.counted(value, Place::ASSISTANT),
                _ => return false,
            }
            true
        });
    }
    texts.tokens.push(Tokens::list(value));
}
