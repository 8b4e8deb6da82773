//! What the gateway must know of an embeddings request and its answer.

use tollgate_wire::json::{Kind, Value};

use crate::refusal::Refusal;
use crate::request::{Gather, RequestFacts, name};
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};
use crate::{ClientDialect, Usage};

/// Longest id of a token, in digits: no vocabulary comes near ten million. What is longer is some other number.
const MAX_ID_DIGITS: usize = 7;

pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut gather = Gather::new(ClientDialect::OpenaiEmbeddings, body);
    // Nothing is written: nothing need be set aside for it.
    gather.facts.max_output_tokens = Some(0);
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => gather.model(value)?,
            "input" => {
                gather.once("input")?;
                input(value, &mut gather.texts);
            }
            "user" => gather.end_user(value),
            "encoding_format" | "input_type" => gather.texts.keyword(value),
            "dimensions" => gather.texts.free(value, Place::OTHER),
            _ => gather.texts.unknown_field(key, value),
        }
    }
    gather.finish(&["input"])
}

fn input<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    match value.kind() {
        Kind::Array => value.items().for_each(|item| input(item, texts)),
        Kind::Number if is_token_id(value) => {}
        _ => texts.free(value, Place::USER),
    }
}

fn is_token_id(value: Value<'_>) -> bool {
    let raw = value.raw();
    raw.len() <= MAX_ID_DIGITS && raw.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many tokens a text or several are that are given by the ids of their tokens.
pub(crate) fn token_ids(value: Value<'_>) -> u64 {
    match value.kind() {
        Kind::Number => 1,
        Kind::Array => value.items().map(token_ids).sum(),
        _ => 0,
    }
}

/// Vectors are no text, and there may be megabytes of them: they are not looked at.
pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_openai, |key, _, _| key == "data")
}
