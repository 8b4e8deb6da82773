//! A streamed answer, piece by piece.

use tollgate_wire::json::{Str, Value};

use super::FinishReason;
use crate::Usage;
use crate::refusal::Refusal;

/// What a piece of a stream says. A provider's one event may be several of these.
#[derive(Debug, Clone)]
pub(crate) enum Event<'a> {
    /// The answer begins.
    Start { id: Option<Str<'a>>, model: Option<Str<'a>> },
    /// More of the answer.
    Text(Str<'a>),
    /// More of the reasoning.
    Reasoning(Str<'a>),
    /// The signature of the reasoning so far.
    Signature(Str<'a>),
    /// A piece of reasoning nobody but its provider can read.
    RedactedReasoning(Str<'a>),
    /// More of a refusal in words.
    Refusal(Str<'a>),
    /// A tool is called. Tools are numbered from 0 in the order of their calls.
    ToolStart { tool: u32, id: Option<Str<'a>>, name: Str<'a> },
    /// More of a call's arguments, as a piece of JSON text.
    ToolArguments { tool: u32, json: Str<'a> },
    /// All of a call's arguments at once.
    ToolInput { tool: u32, json: Value<'a> },
    /// The part that was going on is complete, for dialects that say so.
    PartEnd,
    /// The answer is complete.
    Finish { reason: FinishReason, stop_sequence: Option<Str<'a>> },
    /// What it cost so far; a running total that may lack parts.
    Usage(Usage),
    /// The provider failed. Nothing comes after it.
    Error(Refusal),
    /// The stream is complete.
    End,
}
