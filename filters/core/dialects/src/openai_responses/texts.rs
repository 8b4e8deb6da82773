//! The strings of items and of what they are made of: the same objects stand in requests, in answers and in events.

use tollgate_policy::redaction::Field;
use tollgate_wire::json::Value;

use crate::openai_chat::token_list;
use crate::text::{Place, Texts};

/// Gathers the strings of an item of the conversation, of whatever type. What no type of item here has is text.
pub(super) fn item<'a>(item: Value<'a>, texts: &mut Texts<'a>) {
    let field = |key: &str| item.get(key).and_then(|value| value.as_str()).map(|text| text.raw());
    let place = match field("type") {
        None | Some("message") => place_of_role(field("role")),
        Some("additional_tools" | "mcp_list_tools") => Place::DEFINITION,
        Some(kind) if kind.ends_with("_output") => Place::TOOL_RESULT,
        Some(kind) if kind.ends_with("_call") || matches!(kind, "mcp_approval_request" | "program") => Place::ARGUMENTS,
        Some("mcp_approval_response" | "item_reference") => Place::USER,
        Some("configuration_update") => Place::SYSTEM,
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
    texts.object(value, place, |texts, name, value| field(name, value, place, texts));
}

/// Gathers the strings of one such field. False if the API has none of this name.
pub(super) fn field<'a>(name: &str, value: Value<'a>, place: Place, texts: &mut Texts<'a>) -> bool {
    match name {
        "type" | "status" | "role" | "phase" | "detail" | "format" | "mode" | "ttl" | "execution" | "code_type"
        | "generate_summary" | "effort" | "syntax" => texts.keyword(value),
        "id" | "call_id" | "item_id" | "file_id" | "container_id" | "caller_id" | "approval_request_id" => {
            texts.id(value)
        }
        "arguments" if place.field == Field::Content || place.field == Field::Arguments => texts.push_json_text(value),
        "encrypted_content" | "partial_image_b64" | "fingerprint" => texts.opaque(value),
        // An image that was made, or what a program gave.
        "result" => texts.opaque(value),
        "image_url" | "file_url" => texts.url(value, place),
        "file_data" => texts.media(value, place),
        "input_audio" => audio(value, place, texts),
        "name" | "filename" | "namespace" | "server_label" => {
            texts.free(value, Place { role: place.role, ..Place::NAME })
        }
        "url" => texts.free(value, Place { role: place.role, ..Place::URL }),
        "description" | "parameters" | "schema" | "input_schema" | "output_schema" | "definition" => {
            texts.free(value, Place::DEFINITION);
        }
        "logprobs" => token_list(value, texts),
        "item" => item(value, texts),
        "content"
        | "output"
        | "summary"
        | "annotations"
        | "annotation"
        | "tools"
        | "action"
        | "actions"
        | "operation"
        | "outputs"
        | "results"
        | "sources"
        | "caller"
        | "outcome"
        | "part"
        | "error"
        | "reasoning"
        | "function"
        | "custom"
        | "prompt_cache_breakpoint" => known(value, place, texts),
        "text" if value.is_object() => known(value, Place::DEFINITION, texts),
        "text"
        | "refusal"
        | "input"
        | "code"
        | "query"
        | "queries"
        | "title"
        | "delta"
        | "message"
        | "logs"
        | "stdout"
        | "stderr"
        | "diff"
        | "path"
        | "pattern"
        | "command"
        | "commands"
        | "env"
        | "keys"
        | "button"
        | "working_directory"
        | "user"
        | "reason"
        | "revised_prompt"
        | "attributes"
        | "param"
        | "quote"
        | "environment"
        | "pending_safety_checks"
        | "acknowledged_safety_checks" => texts.free(value, place),
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
        | "score"
        | "x"
        | "y"
        | "scroll_x"
        | "scroll_y"
        | "exit_code"
        | "timeout_ms"
        | "max_output_length" => texts.counted(value, place),
        "approve" | "async" | "strict" | "background" | "quality" | "size" | "output_format" | "svg_usage"
        | "created_by" | "read_only" => texts.free(value, Place::OTHER),
        // Padding against guessing at the length of what is encrypted.
        "obfuscation" => texts.id(value),
        _ => return false,
    }
    true
}

/// `{"data": …, "format": …}`.
fn audio<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(value, place, |texts, name, value| {
        match name {
            "data" => texts.media(value, place),
            "format" => texts.keyword(value),
            _ => return false,
        }
        true
    });
}
