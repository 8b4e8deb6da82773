//! What the client sent, kept for the attempts after the first.

use tollgate_host::{Headers, HostError, pairs};

/// Headers that a translation may change or drop; a later attempt finds them as the attempt before left them.
pub(crate) const CHANGEABLE: &[&str] = &[
    ":authority",
    ":path",
    "accept",
    "accept-encoding",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-version",
    "content-length",
    "content-type",
    "idempotency-key",
    "openai-beta",
    "openai-organization",
    "openai-project",
];

/// The headers of [`CHANGEABLE`] as the client sent them.
#[derive(Debug)]
pub(crate) struct Origin(Headers);

impl Origin {
    /// From the headers of the first attempt, and the form in which the later ones get it.
    ///
    /// # Errors
    /// They are more than a list of pairs holds.
    pub(crate) fn of(headers: &Headers) -> Result<(Self, Vec<u8>), HostError> {
        let kept: Vec<(&str, &str)> = CHANGEABLE.iter().filter_map(|name| Some((*name, headers.get(name)?))).collect();
        let encoded = pairs::encode(&kept)?;
        Ok((Self(Headers::parse(encoded.clone())?), encoded))
    }

    /// From what the first attempt left behind; `None` if that was not ours.
    pub(crate) fn decode(encoded: Vec<u8>) -> Option<Self> {
        let saved = Headers::parse(encoded).ok()?;
        saved.get(":path")?;
        Some(Self(saved))
    }

    /// A header of [`CHANGEABLE`] as the client sent it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// The path the client asked for, with its query.
    pub(crate) fn path(&self) -> &str {
        self.get(":path").unwrap_or_default()
    }
}
