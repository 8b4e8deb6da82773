//! Signed thinking, in the form in which clients hand it back so that a conversation with tools can go on. No fields of OpenAI's own: SDKs
//! keep what they do not know.
//!
//! - `thinking_blocks` of the message, for thinking as Anthropic signs it: in an answer with its text, in a stream without, which is put in
//!   its place again when the message comes back.
//! - `extra_content.google.thought_signature` of a call, for a call as Google signs it, which is where Google's own endpoint of this API has
//!   it (<https://ai.google.dev/gemini-api/docs/thought-signatures#openai>): of several calls each keeps its own.
//!
//! All of them carry their signer's [seal](crate::canonical), so that another provider is not given them.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::Part;
use crate::protocol::Signer;

/// The signature of the call behind this part: Google signs calls, and the thinking in front of one is not signed itself.
pub(super) fn of_call<'a>(before: &Part<'a>, signer: Signer) -> Option<Str<'a>> {
    match before {
        Part::Reasoning { signature, .. } if signer == Signer::Google => *signature,
        _ => None,
    }
}

/// Writes `extra_content` with the signature of a call.
pub(in crate::openai_chat) fn write_of_call(signature: Str<'_>, signer: Signer, out: &mut Writer) {
    out.key("extra_content").begin_object().key("google").begin_object();
    signer.seal(signature, out.key("thought_signature"));
    out.end_object().end_object();
}

/// Writes the `thinking_blocks` of a message, if there are any.
pub(super) fn blocks(parts: &[Part<'_>], signer: Signer, out: &mut Writer) {
    let is_call = |at: usize| matches!(parts.get(at), Some(Part::ToolCall { .. }));
    let signed = || {
        parts.iter().enumerate().filter(|(at, part)| match part {
            Part::Reasoning { signature, .. } => {
                signature.is_some() && !(of_call(part, signer).is_some() && is_call(at + 1))
            }
            Part::RedactedReasoning { .. } => true,
            _ => false,
        })
    };
    if signed().next().is_none() {
        return;
    }
    out.key("thinking_blocks").begin_array();
    for (_, part) in signed() {
        match part {
            Part::Reasoning { text, signature: Some(signature) } => {
                write_thinking(None, Some(*text), *signature, signer, out);
            }
            Part::RedactedReasoning { data } => write_redacted(None, *data, signer, out),
            _ => {}
        }
    }
    out.end_array();
}

/// A signed block; in a stream with its index, and without its text.
pub(in crate::openai_chat) fn write_thinking(
    index: Option<u64>,
    text: Option<Str<'_>>,
    signature: Str<'_>,
    signer: Signer,
    out: &mut Writer,
) {
    begin_block(index, "thinking", out);
    match text {
        Some(text) => out.field_raw_str("thinking", text),
        None => out.field_str("thinking", ""),
    };
    signer.seal(signature, out.key("signature"));
    out.end_object();
}

pub(in crate::openai_chat) fn write_redacted(index: Option<u64>, data: Str<'_>, signer: Signer, out: &mut Writer) {
    begin_block(index, "redacted_thinking", out);
    signer.seal(data, out.key("data"));
    out.end_object();
}

fn begin_block(index: Option<u64>, kind: &str, out: &mut Writer) {
    out.begin_object();
    if let Some(index) = index {
        out.field_u64("index", index);
    }
    out.field_str("type", kind);
}
