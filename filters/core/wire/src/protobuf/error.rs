//! Why bytes are no message.

use std::fmt;

/// Why bytes are no message, or not the one that was expected. Whoever sent them would send the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtobufError {
    /// They end within a field.
    Cut,
    /// A number takes more than ten bytes, or more than 64 bits.
    TooLong,
    /// A field has the number 0, or one beyond what 29 bits hold.
    Number,
    /// A field is of a shape (the last three bits of its tag) that proto3 does not have.
    Shape(u8),
    /// A text is not UTF-8.
    Text,
    /// A field that cannot be done without is not there.
    Missing(u32),
    /// A field is repeated more often than the reader keeps.
    TooMany(u32),
}

impl fmt::Display for ProtobufError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the message ends within a field"),
            Self::TooLong => f.write_str("a number has more than 64 bits"),
            Self::Number => f.write_str("a field has no valid number"),
            Self::Shape(shape) => write!(f, "a field is of the unknown wire type {shape}"),
            Self::Text => f.write_str("a text is not UTF-8"),
            Self::Missing(number) => write!(f, "the field {number} is not there"),
            Self::TooMany(number) => write!(f, "the field {number} is repeated too often"),
        }
    }
}

impl std::error::Error for ProtobufError {}
