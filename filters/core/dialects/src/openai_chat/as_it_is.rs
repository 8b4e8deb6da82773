//! A client's own request, on its way to a server that takes it but for a few fields.

use tollgate_policy::translate::ProviderApi;
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value, Writer};

use super::servers::{ReasoningBack, Server};
use crate::canonical::{Effort, Losses, is_sealed};
use crate::cuts::{cut_fields, cut_items, field_span};
use crate::refusal::Refusal;
use crate::request::fields::name;
use crate::translate::target::Target;

/// Changes what the server [deviates](super::servers) in, and takes out what belongs to another provider's reasoning.
///
/// # Errors
/// A 400 for what the server lacks, unless the policy is lenient about it.
pub(crate) fn as_server_takes_it(
    body: Value<'_>,
    target: &Target<'_>,
    sealed: bool,
    losses: &mut Losses<'_>,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let server = Server::of(target.provider);
    let deviates = server.deviates;
    let others_reasoning = sealed || is_openai_itself(target) && mentions_reasoning(body);
    if !deviates && !others_reasoning {
        return Ok(());
    }
    if let Some(messages) = body.get("messages") {
        for item in messages.items() {
            message(item, server, deviates, losses, edits)?;
        }
    }
    if deviates { fields(body, server, losses, edits) } else { Ok(()) }
}

/// OpenAI refuses fields it does not know, as that of other models' reasoning. Servers that are compatible with it may want it back.
fn is_openai_itself(target: &Target<'_>) -> bool {
    let host = target.provider.authority.split(':').next().unwrap_or_default();
    target.provider.api == ProviderApi::AzureOpenai || host == "openai.com" || host.ends_with(".openai.com")
}

fn mentions_reasoning(body: Value<'_>) -> bool {
    memchr::memmem::find(body.raw().as_bytes(), b"\"reasoning_content\"").is_some()
}

/// The fields of the request itself.
fn fields(body: Value<'_>, server: &Server, losses: &mut Losses<'_>, edits: &mut Edits) -> Result<(), Refusal> {
    let mut gone: Vec<Str<'_>> = Vec::new();
    // Of the two limits the newer one counts.
    let has_new_limit = body.get("max_completion_tokens").is_some_and(|limit| !limit.is_null());
    for (key, value) in body.entries() {
        let field = name(key);
        // Null says nothing, but a strict server may not know the field.
        if value.is_null() {
            if server.is_strict {
                gone.push(key);
            }
            continue;
        }
        match &*field {
            "model" | "messages" | "stream" | "temperature" | "top_p" => {}
            "max_completion_tokens" if server.limit != "max_completion_tokens" => rename(key, server.limit, edits),
            "max_tokens" if has_new_limit && server.limit == "max_tokens" => gone.push(key),
            "stream_options" if !server.asks_for_usage => gone.push(key),
            // What says nothing more than its own default.
            "logprobs" | "store" if value.as_bool() == Some(false) && !server.has(&field) => gone.push(key),
            "n" if value.as_u64() == Some(1) => {}
            "parallel_tool_calls" if value.as_bool() == Some(true) => {}
            "tool_choice" if value.as_str().is_some_and(|choice| choice == "auto") => {}
            "reasoning_effort" => effort(key, value, server, losses, edits, &mut gone)?,
            "response_format" => response_format(value, server, losses, edits)?,
            "stop" if server.schema_is_value && value.as_str().is_some() => {
                edits.insert(value.span().start, "[");
                edits.insert(value.span().end, "]");
            }
            _ if !server.takes(&field, losses)? => gone.push(key),
            "seed" if server.seed != "seed" => rename(key, server.seed, edits),
            "tool_choice" if value.as_str().is_some_and(|choice| choice == "required") => {
                edits.push(value.span(), format!("\"{}\"", server.required));
            }
            "service_tier" if value.as_str().is_some_and(|tier| tier == "default") => {
                edits.push(value.span(), format!("\"{}\"", server.standard_tier));
            }
            _ => {}
        }
    }
    cut_fields(body, |key, _| gone.iter().any(|gone| gone.span() == key.span()), edits);
    Ok(())
}

fn rename(key: Str<'_>, to: &str, edits: &mut Edits) {
    edits.push(key.span(), to);
}

fn effort<'a>(
    key: Str<'a>,
    value: Value<'a>,
    server: &Server,
    losses: &mut Losses<'_>,
    edits: &mut Edits,
    gone: &mut Vec<Str<'a>>,
) -> Result<(), Refusal> {
    if !server.takes("reasoning_effort", losses)? {
        gone.push(key);
        return Ok(());
    }
    // A word of the server's own is left to it.
    let Some(wanted) = value.as_str().and_then(|word| Effort::parse(word.raw())) else { return Ok(()) };
    match (server.effort(wanted), server.no_thinking) {
        (Some(word), _) if word == wanted.as_str() => {}
        (Some(word), _) => {
            losses.note("reasoning_effort");
            edits.push(value.span(), format!("\"{word}\""));
        }
        (None, Some((field, off))) => edits.push(field_span(key, value), format!("\"{field}\":{off}")),
        (None, None) => {}
    }
    Ok(())
}

fn response_format(
    format: Value<'_>,
    server: &Server,
    losses: &mut Losses<'_>,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let kind = format.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or_default();
    if kind == "json_schema" && !server.takes("response_format.json_schema", losses)? {
        // Some JSON is what comes closest.
        edits.push(format.span(), r#"{"type":"json_object"}"#);
        return Ok(());
    }
    match kind {
        "json_schema" if server.schema_is_value => {
            let schema = format.entries().find(|(key, _)| name(*key) == "json_schema");
            schema.into_iter().for_each(|(key, _)| rename(key, "value", edits));
        }
        "json_object" if server.schema_is_value && format.get("value").is_none() => {
            edits.insert(format.span().end.saturating_sub(1), r#","value":{"type":"object"}"#);
        }
        // The default, for which some have no word.
        "text" if server.schema_is_value => edits.push(format.span(), "null"),
        _ => {}
    }
    Ok(())
}

fn message(
    message: Value<'_>,
    server: &Server,
    deviates: bool,
    losses: &mut Losses<'_>,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let mut gone: Vec<Str<'_>> = Vec::new();
    let is_tool = message.get("role").and_then(|role| role.as_str()).is_some_and(|role| role == "tool");
    for (key, value) in message.entries() {
        let field = name(key);
        match &*field {
            "thinking_blocks" if deviates || value.items().any(has_seal) => {
                losses.note("thinking");
                gone.push(key);
            }
            "tool_calls" => value.items().for_each(|call| tool_call(call, server, deviates, losses, edits)),
            // Where the server takes all there is, seals are about, or it is OpenAI's own: then this came from another.
            "reasoning_content" | "reasoning" => match server.reasoning {
                ReasoningBack::Field(own) if own != field => rename(key, own, edits),
                ReasoningBack::Field(_) => {}
                ReasoningBack::None | ReasoningBack::Part => {
                    losses.note("thinking");
                    gone.push(key);
                }
            },
            _ if !deviates => {}
            "role" if !server.knows_developer && value.as_str().is_some_and(|role| role == "developer") => {
                edits.push(value.span(), "\"system\"");
            }
            "content" => content(value, server, losses, edits)?,
            "tool_call_id" => call_id(value, server, edits),
            "name" if !is_tool && !value.is_null() && !server.takes("message.name", losses)? => gone.push(key),
            "refusal" | "annotations" | "audio" | "function_call" | "name" if server.is_strict && !is_tool => {
                if !value.is_null() && !value.is_empty() {
                    losses.note(if field == "annotations" { "citations" } else { &field });
                }
                gone.push(key);
            }
            _ => {}
        }
    }
    cut_fields(message, |key, _| gone.iter().any(|gone| gone.span() == key.span()), edits);
    Ok(())
}

fn has_seal(block: Value<'_>) -> bool {
    let field = |key| block.get(key).and_then(|value| value.as_str()).map(|text| text.raw());
    field("signature").or_else(|| field("data")).is_some_and(is_sealed)
}

fn tool_call(call: Value<'_>, server: &Server, deviates: bool, losses: &mut Losses<'_>, edits: &mut Edits) {
    let signed = call.get("extra_content").filter(|extra| extra.raw().contains("\"tollgate."));
    if signed.is_some() || (deviates && server.is_strict) {
        if signed.is_some() {
            losses.note("thinking");
        }
        cut_fields(call, |key, _| key == "extra_content", edits);
    }
    if let Some(id) = call.get("id").filter(|_| deviates) {
        call_id(id, server, edits);
    }
}

/// Call and result alike, so that they still belong together.
fn call_id(id: Value<'_>, server: &Server, edits: &mut Edits) {
    let Some(raw) = id.as_str().map(|id| id.raw()) else { return };
    let taken = server.call_id(raw);
    if taken != raw {
        edits.push(id.span(), format!("\"{taken}\""));
    }
}

fn content(parts: Value<'_>, server: &Server, losses: &mut Losses<'_>, edits: &mut Edits) -> Result<(), Refusal> {
    let mut gone = Vec::new();
    for part in parts.items() {
        let kind = part.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or_default();
        let own = part.get(kind);
        let taken = match kind {
            "image_url" => {
                let url = own.and_then(|image| image.get("url")).or(own).and_then(|url| url.as_str());
                let is_data = url.is_some_and(|url| url.raw().starts_with("data:"));
                server.takes("image", losses)? && (is_data || server.takes("image.url", losses)?)
            }
            "file" => server.takes("document", losses)?,
            "input_audio" => server.takes("input_audio", losses)?,
            _ => true,
        };
        match (kind, own) {
            _ if !taken => gone.push(part.span()),
            ("file", Some(file)) if server.is_strict => document(part, file, edits),
            ("input_audio", Some(audio)) if server.is_strict => {
                audio.get("data").into_iter().for_each(|data| edits.push(audio.span(), data.raw()));
            }
            _ => {}
        }
    }
    cut_items(parts, |part| gone.contains(&part.span()), edits);
    Ok(())
}

/// A file, as Mistral has it.
fn document(part: Value<'_>, file: Value<'_>, edits: &mut Edits) {
    let Some(data) = file.get("file_data") else { return };
    let mut out = Writer::with_capacity(data.raw().len() + 96);
    out.begin_object().field_str("type", "document_url").field_value("document_url", data);
    if let Some(name) = file.get("filename") {
        out.field_value("document_name", name);
    }
    out.end_object();
    edits.push(part.span(), out.as_bytes());
}
