//! Protocol Buffers on the wire: enough of the format for a handful of small messages, without generated code.
//!
//! A message is a sequence of fields, each a number and a value of one of four shapes (<https://protobuf.dev/programming-guides/encoding/>). The
//! [`Reader`] walks them in place and allocates nothing, so its bound is the message's; who keeps what it reads says how many. Groups, which proto3
//! does not have, are refused.

mod error;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::ProtobufError;
pub use read::{Reader, Value};
pub use write::Writer;
