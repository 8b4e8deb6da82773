//! The canonical model, written as an answer.

use tollgate_wire::json::{Str, Writer};

use super::logprobs::write_logprobs;
use crate::canonical::{Answer, Choice, FinishReason, Part, synthetic_id};
use crate::openai_chat::write_usage;
use crate::translate::AnswerPlan;

/// In front of an id that the provider leaves out.
pub(super) const ID_PREFIX: &str = "cmpl-";

/// Writes an answer. A completion is its text: reasoning and citations have no place in it.
pub(crate) fn write_answer(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    match answer.id {
        Some(id) => out.field_raw_str("id", id),
        None => out.field_str("id", &synthetic_id(ID_PREFIX, plan.now_nanos, 0)),
    };
    out.field_str("object", "text_completion").field_u64("created", plan.now_secs());
    out.field_raw_str("model", answer.model.unwrap_or_else(|| Str::from_escaped("")));
    out.key("choices").begin_array();
    for (index, item) in answer.choices.iter().enumerate() {
        choice(index as u64, item, &mut out);
    }
    out.end_array();
    if let Some(usage) = &answer.usage {
        write_usage(usage, out.key("usage"));
    }
    out.end_object();
    out.finish()
}

fn choice(index: u64, choice: &Choice<'_>, out: &mut Writer) {
    out.begin_object().key("text").begin_string();
    for part in &choice.parts {
        if let Part::Text { text, .. } | Part::Refusal { text } = part {
            out.push_raw_str(*text);
        }
    }
    out.end_string().field_u64("index", index).key("logprobs");
    match &*choice.logprobs {
        [] => {
            out.null();
        }
        logprobs => write_logprobs(logprobs, &mut 0, out),
    }
    out.field_str("finish_reason", finish_reason(choice.finish)).end_object();
}

pub(super) fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::Refused => "content_filter",
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls | FinishReason::Paused => "stop",
    }
}
