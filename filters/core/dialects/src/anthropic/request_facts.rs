//! What the gateway must know of a messages request.

use tollgate_wire::json::Value;

use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{Gather, RequestFacts, name};
use crate::text::{Place, Texts};

pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut gather = Gather::new(ClientDialect::AnthropicMessages, body);
    for (key, value) in body.entries() {
        let texts = &mut gather.texts;
        match &*name(key) {
            "model" => gather.model(value)?,
            "stream" => gather.stream(value)?,
            "messages" => {
                gather.once("messages")?;
                messages(value, &mut gather.texts)?;
            }
            "max_tokens" => gather.max_output_tokens("max_tokens", value)?,
            "system" => blocks(value, Place::SYSTEM, texts),
            "metadata" => {
                let user = value.get("user_id").and_then(|user| user.as_str());
                gather.facts.end_user = user.or(gather.facts.end_user);
                texts.free(value, Place::OTHER);
            }
            "tools" => texts.array(value, Place::DEFINITION, |texts, item| tool(item, texts)),
            "output_config" => texts.free(value, Place::DEFINITION),
            "cache_control" => cache_control(value, texts),
            "service_tier" => texts.keyword(value),
            "temperature" | "top_p" | "top_k" | "stop_sequences" | "thinking" | "tool_choice" => {
                texts.free(value, Place::OTHER);
            }
            _ => texts.unknown_field(key, value, Place::OTHER),
        }
    }
    gather.finish(&["messages"])
}

fn messages<'a>(value: Value<'a>, texts: &mut Texts<'a>) -> Result<(), Refusal> {
    if !value.is_array() {
        return Err(Refusal::invalid_field("messages", "an array"));
    }
    for (index, item) in value.items().enumerate() {
        if !item.is_object() {
            return Err(Refusal::invalid_field(&format!("messages.{index}"), "an object"));
        }
        let place = match item.get("role").and_then(|role| role.as_str()).map(|role| role.raw()) {
            Some("assistant") => Place::ASSISTANT,
            Some("system") => Place::SYSTEM,
            _ => Place::USER,
        };
        texts.object(item, place, |texts, name, value| {
            match name {
                "role" => texts.keyword(value),
                "content" => blocks(value, place, texts),
                _ => return false,
            }
            true
        });
    }
    Ok(())
}

/// A string, or blocks.
fn blocks<'a>(value: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.array(value, place, |texts, item| block(item, place, texts));
}

fn block<'a>(block: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    texts.object(block, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "id" | "tool_use_id" => texts.id(value),
            "text" | "thinking" | "title" | "context" | "is_error" => texts.free(value, place),
            "name" => texts.free(value, Place::NAME),
            "source" => source(value, place, texts),
            "input" => texts.free(value, Place::ARGUMENTS),
            "content" => blocks(value, Place::TOOL_RESULT, texts),
            "cache_control" => cache_control(value, texts),
            // Opaque in the blocks that define them, `thinking`, `redacted_thinking` and the results of server tools.
            "signature" | "data" | "encrypted_content" => texts.opaque(value),
            _ => return false,
        }
        true
    });
}

/// Where an image or document comes from; a search result's is a plain string.
fn source<'a>(source: Value<'a>, place: Place, texts: &mut Texts<'a>) {
    let is_base64 = source.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "base64");
    texts.object(source, place, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "data" if is_base64 => texts.media(value),
            "file_id" => texts.id(value),
            "content" => blocks(value, place, texts),
            "data" => texts.free(value, place),
            "url" => texts.url(value, place),
            "media_type" if value.as_str().is_some_and(|kind| MEDIA_TYPES.contains(&kind.raw())) => {}
            _ => return false,
        }
        true
    });
}

/// The media types there are, so that they need not be looked at.
const MEDIA_TYPES: [&str; 6] = ["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain"];

fn tool<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "name" => texts.free(value, Place::NAME),
            "description" | "input_schema" => texts.free(value, Place::DEFINITION),
            "cache_control" => cache_control(value, texts),
            _ => return false,
        }
        true
    });
}

/// `{"type": "ephemeral", "ttl": "5m"}`: on so many blocks that scanning it as text would cost.
fn cache_control<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::OTHER, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "ttl" if value.as_str().is_some_and(|ttl| ttl == "5m" || ttl == "1h") => {}
            _ => return false,
        }
        true
    });
}
