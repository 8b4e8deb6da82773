//! The changes the gateway makes to a request in the client's own dialect.

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

/// Lowers the most output tokens of an answer to `limit`, or sets it where the client set none, and returns what then holds. A
/// limit that is lower already is left alone.
///
/// In `openai.chat` the field set is `max_completion_tokens`: `max_tokens` is deprecated and refused by reasoning models. In
/// `anthropic.messages` a thinking budget above the limit is left as it is; the API refuses such a request with a clear error.
pub fn cap_output(facts: &RequestFacts<'_>, limit: u64, edits: &mut Edits) -> u64 {
    let fields: &[&str] = match facts.dialect {
        ClientDialect::OpenaiChat => &["max_completion_tokens", "max_tokens"],
        ClientDialect::OpenaiResponses => &["max_output_tokens"],
        ClientDialect::AnthropicMessages | ClientDialect::OpenaiCompletions => &["max_tokens"],
        ClientDialect::OpenaiEmbeddings => return 0,
    };
    let mut holds = None;
    for value in fields.iter().filter_map(|field| facts.body.get(field)) {
        match value.as_u64() {
            Some(asked) if asked <= limit => holds = holds.max(Some(asked)),
            Some(_) => {
                edits.push(value.span(), limit.to_string());
                holds = Some(limit);
            }
            None => {}
        }
    }
    if let Some(holds) = holds {
        return holds;
    }
    match fields.iter().find_map(|field| facts.body.get(field)) {
        Some(null) => edits.push(null.span(), limit.to_string()),
        None => {
            let field = fields.first().copied().unwrap_or_default();
            insert_field(facts.body, &format!("\"{field}\":{limit}"), edits);
        }
    }
    limit
}

/// Puts a field in front of all others of an object.
fn insert_field(object: Value<'_>, field: &str, edits: &mut Edits) {
    let comma = if object.is_empty() { "" } else { "," };
    edits.insert(object.span().start + 1, format!("{field}{comma}"));
}
