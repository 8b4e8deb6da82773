//! The canonical model, written as the events of a stream.

use crate::canonical::Event;
use crate::translate::AnswerPlan;

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct EventWriter {}

impl EventWriter {
    pub fn new(_plan: &AnswerPlan) -> Self {
        Self {}
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, _event: Event<'_>, _out: &mut Vec<u8>) {}

    /// The upstream's bytes have ended: what is missing for a legal end.
    pub fn finish(&mut self, _out: &mut Vec<u8>) {}
}
