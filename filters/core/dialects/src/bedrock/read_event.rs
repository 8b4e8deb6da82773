//! The events of a stream, read into the canonical model.

use tollgate_wire::json::Value;

use crate::canonical::Event;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {}

impl EventReader {
    /// Reads one event.
    pub fn read<'a>(&mut self, _event: &str, _data: Value<'a>, _emit: &mut dyn FnMut(Event<'_>)) {}
}
