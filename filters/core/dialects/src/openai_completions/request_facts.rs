//! What the gateway must know of a request.

use tollgate_wire::json::{Kind, Value};

use super::read_request::DEFAULT_MAX_TOKENS;
use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{RequestFacts, Seen, limit, name};
use crate::text::{Place, Texts};

/// Reads what the gateway decides on. All prompts are text of the user's; each of them is answered `n` times.
pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut texts = Texts::default();
    let mut seen = Seen::default();
    let (mut model, mut end_user, mut max_output_tokens) = (None, None, None);
    let (mut stream, mut wants_stream_usage) = (false, false);
    let (mut prompts, mut choices, mut best_of) = (1_u64, 1, 1);
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => {
                seen.once("model")?;
                model = Some(value.as_str().ok_or_else(|| Refusal::invalid_field("model", "a string"))?);
            }
            "prompt" => {
                seen.once("prompt")?;
                prompts = prompt(value, &mut texts);
            }
            "stream" => {
                seen.once("stream")?;
                stream = match value.as_bool() {
                    Some(stream) => stream,
                    None if value.is_null() => false,
                    None => return Err(Refusal::invalid_field("stream", "true or false")),
                };
            }
            "stream_options" => {
                seen.once("stream_options")?;
                wants_stream_usage = stream_options(value)?;
                texts.free(value, Place::Other);
            }
            "max_tokens" => {
                seen.once("max_tokens")?;
                max_output_tokens = limit("max_tokens", value)?;
            }
            "n" => {
                seen.once("n")?;
                choices = limit("n", value)?.unwrap_or(1);
            }
            "best_of" => {
                seen.once("best_of")?;
                best_of = limit("best_of", value)?.unwrap_or(1);
            }
            "user" => {
                end_user = value.as_str().or(end_user);
                texts.free(value, Place::Other);
            }
            "suffix" => texts.free(value, Place::User),
            // Numbers, booleans and null have nothing to read; a string where none belongs is still seen by the provider.
            "temperature" | "top_p" | "frequency_penalty" | "presence_penalty" | "seed" | "stop" | "logit_bias"
            | "logprobs" | "echo" => texts.free(value, Place::Other),
            _ => texts.unknown_field(key, value, Place::Other),
        }
    }
    Ok(RequestFacts {
        dialect: ClientDialect::OpenaiCompletions,
        body,
        model: model.ok_or_else(|| Refusal::missing_field("model"))?,
        stream,
        // The API's own default holds where the client names none: there is nothing left to bound.
        max_output_tokens: max_output_tokens.or(Some(DEFAULT_MAX_TOKENS)),
        // What is written and not returned costs as much.
        choices: prompts.saturating_mul(choices.max(best_of)),
        end_user,
        wants_stream_usage,
        texts: texts.spans,
        numbers: texts.numbers,
        media: texts.media,
    })
}

/// How many prompts there are: a string is one, and so is a list of token ids. Those nobody here can read, so they count as media do.
fn prompt<'a>(value: Value<'a>, texts: &mut Texts<'a>) -> u64 {
    let is_tokens = |value: Value<'a>| value.items().next().is_some_and(|first| first.kind() == Kind::Number);
    texts.free(value, Place::User);
    if is_tokens(value) {
        texts.media = texts.media.saturating_add(1);
        return 1;
    }
    let opaque = value.items().filter(|item| is_tokens(*item)).count();
    texts.media = texts.media.saturating_add(u32::try_from(opaque).unwrap_or(u32::MAX));
    if value.is_array() { (value.len() as u64).max(1) } else { 1 }
}

fn stream_options(value: Value<'_>) -> Result<bool, Refusal> {
    if !value.is_object() && !value.is_null() {
        return Err(Refusal::invalid_field("stream_options", "an object"));
    }
    let mut seen = Seen::default();
    let mut include_usage = false;
    for (key, value) in value.entries() {
        if key == "include_usage" {
            seen.once("stream_options.include_usage")?;
            include_usage = value.as_bool().unwrap_or(false);
        }
    }
    Ok(include_usage)
}
