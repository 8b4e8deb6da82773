//! Text that is spelled out token by token, as log probabilities are.
//!
//! No rule can see a value in a token, since tokens are pieces of words; put together they spell the text a second time, past every rule.
//! So a list of tokens is held against the rules as one text, and where that finds something the list is [blanked](Tokens::blank): its
//! numbers stay, its words go, and its shape stays the API's.

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Kind, Value};

/// A list of tokens with their log probabilities.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'a>(Shape<'a>);

#[derive(Debug, Clone, Copy)]
enum Shape<'a> {
    /// `[{"token": …, "bytes": […], "logprob": …, "top_logprobs": [{"token": …}]}]`: chat completions and the Responses API.
    List(Value<'a>),
    /// `{"tokens": […], "top_logprobs": [{"token": -0.1}], …}`: completions.
    Columns(Value<'a>),
}

impl<'a> Tokens<'a> {
    /// A list of objects, one for each token.
    pub(crate) fn list(value: Value<'a>) -> Self {
        Self(Shape::List(value))
    }

    /// An object of lists, one item in each for each token.
    pub(crate) fn columns(value: Value<'a>) -> Self {
        Self(Shape::Columns(value))
    }

    /// What the tokens spell, in order. Behind a line's end each: what their bytes spell where that differs, and whatever else
    /// [`blank`](Self::blank) takes out, such as alternatives.
    #[must_use]
    pub fn joined(&self) -> String {
        let (mut text, mut bytes, mut others) = (String::new(), Vec::new(), String::new());
        match self.0 {
            Shape::List(list) => {
                for (key, value) in list.items().flat_map(|token| token.entries()) {
                    match value.as_str() {
                        Some(token) if key == "token" => token.decode_into(&mut text),
                        _ if key == "bytes" && value.is_array() => bytes.extend(value.items().filter_map(byte)),
                        _ if key == "token" || key == "bytes" || key == "top_logprobs" => other(value, &mut others),
                        _ => {}
                    }
                }
            }
            Shape::Columns(columns) => {
                for (key, value) in columns.entries() {
                    if key == "tokens" && value.is_array() {
                        for item in value.items() {
                            match item.as_str() {
                                Some(token) => token.decode_into(&mut text),
                                None => other(item, &mut others),
                            }
                        }
                    } else if key == "tokens" || key == "top_logprobs" {
                        other(value, &mut others);
                    }
                }
            }
        }
        if !bytes.is_empty() && bytes != text.as_bytes() {
            text.push('\n');
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text.push_str(&others);
        text
    }

    /// Takes the words out: tokens become empty, bytes and alternatives empty lists.
    pub fn blank(&self, edits: &mut Edits) {
        match self.0 {
            Shape::List(list) => {
                for (key, value) in list.items().flat_map(|token| token.entries()) {
                    if key == "token" {
                        replace(value, "\"\"", edits);
                    } else if key == "bytes" || key == "top_logprobs" {
                        replace(value, "[]", edits);
                    }
                }
            }
            Shape::Columns(columns) => {
                for (key, value) in columns.entries() {
                    let empty = match () {
                        () if key == "tokens" => "\"\"",
                        () if key == "top_logprobs" => "{}",
                        () => continue,
                    };
                    if value.is_array() {
                        value.items().for_each(|item| replace(item, empty, edits));
                    } else {
                        replace(value, "[]", edits);
                    }
                }
            }
        }
    }
}

fn byte(value: Value<'_>) -> Option<u8> {
    u8::try_from(value.as_u64()?).ok()
}

/// Every string and key of a value that is not the API's, and what its bytes spell, each on a line of its own.
fn other(value: Value<'_>, out: &mut String) {
    match value.kind() {
        Kind::String => {
            out.push('\n');
            if let Some(string) = value.as_str() {
                string.decode_into(out);
            }
        }
        Kind::Number => {
            out.push('\n');
            out.push_str(value.raw());
        }
        Kind::Array => value.items().for_each(|item| other(item, out)),
        Kind::Object => {
            for (key, value) in value.entries() {
                if key == "bytes" && value.is_array() {
                    out.push('\n');
                    out.push_str(&String::from_utf8_lossy(&value.items().filter_map(byte).collect::<Vec<_>>()));
                } else if key == "token" || key == "bytes" {
                    other(value, out);
                } else if key != "logprob" && !(key == "bytes" && value.kind() == Kind::Null) {
                    out.push('\n');
                    key.decode_into(out);
                    other(value, out);
                }
            }
        }
        Kind::Null | Kind::Bool => {}
    }
}

fn replace(value: Value<'_>, empty: &str, edits: &mut Edits) {
    if value.kind() != Kind::Null && value.raw() != empty {
        edits.push(value.span(), empty);
    }
}

#[cfg(test)]
mod tests {
    use tollgate_wire::json::{Limits, Tape};

    use super::*;

    fn blanked(body: &str, columns: bool) -> (String, String) {
        let mut tape = Tape::default();
        let value = tape.parse(body.as_bytes(), Limits::default()).unwrap();
        let tokens = if columns { Tokens::columns(value) } else { Tokens::list(value) };
        let mut edits = Edits::default();
        tokens.blank(&mut edits);
        (tokens.joined(), String::from_utf8(edits.apply(body.as_bytes()).unwrap()).unwrap())
    }

    #[test]
    fn tokens_spell_a_text_and_lose_it() {
        let body = r#"[{"token":"ja","logprob":-0.1,"bytes":[106,97],"top_logprobs":[{"token":"jo","logprob":-2,"bytes":null}]},{"token":"n\u0065","bytes":null,"logprob":-0.2,"top_logprobs":[]}]"#;
        let (joined, left) = blanked(body, false);
        assert_eq!(joined, "jane\nja\njo");
        assert_eq!(
            left,
            r#"[{"token":"","logprob":-0.1,"bytes":[],"top_logprobs":[]},{"token":"","bytes":null,"logprob":-0.2,"top_logprobs":[]}]"#
        );

        let body = r#"{"tokens":["ja","ne"],"token_logprobs":[-0.1,-0.2],"top_logprobs":[{"jo":-2},null],"text_offset":[0,2]}"#;
        let (joined, left) = blanked(body, true);
        assert_eq!(joined, "jane\njo\n-2");
        assert_eq!(
            left,
            r#"{"tokens":["",""],"token_logprobs":[-0.1,-0.2],"top_logprobs":[{},null],"text_offset":[0,2]}"#
        );
    }
}
