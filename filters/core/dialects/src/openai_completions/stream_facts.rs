//! What the gateway must know of the chunks of a streamed answer.

use tollgate_wire::json::{Value, Writer};

use crate::openai::chunks::{Head, chunk_facts};
use crate::request::name;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// What events of our own must have in common with the server's.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts(Head);

impl StreamFacts {
    pub fn observe<'a>(&mut self, data: Value<'a>) -> EventFacts<'a> {
        self.0.keep(data, "\"text_completion\"");
        chunk_facts(data, choice)
    }

    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let choice = |json: &mut Writer| {
            json.field_str("text", text).field_null("logprobs").field_null("finish_reason");
        };
        self.0.event(lane.index, text.len(), choice, out);
    }
}

fn choice<'a>(index: u32, choice: Value<'a>, facts: &mut EventFacts<'a>, texts: &mut Texts<'a>) {
    for (key, value) in choice.entries() {
        match &*name(key) {
            "index" => {}
            "finish_reason" if value.is_null() => {}
            "finish_reason" => facts.ended.push(index),
            "text" => match value.as_str() {
                Some(text) if text.is_empty() => {}
                Some(text) => facts.deltas.push(Delta { lane: Lane { index, kind: LaneKind::Content }, text }),
                None => texts.free(value, Place::ASSISTANT),
            },
            // The same in tokens, and what servers add.
            _ => texts.free(value, Place::ASSISTANT),
        }
    }
}
