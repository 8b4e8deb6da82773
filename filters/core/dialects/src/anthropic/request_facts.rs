//! What the gateway must know of a messages request.

use tollgate_wire::json::Value;

use super::texts::{blocks, cache_control, tool};
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
            "mcp_servers" => texts.array(value, Place::DEFINITION, |texts, server| mcp_server(server, texts)),
            "container" if !value.is_object() => texts.id(value),
            "temperature"
            | "top_p"
            | "top_k"
            | "stop_sequences"
            | "thinking"
            | "tool_choice"
            | "betas"
            | "billing_policy"
            | "compaction"
            | "container"
            | "context_management"
            | "diagnostics"
            | "fallback_credit_token"
            | "fallbacks"
            | "inference_geo"
            | "output_format"
            | "speed"
            | "thread"
            | "user_profile_id"
            | "workspace_id" => {
                texts.free(value, Place::OTHER);
            }
            _ => texts.unknown_field(key, value),
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
                "clear_at" | "output_config" => texts.free(value, Place::OTHER),
                _ => return false,
            }
            true
        });
    }
    Ok(())
}

/// A server whose tools the provider calls. The token by which it does so is text like any other: where a rule blocks tokens it is blocked.
fn mcp_server<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::DEFINITION, |texts, name, value| {
        match name {
            "type" => texts.keyword(value),
            "name" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::NAME }),
            "url" => texts.free(value, Place { role: Place::DEFINITION.role, ..Place::URL }),
            "authorization_token" | "tool_configuration" => texts.free(value, Place::OTHER),
            _ => return false,
        }
        true
    });
}
