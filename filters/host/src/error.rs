//! What Envoy may answer instead of doing what it was asked.

use std::fmt;

/// A refusal by the host, as a value: the filter decides what it means for the request.
///
/// The variants are the status codes of the proxy-wasm ABI 0.2.1, plus [`HostError::Malformed`] for an answer that
/// contradicts its own framing and [`HostError::Unknown`] for a code this crate does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostError {
    /// The key, path, metric or buffer does not exist (1).
    NotFound,
    /// The argument makes no sense here: a header map of another phase, an edit in the middle of a body (2).
    BadArgument,
    /// The host could not serialize what was asked for (3).
    SerializationFailure,
    /// The host could not parse what it was given (4).
    ParseFailure,
    /// The expression is invalid (5).
    BadExpression,
    /// A pointer of ours was outside linear memory, or the host could not allocate in it (6).
    InvalidMemoryAccess,
    /// There is nothing to take (7).
    Empty,
    /// Somebody else wrote the shared value since it was read (8): read it again and retry.
    CasMismatch,
    /// The host expected another result (9).
    ResultMismatch,
    /// The host failed for reasons of its own (10).
    InternalFailure,
    /// The connection is gone (11).
    BrokenConnection,
    /// This host does not implement the call (12).
    Unimplemented,
    /// The host said Ok and handed over bytes that do not parse.
    Malformed,
    /// A status code that ABI 0.2.1 does not define.
    Unknown(u32),
}

impl HostError {
    /// Reads a status code of the ABI: `Ok` for 0, the error otherwise.
    pub fn check(status: u32) -> Result<(), Self> {
        Err(match status {
            0 => return Ok(()),
            1 => Self::NotFound,
            2 => Self::BadArgument,
            3 => Self::SerializationFailure,
            4 => Self::ParseFailure,
            5 => Self::BadExpression,
            6 => Self::InvalidMemoryAccess,
            7 => Self::Empty,
            8 => Self::CasMismatch,
            9 => Self::ResultMismatch,
            10 => Self::InternalFailure,
            11 => Self::BrokenConnection,
            12 => Self::Unimplemented,
            other => Self::Unknown(other),
        })
    }

    /// The status code of the ABI, for a host that answers a module.
    pub fn status(self) -> u32 {
        match self {
            Self::NotFound => 1,
            Self::BadArgument => 2,
            Self::SerializationFailure => 3,
            Self::ParseFailure | Self::Malformed => 4,
            Self::BadExpression => 5,
            Self::InvalidMemoryAccess => 6,
            Self::Empty => 7,
            Self::CasMismatch => 8,
            Self::ResultMismatch => 9,
            Self::InternalFailure => 10,
            Self::BrokenConnection => 11,
            Self::Unimplemented => 12,
            Self::Unknown(code) => code,
        }
    }

    /// Whether the same call may succeed when it is made again after reading the current value.
    pub fn is_retryable(self) -> bool {
        self == Self::CasMismatch
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::BadArgument => "bad argument, or not available in this phase",
            Self::SerializationFailure => "the host could not serialize the value",
            Self::ParseFailure => "the host could not parse the argument",
            Self::BadExpression => "bad expression",
            Self::InvalidMemoryAccess => "invalid memory access",
            Self::Empty => "empty",
            Self::CasMismatch => "the shared value has changed since it was read",
            Self::ResultMismatch => "result mismatch",
            Self::InternalFailure => "internal failure of the host",
            Self::BrokenConnection => "broken connection",
            Self::Unimplemented => "not implemented by this host",
            Self::Malformed => "the host's answer does not parse",
            Self::Unknown(code) => return write!(f, "unknown status {code}"),
        })
    }
}

impl std::error::Error for HostError {}
