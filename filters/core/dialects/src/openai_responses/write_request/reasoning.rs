//! How much to think, and what is to come back of it.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::{Effort, Part, Request};
use crate::openai_chat::effort;
use crate::protocol::Signer;

/// Writes `reasoning` and `include`.
pub(super) fn write(request: &Request<'_>, model: &str, out: &mut Writer) {
    let effort = effort(request.reasoning);
    // A client that asks for thinking by Anthropic's own field wants to read it, which here must be asked for.
    let shown = reasons(model) && (request.reasoning.budget.is_some() || request.reasoning.adaptive);
    if effort.is_some() || shown {
        out.key("reasoning").begin_object();
        if let Some(effort) = effort {
            out.field_str("effort", effort.as_str());
        }
        if shown {
            out.field_str("summary", "auto");
        }
        out.end_object();
    }
    // Models that do not reason refuse to be asked for it: "Encrypted content is not supported with this model."
    let encrypted = reasons(model) || effort.is_some_and(|effort| effort != Effort::None) || has_own(request);
    if encrypted || request.logprobs.is_some() {
        out.key("include").begin_array();
        if encrypted {
            out.string("reasoning.encrypted_content");
        }
        if request.logprobs.is_some() {
            out.string("message.output_text.logprobs");
        }
        out.end_array();
    }
}

/// Whether the model is one of OpenAI's that reason, by its name: the o-series, GPT-5 and later, and Codex
/// (<https://platform.openai.com/docs/guides/reasoning>). A name that is not known, such as a deployment's, is taken for one that does not.
fn reasons(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or_default();
    let number = |rest: &str| {
        let digits = rest.split(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
        digits.parse::<u32>().ok()
    };
    if let Some(rest) = name.strip_prefix("gpt-") {
        return number(rest).is_some_and(|generation| generation >= 5) && !rest.starts_with("5-chat");
    }
    name.starts_with("codex") || name.strip_prefix('o').is_some_and(|rest| number(rest).is_some())
}

/// Whether the conversation holds reasoning of OpenAI's.
fn has_own(request: &Request<'_>) -> bool {
    request.messages.iter().flat_map(|message| &message.parts).any(|part| own_signature(part).is_some())
}

/// The encrypted reasoning of a part, if OpenAI has made it.
pub(super) fn own_signature<'a>(part: &Part<'a>) -> Option<Str<'a>> {
    let signature = match part {
        Part::Reasoning { signature, .. } => (*signature)?,
        Part::RedactedReasoning { data } => *data,
        _ => return None,
    };
    Signer::Openai.open(signature).filter(|raw| !raw.is_empty()).map(Str::from_escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_reasons_is_known_by_its_name() {
        for model in
            ["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5.1-codex", "gpt-6-astra", "openai/gpt-5", "codex-mini-latest"]
        {
            assert!(reasons(model), "{model}");
        }
        for model in ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "gpt-oss-20b", "omni-moderation", "my-deployment", ""] {
            assert!(!reasons(model), "{model}");
        }
    }
}
