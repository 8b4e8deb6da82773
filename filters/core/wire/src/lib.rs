//! Bytes on the wire: SSE, AWS event-stream, JSON spans, UTF-8 tails; bounded and incremental.
//!
//! Nothing here knows a provider, a policy or a host. What comes in pieces ([`sse`], [`eventstream`], [`utf8`]) hands out the same
//! things wherever the pieces are cut, holds back no more than a stated bound, and borrows from the piece where it can; what comes
//! whole ([`json`]) is validated once, read by spans, and changed by [`edit`]s that leave every other byte as it was. [`base64`] is small enough to be taken at once.

pub mod base64;
pub mod edit;
pub mod eventstream;
pub mod json;
pub mod order;
pub mod protobuf;
pub mod sse;
pub mod utf8;
