//! What the gateway must know of an answer.

use tollgate_wire::json::Value;

use crate::Usage;
use crate::request::name;
use crate::response::ResponseFacts;
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    let mut texts = Texts::default();
    let mut facts = ResponseFacts::default();
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
            "choices" => value.items().for_each(|choice| choice_texts(choice, &mut texts)),
            _ => {}
        }
    }
    facts.texts = texts.spans;
    facts
}

fn choice_texts<'a>(choice: Value<'a>, texts: &mut Texts<'a>) {
    for (key, value) in choice.entries() {
        match &*name(key) {
            "index" | "finish_reason" => {}
            // The text itself, the same in tokens, and what servers add.
            _ => texts.free(value, Place::Assistant),
        }
    }
}
