//! The canonical model, written as a message.

use tollgate_wire::json::Writer;

use crate::Usage;
use crate::canonical::{Answer, FinishReason, Part};
use crate::translate::AnswerPlan;

/// Writes an answer.
pub(crate) fn write_answer(answer: &Answer<'_>, _plan: &AnswerPlan) -> Vec<u8> {
    let choice = answer.first();
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    match answer.id {
        Some(id) => out.field_raw_str("id", id),
        None => out.field_str("id", ""),
    };
    out.field_str("type", "message").field_str("role", "assistant");
    match answer.model {
        Some(model) => out.field_raw_str("model", model),
        None => out.field_str("model", ""),
    };
    out.key("content").begin_array();
    choice.iter().flat_map(|choice| &choice.parts).for_each(|part| block(part, &mut out));
    out.end_array().field_str("stop_reason", stop_reason(choice.map_or(FinishReason::Stop, |choice| choice.finish)));
    match choice.and_then(|choice| choice.stop_sequence) {
        Some(stop) => out.field_raw_str("stop_sequence", stop),
        None => out.field_null("stop_sequence"),
    };
    write_usage(&answer.usage.unwrap_or_default(), out.key("usage"));
    out.end_object();
    out.finish()
}

fn block(part: &Part<'_>, out: &mut Writer) {
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => {
            out.begin_object().field_str("type", "text").field_raw_str("text", *text).end_object();
        }
        Part::Reasoning { text, signature } => {
            out.begin_object().field_str("type", "thinking").field_raw_str("thinking", *text);
            match signature {
                Some(signature) => out.field_raw_str("signature", *signature),
                None => out.field_str("signature", ""),
            };
            out.end_object();
        }
        Part::RedactedReasoning { data } => {
            out.begin_object().field_str("type", "redacted_thinking").field_raw_str("data", *data).end_object();
        }
        Part::ToolCall { id, name, arguments, .. } => {
            out.begin_object().field_str("type", "tool_use");
            match id {
                Some(id) => out.field_raw_str("id", *id),
                None => out.field_str("id", ""),
            };
            out.field_raw_str("name", *name).key("input");
            arguments.write_object_or_text(out);
            out.end_object();
        }
        Part::Image { .. }
        | Part::Document { .. }
        | Part::Audio { .. }
        | Part::Citation(_)
        | Part::ToolResult { .. } => {}
    }
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
    out.field_u64("output_tokens", usage.output).end_object();
}
