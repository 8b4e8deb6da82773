//! An answer that passes event by event.

mod end;

use std::rc::Rc;

use tollgate_dialects::ClientDialect;
use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::stream::{ClientStream, EventFacts, Lane, is_done};
use tollgate_policy::names::fact;
use tollgate_policy::redaction::Direction;
use tollgate_redaction::{JsonText, RedactError};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Str, Tape, escape_into};
use tollgate_wire::sse::{Event, Parser, write_event};

use super::lanes::{Lanes, Rules};
use crate::encoded;
use crate::engine::Engine;
use crate::exchange::Exchange;
use crate::redact::{Redaction, json_text};

/// The state of one streamed answer.
#[derive(Debug)]
pub(super) struct StreamAnswer {
    parser: Parser,
    client: ClientStream,
    lanes: Lanes,
    /// Buffers that last from event to event.
    tape: Tape,
    scratch: Scratch,
    hide_usage: bool,
    /// Whether events may have to change; if not, bytes pass as they come and are only read.
    rewrites: bool,
    /// The answer came to its end, or to an error that ends it.
    complete: bool,
    /// There is nothing more to say: the stream was ended by us, or what passes as it comes cannot be read on.
    ended: bool,
}

/// What becomes of one event, by steps.
#[derive(Debug, Default)]
struct Scratch {
    /// A text.
    text: String,
    /// The same, escaped.
    escaped: Vec<u8>,
    edits: Edits,
    /// The event's data after the edits.
    data: Vec<u8>,
}

impl Scratch {
    /// Puts the text at hand in the place of a string of the event, unless it is the same.
    fn put(&mut self, string: Str<'_>, before: &str) {
        if self.text != before {
            self.escaped.clear();
            escape_into(&mut self.escaped, &self.text);
            self.edits.push(string.span(), &self.escaped);
        }
    }
}

impl StreamAnswer {
    pub(super) fn new(dialect: ClientDialect, hide_usage: bool, rewrites: bool, max_event: usize) -> Self {
        Self {
            parser: Parser::new(max_event),
            client: ClientStream::new(dialect),
            lanes: Lanes::default(),
            tape: Tape::default(),
            scratch: Scratch::default(),
            hide_usage,
            rewrites,
            complete: false,
            ended: false,
        }
    }
}

impl StreamAnswer {
    /// Sends an event on as it came.
    fn pass(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.rewrites {
            out.extend_from_slice(event.raw);
        }
    }
}

impl Exchange {
    /// Returns what goes out instead of `bytes`, if that is not the same.
    pub(super) fn read_stream(
        &mut self,
        stream: &mut StreamAnswer,
        bytes: &[u8],
        end_of_stream: bool,
    ) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(if stream.rewrites { bytes.len() + 64 } else { 0 });
        let mut parser = std::mem::replace(&mut stream.parser, Parser::new(0));
        let pushed = parser.push(bytes, |event| self.read_event(stream, &event, &mut out));
        stream.parser = parser;
        if pushed.is_err() && stream.rewrites && !stream.ended {
            self.end_stream(stream, &Refusal::upstream("sent an event larger than this gateway takes"), &mut out);
        }
        // What is not rewritten passes all the same, but whether the answer was complete is not known any more.
        stream.ended |= pushed.is_err();
        if end_of_stream {
            let rewrites = stream.rewrites;
            self.end_of_stream(stream, &mut out);
            if !rewrites && !out.is_empty() {
                // The bytes pass as they came, and what was missing behind them.
                return Some([bytes, &out].concat());
            }
        }
        (stream.rewrites && out != bytes).then_some(out)
    }

    fn read_event(&mut self, stream: &mut StreamAnswer, event: &Event<'_>, out: &mut Vec<u8>) {
        if stream.ended {
            return;
        }
        if !event.has_data {
            return stream.pass(event, out);
        }
        let mut tape = std::mem::take(&mut stream.tape);
        if let Err(error) = self.read_data(stream, event, &mut tape, out) {
            let refusal = self.withheld(error);
            self.end_stream(stream, &refusal, out);
        }
        stream.tape = tape;
    }

    fn read_data(
        &mut self,
        stream: &mut StreamAnswer,
        event: &Event<'_>,
        tape: &mut Tape,
        out: &mut Vec<u8>,
    ) -> Result<(), RedactError> {
        let engine = Rc::clone(&self.engine);
        let checked = self.policy_of_texts(&engine).is_some_and(|of| of.policy.applies_to(Direction::Response));
        let Ok(value) = tape.parse(event.data, Limits::default()) else {
            if is_done(event.data) {
                self.charge.complete = true;
                stream.complete = true;
                self.flush(stream, &engine, |_| true, out)?;
            } else if checked {
                // Text that no rule can look at does not pass where rules must.
                self.end_stream(stream, &Refusal::upstream("sent an event that cannot be read"), out);
                return Ok(());
            }
            stream.pass(event, out);
            return Ok(());
        };
        let facts = stream.client.observe(event.event, value);
        self.note(&facts);
        stream.complete |= facts.done || facts.error;
        if stream.hide_usage && facts.usage_only {
            return Ok(());
        }
        let touched = self.policy_of_texts(&engine).filter(|_| {
            checked
                || stream.lanes.is_holding()
                || may_hold_placeholder(event.data)
                || has_json(&facts)
                || !facts.encoded.is_empty()
        });
        let Some(redaction) = touched else {
            stream.pass(event, out);
            return Ok(());
        };
        let Redaction { policy, .. } = redaction;
        let mut held = stream.lanes.is_holding();
        let mut rules = Rules { policy, vault: &self.vault, report: &mut self.report };
        stream.scratch.edits.clear();
        for delta in facts.deltas.iter() {
            if !stream.lanes.has_room(delta.lane) {
                let refusal = Refusal::upstream("sent more texts at once than this gateway keeps apart");
                self.end_stream(stream, &refusal, out);
                return Ok(());
            }
            let text = delta.text.decode();
            stream.scratch.text.clear();
            stream.lanes.push(&mut rules, delta.lane, &text, &mut stream.scratch.text)?;
            if facts.ends(delta.lane) {
                // The event that ends the lane carries its last piece: what was held back belongs behind that.
                for (_, rest) in stream.lanes.finish(&mut rules, |lane| lane == delta.lane)? {
                    stream.scratch.text.push_str(&rest);
                }
            }
            stream.scratch.put(delta.text, &text);
        }
        for span in &facts.texts {
            let edits = &mut stream.scratch.edits;
            policy.answer_json_str(&self.vault, json_text(span), edits, &mut self.report)?;
        }
        for number in &facts.numbers {
            let edits = &mut stream.scratch.edits;
            policy.answer_json_value(&self.vault, number.value, number.key, number.place, edits, &mut self.report)?;
        }
        for file in &facts.encoded {
            encoded::rewrite(file, &mut stream.scratch.edits, |text, edits| {
                policy.answer_json_str(&self.vault, JsonText::of(text, file.place), edits, &mut self.report)
            })?;
        }
        held |= stream.lanes.is_holding() || !stream.scratch.edits.is_empty();
        for tokens in &facts.tokens {
            // Tokens that come with a piece of text spell that piece: they may pass as they are if it did, and nothing of it is still to be
            // decided.
            let spells = match facts.deltas.is_empty() {
                true => redaction.is_spelled(tokens, &mut self.vault, Direction::Response)?,
                false => held && !policy.shadow(),
            };
            if spells {
                tokens.blank(&mut stream.scratch.edits);
            }
        }
        if facts.all_ended || !facts.ended.is_empty() {
            self.flush(stream, &engine, |lane| facts.ends(lane), out)?;
        }
        let Scratch { edits, data, .. } = &mut stream.scratch;
        if edits.is_empty() {
            out.extend_from_slice(event.raw);
            return Ok(());
        }
        data.clear();
        match edits.apply_into(event.data, data) {
            Ok(()) => write_event(out, (!event.event.is_empty()).then_some(event.event), data),
            Err(_) => self.end_stream(stream, &Refusal::internal(), out),
        }
        Ok(())
    }

    /// Sends what the lanes that `ends` says still hold back, in events of their own.
    fn flush(
        &mut self,
        stream: &mut StreamAnswer,
        engine: &Engine,
        ends: impl Fn(Lane) -> bool,
        out: &mut Vec<u8>,
    ) -> Result<(), RedactError> {
        let Some(Redaction { policy, .. }) = self.policy_of_texts(engine) else { return Ok(()) };
        let mut rules = Rules { policy, vault: &self.vault, report: &mut self.report };
        for (lane, rest) in stream.lanes.finish(&mut rules, ends)? {
            stream.client.delta_event(lane, &rest, out);
        }
        Ok(())
    }

    /// What a caller is told of a text that a rule has blocked.
    fn withheld(&self, error: RedactError) -> Refusal {
        let policy = self.engine.teams.get(self.team).and_then(|team| team.policy.as_deref());
        policy.map_or_else(Refusal::internal, |redaction| redaction.refusal(error, true))
    }

    /// Takes down what an event says about the cost.
    fn note(&mut self, facts: &EventFacts<'_>) {
        facts.deltas.iter().for_each(|delta| self.charge.delivered.text(delta.text.raw().len()));
        if facts.usage.is_some() {
            self.charge.usage = facts.usage;
        }
        // Behind its last word on its cost an answer has nothing more to say.
        let counted = facts.usage.is_some() && (facts.usage_only || facts.all_ended);
        self.charge.complete |= (facts.done || counted) && !facts.error;
        if let Some(model) = facts.model {
            self.facts.add(fact::RESPONSE_MODEL, model.decode().into_owned());
        }
    }
}

/// Whether a piece of JSON text is in an event. Its lane has to read all of them, or it does not know what is within a string.
fn has_json(facts: &EventFacts<'_>) -> bool {
    facts.deltas.iter().any(|delta| delta.lane.json_inside())
}

/// Whether an event may hold a placeholder or a part of one: every placeholder begins with `<`, written as itself or as an escape.
fn may_hold_placeholder(data: &[u8]) -> bool {
    memchr::memchr(b'<', data).is_some() || memchr::memmem::find(data, b"\\u003").is_some()
}
