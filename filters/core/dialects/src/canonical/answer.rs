//! A complete answer.

use tollgate_wire::json::Str;

use super::Part;
use crate::Usage;

/// One answer; several at once are refused at the request.
#[derive(Debug, Clone)]
pub(crate) struct Answer<'a> {
    pub id: Option<Str<'a>>,
    pub model: Option<Str<'a>>,
    pub parts: Vec<Part<'a>>,
    pub finish: FinishReason,
    /// The stop sequence that was met, where the provider tells.
    pub stop_sequence: Option<Str<'a>>,
    pub usage: Option<Usage>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinishReason {
    /// The model was done.
    Stop,
    /// It wrote a stop sequence.
    StopSequence,
    /// A limit was reached.
    Length,
    /// It wants tools to be called.
    ToolCalls,
    /// A filter or the model itself refused.
    Refused,
    /// A turn of a server-side loop was paused.
    Paused,
}
