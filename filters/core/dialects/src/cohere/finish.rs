//! Why an answer ended.

use tollgate_wire::json::Str;

use crate::canonical::FinishReason;
use crate::refusal::Refusal;

/// Why an answer ended, by `finish_reason` (`ChatFinishReason`).
///
/// # Errors
/// It broke off: `error` is what is said of that.
pub(super) fn finish(
    reason: Option<Str<'_>>,
    error: Option<Str<'_>>,
    calls: bool,
) -> Result<FinishReason, Box<Refusal>> {
    match reason.map(|reason| reason.raw()) {
        Some("MAX_TOKENS") => Ok(FinishReason::Length),
        Some("STOP_SEQUENCE") => Ok(FinishReason::StopSequence),
        Some("TIMEOUT") => Err(Box::new(Refusal::timeout())),
        Some("ERROR") => {
            let why = error.map(|error| format!(": {}", error.decode().trim_end_matches('.'))).unwrap_or_default();
            Err(Box::new(Refusal::upstream(&format!("failed while it wrote the answer{why}"))))
        }
        Some("TOOL_CALL") => Ok(FinishReason::ToolCalls),
        _ if calls => Ok(FinishReason::ToolCalls),
        _ => Ok(FinishReason::Stop),
    }
}
