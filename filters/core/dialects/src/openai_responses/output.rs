//! The output of an answer: a row of items, kept until the answer ends, because its last event shows all of it again.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::{TokenLogprob, UNSIGNED};

/// In front of the sealed data of reasoning that was redacted, so that it comes back as such: the API has one field for both.
pub(super) const REDACTED: &str = "tollgate.redacted.";

/// An item. All texts are escaped, as they came.
#[derive(Debug)]
pub(super) struct Item {
    pub id: String,
    pub content: Content,
    pub state: State,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// More of it may come.
    Open,
    /// The provider has said that it is complete; it is told when something else begins, or when it is known how the answer ended.
    Over,
    /// It is complete, and told so.
    Completed,
    /// The answer was cut in it.
    Incomplete,
}

#[derive(Debug)]
pub(super) enum Content {
    Reasoning {
        text: String,
        /// With its seal, and empty if nobody has signed.
        signature: String,
    },
    Message(Vec<Piece>),
    Call {
        call_id: String,
        name: String,
        arguments: String,
    },
}

/// A part of a message.
#[derive(Debug)]
pub(super) struct Piece {
    pub kind: PieceKind,
    pub text: String,
    /// Where in it, in bytes, the part of the provider's begins that came last.
    pub part_start: usize,
    /// Objects, as JSON text with commas between.
    pub annotations: String,
    pub annotated: u64,
    /// The same of its tokens.
    pub logprobs: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Text,
    Refusal,
}

impl Item {
    /// Whether it is told to be complete, or cut.
    pub fn is_told(&self) -> bool {
        matches!(self.state, State::Completed | State::Incomplete)
    }

    fn status(&self) -> &'static str {
        match self.state {
            State::Open | State::Over => "in_progress",
            State::Completed => "completed",
            State::Incomplete => "incomplete",
        }
    }

    pub fn write(&self, out: &mut Writer) {
        out.begin_object().field_str("id", &self.id);
        match &self.content {
            Content::Reasoning { text, signature } => {
                out.field_str("type", "reasoning").key("summary").begin_array();
                if !text.is_empty() {
                    write_summary(text, out);
                }
                out.end_array();
                // By this it is known when it comes back: nobody has stored it.
                if signature.is_empty() && self.is_told() {
                    out.field_str("encrypted_content", UNSIGNED);
                } else if !signature.is_empty() {
                    out.field_raw_str("encrypted_content", Str::from_escaped(signature));
                }
            }
            Content::Message(pieces) => {
                out.field_str("type", "message").field_str("status", self.status()).key("content").begin_array();
                pieces.iter().for_each(|piece| piece.write(out));
                out.end_array().field_str("role", "assistant");
            }
            Content::Call { call_id, name, arguments } => {
                out.field_str("type", "function_call").field_str("status", self.status());
                out.field_raw_str("arguments", Str::from_escaped(arguments));
                out.field_raw_str("call_id", Str::from_escaped(call_id));
                out.field_raw_str("name", Str::from_escaped(name));
            }
        }
        out.end_object();
    }
}

/// A part of a reasoning item's summary.
pub(super) fn write_summary(text: &str, out: &mut Writer) {
    out.begin_object().field_str("type", "summary_text").field_raw_str("text", Str::from_escaped(text)).end_object();
}

impl Piece {
    pub fn new(kind: PieceKind) -> Self {
        let (annotations, logprobs) = (String::new(), String::new());
        Self { kind, text: String::new(), part_start: 0, annotations, annotated: 0, logprobs }
    }

    pub fn write(&self, out: &mut Writer) {
        let text = Str::from_escaped(&self.text);
        out.begin_object();
        match self.kind {
            PieceKind::Text => {
                out.field_str("type", "output_text");
                write_list("annotations", &self.annotations, out);
                write_list("logprobs", &self.logprobs, out);
                out.field_raw_str("text", text)
            }
            PieceKind::Refusal => out.field_str("type", "refusal").field_raw_str("refusal", text),
        };
        out.end_object();
    }

    /// How many characters its text has.
    pub fn chars(&self) -> u64 {
        chars(&self.text)
    }
}

/// How many characters an escaped text has.
pub(super) fn chars(text: &str) -> u64 {
    Str::from_escaped(text).decode().chars().count() as u64
}

/// A list of what is kept as JSON text with commas between.
pub(super) fn write_list(key: &str, items: &str, out: &mut Writer) {
    out.key(key).begin_array();
    if !items.is_empty() {
        out.raw(items);
    }
    out.end_array();
}

/// Appends to such a list.
pub(super) fn append(list: &mut String, items: &str) {
    if !list.is_empty() && !items.is_empty() {
        list.push(',');
    }
    list.push_str(items);
}

/// Tokens as JSON text with commas between. The API always says of which bytes one consists: where the provider does not, they are those of its
/// text.
pub(super) fn logprobs(tokens: &[TokenLogprob<'_>]) -> String {
    let mut out = Writer::with_capacity(tokens.len() * 64);
    for token in tokens {
        begin_token(token, &mut out);
        out.key("top_logprobs").begin_array();
        for top in &token.top {
            begin_token(top, &mut out);
            out.end_object();
        }
        out.end_array().end_object();
    }
    // Written from strings only.
    String::from_utf8(out.finish()).unwrap_or_default()
}

fn begin_token(token: &TokenLogprob<'_>, out: &mut Writer) {
    out.begin_object().field_raw_str("token", token.token).key("bytes");
    match token.bytes.filter(|bytes| bytes.is_array()) {
        Some(bytes) => out.value(bytes),
        None => {
            out.begin_array();
            token.token.decode().bytes().for_each(|byte| {
                out.u64(byte.into());
            });
            out.end_array()
        }
    };
    out.field_value("logprob", token.logprob);
}
