//! What the gateway must know of a request, and the small changes it makes to one.

mod edits;
pub(crate) mod fields;
mod gather;
mod path;
#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Value};

pub use edits::{OutputBound, ask_for_stream_usage};
pub(crate) use fields::name;
pub(crate) use gather::Gather;

use crate::refusal::Refusal;
use crate::text::{EncodedText, NumberSpan, TextSpan, Tokens};
use crate::{ClientDialect, anthropic, embeddings, openai_chat, openai_completions, openai_responses};

/// A request as the gateway sees it.
#[derive(Debug, Clone)]
pub struct RequestFacts<'a> {
    /// The dialect it is in.
    pub dialect: ClientDialect,
    /// The whole body.
    pub body: Value<'a>,
    /// The model asked for, as written: not yet checked to be a [model name](tollgate_policy::model::ModelName).
    pub model: Str<'a>,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// The most output tokens the client wants; the larger one where it set two such fields.
    pub max_output_tokens: Option<u64>,
    /// How many answers it wants at once (`n`).
    pub choices: u64,
    /// Who the client says its end user is.
    pub end_user: Option<Str<'a>>,
    /// Whether the client itself asked for usage in the stream; true where the dialect always sends it.
    pub wants_stream_usage: bool,
    /// Every string a provider would see, keys of free-form objects and unknown fields included, save for words of the API, ids
    /// and opaque data. In the order of the body.
    pub texts: Vec<TextSpan<'a>>,
    /// Numbers in free-form objects and unknown fields: what a detector looks for may be written without quotes.
    pub numbers: Vec<NumberSpan<'a>>,
    /// Texts that are spelled out token by token: answers with log probabilities, handed back.
    pub tokens: Vec<Tokens<'a>>,
    /// Files that are sent as base64 and begin as text.
    pub encoded: Vec<EncodedText<'a>>,
    /// Images, audio and files among the content.
    pub media: u32,
    /// Those among them whose content is in the request, opaque to any rule.
    pub skipped: u32,
    /// The base64 of those, still escaped: an image's first bytes tell how large it is.
    pub opaque: Vec<&'a str>,
    /// The first key, in the order of the body, that the API does not have as far as is known here.
    pub unknown: Option<Str<'a>>,
}

impl RequestFacts<'_> {
    /// Where the [unknown key](Self::unknown) stands: `messages[0].content[1].colour`. For a message, so cut to a length fit for one.
    #[must_use]
    pub fn unknown_path(&self) -> Option<String> {
        self.unknown.map(|key| path::of(self.body, key))
    }

    /// How many tokens the input is made of that the client counted itself: it may send the ids of a model's tokens in the place of a text,
    /// which are none of the [`texts`](Self::texts).
    #[must_use]
    pub fn token_ids(&self) -> u64 {
        let field = match self.dialect {
            ClientDialect::OpenaiEmbeddings => "input",
            ClientDialect::OpenaiCompletions => "prompt",
            _ => return 0,
        };
        self.body.get(field).map_or(0, embeddings::token_ids)
    }
}

/// Reads a request.
///
/// # Errors
/// A 400 that names the field, if what the gateway decides on is missing, not of its type, or there twice. Anything else that
/// may be wrong with the request is left to the provider.
pub fn facts<'a>(dialect: ClientDialect, body: Value<'a>) -> Result<RequestFacts<'a>, Refusal> {
    if !body.is_object() {
        return Err(Refusal::new(
            400,
            crate::RefusalKind::InvalidRequest,
            "The body of the request is not a JSON object.",
        ));
    }
    match dialect {
        ClientDialect::OpenaiChat => openai_chat::request_facts(body),
        ClientDialect::OpenaiResponses => openai_responses::request_facts(body),
        ClientDialect::OpenaiCompletions => openai_completions::request_facts(body),
        ClientDialect::OpenaiEmbeddings => embeddings::request_facts(body),
        ClientDialect::AnthropicMessages => anthropic::request_facts(body),
    }
}
