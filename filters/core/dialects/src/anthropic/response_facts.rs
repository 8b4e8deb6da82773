//! What the gateway must know of a message.

use tollgate_wire::json::Value;

use crate::Usage;
use crate::request::name;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_anthropic, |key, value, texts| {
        if key == "content" {
            value.items().for_each(|block| block_texts(block, texts));
        }
    })
}

/// The strings of one content block.
pub(crate) fn block_texts<'a>(block: Value<'a>, texts: &mut Texts<'a>) {
    for (key, value) in block.entries() {
        match &*name(key) {
            "type" | "id" | "tool_use_id" | "name" | "signature" | "data" | "caller" => {}
            "input" => texts.free(value, Place::ARGUMENTS),
            "text" | "thinking" => texts.free(value, Place::ASSISTANT),
            "citations" => value.items().for_each(|citation| self::citation(citation, texts)),
            // What a server-side tool returned.
            _ => texts.free(value, Place::TOOL_RESULT),
        }
    }
}

/// The strings of one citation.
pub(crate) fn citation<'a>(citation: Value<'a>, texts: &mut Texts<'a>) {
    for (key, value) in citation.entries() {
        match &*name(key) {
            "cited_text" | "document_title" | "title" | "url" | "source" => texts.free(value, Place::ASSISTANT),
            _ => {}
        }
    }
}
