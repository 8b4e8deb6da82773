//! How a streamed answer ends.

use std::rc::Rc;

use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::stream::is_done;
use tollgate_policy::names::fact;
use tollgate_wire::json::Limits;
use tollgate_wire::sse::{Event, Parser, write_event};

use super::StreamAnswer;
use crate::engine::Engine;
use crate::exchange::Exchange;

impl Exchange {
    /// Ends the stream with an error event. Nothing goes out after it.
    pub(super) fn end_stream(&mut self, stream: &mut StreamAnswer, refusal: &Refusal, out: &mut Vec<u8>) {
        stream.ended = true;
        stream.rewrites = true;
        out.extend_from_slice(&refusal.render_event(self.dialect));
        self.facts.add(fact::DECISION, refusal.kind.as_str());
    }

    /// What a stream ends with: an event without its blank line, which some servers forget, or the front of one that was cut. Clients are
    /// told of neither, and whatever follows would be a part of it. So the event goes out with its blank line if it can be read, and
    /// what was cut does not go out.
    fn read_last(&mut self, stream: &mut StreamAnswer, last: &Event<'_>, out: &mut Vec<u8>) {
        if last.complete {
            return self.read_event(stream, last, out);
        }
        if last.has_data && (is_done(last.data) || stream.tape.parse(last.data, Limits::default()).is_ok()) {
            let mut raw = Vec::with_capacity(last.raw.len() + 2);
            write_event(&mut raw, (!last.event.is_empty()).then_some(last.event), last.data);
            self.read_event(stream, &Event { raw: &raw, complete: true, ..*last }, out);
        }
        if !stream.rewrites && adds_ends(&self.engine) {
            // Its bytes are gone already.
            out.extend_from_slice(b"\n\n");
        }
    }

    /// The provider has sent its last byte.
    pub(super) fn end_of_stream(&mut self, stream: &mut StreamAnswer, out: &mut Vec<u8>) {
        if stream.ended {
            return;
        }
        let mut parser = std::mem::replace(&mut stream.parser, Parser::new(0));
        if let Some(last) = parser.finish() {
            self.read_last(stream, &last, out);
        }
        if stream.ended {
            return;
        }
        let engine = Rc::clone(&self.engine);
        if let Err(error) = self.flush(stream, &engine, |_| true, out) {
            let refusal = self.withheld(error);
            return self.end_stream(stream, &refusal, out);
        }
        if !adds_ends(&engine) || stream.complete {
            return;
        }
        // An orderly end of the connection is no end of the answer: SDKs would take it for one.
        match stream.client.is_finished() {
            true => stream.client.end_mark(out),
            false => self.end_stream(stream, &Refusal::upstream("ended the answer before it was complete"), out),
        }
    }
}

/// Whether a missing end of an answer is added. Alone in somebody's own Envoy a stage does its own work and no more.
fn adds_ends(engine: &Engine) -> bool {
    engine.routes.is_some()
}
