//! What the gateway must know of an embeddings request and its answer.

use tollgate_wire::json::{Kind, Value};

use crate::refusal::Refusal;
use crate::request::{RequestFacts, Seen, name};
use crate::response::ResponseFacts;
use crate::text::{Place, Texts};
use crate::{ClientDialect, Usage};

/// Longest id of a token, in digits: no vocabulary comes near ten million. What is longer is some other number.
const MAX_ID_DIGITS: usize = 7;

pub(crate) fn request_facts<'a>(body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    let mut texts = Texts::default();
    let mut seen = Seen::default();
    let (mut model, mut end_user, mut input) = (None, None, false);
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => {
                seen.once("model")?;
                model = Some(value.as_str().ok_or_else(|| Refusal::invalid_field("model", "a string"))?);
            }
            "input" => {
                seen.once("input")?;
                input = true;
                self::input(value, &mut texts);
            }
            "user" => {
                end_user = value.as_str();
                texts.free(value, Place::Other);
            }
            "encoding_format" | "input_type" => texts.keyword(value),
            "dimensions" => texts.free(value, Place::Other),
            _ => texts.unknown_field(key, value, Place::Other),
        }
    }
    let model = model.ok_or_else(|| Refusal::missing_field("model"))?;
    if !input {
        return Err(Refusal::missing_field("input"));
    }
    Ok(RequestFacts {
        dialect: ClientDialect::OpenaiEmbeddings,
        body,
        model,
        stream: false,
        // Nothing is written: nothing need be set aside for it.
        max_output_tokens: Some(0),
        choices: 1,
        end_user,
        wants_stream_usage: false,
        texts: texts.spans,
        numbers: texts.numbers,
        media: texts.media,
    })
}

fn input<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    match value.kind() {
        Kind::Array => value.items().for_each(|item| input(item, texts)),
        Kind::Number if is_token_id(value) => {}
        _ => texts.free(value, Place::User),
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
    let mut facts = ResponseFacts::default();
    let mut texts = Texts::default();
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => facts.model = value.as_str(),
            "usage" => facts.usage = Usage::from_openai(value),
            "error" if !value.is_null() => {
                facts.error = true;
                // Errors quote the request at times.
                if let Some(message) = value.get("message") {
                    texts.free(message, Place::Other);
                }
            }
            _ => {}
        }
    }
    facts.texts = texts.spans;
    facts
}
