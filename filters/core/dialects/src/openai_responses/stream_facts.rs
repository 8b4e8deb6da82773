//! What the gateway must know of the events of a streamed answer.

use tollgate_wire::json::Value;

use crate::stream::{EventFacts, Lane};

/// What later events must repeat of earlier ones.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {}

impl StreamFacts {
    pub fn observe<'a>(&mut self, _event: &str, _data: Value<'a>) -> EventFacts<'a> {
        EventFacts::default()
    }

    pub fn delta_event(&self, _lane: Lane, _text: &str, _out: &mut Vec<u8>) {}
}
