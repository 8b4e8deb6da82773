//! AWS event streams (`application/vnd.amazon.eventstream`), as Bedrock's ConverseStream sends them.
//!
//! The format is that of "Event stream encoding" in the Amazon Transcribe and Lex developer guides: all numbers big-endian,
//! checksums CRC-32 as gzip has it (RFC 1952).
//!
//! | bytes | |
//! |---|---|
//! | 4 | total length, these four and the last checksum included |
//! | 4 | length of the headers |
//! | 4 | checksum of the eight bytes before |
//! | n | headers: name length (1), name, type (1), value |
//! | m | payload |
//! | 4 | checksum of everything before |

mod crc32;
mod decode;
mod encode;
mod header;
#[cfg(test)]
mod tests;

pub use decode::{Decoder, EventStreamError, Message};
pub use encode::{EncodeError, encode};
pub use header::{HeaderValue, Headers};

/// Total length, headers' length and their checksum.
const PRELUDE: usize = 12;
/// The prelude and the last checksum: the length of an empty message.
const OVERHEAD: usize = PRELUDE + 4;
/// The bounds AWS's own implementations set: 128 KiB of headers and 24 MiB in all.
const MAX_HEADERS: usize = 128 * 1024;
const MAX_MESSAGE: usize = 24 * 1024 * 1024;
