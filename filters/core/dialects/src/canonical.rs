//! The model of a conversation that every dialect is read into and written out of.
//!
//! A [`Request`] is [`Message`]s of [`Part`]s and how the answer is wanted; an [`Answer`] comes whole or as [`Event`]s. All of it borrows from
//! the body it was read from. What it has no place for is an extra under its own name; what a provider then lacks, [`Losses`] decides about.

mod answer;
mod arguments;
mod event;
mod ids;
mod logprobs;
mod losses;
mod message;
mod request;
mod seal;
mod wishes;

pub(crate) use answer::{Answer, Choice, FinishReason};
pub(crate) use arguments::Arguments;
pub(crate) use event::Event;
pub(crate) use ids::{matching_id, synthetic_id};
pub(crate) use logprobs::TokenLogprob;
pub(crate) use losses::Losses;
pub(crate) use message::{Citation, DocumentPlace, ERROR_PREFIX, Message, Part, PlaceUnit, Role, Source};
pub(crate) use request::{Request, Written, begins_a_name};
pub(crate) use seal::{UNSIGNED, has_seal, is_sealed, leave_out_foreign, unsealed};
pub(crate) use wishes::{Effort, Format, Reasoning, Sampling, Tier, Tool, ToolChoice};
