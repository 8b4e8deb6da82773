//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use crate::Usage;
use crate::request::name;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_openai, |key, value, texts| {
        if key == "choices" {
            value.items().for_each(|choice| choice_texts(choice, texts));
        }
    })
}

fn choice_texts<'a>(choice: Value<'a>, texts: &mut Texts<'a>) {
    for (key, value) in choice.entries() {
        match &*name(key) {
            "index" | "finish_reason" => {}
            // The text itself, the same in tokens, and what servers add.
            _ => texts.free(value, Place::ASSISTANT),
        }
    }
}
