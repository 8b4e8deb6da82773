//! The strings of items and of what they are made of: the same objects stand in requests, in answers and in events.

use tollgate_wire::json::{Kind, Value};

use crate::text::{Place, Texts};

/// Gathers the strings of an item of the conversation, of whatever type. What no type of item here has is text.
pub(super) fn item<'a>(item: Value<'a>, texts: &mut Texts<'a>) {
    let field = |key: &str| item.get(key).and_then(|value| value.as_str()).map(|text| text.raw());
    let place = match field("type") {
        None | Some("message") => place_of_role(field("role")),
        Some("additional_tools" | "mcp_list_tools") => Place::DEFINITION,
        Some(kind) if kind.ends_with("_output") => Place::TOOL_RESULT,
        Some(kind) if kind.ends_with("_call") || kind == "mcp_approval_request" => Place::ARGUMENTS,
        Some(_) => Place::ASSISTANT,
    };
    known(item, place, texts);
}

fn place_of_role(role: Option<&str>) -> Place {
    match role {
        Some("system" | "developer") => Place::SYSTEM,
        Some("assistant") => Place::ASSISTANT,
        _ => Place::USER,
    }
}

/// Gathers the strings of an object whose fields are named as the API names them, or of an array of such.
pub(super) fn known<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    if value.is_array() {
        return value.items().for_each(|item| known(item, place, texts));
    }
    texts.object(value, place, |texts, name, value| {
        match name {
            "type" | "status" | "role" | "phase" | "detail" | "format" | "mode" | "ttl" | "execution" => {
                texts.keyword(value);
            }
            "id" | "call_id" | "item_id" | "file_id" | "container_id" | "caller_id" | "approval_request_id" => {
                texts.id(value);
            }
            "arguments" => texts.push_json_text(value),
            "encrypted_content" | "partial_image_b64" | "result" => texts.opaque(value),
            "image_url" | "file_url" => texts.url(value, place),
            "file_data" => texts.media(value),
            "input_audio" => audio(value, place, texts),
            "name" => texts.free(value, Place::NAME),
            "description" | "parameters" | "schema" | "input_schema" => texts.free(value, Place::DEFINITION),
            "content"
            | "output"
            | "summary"
            | "annotations"
            | "annotation"
            | "logprobs"
            | "top_logprobs"
            | "tools"
            | "action"
            | "operation"
            | "outputs"
            | "results"
            | "sources"
            | "caller"
            | "outcome"
            | "item"
            | "part"
            | "error"
            | "prompt_cache_breakpoint" => known(value, place, texts),
            "server_label" | "text" | "refusal" | "input" | "code" | "query" | "queries" | "url" | "title"
            | "filename" | "token" | "delta" | "message" => texts.free(value, place),
            "sequence_number"
            | "output_index"
            | "content_index"
            | "summary_index"
            | "command_index"
            | "annotation_index"
            | "partial_image_index"
            | "start_index"
            | "end_index"
            | "index"
            | "logprob"
            | "bytes" => counted(value, place, texts),
            // Padding against guessing at the length of what is encrypted.
            "obfuscation" => texts.opaque(value),
            _ => return false,
        }
        true
    });
}

/// `{"data": …, "format": …}`.
fn audio<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        match name {
            "data" => texts.media(value),
            "format" => texts.keyword(value),
            _ => return false,
        }
        true
    });
}

/// A field the API counts in. Its numbers are nobody's digits; anything else is text.
fn counted<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    match value.kind() {
        Kind::Number => {}
        Kind::Array => value.items().for_each(|item| counted(item, place, texts)),
        _ => texts.free(value, place),
    }
}
