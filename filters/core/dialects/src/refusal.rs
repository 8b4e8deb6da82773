//! Saying no: every refusal of the gateway, and every provider error on its way back, in the caller's own dialect.
//!
//! A [`Refusal`] is what happened, [`render`](Refusal::render) how the dialect's own API would say it, so that SDKs raise the
//! exception their users already handle. Messages never quote a body, a key or a finding.

mod reasons;
mod render;
#[cfg(test)]
mod tests;

use std::fmt;

pub use reasons::QuotaExceeded;
pub use render::Rendered;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// HTTP status of the answer.
    pub status: u16,
    /// What kind of reason it is: decides the dialect's error type and code.
    pub kind: RefusalKind,
    /// For the caller to read.
    pub message: String,
    /// The request field at fault, if one is.
    pub param: Option<String>,
    /// When it makes sense to ask again, in seconds from now.
    pub retry_after_secs: Option<u64>,
    /// Methods for the `allow` header of a 405.
    pub allow: Option<&'static str>,
    /// A provider's own error code, kept for clients that look at it.
    pub code: Option<String>,
}

/// The kinds of reasons, as telemetry and policies name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// No key, or one that nobody has.
    Authentication,
    /// Known, but not allowed to do this.
    Permission,
    /// The account behind the key cannot pay.
    Billing,
    /// No such model.
    ModelNotFound,
    /// No such path or thing.
    NotFound,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The request is not what the API expects.
    InvalidRequest,
    /// A field or feature that the provider behind this model lacks.
    Unsupported,
    /// The body is over a limit.
    TooLarge,
    /// A body encoding that is not read here.
    UnsupportedMedia,
    /// A policy forbids this content.
    Blocked,
    /// A quota or rate limit is used up.
    RateLimited,
    /// An operator has stopped it.
    Stopped,
    /// Nobody can serve this now.
    Overloaded,
    /// The provider failed or could not be understood.
    Upstream,
    /// The provider took too long.
    Timeout,
    /// Our own fault.
    Internal,
}

impl RefusalKind {
    /// A short name for logs and metric labels.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::Billing => "billing",
            Self::ModelNotFound => "model_not_found",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::InvalidRequest => "invalid_request",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::UnsupportedMedia => "unsupported_media",
            Self::Blocked => "blocked",
            Self::RateLimited => "rate_limited",
            Self::Stopped => "stopped",
            Self::Overloaded => "overloaded",
            Self::Upstream => "upstream",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }

    /// What an HTTP status says when nothing better is known.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::Billing,
            403 => Self::Permission,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 | 504 => Self::Timeout,
            413 => Self::TooLarge,
            415 => Self::UnsupportedMedia,
            429 => Self::RateLimited,
            400..=499 => Self::InvalidRequest,
            503 | 529 => Self::Overloaded,
            _ => Self::Upstream,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.kind.as_str(), self.message)
    }
}

impl std::error::Error for Refusal {}
