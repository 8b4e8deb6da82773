//! The row of content blocks.

use std::collections::VecDeque;

use tollgate_wire::json::Writer;
use tollgate_wire::sse;

use super::completeness::Completeness;
use crate::canonical::UNSIGNED;

/// Most bytes that wait for an earlier call to be complete. More is an error: no server mixes calls that far.
const MAX_WAITING: usize = 1 << 20;

/// What a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
    /// The end of a thinking block.
    Signature,
    /// A citation in a text block: JSON text, and complete.
    Citation,
    /// A block of its own.
    Redacted,
    /// A call, by its number.
    Tool(u32),
}

/// A piece that waits. Texts are escaped.
#[derive(Debug)]
enum Waiting {
    Start { tool: u32, id: String, name: String },
    Piece { kind: Kind, text: String },
}

/// The blocks written so far. At most the last one is open.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// How many have begun.
    begun: u32,
    open: Option<Kind>,
    /// Whether the open block of thinking has its signature.
    signed: bool,
    /// Of the open call.
    json: Completeness,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
}

impl Blocks {
    /// Begins a call. False if too much waits.
    pub fn tool(&mut self, tool: u32, id: &str, name: &str, out: &mut Vec<u8>) -> bool {
        if self.must_wait(Kind::Tool(tool)) {
            self.waiting_bytes += id.len() + name.len();
            self.waiting.push_back(Waiting::Start { tool, id: id.to_owned(), name: name.to_owned() });
            return self.waiting_bytes <= MAX_WAITING;
        }
        self.begin_tool(tool, id, name, out);
        true
    }

    /// More of a part. False if too much waits.
    pub fn push(&mut self, kind: Kind, text: &str, out: &mut Vec<u8>) -> bool {
        if self.must_wait(kind) {
            self.waiting_bytes += text.len();
            match self.waiting.back_mut() {
                Some(Waiting::Piece { kind: last, text: waiting }) if *last == kind && kind != Kind::Citation => {
                    waiting.push_str(text);
                }
                _ => self.waiting.push_back(Waiting::Piece { kind, text: text.to_owned() }),
            }
            return self.waiting_bytes <= MAX_WAITING;
        }
        self.piece(kind, text, out);
        if self.json.is_complete() {
            self.release(out);
        }
        true
    }

    /// The part that was going on is complete, as the provider says. Text that follows text goes into a block of its own then.
    pub fn part_end(&mut self, out: &mut Vec<u8>) {
        if self.waiting.is_empty() {
            self.close(out);
        }
    }

    /// Everything that waits goes out, and the last block is closed.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        // Calls come out one after the other, each with all of its pieces.
        while let Some(waiting) = self.waiting.pop_front() {
            self.let_go(waiting, out);
            let Some(open) = self.open else { continue };
            let (own, others) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition::<VecDeque<_>, _>(|waiting| matches!(waiting, Waiting::Piece { kind, .. } if *kind == open));
            own.into_iter().for_each(|waiting| self.let_go(waiting, out));
            self.waiting = others;
        }
        self.waiting_bytes = 0;
        self.close(out);
    }

    /// Whether a piece of this kind must wait: behind others, or for the open call's JSON to be complete.
    fn must_wait(&self, kind: Kind) -> bool {
        match self.open {
            Some(open) if open == kind => false,
            Some(Kind::Tool(_)) => !self.json.is_complete(),
            _ => false,
        }
    }

    /// The open call is complete: what waited may go on, up to the next call that is not complete.
    fn release(&mut self, out: &mut Vec<u8>) {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        for item in waiting {
            // What waits again is no more than what waited.
            let _fits = match item {
                Waiting::Start { tool, id, name } => self.tool(tool, &id, &name, out),
                Waiting::Piece { kind, text } => self.push(kind, &text, out),
            };
        }
    }

    fn let_go(&mut self, waiting: Waiting, out: &mut Vec<u8>) {
        match waiting {
            Waiting::Start { tool, id, name } => self.begin_tool(tool, &id, &name, out),
            Waiting::Piece { kind, text } => self.piece(kind, &text, out),
        }
    }

    fn begin_tool(&mut self, tool: u32, id: &str, name: &str, out: &mut Vec<u8>) {
        self.begin(Kind::Tool(tool), out, |block| {
            block.field_str("type", "tool_use").key("id").begin_string().raw(id).end_string();
            block.key("name").begin_string().raw(name).end_string();
            block.key("input").begin_object().end_object();
        });
    }

    /// Writes a piece into its block, which is begun if it is not the open one.
    fn piece(&mut self, kind: Kind, text: &str, out: &mut Vec<u8>) {
        let (delta, field) = match kind {
            Kind::Redacted => {
                self.begin(kind, out, |block| {
                    block.field_str("type", "redacted_thinking").key("data").begin_string().raw(text).end_string();
                });
                return self.close(out);
            }
            Kind::Text => ("text_delta", "text"),
            Kind::Thinking => ("thinking_delta", "thinking"),
            Kind::Signature => {
                self.signed = true;
                ("signature_delta", "signature")
            }
            Kind::Citation => ("citations_delta", "citation"),
            Kind::Tool(_) => {
                if self.open != Some(kind) {
                    // A piece of a call whose block is closed: its JSON was complete, so there is nothing to add to it.
                    return;
                }
                self.json.feed(text);
                ("input_json_delta", "partial_json")
            }
        };
        let block = match kind {
            Kind::Signature => Kind::Thinking,
            Kind::Citation => Kind::Text,
            own => own,
        };
        if self.open != Some(block) {
            self.begin(block, out, |start| {
                match block {
                    Kind::Text => start.field_str("type", "text").field_str("text", ""),
                    _ => start.field_str("type", "thinking").field_str("thinking", "").field_str("signature", ""),
                };
            });
            self.signed = kind == Kind::Signature;
        }
        let mut json = Writer::with_capacity(text.len() + 96);
        json.begin_object().field_str("type", "content_block_delta").field_u64("index", self.index());
        json.key("delta").begin_object().field_str("type", delta).key(field);
        match kind {
            Kind::Citation => json.raw(text),
            _ => json.begin_string().raw(text).end_string(),
        };
        json.end_object().end_object();
        sse::write_event(out, Some("content_block_delta"), json.as_bytes());
    }

    fn begin(&mut self, kind: Kind, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
        self.close(out);
        self.open = Some(kind);
        self.begun += 1;
        self.json = Completeness::default();
        let mut json = Writer::with_capacity(128);
        json.begin_object().field_str("type", "content_block_start").field_u64("index", self.index());
        write(json.key("content_block").begin_object());
        json.end_object().end_object();
        sse::write_event(out, Some("content_block_start"), json.as_bytes());
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        // There must be a signature. A mark shows that nobody has signed this, should it come back.
        if self.open == Some(Kind::Thinking) && !self.signed {
            self.piece(Kind::Signature, UNSIGNED, out);
        }
        if self.open.take().is_some() {
            let mut json = Writer::with_capacity(48);
            json.begin_object().field_str("type", "content_block_stop").field_u64("index", self.index()).end_object();
            sse::write_event(out, Some("content_block_stop"), json.as_bytes());
        }
        self.json = Completeness::default();
    }

    /// Of the block that began last.
    fn index(&self) -> u64 {
        u64::from(self.begun.saturating_sub(1))
    }
}
