//! What the gateway must know of a complete answer.

#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Value};

use crate::request::name;
use crate::text::{EncodedText, NumberSpan, Place, TextSpan, Texts, Tokens};
use crate::{ClientDialect, Usage, anthropic, embeddings, openai_chat, openai_completions, openai_responses};

/// An answer as the gateway sees it.
#[derive(Debug, Clone, Default)]
pub struct ResponseFacts<'a> {
    /// The model that answered, as the provider names it.
    pub model: Option<Str<'a>>,
    /// What it cost, if the answer says so.
    pub usage: Option<Usage>,
    /// Every string that is not the API's own: content, reasoning, refusals, tool arguments, citations, and what is unknown here.
    pub texts: Vec<TextSpan<'a>>,
    /// Numbers in free-form objects and unknown fields.
    pub numbers: Vec<NumberSpan<'a>>,
    /// The texts once more, token by token.
    pub tokens: Vec<Tokens<'a>>,
    /// Files that come as base64 and begin as text.
    pub encoded: Vec<EncodedText<'a>>,
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

/// Reads what answers of every dialect have; `field` is handed what else there is, and says whether it took care of it.
pub(crate) fn gather<'a>(
    body: Value<'a>,
    usage: fn(Value<'a>) -> Option<Usage>,
    mut field: impl FnMut(&str, Value<'a>, &mut Texts<'a>) -> bool,
) -> ResponseFacts<'a> {
    let mut texts = Texts::of_provider();
    let mut facts = ResponseFacts::default();
    for (key, value) in body.entries() {
        match &*name(key) {
            "model" => facts.model = value.as_str(),
            "usage" => facts.usage = usage(value),
            "error" if !value.is_null() => {
                facts.error = true;
                error(value, &mut texts);
            }
            // The provider's own, save for the error that is none.
            "id" | "object" | "created" | "created_at" | "system_fingerprint" | "service_tier" | "error" => {}
            known if field(known, value, &mut texts) => {}
            _ => texts.unknown_field(key, value),
        }
    }
    let Texts { spans, numbers, tokens, encoded, .. } = texts;
    ResponseFacts { texts: spans, numbers, tokens, encoded, ..facts }
}

/// The strings of an error, which quotes the request at times.
pub(crate) fn error<'a>(value: Value<'a>, texts: &mut Texts<'a>) {
    texts.object(value, Place::OTHER, |texts, name, value| {
        match name {
            "type" | "code" => texts.keyword(value),
            "message" | "param" => texts.free(value, Place::OTHER),
            _ => return false,
        }
        true
    });
}

/// A shorter answer with the same facts, where most of one is neither text nor fact: vectors. There may be more of those than a
/// [parse](tollgate_wire::json::Limits) takes. None for an answer that must be read as it is.
#[must_use]
pub fn shortened(dialect: ClientDialect, body: &[u8]) -> Option<Vec<u8>> {
    if dialect == ClientDialect::OpenaiEmbeddings { embeddings::without_vectors(body) } else { None }
}
