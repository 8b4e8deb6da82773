//! What the gateway must know of a chat completion.

use tollgate_wire::json::Value;

use crate::Usage;
use crate::request::name;
use crate::response::{self, ResponseFacts};
use crate::text::{Place, Texts};

pub(crate) fn response_facts<'a>(body: Value<'a>) -> ResponseFacts<'a> {
    response::gather(body, Usage::from_openai, |key, value, texts| {
        if key == "choices" {
            let messages = value.items().filter_map(|choice| choice.get("message"));
            messages.for_each(|message| message_texts(message, texts));
        }
    })
}

fn message_texts<'a>(message: Value<'a>, texts: &mut Texts<'a>) {
    for (key, value) in message.entries() {
        match &*name(key) {
            "role" => {}
            "tool_calls" => value.items().for_each(|call| {
                for (key, value) in call.entries() {
                    match &*name(key) {
                        "function" => call_texts(value, texts),
                        "custom" => texts.free(value, Place::ARGUMENTS),
                        _ => {}
                    }
                }
            }),
            "function_call" => call_texts(value, texts),
            "audio" => {
                if let Some(transcript) = value.get("transcript") {
                    texts.free(transcript, Place::ASSISTANT);
                }
            }
            "thinking_blocks" => value.items().filter_map(|block| block.get("thinking")).for_each(|thinking| {
                texts.free(thinking, Place::ASSISTANT);
            }),
            // Content, refusal, reasoning, annotations, and what servers add.
            _ => texts.free(value, Place::ASSISTANT),
        }
    }
}

fn call_texts<'a>(call: Value<'a>, texts: &mut Texts<'a>) {
    if let Some(arguments) = call.get("arguments") {
        texts.push_json_text(arguments);
    }
}
