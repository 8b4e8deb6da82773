//! Lanes of text in a streamed answer.

use crate::text::Place;

/// One text that is delivered in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane {
    /// The choice (`openai.chat`) or the content block (`anthropic.messages`).
    pub index: u32,
    /// What the text is.
    pub kind: LaneKind,
}

/// What a lane's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LaneKind {
    /// The answer itself.
    Content,
    /// Reasoning or thinking.
    Reasoning,
    /// A refusal in words.
    Refusal,
    /// The arguments of a tool call, by its index within the choice (`openai.chat`), or of the block's call (0).
    Tool(u32),
    /// What a custom tool is given, which is free text, by the call's index within the choice.
    Input(u32),
}

impl Lane {
    /// Where the text stands.
    #[must_use]
    pub fn place(self) -> Place {
        match self.kind {
            LaneKind::Tool(_) | LaneKind::Input(_) => Place::ARGUMENTS,
            LaneKind::Content | LaneKind::Reasoning | LaneKind::Refusal => Place::ASSISTANT,
        }
    }

    /// Whether the text is JSON text: a replacement in it must be escaped for JSON once more.
    #[must_use]
    pub fn json_inside(self) -> bool {
        matches!(self.kind, LaneKind::Tool(_))
    }
}
