//! An answer, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, Citation, FinishReason, Part, TokenLogprob};

/// Reads an answer. None if it is none: no list of items, or one that failed.
pub(crate) fn read_answer(body: Value<'_>) -> Option<Answer<'_>> {
    let output = body.get("output").filter(Value::is_array)?;
    if matches!(
        field(body, "status").map(|status| status.raw()),
        Some("failed" | "cancelled" | "queued" | "in_progress")
    ) {
        return None;
    }
    let mut items = Items::default();
    output.items().for_each(|item| items.item(item));
    let refused = items.parts.iter().any(|part| matches!(part, Part::Refusal { .. }));
    let calls = items.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    Some(Answer {
        id: field(body, "id"),
        model: field(body, "model"),
        choices: vec![Choice {
            finish: finish_reason(body, refused, calls),
            parts: items.parts,
            stop_sequence: None,
            logprobs: items.logprobs,
        }],
        usage: body.get("usage").and_then(Usage::from_responses),
    })
}

/// Why an answer ended: the API tells only where it was cut short.
pub(super) fn finish_reason(response: Value<'_>, refused: bool, calls: bool) -> FinishReason {
    let details = response.get("incomplete_details");
    match details.and_then(|details| field(details, "reason")).map(|reason| reason.raw()) {
        Some("content_filter") => FinishReason::Refused,
        Some(_) => FinishReason::Length,
        None if field(response, "status").is_some_and(|status| status == "incomplete") => FinishReason::Length,
        None if refused => FinishReason::Refused,
        None if calls => FinishReason::ToolCalls,
        None => FinishReason::Stop,
    }
}

/// What is read of the output's items.
#[derive(Default)]
struct Items<'a> {
    parts: Vec<Part<'a>>,
    logprobs: Vec<TokenLogprob<'a>>,
    /// Characters of the texts so far.
    said: u64,
}

impl<'a> Items<'a> {
    fn item(&mut self, item: Value<'a>) {
        match field(item, "type").map(|kind| kind.raw()) {
            Some("message") => list(item, "content").for_each(|part| self.content(part)),
            Some("reasoning") => self.reasoning(item),
            Some("function_call") => {
                if let (Some(name), Some(arguments)) = (field(item, "name"), field(item, "arguments")) {
                    let (id, arguments) = (field(item, "call_id"), Arguments::Quoted(arguments));
                    self.parts.push(Part::ToolCall { id, name, arguments, cache: None });
                }
            }
            // Items of built-in tools, which no request that was translated can ask for.
            _ => {}
        }
    }

    fn content(&mut self, part: Value<'a>) {
        match field(part, "type").map(|kind| kind.raw()) {
            Some("output_text") => {
                let Some(text) = filled(part, "text") else { return };
                self.parts.push(Part::Text { text, cache: None });
                let citations = list(part, "annotations").filter_map(|annotation| citation(annotation, self.said));
                self.parts.extend(citations.map(Part::Citation));
                self.logprobs.extend(list(part, "logprobs").filter_map(token_logprob));
                self.said += characters(text);
            }
            Some("refusal") => self.parts.extend(filled(part, "refusal").map(|text| Part::Refusal { text })),
            _ => {}
        }
    }

    /// What was encrypted belongs to the last of the texts. Servers of open models give the reasoning itself, and perhaps a summary as well.
    fn reasoning(&mut self, item: Value<'a>) {
        let signature = filled(item, "encrypted_content");
        let begin = self.parts.len();
        let whole = list(item, "content").filter_map(|part| filled(part, "text"));
        self.parts.extend(whole.map(|text| Part::Reasoning { text, signature: None }));
        if self.parts.len() == begin {
            let summary = list(item, "summary").filter_map(|part| filled(part, "text"));
            self.parts.extend(summary.map(|text| Part::Reasoning { text, signature: None }));
        }
        if signature.is_none() {
            return;
        }
        match self.parts.get_mut(begin..).and_then(|texts| texts.last_mut()) {
            Some(Part::Reasoning { signature: last, .. }) => *last = signature,
            _ => self.parts.push(Part::Reasoning { text: Str::from_escaped(""), signature }),
        }
    }
}

/// A source of a text that begins after so many characters of the answer. The ones in a server's own store are known by name only.
pub(super) fn citation(annotation: Value<'_>, begin: u64) -> Option<Citation<'_>> {
    let number = |key| annotation.get(key).and_then(|number| number.as_u64());
    match field(annotation, "type")?.raw() {
        "url_citation" => Some(Citation {
            url: field(annotation, "url"),
            title: field(annotation, "title"),
            range: number("start_index")
                .zip(number("end_index"))
                .map(|(from, to)| (begin.saturating_add(from), begin.saturating_add(to))),
            ..Citation::default()
        }),
        "file_citation" | "container_file_citation" => {
            Some(Citation { title: Some(field(annotation, "filename")?), ..Citation::default() })
        }
        _ => None,
    }
}

/// A token; the ones in its place have the same form.
pub(super) fn token_logprob(token: Value<'_>) -> Option<TokenLogprob<'_>> {
    Some(TokenLogprob {
        token: field(token, "token")?,
        logprob: token.get("logprob").filter(|logprob| logprob.as_f64().is_some())?,
        bytes: token.get("bytes").filter(Value::is_array),
        top: list(token, "top_logprobs").filter_map(token_logprob).collect(),
    })
}

/// How many characters a text has.
pub(super) fn characters(text: Str<'_>) -> u64 {
    let count = |text: &str| text.chars().count() as u64;
    if text.is_plain() { count(text.raw()) } else { count(&text.decode()) }
}

pub(super) fn field<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    object.get(key)?.as_str()
}

/// A string that is not empty.
pub(super) fn filled<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    field(object, key).filter(|text| !text.is_empty())
}

pub(super) fn list<'a>(object: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    object.get(key).into_iter().flat_map(|list| list.items())
}
