//! The canonical model, written as a chat completion.

use tollgate_wire::json::{Str, Writer};

use crate::Usage;
use crate::canonical::{Answer, Arguments, FinishReason, Part};
use crate::translate::AnswerPlan;

/// Writes an answer. Where JSON was asked for by way of a tool, its call is the content.
pub(crate) fn write_answer(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    let (created, json_tool) = (plan.now_secs(), plan.json_tool);
    let (parts, finish) =
        answer.first().map_or((&[][..], FinishReason::Stop), |choice| (&*choice.parts, choice.finish));
    let mut out = Writer::with_capacity(1024);
    out.begin_object().key("id").begin_string();
    if let Some(id) = answer.id {
        out.push_raw_str(id);
    }
    out.end_string().field_str("object", "chat.completion").field_u64("created", created);
    match answer.model {
        Some(model) => out.field_raw_str("model", model),
        None => out.field_str("model", ""),
    };
    out.key("choices").begin_array().begin_object().field_u64("index", 0);
    message(parts, json_tool, out.key("message"));
    out.field_null("logprobs").field_str("finish_reason", finish_reason(finish, json_tool)).end_object().end_array();
    if let Some(usage) = &answer.usage {
        write_usage(usage, out.key("usage"));
    }
    out.end_object();
    out.finish()
}

fn message(parts: &[Part<'_>], json_tool: bool, out: &mut Writer) {
    out.begin_object().field_str("role", "assistant").key("content");
    let is_content = |part: &&Part<'_>| match part {
        Part::Text { .. } => true,
        Part::ToolCall { .. } => json_tool,
        _ => false,
    };
    if parts.iter().any(|part| is_content(&part)) {
        out.begin_string();
        for part in parts.iter().filter(is_content) {
            match part {
                Part::Text { text, .. } => out.push_raw_str(*text),
                Part::ToolCall { arguments: Arguments::Json(json), .. } => out.push_str(json.raw()),
                Part::ToolCall { arguments: Arguments::Quoted(text), .. } => out.push_raw_str(*text),
                _ => continue,
            };
        }
        out.end_string();
    } else {
        out.null();
    }
    if !joined("refusal", parts, |part| matches!(part, Part::Refusal { .. }), out) {
        out.field_null("refusal");
    }
    joined("reasoning_content", parts, |part| matches!(part, Part::Reasoning { .. }), out);
    thinking_blocks(parts, out);
    let calls = || parts.iter().filter(|part| matches!(part, Part::ToolCall { .. }) && !json_tool);
    if calls().next().is_some() {
        out.key("tool_calls").begin_array();
        for part in calls() {
            let Part::ToolCall { id, name, arguments, .. } = part else { continue };
            out.begin_object();
            match id {
                Some(id) => out.field_raw_str("id", *id),
                None => out.field_str("id", ""),
            };
            out.field_str("type", "function").key("function").begin_object().field_raw_str("name", *name);
            match arguments {
                Arguments::Quoted(text) => out.field_raw_str("arguments", *text),
                Arguments::Json(json) => out.field_str("arguments", json.raw()),
            };
            out.end_object().end_object();
        }
        out.end_array();
    }
    out.end_object();
}

/// All the texts of a kind as one string. False if there is none, and nothing written.
fn joined(key: &str, parts: &[Part<'_>], is_it: impl Fn(&Part<'_>) -> bool, out: &mut Writer) -> bool {
    if !parts.iter().any(&is_it) {
        return false;
    }
    out.key(key).begin_string();
    for part in parts.iter().filter(|part| is_it(part)) {
        if let Part::Refusal { text } | Part::Reasoning { text, .. } = part {
            out.push_raw_str(*text);
        }
    }
    out.end_string();
    true
}

/// Signed thinking, in the form in which clients hand it back so that a conversation with tools can go on. No field of OpenAI's own:
/// SDKs keep what they do not know.
fn thinking_blocks(parts: &[Part<'_>], out: &mut Writer) {
    let is_signed =
        |part: &&Part<'_>| matches!(part, Part::Reasoning { signature: Some(_), .. } | Part::RedactedReasoning { .. });
    if !parts.iter().any(|part| is_signed(&part)) {
        return;
    }
    out.key("thinking_blocks").begin_array();
    for part in parts.iter().filter(is_signed) {
        match part {
            Part::Reasoning { text, signature: Some(signature) } => write_thinking(None, Some(*text), *signature, out),
            Part::RedactedReasoning { data } => write_redacted_thinking(None, *data, out),
            _ => {}
        }
    }
    out.end_array();
}

/// A signed block; in a stream with its index, and without its text.
pub(super) fn write_thinking(index: Option<u64>, text: Option<Str<'_>>, signature: Str<'_>, out: &mut Writer) {
    begin_block(index, "thinking", out);
    match text {
        Some(text) => out.field_raw_str("thinking", text),
        None => out.field_str("thinking", ""),
    };
    out.field_raw_str("signature", signature).end_object();
}

pub(super) fn write_redacted_thinking(index: Option<u64>, data: Str<'_>, out: &mut Writer) {
    begin_block(index, "redacted_thinking", out);
    out.field_raw_str("data", data).end_object();
}

fn begin_block(index: Option<u64>, kind: &str, out: &mut Writer) {
    out.begin_object();
    if let Some(index) = index {
        out.field_u64("index", index);
    }
    out.field_str("type", kind);
}

/// `finish_reason`. A forced call that stands for JSON content is a plain end.
pub(super) fn finish_reason(reason: FinishReason, json_tool: bool) -> &'static str {
    match reason {
        FinishReason::ToolCalls if !json_tool => "tool_calls",
        FinishReason::Length => "length",
        FinishReason::Refused => "content_filter",
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls | FinishReason::Paused => "stop",
    }
}

/// The `usage` object, details included.
pub(super) fn write_usage(usage: &Usage, out: &mut Writer) {
    out.begin_object().field_u64("prompt_tokens", usage.input).field_u64("completion_tokens", usage.output);
    out.field_u64("total_tokens", usage.total());
    out.key("prompt_tokens_details").begin_object().field_u64("cached_tokens", usage.cached_read);
    if usage.cache_write > 0 {
        out.field_u64("cache_write_tokens", usage.cache_write);
    }
    out.field_u64("audio_tokens", usage.audio_input).end_object();
    out.key("completion_tokens_details").begin_object().field_u64("reasoning_tokens", usage.reasoning);
    out.field_u64("audio_tokens", usage.audio_output).end_object().end_object();
}
