//! Server-sent events, as WHATWG HTML 9.2 ("Server-sent events") frames and reads them.
//!
//! The parser hands out frames: everything up to and including a blank line. A frame carries its exact bytes besides what they
//! mean, so that an event nobody changes is passed on byte for byte, comments and odd fields included, and the frames put together
//! are the stream. Where the network cut the stream makes no difference, not even to where one frame ends and the next begins.

mod fields;
mod frame;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use fields::Reader;
use frame::Framer;
pub use write::write_event;

/// One frame of a stream, borrowed until the callback returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The `event` field; empty if there is none, which browsers call `message`. Invalid UTF-8 becomes U+FFFD.
    pub event: &'a str,
    /// The `data` fields, joined by line feeds; otherwise the bytes as they came, which are not checked to be UTF-8.
    pub data: &'a [u8],
    /// Whether there is a `data` field at all. Without one this is no event but comments, blank lines, or fields that only set
    /// something, and a WHATWG client would not be told of it.
    pub has_data: bool,
    /// The `id` field, unless it holds a NUL, which makes it void.
    pub id: Option<&'a [u8]>,
    /// The `retry` field in milliseconds, if it is a number.
    pub retry: Option<u64>,
    /// The frame's bytes as they came, blank line included.
    pub raw: &'a [u8],
    /// Whether the blank line came. Only what [`Parser::finish`] returns can be incomplete.
    pub complete: bool,
}

/// A frame grew beyond the limit. The stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a server-sent event is larger than {} bytes", self.limit)
    }
}

impl std::error::Error for TooLarge {}

/// An incremental reader of one stream. A frame that lies within one piece of it is never copied.
///
/// ```
/// use tollgate_wire::sse::Parser;
///
/// let mut seen = Vec::new();
/// let mut parser = Parser::new(65536);
/// for piece in ["event: ping\nda", "ta: {}\n\ndata: [DONE]\n", "\n"] {
///     parser.push(piece.as_bytes(), |event| seen.push((event.event.to_owned(), event.data.to_vec())))?;
/// }
/// assert_eq!(seen, [("ping".into(), b"{}".to_vec()), ("".into(), b"[DONE]".to_vec())]);
/// assert!(parser.finish().is_none());
/// # Ok::<(), tollgate_wire::sse::TooLarge>(())
/// ```
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    framer: Framer,
    /// The unfinished frame, never longer than the limit.
    held: Vec<u8>,
    reader: Reader,
    failed: bool,
}

impl Parser {
    /// A parser that holds, and accepts, no frame of more than `max_event_bytes` bytes, blank line and comments included.
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            limit: max_event_bytes,
            framer: Framer::default(),
            held: Vec::new(),
            reader: Reader::default(),
            failed: false,
        }
    }

    /// Takes the next piece, of any size, and calls back for each frame that it completes.
    ///
    /// # Errors
    /// If a frame is too large: the frames before it have been handed out, nothing behind it will be, what was held is gone, and
    /// every further call fails alike.
    pub fn push(&mut self, piece: &[u8], mut on_event: impl FnMut(Event<'_>)) -> Result<(), TooLarge> {
        let too_large = TooLarge { limit: self.limit };
        if self.failed {
            return Err(too_large);
        }
        let mut rest = piece;
        while !rest.is_empty() {
            let end = self.framer.advance(rest);
            let (front, behind) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
            if self.held.len() + front.len() > self.limit {
                self.failed = true;
                self.held = Vec::new();
                return Err(too_large);
            }
            if end.is_none() {
                self.held.extend_from_slice(front);
            } else if self.held.is_empty() {
                on_event(self.reader.read(front));
            } else {
                self.held.extend_from_slice(front);
                on_event(self.reader.read(&self.held));
                self.held.clear();
            }
            rest = behind;
        }
        Ok(())
    }

    /// Ends the stream. What is left over is returned as an event: WHATWG clients drop it unless it is
    /// [complete](Event::complete), but its bytes were sent and some servers forget the last blank line. The parser is then at the start of
    /// another stream.
    pub fn finish(&mut self) -> Option<Event<'_>> {
        let complete = self.framer.finish();
        self.failed = false;
        let left = std::mem::take(&mut self.held);
        let last = self.reader.finish(left, complete);
        (!last.raw.is_empty()).then_some(last)
    }

    /// How many bytes are held back: the start of a frame that is not complete.
    pub fn held(&self) -> usize {
        self.held.len()
    }
}
