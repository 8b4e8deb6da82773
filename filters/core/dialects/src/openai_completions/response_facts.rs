//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use crate::Usage;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts, Tokens};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_openai, |key, value, texts| {
        let choices = key == "choices";
        if choices {
            texts.array(value, Place::ASSISTANT, |texts, choice| {
                texts.object(choice, Place::ASSISTANT, |texts, name, value| match name {
                    "text" => {
                        texts.free(value, Place::ASSISTANT);
                        true
                    }
                    name => choice_field(name, value, texts),
                });
            });
        }
        choices
    })
}

/// Gathers the strings of one field of a choice that is not its text. False if choices have no such field.
pub(super) fn choice_field<'a>(name: &str, value: Value<'a>, texts: &mut Texts<'a>) -> bool {
    match name {
        "index" => texts.counted(value, Place::OTHER),
        "finish_reason" => texts.keyword(value),
        // Which of the client's stop sequences was met, as some servers tell.
        "stop_reason" => texts.free(value, Place::OTHER),
        "logprobs" => logprobs(value, texts),
        _ => return false,
    }
    true
}

/// The text once more, in tokens: lists side by side.
fn logprobs<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ASSISTANT, |texts, name, value| {
        match name {
            "tokens" => texts.array(value, Place::ASSISTANT, |texts, item| not_text(item, texts)),
            "top_logprobs" => texts.array(value, Place::ASSISTANT, |texts, item| {
                if !item.is_object() {
                    texts.counted(item, Place::ASSISTANT);
                }
            }),
            "token_logprobs" | "text_offset" => texts.counted(value, Place::ASSISTANT),
            _ => return false,
        }
        true
    });
    if value.is_object() {
        texts.tokens.push(Tokens::columns(value));
    }
}

fn not_text<'a>(item: Value<'a>, texts: &mut Texts<'a>) {
    if item.as_str().is_none() {
        texts.free(item, Place::ASSISTANT);
    }
}
