//! Reading messages as they arrive.

use std::fmt;

use super::crc32::crc32;
use super::header::{HeaderValue, Headers};
use super::{MAX_HEADERS, MAX_MESSAGE, OVERHEAD, PRELUDE};

/// One message, borrowed until the callback returns.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    headers: &'a [u8],
    /// The payload: JSON, for Bedrock.
    pub payload: &'a [u8],
    /// The whole message as it came.
    pub raw: &'a [u8],
}

impl<'a> Message<'a> {
    /// The headers, in order.
    pub fn headers(&self) -> Headers<'a> {
        Headers::new(self.headers)
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<HeaderValue<'a>> {
        self.headers().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// `:message-type`: `event`, `exception` or `error`.
    pub fn message_type(&self) -> Option<&'a str> {
        self.header(":message-type")?.as_str()
    }

    /// `:event-type`, of an event.
    pub fn event_type(&self) -> Option<&'a str> {
        self.header(":event-type")?.as_str()
    }

    /// `:exception-type`, of a modelled exception.
    pub fn exception_type(&self) -> Option<&'a str> {
        self.header(":exception-type")?.as_str()
    }
}

/// Why a stream cannot be read on: after a fault nothing says where the next message starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventStreamError {
    /// The prelude's checksum is wrong: this is no event stream, or bytes were lost.
    PreludeChecksum,
    /// The message's checksum is wrong.
    MessageChecksum,
    /// Lengths that contradict each other, or headers over 128 KiB.
    BadLengths,
    /// Headers that cannot be read.
    BadHeaders,
    /// A message over the limit.
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The stream ended inside a message.
    Truncated,
}

impl fmt::Display for EventStreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PreludeChecksum => f.write_str("event-stream prelude has a wrong checksum"),
            Self::MessageChecksum => f.write_str("event-stream message has a wrong checksum"),
            Self::BadLengths => f.write_str("event-stream message with impossible lengths"),
            Self::BadHeaders => f.write_str("event-stream message with malformed headers"),
            Self::TooLarge { length, limit } => {
                write!(f, "event-stream message of {length} bytes, where {limit} are allowed")
            }
            Self::Truncated => f.write_str("event stream ended inside a message"),
        }
    }
}

impl std::error::Error for EventStreamError {}

/// An incremental reader of one stream. A message that lies within one piece of it is not copied. Nothing is held on the word of a
/// length whose checksum has not been verified.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// The unfinished message, never longer than the limit.
    pub(super) held: Vec<u8>,
    failed: Option<EventStreamError>,
}

impl Decoder {
    /// A decoder that holds, and accepts, no message of more than `max_message_bytes` bytes, nor of more than the format's own
    /// 24 MiB.
    pub fn new(max_message_bytes: usize) -> Self {
        Self { limit: max_message_bytes.min(MAX_MESSAGE), held: Vec::new(), failed: None }
    }

    /// Takes the next piece, of any size, and calls back for each message that it completes, all its checksums and headers verified.
    ///
    /// # Errors
    /// On the first fault: the messages before it have been handed out, and every further call fails alike.
    pub fn push(&mut self, piece: &[u8], on_message: impl FnMut(Message<'_>)) -> Result<(), EventStreamError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.read(piece, on_message).inspect_err(|&error| {
            self.failed = Some(error);
            self.held = Vec::new();
        })
    }

    fn read(&mut self, piece: &[u8], mut on_message: impl FnMut(Message<'_>)) -> Result<(), EventStreamError> {
        let mut rest = piece;
        while !rest.is_empty() {
            if self.held.is_empty() {
                let length = prelude(rest, self.limit)?.map(|prelude| prelude.total);
                let Some((message, behind)) = length.and_then(|length| rest.split_at_checked(length)) else {
                    self.held.extend_from_slice(rest);
                    return Ok(());
                };
                on_message(message_of(message, self.limit)?);
                rest = behind;
                continue;
            }
            let wanted = match prelude(&self.held, self.limit)? {
                Some(prelude) => prelude.total,
                None => PRELUDE,
            };
            let missing = wanted.saturating_sub(self.held.len());
            let (front, behind) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            self.held.extend_from_slice(front);
            rest = behind;
            if front.len() == missing && wanted > PRELUDE {
                on_message(message_of(&self.held, self.limit)?);
                self.held.clear();
            } else if front.len() == missing {
                // Even without another byte a bad prelude must show now.
                prelude(&self.held, self.limit)?;
            }
        }
        Ok(())
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// The fault that stopped it, or [`Truncated`](EventStreamError::Truncated) if it ended inside a message.
    pub fn finish(&mut self) -> Result<(), EventStreamError> {
        let left = std::mem::take(&mut self.held);
        match self.failed.take() {
            Some(error) => Err(error),
            None if left.is_empty() => Ok(()),
            None => Err(EventStreamError::Truncated),
        }
    }
}

struct Prelude {
    total: usize,
    headers: usize,
}

/// The verified prelude, once all of it is there.
fn prelude(bytes: &[u8], limit: usize) -> Result<Option<Prelude>, EventStreamError> {
    let Some((&[a, b, c, d, e, f, g, h, w, x, y, z], _)) = bytes.split_first_chunk::<PRELUDE>() else {
        return Ok(None);
    };
    if crc32(&[a, b, c, d, e, f, g, h]) != u32::from_be_bytes([w, x, y, z]) {
        return Err(EventStreamError::PreludeChecksum);
    }
    let total = u32::from_be_bytes([a, b, c, d]) as usize;
    let headers = u32::from_be_bytes([e, f, g, h]) as usize;
    if headers > MAX_HEADERS || total < OVERHEAD + headers {
        return Err(EventStreamError::BadLengths);
    }
    if total > limit {
        return Err(EventStreamError::TooLarge { length: total, limit });
    }
    Ok(Some(Prelude { total, headers }))
}

/// The message that `raw` is, exactly.
fn message_of(raw: &[u8], limit: usize) -> Result<Message<'_>, EventStreamError> {
    let prelude = prelude(raw, limit)?.ok_or(EventStreamError::BadLengths)?;
    let (covered, checksum) = raw.split_last_chunk().ok_or(EventStreamError::BadLengths)?;
    if crc32(covered) != u32::from_be_bytes(*checksum) {
        return Err(EventStreamError::MessageChecksum);
    }
    let body = covered.get(PRELUDE..).ok_or(EventStreamError::BadLengths)?;
    let (headers, payload) = body.split_at_checked(prelude.headers).ok_or(EventStreamError::BadLengths)?;
    if !Headers::new(headers).is_valid() {
        return Err(EventStreamError::BadHeaders);
    }
    Ok(Message { headers, payload, raw })
}
