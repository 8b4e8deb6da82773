//! What the gateway must know of a complete answer.

#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Value};

use crate::request::name;
use crate::text::{Place, TextSpan, Texts};
use crate::{ClientDialect, Usage, anthropic, embeddings, openai_chat, openai_completions, openai_responses};

/// An answer as the gateway sees it.
#[derive(Debug, Clone, Default)]
pub struct ResponseFacts<'a> {
    /// The model that answered, as the provider names it.
    pub model: Option<Str<'a>>,
    /// What it cost, if the answer says so.
    pub usage: Option<Usage>,
    /// The strings that the model wrote: content, reasoning, refusals, tool arguments, citations.
    pub texts: Vec<TextSpan<'a>>,
    /// Whether it is an error and no answer.
    pub error: bool,
}

/// Reads an answer. Never fails: what is not there is not reported.
#[must_use]
pub fn facts<'a>(dialect: ClientDialect, body: Value<'a>) -> ResponseFacts<'a> {
    match dialect {
        ClientDialect::OpenaiChat => openai_chat::response_facts(body),
        ClientDialect::OpenaiResponses => openai_responses::response_facts(body),
        ClientDialect::OpenaiCompletions => openai_completions::response_facts(body),
        ClientDialect::OpenaiEmbeddings => embeddings::response_facts(body),
        ClientDialect::AnthropicMessages => anthropic::response_facts(body),
    }
}

/// Reads what answers of every dialect have; `field` is handed what else there is.
pub(crate) fn gather<'a>(
    body: Value<'a>,
    usage: fn(Value<'a>) -> Option<Usage>,
    mut field: impl FnMut(&str, Value<'a>, &mut Texts<'a>),
) -> ResponseFacts<'a> {
    let mut texts = Texts::default();
    let mut facts = ResponseFacts::default();
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => facts.model = value.as_str(),
            "usage" => facts.usage = usage(value),
            "error" if !value.is_null() => {
                facts.error = true;
                // Errors quote the request at times.
                texts.free(value.get("message").unwrap_or(value), Place::OTHER);
            }
            key => field(key, value, &mut texts),
        }
    }
    facts.texts = texts.spans;
    facts
}

/// A shorter answer with the same facts, where most of one is neither text nor fact: vectors. There may be more of those than a
/// [parse](tollgate_wire::json::Limits) takes. None for an answer that must be read as it is; a shorter one holds no texts.
#[must_use]
pub fn shortened(dialect: ClientDialect, body: &[u8]) -> Option<Vec<u8>> {
    if dialect == ClientDialect::OpenaiEmbeddings { embeddings::without_vectors(body) } else { None }
}
