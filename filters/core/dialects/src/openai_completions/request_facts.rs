//! What the gateway must know of a request.

use tollgate_wire::json::{Kind, Value};

use super::read_request::DEFAULT_MAX_TOKENS;
use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{Gather, RequestFacts, name};
use crate::text::{Place, Texts};

/// Reads what the gateway decides on. All prompts are text of the user's; each of them is answered `n` times.
pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut gather = Gather::new(ClientDialect::OpenaiCompletions, body);
    let (mut prompts, mut choices, mut best_of) = (1_u64, 1, 1);
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => gather.model(value)?,
            "prompt" => {
                gather.once("prompt")?;
                prompts = prompt(value, &mut gather.texts);
            }
            "stream" => gather.stream(value)?,
            "stream_options" => gather.stream_options(value)?,
            "max_tokens" => gather.max_output_tokens("max_tokens", value)?,
            "n" => choices = gather.count("n", value)?,
            "best_of" => best_of = gather.count("best_of", value)?,
            "user" => gather.end_user(value),
            "suffix" => gather.texts.free(value, Place::USER),
            // Numbers, booleans and null have nothing to read; a string where none belongs is still seen by the provider.
            "temperature" | "top_p" | "frequency_penalty" | "presence_penalty" | "seed" | "stop" | "logit_bias"
            | "logprobs" | "echo" => gather.texts.free(value, Place::OTHER),
            _ => gather.texts.unknown_field(key, value),
        }
    }
    // The API's own default holds where the client names none: there is nothing left to bound.
    gather.facts.max_output_tokens.get_or_insert(DEFAULT_MAX_TOKENS);
    // What is written and not returned costs as much.
    gather.facts.choices = prompts.saturating_mul(choices.max(best_of));
    gather.finish(&[])
}

/// How many prompts there are: a string is one, and so is a list of token ids. Those nobody here can read, so they count as media do.
fn prompt<'a>(value: Value<'a>, texts: &mut Texts<'a>) -> u64 {
    let is_tokens = |value: Value<'a>| value.items().next().is_some_and(|first| first.kind() == Kind::Number);
    texts.free(value, Place::USER);
    if is_tokens(value) {
        texts.media = texts.media.saturating_add(1);
        return 1;
    }
    let opaque = value.items().filter(|item| is_tokens(*item)).count();
    texts.media = texts.media.saturating_add(u32::try_from(opaque).unwrap_or(u32::MAX));
    if value.is_array() { (value.len() as u64).max(1) } else { 1 }
}
