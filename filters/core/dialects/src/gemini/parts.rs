//! The parts of an answer: <https://ai.google.dev/api/caching#Part>.

use tollgate_wire::json::{Str, Value};

/// A part with a counterpart in the canonical model.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    Thought(Str<'a>),
    /// May be empty, if it is there for its signature.
    Text(Str<'a>),
    Call {
        id: Option<Str<'a>>,
        name: Str<'a>,
        arguments: Option<Value<'a>>,
    },
}

/// The parts of a candidate, each with its signature. Media and the traces of server-side tools, which no translated request asks for,
/// have no counterpart.
pub(super) fn pieces<'a>(candidate: Value<'a>) -> impl Iterator<Item = (Piece<'a>, Option<Str<'a>>)> {
    let parts = candidate.get("content").and_then(|content| content.get("parts"));
    parts.into_iter().flat_map(|parts| parts.items()).filter_map(|part| {
        let string = |key| part.get(key).and_then(|value: Value<'a>| value.as_str());
        let signature = string("thoughtSignature").filter(|signature| !signature.is_empty());
        let piece = match part.get("functionCall").filter(Value::is_object) {
            Some(call) => Piece::Call {
                id: call.get("id").and_then(|id| id.as_str()).filter(|id| !id.is_empty()),
                name: call.get("name")?.as_str()?,
                arguments: call.get("args").filter(Value::is_object),
            },
            None if part.get("thought").and_then(|thought| thought.as_bool()) == Some(true) => {
                Piece::Thought(string("text")?)
            }
            None => Piece::Text(string("text").or(signature.map(|_| Str::from_escaped("")))?),
        };
        Some((piece, signature))
    })
}
