//! Why a text is not JSON, and where.

use std::fmt;

/// Why and where a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset in the input: of the offending byte, or the input's length when it ended too early.
    pub offset: usize,
    /// What was wrong there.
    pub kind: JsonErrorKind,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Nothing but white space.
    Empty,
    /// The input ended inside a value: more bytes might make it valid.
    Truncated,
    /// A value was expected.
    ExpectedValue,
    /// An object's key was expected.
    ExpectedKey,
    /// A `:` was expected after an object's key.
    ExpectedColon,
    /// A `,` or `}` was expected after an object's value.
    ExpectedCommaOrBrace,
    /// A `,` or `]` was expected after an array's item.
    ExpectedCommaOrBracket,
    /// A number that breaks off where a digit is needed.
    BadNumber,
    /// A backslash that starts no escape of the grammar.
    BadEscape,
    /// A control character (below U+0020) inside a string.
    ControlCharacter,
    /// The input is not UTF-8.
    BadUtf8,
    /// Something follows the value.
    TrailingBytes,
    /// More nested containers than [`Limits::depth`](super::Limits).
    TooDeep,
    /// More values and keys than [`Limits::nodes`](super::Limits).
    TooMany,
    /// More than 4 GiB of input, which a tape's offsets cannot address.
    TooLarge,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            JsonErrorKind::Empty => return f.write_str("expected a JSON value, found nothing"),
            JsonErrorKind::Truncated => "the JSON text ends too early",
            JsonErrorKind::ExpectedValue => "expected a value",
            JsonErrorKind::ExpectedKey => "expected a `\"`-quoted key",
            JsonErrorKind::ExpectedColon => "expected `:`",
            JsonErrorKind::ExpectedCommaOrBrace => "expected `,` or `}`",
            JsonErrorKind::ExpectedCommaOrBracket => "expected `,` or `]`",
            JsonErrorKind::BadNumber => "expected a digit",
            JsonErrorKind::BadEscape => "invalid escape in a string",
            JsonErrorKind::ControlCharacter => "unescaped control character in a string",
            JsonErrorKind::BadUtf8 => "invalid UTF-8",
            JsonErrorKind::TrailingBytes => "expected nothing after the value",
            JsonErrorKind::TooDeep => "nested too deeply",
            JsonErrorKind::TooMany => "too many values",
            JsonErrorKind::TooLarge => "the JSON text is over 4 GiB",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

impl std::error::Error for JsonError {}
