//! What the gateway must know of a chat completion.

use tollgate_wire::json::Value;

use super::texts::{logprobs, message};
use crate::Usage;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_openai, |key, value, texts| {
        let choices = key == "choices";
        if choices {
            texts.array(value, Place::ASSISTANT, |texts, choice| self::choice(choice, texts));
        }
        choices
    })
}

fn choice<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::ASSISTANT, |texts, name, value| {
        match name {
            "index" => texts.counted(value, Place::OTHER),
            "finish_reason" => texts.keyword(value),
            // Which of the client's stop sequences was met, as some servers tell.
            "stop_reason" => texts.free(value, Place::OTHER),
            "message" => message(value, texts),
            "logprobs" => logprobs(value, texts),
            _ => return false,
        }
        true
    });
}
