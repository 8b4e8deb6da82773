//! JSON by spans: one validating pass leaves a flat tape of nodes over the input, and every later walk, comparison and copy
//! works on slices of that input.
//!
//! The decision and its price: nothing is converted until it is asked for (a number stays text, a string stays escaped), so
//! what nobody looks at costs one 16-byte node, a megabyte of base64 included, and what nobody changes can be copied on byte for
//! byte. In return a look-up in an object is a walk over its keys, and reading a string that holds escapes allocates.
//!
//! ```
//! use tollgate_wire::json::{Limits, Tape};
//!
//! let mut tape = Tape::default();
//! let body = tape.parse(br#"{"model": "gpt-4o", "messages": [{"role": "user"}]}"#, Limits::default())?;
//! let model = body.get("model").and_then(|model| model.as_str());
//! assert!(model.is_some_and(|model| model == "gpt-4o"));
//! assert_eq!(body.get("messages").map(|messages| messages.len()), Some(1));
//! # Ok::<(), tollgate_wire::json::JsonError>(())
//! ```
//!
//! The grammar is RFC 8259's, to the letter, with two decisions of its own: a lone surrogate escape (`"\ud800"`) is accepted and
//! decodes to U+FFFD, because real clients send cut emoji; and a byte order mark is refused, as the RFC lets a parser do.

mod error;
mod offsets;
mod parse;
mod scan;
mod tape;
mod text;
mod unescape;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use error::{JsonError, JsonErrorKind};
pub use offsets::{RawCursor, raw_range};
pub use tape::{Limits, Tape};
pub use text::Str;
pub use unescape::unescape;
pub use value::{Entries, Items, Kind, Value};
pub use write::{Writer, escape_into};
