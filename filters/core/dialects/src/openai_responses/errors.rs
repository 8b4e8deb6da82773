//! Errors of an answer that had already begun.

use tollgate_wire::json::Value;

use crate::openai_chat;
use crate::refusal::Refusal;

/// Reads an error: `error` is the object, `body` what it was found in. One in a stream, or in an answer whose status is a success, has a
/// status only by its code (<https://platform.openai.com/docs/api-reference/responses/object#responses/object-error>).
pub(crate) fn read_error(status: u16, error: Value<'_>, body: Value<'_>) -> Refusal {
    let code = error.get("code").and_then(|code| code.as_str());
    let status = match code.map(|code| code.raw()) {
        Some(code) if status >= 500 => status_of(code).unwrap_or(status),
        _ => status,
    };
    openai_chat::read_error(status, error, body)
}

/// The status of a code that is about the request. None for one that is about the server, and for unknown ones.
fn status_of(code: &str) -> Option<u16> {
    match code {
        "rate_limit_exceeded" | "insufficient_quota" => Some(429),
        "invalid_prompt"
        | "data_residency_mismatch"
        | "bio_policy"
        | "misalignment_policy_violation"
        | "invalid_image"
        | "invalid_image_format"
        | "invalid_base64_image"
        | "invalid_image_url"
        | "image_too_large"
        | "image_too_small"
        | "image_parse_error"
        | "image_content_policy_violation"
        | "invalid_image_mode"
        | "image_file_too_large"
        | "unsupported_image_media_type"
        | "empty_image_file"
        | "failed_to_download_image"
        | "image_file_not_found"
        | "context_length_exceeded" => Some(400),
        _ => None,
    }
}
