//! A request, read into the canonical model: the prompt becomes what a user says.

use tollgate_wire::json::Value;

use crate::canonical::{Message, Part, Request, Role};
use crate::openai::{stop, stream_options};
use crate::refusal::{Refusal, RefusalKind};
use crate::request::fields::{boolean, limit, name, number, optional_string};

/// `max_tokens` of a request that names none, as the API documents it.
pub(super) const DEFAULT_MAX_TOKENS: u64 = 16;

/// Reads a request.
///
/// # Errors
/// A 400 that names the field that is not what the API says, and for prompts that are several or no text: a conversation has one. What this
/// dialect alone can say is no error here but an extra.
pub(crate) fn read_request<'a>(body: Value<'a>) -> Result<Request<'a>, Refusal> {
    let mut request = Request::new();
    request.max_output_tokens = Some(DEFAULT_MAX_TOKENS);
    let mut best_of = None;
    let text = prompt(body.get("prompt").ok_or_else(|| Refusal::missing_field("prompt"))?)?;
    request.messages.push(Message { role: Role::User, parts: vec![text] });
    for (key, value) in body.entries() {
        if value.is_null() {
            continue;
        }
        let key = name(key);
        match &*key {
            "model" | "prompt" => {}
            "max_tokens" => request.max_output_tokens = limit("max_tokens", value)?,
            "stream" => request.stream = boolean("stream", value)?.unwrap_or(false),
            "stream_options" => stream_options(value, &mut request)?,
            "temperature" => request.sampling.temperature = number("temperature", value)?,
            "top_p" => request.sampling.top_p = number("top_p", value)?,
            "frequency_penalty" => request.sampling.frequency_penalty = number("frequency_penalty", value)?,
            "presence_penalty" => request.sampling.presence_penalty = number("presence_penalty", value)?,
            "seed" => request.sampling.seed = number("seed", value)?,
            "n" => request.choices = limit("n", value)?.unwrap_or(1),
            "best_of" => best_of = limit("best_of", value)?,
            "logprobs" => request.logprobs = limit("logprobs", value)?,
            "stop" => stop(value, &mut request)?,
            "user" => request.end_user = optional_string("user", value)?,
            // What says nothing more than its own default is no feature.
            "echo" if value.as_bool() == Some(false) => {}
            "suffix" if value.as_str().is_some_and(|suffix| suffix.is_empty()) => {}
            "logit_bias" if value.is_object() && value.is_empty() => {}
            _ => request.unknown("", &key, value),
        }
    }
    // As many as are returned is no choice among them.
    if best_of.is_some_and(|best_of| best_of > request.choices) {
        request.extra("best_of");
    }
    Ok(request)
}

/// A string, or a list of one.
fn prompt<'a>(prompt: Value<'a>) -> Result<Part<'a>, Refusal> {
    let mut items = prompt.items();
    let only = if prompt.is_array() { items.next().filter(|_| items.next().is_none()) } else { Some(prompt) };
    match only.and_then(|only| only.as_str()) {
        Some(text) => Ok(Part::Text { text, cache: None }),
        None if prompt.is_array() && !prompt.is_empty() => {
            let message = "The provider behind this model holds conversations: it takes one `prompt`, as text. Send each prompt in a request of its own, and no token ids.";
            let mut refusal = Refusal::new(400, RefusalKind::Unsupported, message).with_param("prompt");
            refusal.code = Some("unsupported_parameter".to_owned());
            Err(refusal)
        }
        None => Err(Refusal::invalid_field("prompt", "a string")),
    }
}
