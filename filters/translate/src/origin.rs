//! What the client sent, kept for the attempts after the first.

use tollgate_host::{Headers, HostError, pairs};

/// Headers that a translation may change or drop; a later attempt finds them as the attempt before left them.
const CHANGEABLE: &[&[u8]] = &[
    b":authority",
    b":path",
    b"accept",
    b"accept-encoding",
    b"anthropic-beta",
    b"anthropic-dangerous-direct-browser-access",
    b"anthropic-version",
    b"content-length",
    b"content-type",
    b"idempotency-key",
    b"openai-beta",
    b"openai-organization",
    b"openai-project",
];

/// Whether a translation may change or drop the header of this name.
pub(crate) fn is_changeable(name: &[u8]) -> bool {
    // Most headers of a request begin otherwise, and every one of them is asked about.
    matches!(name.first(), Some(b':' | b'a' | b'c' | b'i' | b'o')) && CHANGEABLE.contains(&name)
}

/// The headers that [`is_changeable`] speaks of, as the client sent them.
#[derive(Debug)]
pub(crate) enum Origin {
    /// Nothing has changed them yet: they are those of the request.
    Untouched,
    /// An attempt before may have changed them; these are the client's.
    Saved(Headers),
}

impl Origin {
    /// The form in which the attempts after the first get it.
    ///
    /// # Errors
    /// They are more than a list of pairs holds.
    pub(crate) fn encode(headers: &Headers) -> Result<Vec<u8>, HostError> {
        pairs::encode_bytes(headers.iter().filter(|(name, _)| is_changeable(name)))
    }

    /// From what the first attempt left behind; `None` if that was not ours.
    pub(crate) fn decode(encoded: Vec<u8>) -> Option<Self> {
        let saved = Headers::parse(encoded).ok()?;
        saved.get(":path")?;
        Some(Self::Saved(saved))
    }

    /// A header that [`is_changeable`] as the client sent it; `now` are the request's headers as this attempt found them.
    pub(crate) fn get<'a>(&'a self, now: &'a Headers, name: &str) -> Option<&'a str> {
        match self {
            Self::Untouched => now.get(name),
            Self::Saved(saved) => saved.get(name),
        }
    }

    /// The path the client asked for, with its query.
    pub(crate) fn path<'a>(&'a self, now: &'a Headers) -> &'a str {
        self.get(now, ":path").unwrap_or_default()
    }
}
