//! What the gateway must know of the chunks of a streamed answer.

use tollgate_wire::json::{Value, Writer};

use super::response_facts::choice_field;
use crate::openai::chunks::{Choices, Head, chunk_facts};
use crate::request::name;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// What events of our own must have in common with the server's.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {
    head: Head,
    choices: Choices,
}

impl StreamFacts {
    pub fn observe<'a>(&mut self, data: Value<'a>) -> EventFacts<'a> {
        self.head.keep(data, "\"text_completion\"");
        let facts = chunk_facts(data, |index, value, facts, texts| {
            self.choices.seen(index);
            choice(index, value, facts, texts);
        });
        self.choices.note_ends(&facts);
        facts
    }

    /// Whether every choice has ended.
    pub fn is_finished(&self) -> bool {
        self.choices.all_ended()
    }

    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let choice = |json: &mut Writer| {
            json.field_str("text", text).field_null("logprobs").field_null("finish_reason");
        };
        self.head.event(lane.index, text.len(), choice, out);
    }
}

fn choice<'a>(index: u32, choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    for (key, value) in choice.entries() {
        match &*name(key) {
            "finish_reason" if value.is_null() => {}
            "text" => match value.as_str() {
                Some(text) if text.is_empty() => {}
                Some(text) => facts.deltas.push(Delta { lane: Lane { index, kind: LaneKind::Content }, text }),
                None => texts.free(value, Place::ASSISTANT),
            },
            known if choice_field(known, value, texts) => {
                if known == "finish_reason" {
                    facts.ended.push(index);
                }
            }
            _ => texts.unknown_field(key, value),
        }
    }
}
