//! One model of a conversation, between every dialect and every other.
//!
//! It borrows: a string is the escaped text of the body it was read from, a schema the JSON it was written in, a number its digits. So it
//! costs a few small lists, and what a writer copies it copies once.
//!
//! The model holds what at least two of the dialects can say. What only one can say is an [extra](Request::extras), known by
//! name, so that it can be refused by name and is never lost in silence. A feature that a second dialect learns moves from the extras
//! into a field of its own.

mod answer;
mod event;
mod losses;
mod request;

pub(crate) use answer::{Answer, FinishReason};
pub(crate) use event::Event;
pub(crate) use losses::Losses;
pub(crate) use request::{
    Arguments, Effort, Format, Message, Part, Reasoning, Request, Role, Source, Tier, Tool, ToolChoice,
};
