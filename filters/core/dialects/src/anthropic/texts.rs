//! The strings of blocks and tools: the same objects stand in requests, in answers and in events.

use tollgate_wire::json::Value;

use crate::text::{Place, Texts};

/// A string, or blocks.
pub(super) fn blocks<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    // The result of a server's tool may be one block.
    if value.is_object() {
        return block(value, place, texts);
    }
    texts.array(value, place, |texts, item| block(item, place, texts));
}

/// Gathers the strings of a block, of whatever type.
pub(super) fn block<'a>(block: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(block, place, |texts, name, value| block_field(name, value, place, texts));
}

/// Gathers the strings of one field of a block. False if no block has such a field.
pub(super) fn block_field<'a>(name: &str, value: Value<'a>, place: Place, texts: &mut Texts<'a>) -> bool {
    match name {
        "type" | "error_code" | "file_type" => texts.keyword(value),
        "id" | "tool_use_id" | "file_id" | "tab_id" | "download_id" => texts.id(value),
        "text" | "thinking" | "context" | "stdout" | "stderr" | "lines" | "page_age" | "retrieved_at" | "error"
        | "path" | "error_message" => texts.free(value, place),
        "title" => texts.free(value, place),
        "url" => texts.free(value, Place { role: place.role, ..Place::URL }),
        "name" | "tool_name" | "toolset_name" | "server_name" | "mcp_server_name" => {
            texts.free(value, Place { role: place.role, ..Place::NAME });
        }
        "source" => source(value, place, texts),
        "input" => texts.free(value, Place::ARGUMENTS),
        "content" => blocks(value, content_place(place), texts),
        "tool_references" | "tabs" | "state_changes" => blocks(value, place, texts),
        "cache_control" => cache_control(value, texts),
        "citations" => texts.array(value, place, |texts, citation| self::citation(citation, place, texts)),
        "caller" => texts.object(value, Place::OTHER, |texts, name, value| {
            match name {
                "type" => texts.keyword(value),
                "tool_id" => texts.id(value),
                _ => return false,
            }
            true
        }),
        // Opaque in the blocks that define them: `thinking`, `redacted_thinking`, and the results of server tools.
        "signature" | "data" | "encrypted_content" | "encrypted_stdout" => texts.opaque(value),
        "is_error" | "is_file_update" | "active" | "transformations" => texts.free(value, place),
        "return_code" | "num_lines" | "start_line" | "total_lines" | "new_lines" | "new_start" | "old_lines"
        | "old_start" | "size_bytes" => texts.counted(value, place),
        _ => return false,
    }
    true
}

/// What stands in a block is what a tool has returned, unless the system says it.
fn content_place(place: Place) -> Place {
    if place == Place::SYSTEM { place } else { Place::TOOL_RESULT }
}

/// Gathers the strings of a citation, or of a document's `{"enabled": true}`.
pub(super) fn citation<'a>(citation: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(citation, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "cited_text" | "document_title" | "title" | "source" => texts.free(value, place),
            "url" => texts.free(value, Place { role: place.role, ..Place::URL }),
            "file_id" => texts.id(value),
            "encrypted_index" => texts.opaque(value),
            "document_index"
            | "start_char_index"
            | "end_char_index"
            | "start_page_number"
            | "end_page_number"
            | "start_block_index"
            | "end_block_index"
            | "search_result_index" => texts.counted(value, place),
            _ => return false,
        }
        true
    });
}

/// Where an image or document comes from; a search result's is a plain string.
fn source<'a>(source: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    let is_base64 = source.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind.raw() == "base64");
    texts.object(source, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "data" if is_base64 => texts.media(value, place),
            "file_id" => texts.id(value),
            "content" => blocks(value, place, texts),
            "data" => texts.free(value, place),
            "url" => texts.url(value, place),
            "media_type" if value.as_str().is_some_and(|kind| MEDIA_TYPES.contains(&kind.raw())) => {}
            "media_type" => texts.free(value, Place::OTHER),
            _ => return false,
        }
        true
    });
}

/// The media types there are, so that they need not be looked at.
const MEDIA_TYPES: [&str; 6] = ["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain"];

/// Gathers the strings of a tool's definition.
pub(super) fn tool<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "name" | "mcp_server_name" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::NAME }),
            "description" | "input_schema" | "input_examples" => texts.free(value, Place::DEFINITION),
            "cache_control" => cache_control(value, texts),
            _ if SETTINGS.contains(&name) => texts.free(value, Place::OTHER),
            _ => return false,
        }
        true
    });
}

/// What else tools have: how they are used, and where they look.
const SETTINGS: &[&str] = &[
    "allowed_callers",
    "allowed_domains",
    "blocked_domains",
    "caching",
    "citations",
    "configs",
    "default_config",
    "defer_loading",
    "display_height_px",
    "display_number",
    "display_width_px",
    "eager_input_streaming",
    "enable_zoom",
    "max_characters",
    "max_content_tokens",
    "max_tokens",
    "max_uses",
    "model",
    "response_inclusion",
    "strict",
    "tools",
    "url_sources",
    "use_cache",
    "user_location",
];

/// `{"type": "ephemeral", "ttl": "5m"}`: on so many blocks that scanning it as text would cost.
pub(super) fn cache_control<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::OTHER, |texts, name, value| {
        let known = matches!(name, "type" | "ttl");
        if known {
            texts.keyword(value);
        }
        known
    });
}
