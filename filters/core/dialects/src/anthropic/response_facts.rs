//! What the gateway must know of a message.

use tollgate_wire::json::Value;

use super::texts::blocks;
use crate::Usage;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_anthropic, message_field)
}

/// Gathers the strings of one field of a message. False if messages have no such field.
pub(super) fn message_field<'a>(name: &str, value: Value<'a>, texts: &mut Texts<'a>) -> bool {
    match name {
        "content" => blocks(value, Place::ASSISTANT, texts),
        "type" | "role" | "stop_reason" => texts.keyword(value),
        // Which of the client's was met.
        "stop_sequence" => texts.free(value, Place::OTHER),
        "stop_details" | "container" | "context_management" | "diagnostics" | "request_id" => {
            texts.free(value, Place::OTHER)
        }
        _ => return false,
    }
    true
}
