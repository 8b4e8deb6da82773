//! The canonical model, written as a response object.

use tollgate_wire::json::Writer;

use super::write_event::EventWriter;
use crate::Usage;
use crate::canonical::Answer;
use crate::translate::AnswerPlan;

/// Writes an answer: what the last event of its stream would show.
pub(crate) fn write_answer(answer: &Answer<'_>, plan: &AnswerPlan) -> Vec<u8> {
    let mut writer = EventWriter::without_events(plan);
    answer.events(&mut |event| writer.write(event, &mut Vec::new()));
    writer.into_response()
}

/// The `usage` object, details included.
pub(super) fn write_usage(usage: &Usage, out: &mut Writer) {
    out.begin_object().field_u64("input_tokens", usage.input);
    out.key("input_tokens_details").begin_object().field_u64("cached_tokens", usage.cached_read);
    out.field_u64("cache_write_tokens", usage.cache_write).end_object();
    out.field_u64("output_tokens", usage.output);
    out.key("output_tokens_details").begin_object().field_u64("reasoning_tokens", usage.reasoning).end_object();
    out.field_u64("total_tokens", usage.total()).end_object();
}
