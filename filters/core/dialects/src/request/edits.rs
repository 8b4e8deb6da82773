//! The changes the gateway makes to a request in the client's own dialect.

use std::ops::Range;

use tollgate_wire::edit::Edits;
use tollgate_wire::json::Value;

use super::RequestFacts;
use crate::ClientDialect;

/// Makes a stream report its usage where the client did not ask for that and the dialect does not do so anyway. Returns whether it had to:
/// the extra event must then be hidden from the client.
pub fn ask_for_stream_usage(facts: &RequestFacts<'_>, edits: &mut Edits) -> bool {
    if !matches!(facts.dialect, ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions)
        || !facts.stream
        || facts.wants_stream_usage
    {
        return false;
    }
    const ASK: &str = "\"include_usage\":true";
    match facts.body.get("stream_options") {
        Some(options) if options.is_object() => match options.get("include_usage") {
            Some(declined) => edits.push(declined.span(), "true"),
            None => insert_field(options, ASK, edits),
        },
        Some(null) => edits.push(null.span(), format!("{{{ASK}}}")),
        None => insert_field(facts.body, &format!("\"stream_options\":{{{ASK}}}"), edits),
    }
    true
}

/// The place in a request's body where the most output tokens of each answer stand: with it they can be lowered when nothing else of the
/// request is at hand any more.
#[derive(Debug, Clone, Default)]
pub struct OutputBound {
    /// What the field is called; none in a dialect without output.
    field: Option<&'static str>,
    /// The values there, and what they say; null says nothing.
    values: [Option<(Range<usize>, Option<u64>)>; 2],
    /// Where a field that is missing belongs, and what separates it from the next.
    missing: (usize, &'static str),
    /// No API takes less than this from this request.
    pub least: u64,
}

impl OutputBound {
    /// Finds it.
    ///
    /// In `openai.chat` the field set is `max_completion_tokens`: `max_tokens` is deprecated and refused by reasoning models. The Responses
    /// API takes no less than 16. In `anthropic.messages` a thinking budget must be below the limit
    /// (<https://docs.claude.com/en/docs/build-with-claude/extended-thinking>).
    #[must_use]
    pub fn of(facts: &RequestFacts<'_>) -> Self {
        let fields: &[&'static str] = match facts.dialect {
            ClientDialect::OpenaiChat => &["max_completion_tokens", "max_tokens"],
            ClientDialect::OpenaiResponses => &["max_output_tokens"],
            ClientDialect::AnthropicMessages | ClientDialect::OpenaiCompletions => &["max_tokens"],
            ClientDialect::OpenaiEmbeddings => return Self::default(),
        };
        let least = match facts.dialect {
            ClientDialect::OpenaiResponses => 16,
            ClientDialect::AnthropicMessages => {
                let budget = facts.body.get("thinking").and_then(|thinking| thinking.get("budget_tokens")?.as_u64());
                budget.map_or(1, |budget| budget.saturating_add(1))
            }
            _ => 1,
        };
        let mut found =
            fields.iter().filter_map(|field| facts.body.get(field)).map(|value| (value.span(), value.as_u64()));
        Self {
            field: fields.first().copied(),
            values: [found.next(), found.next()],
            missing: (facts.body.span().start + 1, if facts.body.is_empty() { "" } else { "," }),
            least,
        }
    }

    /// Lowers the most output tokens to `limit`, or sets it where the client set none, and returns what then holds. A limit that is lower
    /// already is left alone.
    pub fn cap(&self, limit: u64, edits: &mut Edits) -> u64 {
        let Some(field) = self.field else { return 0 };
        let mut holds = None;
        for (span, asked) in self.values.iter().flatten() {
            match asked {
                Some(asked) if *asked <= limit => holds = holds.max(Some(*asked)),
                Some(_) => {
                    edits.push(span.clone(), limit.to_string());
                    holds = Some(limit);
                }
                None => {}
            }
        }
        if let Some(holds) = holds {
            return holds;
        }
        match self.values.iter().flatten().next() {
            Some((null, _)) => edits.push(null.clone(), limit.to_string()),
            None => {
                let (at, comma) = self.missing;
                edits.insert(at, format!("\"{field}\":{limit}{comma}"));
            }
        }
        limit
    }
}

/// Puts a field in front of all others of an object.
fn insert_field(object: Value<'_>, field: &str, edits: &mut Edits) {
    let comma = if object.is_empty() { "" } else { "," };
    edits.insert(object.span().start + 1, format!("{field}{comma}"));
}
