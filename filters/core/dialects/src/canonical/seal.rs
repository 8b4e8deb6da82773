//! Signatures of reasoning on their way through a client that speaks another dialect.
//!
//! A provider wants the reasoning of earlier turns back with its signature, and refuses anyone else's. Failover may hand a conversation
//! from one provider to another, so a signature that is given to a client in a dialect not its signer's own carries the signer's name in
//! front: `tollgate.google.CiQB…`. Dots are in no base64.

use tollgate_wire::json::{Str, Writer};

use crate::protocol::Signer;

/// In front of every seal.
const MARK: &str = "tollgate.";

impl Signer {
    fn mark(self) -> &'static str {
        match self {
            Self::Anthropic => "tollgate.anthropic.",
            Self::Google => "tollgate.google.",
            Self::Openai => "tollgate.openai.",
        }
    }

    /// Writes a signature as a JSON string, sealed with its signer's name.
    pub fn seal(self, signature: Str<'_>, out: &mut Writer) {
        out.begin_string().push_str(self.mark()).push_raw_str(signature).end_string();
    }

    /// The signature, still escaped, if this is who signed it; None for anyone else's. One without a seal comes from a client of the
    /// signer's own dialect.
    pub fn open(self, signature: Str<'_>) -> Option<&str> {
        let raw = signature.raw();
        if raw.starts_with(MARK) { raw.strip_prefix(self.mark()) } else { Some(raw) }
    }
}

/// Whether a body holds a sealed signature: then it cannot pass as it is, even to a provider of the client's own dialect.
pub(crate) fn has_seal(body: &[u8]) -> bool {
    memchr::memmem::find(body, b"\"tollgate.").is_some()
}
