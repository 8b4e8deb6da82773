//! Signatures of reasoning on their way through a client that speaks another dialect.
//!
//! A provider wants the reasoning of earlier turns back with its signature, and refuses anyone else's. Failover may hand a conversation
//! from one provider to another, so a signature that is given to a client in a dialect not its signer's own carries the signer's name in
//! front: `tollgate.google.CiQB…`. Dots are in no base64. What comes back is looked at before any writer sees it: reasoning that someone
//! else has signed is [left out](leave_out_foreign), so that a writer finds its own signatures only.

use tollgate_wire::json::{Str, Writer};

use super::{Losses, Part, Request, Role};
use crate::ClientDialect;
use crate::protocol::Signer;

/// In front of every seal.
const MARK: &str = "tollgate.";

/// What stands for a signature where a dialect wants one and nobody has signed.
pub(crate) const UNSIGNED: &str = "tollgate.unsigned";

impl Signer {
    fn mark(self) -> &'static str {
        match self {
            Self::Anthropic => "tollgate.anthropic.",
            Self::Google => "tollgate.google.",
            Self::Openai => "tollgate.openai.",
            Self::BedrockOpenai => "tollgate.bedrock-openai.",
            Self::BedrockXai => "tollgate.bedrock-xai.",
            Self::Bedrock => "tollgate.bedrock.",
        }
    }

    /// Writes a signature as a JSON string, sealed with its signer's name.
    pub fn seal(self, signature: Str<'_>, out: &mut Writer) {
        out.begin_string().push_str(self.mark()).push_raw_str(signature).end_string();
    }

    /// A signature, sealed with its signer's name, still escaped.
    pub fn sealed(self, signature: Str<'_>) -> String {
        format!("{}{}", self.mark(), signature.raw())
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

/// Whether a string is a sealed signature, or stands for one that is not there.
pub(crate) fn is_sealed(raw: &str) -> bool {
    raw.starts_with(MARK)
}

/// What a seal holds; all of what has none.
pub(crate) fn unsealed(raw: &str) -> &str {
    let Some(rest) = raw.strip_prefix(MARK) else { return raw };
    Signer::ALL.iter().find_map(|signer| raw.strip_prefix(signer.mark())).unwrap_or(rest)
}

/// Takes out of a request what reasoning someone other than `signer` has signed, and the marks where nobody has.
pub(crate) fn leave_out_foreign(
    request: &mut Request<'_>,
    client: ClientDialect,
    signer: Signer,
    losses: &mut Losses<'_>,
) {
    for message in request.messages.iter_mut().filter(|message| message.role == Role::Assistant) {
        let mut foreign = false;
        // Whether the part behind is a call tells whose a bare signature of chat completions is: from the last part to the first.
        let mut before_call = false;
        for part in message.parts.iter_mut().rev() {
            let is_call = matches!(part, Part::ToolCall { .. });
            if let Part::Reasoning { text, signature } = part
                && let Some(sealed) = *signature
                && (sealed.raw() == UNSIGNED
                    || !is_own(sealed, bare_signer(client, text.is_empty() && before_call), signer))
            {
                foreign |= sealed.raw() != UNSIGNED;
                // Emptied here and taken out below: what nobody has signed stays as text.
                *signature = None;
                if sealed.raw() != UNSIGNED {
                    *text = Str::from_escaped("");
                }
            }
            before_call = is_call;
        }
        message.parts.retain(|part| match part {
            Part::Reasoning { text, signature: None } => !text.is_empty(),
            Part::RedactedReasoning { data } => {
                let own = is_own(*data, bare_signer(client, false), signer);
                foreign |= !own;
                own
            }
            _ => true,
        });
        if foreign {
            losses.note("thinking");
        }
    }
}

/// Who has signed what carries no seal: the provider whose own dialect the client speaks. Clients of chat completions have such from
/// gateways and endpoints that hand Anthropic's thinking blocks and Google's signatures of calls through.
fn bare_signer(client: ClientDialect, of_a_call: bool) -> Signer {
    match client {
        ClientDialect::OpenaiResponses => Signer::Openai,
        ClientDialect::OpenaiChat if of_a_call => Signer::Google,
        _ => Signer::Anthropic,
    }
}

fn is_own(signature: Str<'_>, bare: Signer, signer: Signer) -> bool {
    match signer.open(signature) {
        Some(_) if is_sealed(signature.raw()) => true,
        Some(_) => bare == signer,
        None => false,
    }
}
