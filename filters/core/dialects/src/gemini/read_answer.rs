//! An answer, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use super::citations::{Place, citations};
use super::finish::{failure, finish_reason, is_blocked};
use super::logprobs::logprobs;
use super::parts::{Piece, pieces};
use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, Citation, FinishReason, Part};

/// Reads an answer. None if it is none: no candidates although the prompt was not blocked, or nothing but [failures](failure).
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let candidates = body.get("candidates").into_iter().flat_map(|candidates| candidates.items());
    let index = |candidate: Value<'_>| candidate.get("index").and_then(|index| index.as_u64()).unwrap_or(0);
    let mut choices: Vec<_> = candidates.map(|candidate| (index(candidate), choice(candidate))).collect();
    choices.sort_by_key(|(index, _)| *index);
    let mut choices: Vec<_> = choices.into_iter().map(|(_, choice)| choice).collect();
    if choices.is_empty() && is_blocked(body) {
        let (parts, finish) = (Vec::new(), FinishReason::Refused);
        choices.push(Choice { parts, finish, stop_sequence: None, logprobs: Vec::new() });
    }
    if choices.is_empty() || failure(body).is_some() {
        return None;
    }
    Some(Answer {
        id: body.get("responseId").and_then(|id| id.as_str()),
        model: body.get("modelVersion").and_then(|model| model.as_str()),
        choices,
        usage: body.get("usageMetadata").and_then(Usage::from_gemini),
    })
}

fn choice<'a>(candidate: Value<'a>) -> Choice<'a> {
    let mut parts = Vec::new();
    // Of a text: it does not change what the text says, and comes last so that what clients look at comes first.
    let mut of_text = None;
    let mut calls = false;
    for (piece, signature) in pieces(candidate) {
        match piece {
            Piece::Thought(text) => parts.push(Part::Reasoning { text, signature }),
            Piece::Text(text) => {
                of_text = signature.or(of_text);
                if !text.is_empty() {
                    parts.push(Part::Text { text, cache: None });
                }
            }
            Piece::Call { id, name, arguments } => {
                calls = true;
                let left = of_text.take();
                parts.extend(signature.or(left).map(signed));
                let arguments = arguments.map_or(Arguments::Quoted(Str::from_escaped("{}")), Arguments::Json);
                parts.push(Part::ToolCall { id, name, arguments, cache: None });
            }
        }
    }
    let sources = sources(candidate);
    if !sources.is_empty() {
        let behind = parts.iter().rposition(|part| matches!(part, Part::Text { .. })).map_or(0, |last| last + 1);
        let rest = parts.split_off(behind);
        parts.extend(sources);
        parts.extend(rest);
    }
    parts.extend(of_text.map(signed));
    Choice {
        parts,
        finish: finish_reason(candidate, calls).unwrap_or(if calls {
            FinishReason::ToolCalls
        } else {
            FinishReason::Stop
        }),
        stop_sequence: None,
        logprobs: logprobs(candidate),
    }
}

/// A signature that is not of thoughts that are shown: of the call behind it, or of the text.
fn signed<'a>(signature: Str<'a>) -> Part<'a> {
    Part::Reasoning { text: Str::from_escaped(""), signature: Some(signature) }
}

fn sources<'a>(candidate: Value<'a>) -> Vec<Part<'a>> {
    let mut sources = Vec::new();
    // Bytes are characters only once the text is known, which is put together for the few answers that cite.
    let mut text = None;
    citations(candidate, |citation, place| {
        let text = text.get_or_insert_with(|| Text::of(candidate));
        let range = place.and_then(|place| text.characters(place));
        sources.push(Part::Citation(Citation { range, ..citation }));
    });
    sources
}

/// The text of an answer, without its thoughts.
struct Text {
    decoded: String,
    /// By part: where its text begins.
    begins: Vec<usize>,
}

impl Text {
    fn of(candidate: Value<'_>) -> Self {
        let (mut decoded, mut begins) = (String::new(), Vec::new());
        for (piece, _) in pieces(candidate) {
            begins.push(decoded.len());
            if let Piece::Text(text) = piece {
                text.decode_into(&mut decoded);
            }
        }
        Self { decoded, begins }
    }

    /// A range of bytes in a part, as one of characters in the whole text. None if it is not in the text.
    fn characters(&self, place: Place) -> Option<(u64, u64)> {
        let begin = self.begins.get(usize::try_from(place.part).ok()?)?;
        let before = |offset: u64| {
            let offset = begin.checked_add(usize::try_from(offset).ok()?)?;
            Some(self.decoded.get(..offset)?.chars().count() as u64)
        };
        Some((before(place.start)?, before(place.end)?))
    }
}
