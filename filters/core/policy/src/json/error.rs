//! What is wrong with a configuration.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// What is wrong with a configuration, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Error {
    message: Box<str>,
    /// Line and column, in bytes, from 1 on.
    place: (usize, usize),
}

impl Error {
    pub(super) fn of(message: &str) -> Self {
        Self { message: message.into(), place: (0, 0) }
    }

    pub(super) fn at(self, json: &[u8], offset: usize) -> Self {
        let before = json.get(..offset).unwrap_or(json);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|&&byte| byte != b'\n').count();
        Self { place: (line, column), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place;
        write!(f, "{} at line {line} column {column}", self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of(&message.to_string())
    }

    // Serde's own would write floating-point numbers, which takes 20 KB of code.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::of(&format!("invalid type: {}, expected {expected}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::of(&format!("invalid value: {}, expected {expected}", Found(found)))
    }
}

/// As serde's messages have it.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(value) => write!(f, "boolean `{value}`"),
            Unexpected::Unsigned(number) => write!(f, "integer `{number}`"),
            Unexpected::Signed(number) => write!(f, "integer `{number}`"),
            Unexpected::Float(_) => f.write_str("a number that is not whole"),
            Unexpected::Str(text) => write!(f, "string {text:?}"),
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Seq => f.write_str("sequence"),
            Unexpected::Map => f.write_str("map"),
            _ => f.write_str("something else"),
        }
    }
}
