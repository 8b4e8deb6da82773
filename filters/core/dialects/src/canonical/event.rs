//! A streamed answer, piece by piece.

use tollgate_wire::json::{Str, Value};

use super::{Citation, FinishReason, TokenLogprob};
use crate::Usage;
use crate::refusal::Refusal;

/// What a piece of a stream says. A provider's one event may be several of these.
#[derive(Debug, Clone)]
pub(crate) enum Event<'a> {
    /// What follows belongs to this choice; all of it to choice 0 until one is named.
    Choice(u32),
    /// The answer begins. Once for all choices.
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
    /// A source of the text so far.
    Citation(Citation<'a>),
    /// How likely the tokens of the text were that comes next, in the same event of the provider's; or of the text before, where none comes.
    Logprobs(Vec<TokenLogprob<'a>>),
    /// The part that was going on is complete, for dialects that say so.
    PartEnd,
    /// The choice is complete.
    Finish { reason: FinishReason, stop_sequence: Option<Str<'a>> },
    /// What it cost so far; a running total that may lack parts.
    Usage(Usage),
    /// The provider failed. Nothing comes after it.
    Error(Refusal),
    /// The stream is complete.
    End,
}
