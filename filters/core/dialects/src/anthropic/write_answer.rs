//! The canonical model, written as a message.

use std::borrow::Cow;

use tollgate_wire::json::{Str, Writer};

use super::citation::write_citation;
use crate::Usage;
use crate::canonical::{Answer, FinishReason, Part, UNSIGNED, synthetic_id};
use crate::protocol::Signer;
use crate::translate::AnswerPlan;

/// Writes an answer.
pub(crate) fn write_answer(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    let choice = answer.first();
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    match answer.id {
        Some(id) => out.field_raw_str("id", id),
        None => out.field_str("id", &message_id(plan)),
    };
    out.field_str("type", "message").field_str("role", "assistant");
    match answer.model {
        Some(model) => out.field_raw_str("model", model),
        None => out.field_str("model", ""),
    };
    out.key("content").begin_array();
    if let Some(choice) = choice {
        content(&choice.parts, plan, &mut out);
    }
    out.end_array().field_str("stop_reason", stop_reason(choice.map_or(FinishReason::Stop, |choice| choice.finish)));
    match choice.and_then(|choice| choice.stop_sequence) {
        Some(stop) => out.field_raw_str("stop_sequence", stop),
        None => out.field_null("stop_sequence"),
    };
    write_usage(&answer.usage.unwrap_or_default(), out.key("usage"));
    out.end_object();
    out.finish()
}

/// The id of an answer whose provider gave none.
pub(super) fn message_id(plan: &AnswerPlan) -> String {
    synthetic_id("msg_", plan.now_nanos, 0)
}

/// The id of a call that has none: the same in an answer and its stream.
pub(super) fn call_id(call: u32, now_nanos: u64) -> String {
    synthetic_id("toolu_", now_nanos, u64::from(call) + 1)
}

/// A signature as a client of this dialect gets it, still escaped: another signer's is sealed.
pub(super) fn signature(signature: Str<'_>, signer: Signer) -> Cow<'_, str> {
    match signer {
        Signer::Anthropic => signature.raw().into(),
        _ => signer.sealed(signature).into(),
    }
}

fn content(parts: &[Part<'_>], plan: &AnswerPlan, out: &mut Writer) {
    let signer = plan.signer();
    let mut calls = 0;
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text { text, .. } | Part::Refusal { text } => {
                out.begin_object().field_str("type", "text").field_raw_str("text", *text);
                citations(parts.get(index + 1..).unwrap_or_default(), out);
                out.end_object();
            }
            Part::Reasoning { text, signature } => {
                out.begin_object().field_str("type", "thinking").field_raw_str("thinking", *text);
                // There must be one. A mark shows that nobody has signed this, should it come back.
                let signature = signature.map_or(UNSIGNED.into(), |own| self::signature(own, signer));
                out.field_raw_str("signature", Str::from_escaped(&signature)).end_object();
            }
            Part::RedactedReasoning { data } => {
                out.begin_object().field_str("type", "redacted_thinking");
                out.field_raw_str("data", Str::from_escaped(&signature(*data, signer))).end_object();
            }
            Part::ToolCall { id, name, arguments, .. } => {
                out.begin_object().field_str("type", "tool_use");
                match id {
                    Some(id) => out.field_raw_str("id", *id),
                    None => out.field_str("id", &call_id(calls, plan.now_nanos)),
                };
                out.field_raw_str("name", *name).key("input");
                arguments.write_object_or_text(out);
                out.end_object();
                calls += 1;
            }
            Part::Image { .. }
            | Part::Document { .. }
            | Part::Audio { .. }
            | Part::Citation(_)
            | Part::ToolResult { .. } => {}
        }
    }
}

/// The citations that stand right behind a text.
fn citations(behind: &[Part<'_>], out: &mut Writer) {
    let mut written = behind
        .iter()
        .map_while(|part| if let Part::Citation(citation) = part { Some(write_citation(citation)) } else { None })
        .flatten()
        .peekable();
    if written.peek().is_none() {
        return;
    }
    out.key("citations").begin_array();
    for citation in written {
        // Our own writing is UTF-8.
        out.raw(std::str::from_utf8(&citation).unwrap_or("null"));
    }
    out.end_array();
}

pub(super) fn stop_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "end_turn",
        FinishReason::StopSequence => "stop_sequence",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::Refused => "refusal",
        FinishReason::Paused => "pause_turn",
    }
}

/// The `usage` object: here the cached parts are beside `input_tokens`, not in it.
pub(super) fn write_usage(usage: &Usage, out: &mut Writer) {
    out.begin_object().field_u64("input_tokens", usage.uncached_input());
    out.field_u64("cache_creation_input_tokens", usage.cache_write);
    out.field_u64("cache_read_input_tokens", usage.cached_read);
    if usage.cache_write > 0 {
        out.key("cache_creation").begin_object();
        out.field_u64("ephemeral_5m_input_tokens", usage.cache_write.saturating_sub(usage.cache_write_1h));
        out.field_u64("ephemeral_1h_input_tokens", usage.cache_write_1h).end_object();
    }
    out.field_u64("output_tokens", usage.output);
    if usage.reasoning > 0 {
        out.key("output_tokens_details").begin_object().field_u64("thinking_tokens", usage.reasoning).end_object();
    }
    out.end_object();
}
