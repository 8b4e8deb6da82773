//! Why an answer ended: <https://ai.google.dev/api/generate-content#FinishReason>, and Vertex's own reasons.

use tollgate_wire::json::Value;

use crate::canonical::FinishReason;
use crate::refusal::Refusal;

/// The reasons that are failures of the model or the service, after which there is no answer.
const FAILURES: [&str; 5] = [
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
];

/// A candidate's reason. None as long as it goes on; `calls` says whether it holds a call, which no reason of its own tells.
pub(super) fn finish_reason(candidate: Value<'_>, calls: bool) -> Option<FinishReason> {
    Some(match candidate.get("finishReason")?.as_str()?.raw() {
        "FINISH_REASON_UNSPECIFIED" | "" => return None,
        "MAX_TOKENS" | "CONTINUATION" => FinishReason::Length,
        // Filters, of content and of accounts. `OTHER` gives no reason, yet it is no natural end either.
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "OTHER"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "IMAGE_OTHER"
        | "MODEL_ARMOR"
        | "ESCALATION"
        | "PUP_LIMITED_DISABLED" => FinishReason::Refused,
        _ if calls => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    })
}

/// What a candidate failed with.
pub(super) fn failure_of(candidate: Value<'_>) -> Option<Refusal> {
    let reason = candidate.get("finishReason")?.as_str()?;
    let known = FAILURES.iter().find(|failure| reason == **failure)?;
    Some(Refusal::upstream(&format!("could not complete the answer ({known})")))
}

/// What a complete answer failed with, if all of it did.
pub(crate) fn failure(body: Value<'_>) -> Option<Refusal> {
    let mut candidates = body.get("candidates")?.items();
    let first = failure_of(candidates.next()?)?;
    candidates.all(|candidate| failure_of(candidate).is_some()).then_some(first)
}

/// Whether the prompt was blocked, in which case there are no candidates.
pub(super) fn is_blocked(body: Value<'_>) -> bool {
    let reason = body.get("promptFeedback").and_then(|feedback| feedback.get("blockReason"));
    reason.is_some_and(|reason| reason.as_str().is_some())
}
