//! What is said, by whom.

use tollgate_wire::json::{Str, Value};

use super::Arguments;

/// What stands in front of a tool's result that is an error where the API has no flag for it: the model must know.
pub(crate) const ERROR_PREFIX: &str = "Error: ";

/// Who speaks. What a tool returned is a [part](Part::ToolResult) of the user's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    System,
    User,
    Assistant,
}

#[derive(Debug, Clone)]
pub(crate) struct Message<'a> {
    pub role: Role,
    pub parts: Vec<Part<'a>>,
}

/// A piece of a message. `cache` is Anthropic's cache mark behind it, as written.
#[derive(Debug, Clone)]
pub(crate) enum Part<'a> {
    Text {
        text: Str<'a>,
        cache: Option<Value<'a>>,
    },
    Image {
        source: Source<'a>,
        /// How closely to look at it, in OpenAI's words; None leaves it to the provider.
        detail: Option<Str<'a>>,
        cache: Option<Value<'a>>,
    },
    Document {
        source: Source<'a>,
        title: Option<Str<'a>>,
        context: Option<Str<'a>>,
        cache: Option<Value<'a>>,
    },
    Audio {
        source: Source<'a>,
        cache: Option<Value<'a>>,
    },
    /// `signature` as the client sent it: [open](crate::protocol::Signer::open) it before use. With an empty text it belongs to the call behind it.
    Reasoning {
        text: Str<'a>,
        signature: Option<Str<'a>>,
    },
    /// `data` is a signature too.
    RedactedReasoning {
        data: Str<'a>,
    },
    /// A source of the text before it.
    Citation(Citation<'a>),
    Refusal {
        text: Str<'a>,
    },
    ToolCall {
        id: Option<Str<'a>>,
        name: Str<'a>,
        arguments: Arguments<'a>,
        cache: Option<Value<'a>>,
    },
    ToolResult {
        id: Str<'a>,
        content: Vec<Part<'a>>,
        is_error: bool,
        cache: Option<Value<'a>>,
    },
}

/// Where an image or document is. The strings are escaped JSON text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    Url(Str<'a>),
    Base64 { media_type: &'a str, data: &'a str },
    PlainText(Str<'a>),
}

/// A source that a text names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Citation<'a> {
    pub url: Option<Str<'a>>,
    /// Where in a document of the request, where it is one of those.
    pub document: Option<DocumentPlace>,
    pub title: Option<Str<'a>>,
    /// What the source says.
    pub quote: Option<Str<'a>>,
    /// Which characters of the answer's text rest on it, where the provider tells: from, and up to but not including.
    pub range: Option<(u64, u64)>,
}

/// A place in one of the documents of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocumentPlace {
    /// Which of them, from 0.
    pub index: u64,
    pub unit: PlaceUnit,
    /// From, and up to but not including.
    pub range: (u64, u64),
}

/// What a place in a document is counted in: characters and blocks from 0, pages from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceUnit {
    Character,
    Page,
    Block,
}
