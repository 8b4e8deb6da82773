//! What the client sent, kept for the attempts after the first.

use tollgate_host::{HeaderMap, Headers, Host, HostError, pairs};

/// Headers that a translation may change or drop; an attempt finds them as the attempt before left them.
const CHANGEABLE: &[&str] = &[
    ":path",
    "accept",
    "anthropic-beta",
    "anthropic-version",
    "content-length",
    "content-type",
    "openai-beta",
    "openai-organization",
    "openai-project",
];

/// Headers by which providers' keys travel: the client's are gone already, one of another provider may be left from the attempt before.
const CREDENTIALS: &[&str] = &["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// The headers of [`CHANGEABLE`] as the client sent them.
#[derive(Debug)]
pub(crate) struct Origin {
    saved: Headers,
    encoded: Vec<u8>,
    first_attempt: bool,
    credentials: bool,
}

impl Origin {
    /// From the headers of the first attempt.
    ///
    /// # Errors
    /// They are more than the host's pairs hold.
    pub(crate) fn of(headers: &Headers) -> Result<Self, HostError> {
        let kept: Vec<(&str, &str)> = CHANGEABLE.iter().filter_map(|name| Some((*name, headers.get(name)?))).collect();
        let encoded = pairs::encode(&kept)?;
        let saved = Headers::parse(encoded.clone())?;
        let credentials = CREDENTIALS.iter().any(|name| headers.get_bytes(name).is_some());
        Ok(Self { saved, encoded, first_attempt: true, credentials })
    }

    /// From what the first attempt left behind; `None` if that was not ours.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let saved = Headers::parse(bytes.to_vec()).ok()?;
        saved.get(":path")?;
        Some(Self { saved, encoded: Vec::new(), first_attempt: false, credentials: true })
    }

    /// As filter state.
    pub(crate) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The path the client asked for.
    pub(crate) fn path(&self) -> &str {
        self.saved.get(":path").unwrap_or_default()
    }

    /// Whether the request has a content length, which must follow its body.
    pub(crate) fn has_length(&self) -> bool {
        self.saved.get("content-length").is_some()
    }

    /// Undoes what the attempt before changed: every key is taken out, every changeable header is as the client sent it.
    pub(crate) fn restore(&self, host: &mut dyn Host) -> Result<(), HostError> {
        if self.credentials {
            for name in CREDENTIALS {
                host.remove_header(HeaderMap::Request, name)?;
            }
        }
        if self.first_attempt {
            return Ok(());
        }
        for name in CHANGEABLE {
            match self.saved.get(name) {
                Some(value) => host.set_header(HeaderMap::Request, name, value)?,
                None => host.remove_header(HeaderMap::Request, name)?,
            }
        }
        Ok(())
    }
}
