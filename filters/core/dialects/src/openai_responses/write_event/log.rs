//! The events, numbered as they go out.

use tollgate_wire::json::Writer;
use tollgate_wire::sse;

/// Numbers events.
#[derive(Debug, Default)]
pub(super) struct Log {
    sequence: u64,
    silent: bool,
}

impl Log {
    /// One that lets nothing out.
    pub fn silent() -> Self {
        Self { sequence: 0, silent: true }
    }

    /// Begins an event; None if it is not wanted.
    pub fn begin(&mut self, kind: &str) -> Option<Writer> {
        if self.silent {
            return None;
        }
        let mut json = Writer::with_capacity(256);
        json.begin_object().field_str("type", kind).field_u64("sequence_number", self.sequence);
        self.sequence += 1;
        Some(json)
    }

    /// Ends it and appends it.
    pub fn end(&self, kind: &str, mut json: Writer, out: &mut Vec<u8>) {
        json.end_object();
        sse::write_event(out, Some(kind), json.as_bytes());
    }

    /// A whole event.
    pub fn event(&mut self, kind: &str, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
        if let Some(mut json) = self.begin(kind) {
            write(&mut json);
            self.end(kind, json, out);
        }
    }
}
