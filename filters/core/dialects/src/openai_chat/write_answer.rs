//! The canonical model, written as a chat completion.

pub(super) mod annotations;
pub(super) mod thinking;

use tollgate_wire::json::{Str, Writer};

use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, FinishReason, Part, TokenLogprob, synthetic_id};
use crate::protocol::Signer;
use crate::translate::AnswerPlan;

/// Writes an answer. Where JSON was asked for by way of a tool, its call is the content.
pub(crate) fn write_answer(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    match answer.id {
        Some(id) => out.field_raw_str("id", id),
        None => out.field_str("id", &answer_id(plan)),
    };
    out.field_str("object", "chat.completion").field_u64("created", plan.now_secs());
    match answer.model {
        Some(model) => out.field_raw_str("model", model),
        None => out.field_str("model", ""),
    };
    out.key("choices").begin_array();
    for (index, choice) in answer.choices.iter().enumerate() {
        self::choice(index as u32, choice, plan, &mut out);
    }
    out.end_array();
    if let Some(usage) = &answer.usage {
        write_usage(usage, out.key("usage"));
    }
    out.end_object();
    out.finish()
}

/// The id of an answer whose provider gave none.
pub(super) fn answer_id(plan: &AnswerPlan) -> String {
    synthetic_id("chatcmpl-", plan.now_nanos, 0)
}

/// The id of a call that has none: the same in an answer and its stream.
pub(super) fn call_id(choice: u32, call: u32, now_nanos: u64) -> String {
    synthetic_id("call_", now_nanos, (u64::from(choice) << 32) + u64::from(call) + 1)
}

fn choice(index: u32, choice: &Choice<'_>, plan: &AnswerPlan, out: &mut Writer) {
    out.begin_object().field_u64("index", index.into());
    message(index, &choice.parts, plan, out.key("message"));
    if choice.logprobs.is_empty() {
        out.field_null("logprobs");
    } else {
        let is_text = |part: &Part<'_>| matches!(part, Part::Text { .. });
        let refused = !choice.parts.iter().any(is_text) && choice.finish == FinishReason::Refused;
        write_logprobs(&choice.logprobs, refused, out.key("logprobs"));
    }
    out.field_str("finish_reason", finish_reason(choice.finish, plan.json_tool)).end_object();
}

fn message(choice: u32, parts: &[Part<'_>], plan: &AnswerPlan, out: &mut Writer) {
    out.begin_object().field_str("role", "assistant").key("content");
    content(parts, plan.json_tool, out);
    if !joined("refusal", parts, |part| matches!(part, Part::Refusal { .. }), out) {
        out.field_null("refusal");
    }
    annotations::write(parts, out);
    let has_text = |part: &Part<'_>| matches!(part, Part::Reasoning { text, .. } if !text.is_empty());
    joined("reasoning_content", parts, has_text, out);
    let signer = plan.signer();
    thinking::blocks(parts, signer, out);
    if !plan.json_tool && parts.iter().any(|part| matches!(part, Part::ToolCall { .. })) {
        tool_calls(choice, parts, plan, signer, out.key("tool_calls"));
    }
    out.end_object();
}

/// What the message says, or what its JSON is.
fn content(parts: &[Part<'_>], json_tool: bool, out: &mut Writer) {
    let is_content = |part: &&Part<'_>| match part {
        Part::Text { .. } => true,
        Part::ToolCall { .. } => json_tool,
        _ => false,
    };
    if !parts.iter().any(|part| is_content(&part)) {
        out.null();
        return;
    }
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
}

fn tool_calls(choice: u32, parts: &[Part<'_>], plan: &AnswerPlan, signer: Signer, out: &mut Writer) {
    out.begin_array();
    let (mut number, mut before) = (0, None);
    for part in parts {
        let Part::ToolCall { id, name, arguments, .. } = part else {
            before = Some(part);
            continue;
        };
        out.begin_object();
        match id {
            Some(id) => out.field_raw_str("id", *id),
            None => out.field_str("id", &call_id(choice, number, plan.now_nanos)),
        };
        out.field_str("type", "function").key("function").begin_object().field_raw_str("name", *name);
        match arguments {
            // A tool without parameters is called with nothing by some models, and clients parse it as JSON.
            Arguments::Quoted(text) if text.is_empty() => out.field_str("arguments", "{}"),
            Arguments::Quoted(text) => out.field_raw_str("arguments", *text),
            Arguments::Json(json) => out.field_str("arguments", json.raw()),
        };
        out.end_object();
        if let Some(signature) = before.and_then(|part| thinking::of_call(part, signer)) {
            thinking::write_of_call(signature, signer, out);
        }
        out.end_object();
        (number, before) = (number + 1, Some(part));
    }
    out.end_array();
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

/// The `logprobs` object: of the content, or of a refusal.
pub(super) fn write_logprobs(tokens: &[TokenLogprob<'_>], refused: bool, out: &mut Writer) {
    let (own, other) = if refused { ("refusal", "content") } else { ("content", "refusal") };
    out.begin_object().field_null(other).key(own).begin_array();
    for token in tokens {
        begin_token(token, out);
        out.key("top_logprobs").begin_array();
        for top in &token.top {
            begin_token(top, out);
            out.end_object();
        }
        out.end_array().end_object();
    }
    out.end_array().end_object();
}

fn begin_token(token: &TokenLogprob<'_>, out: &mut Writer) {
    out.begin_object().field_raw_str("token", token.token).field_value("logprob", token.logprob);
    match token.bytes {
        Some(bytes) => out.field_value("bytes", bytes),
        None => out.field_null("bytes"),
    };
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
pub(crate) fn write_usage(usage: &Usage, out: &mut Writer) {
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

/// How many characters a text has, as Python and this API's indexes count them.
pub(super) fn characters(text: Str<'_>) -> u64 {
    text.decode().chars().count() as u64
}
