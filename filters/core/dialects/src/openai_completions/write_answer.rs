//! The canonical model, written as an answer.

use crate::canonical::Answer;
use crate::translate::AnswerPlan;

/// Writes an answer.
pub(crate) fn write_answer(_answer: &Answer<'_>, _plan: &AnswerPlan) -> Vec<u8> {
    Vec::new()
}
