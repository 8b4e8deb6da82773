//! What a target's bytes stand for.

use std::borrow::Cow;

use tollgate_dialects::ClientDialect;
use tollgate_dialects::translate::AnswerPlan;
use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::eventstream::{HeaderValue, encode};

/// A client and a provider's model.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// Who asks.
    pub client: ClientDialect,
    /// Who answers.
    pub api: ProviderApi,
    /// Which model.
    pub model: &'static str,
}

/// Every pair there is: a model for each protocol of an API.
pub const PAIRS: &[Pair] = &{
    use ClientDialect::*;
    use ProviderApi::*;
    const MODELS: [(ProviderApi, &str); 9] = [
        (Openai, "gpt-5"),
        (ProviderApi::OpenaiResponses, "gpt-5"),
        (AzureOpenai, "gpt-5"),
        (Anthropic, "claude-sonnet-4-5"),
        (Gemini, "gemini-3-pro"),
        (Vertex, "gemini-3-pro"),
        (Vertex, "claude-sonnet-4-5"),
        (Bedrock, "eu.anthropic.claude-sonnet-4-5"),
        (Cohere, "command-a"),
    ];
    const EMBEDDERS: [(ProviderApi, &str); 6] = [
        (Openai, "text-embedding-3-small"),
        (Gemini, "gemini-embedding-001"),
        (Vertex, "text-embedding-005"),
        (Bedrock, "amazon.titan-embed-text-v2:0"),
        (Bedrock, "cohere.embed-v4:0"),
        (Cohere, "embed-v4.0"),
    ];
    const CHAT: [ClientDialect; 4] = [OpenaiChat, ClientDialect::OpenaiResponses, OpenaiCompletions, AnthropicMessages];
    let none = Pair { client: OpenaiChat, api: Openai, model: "" };
    let mut pairs = [none; MODELS.len() * CHAT.len() + EMBEDDERS.len()];
    let mut at = 0;
    while at < MODELS.len() * CHAT.len() {
        let (api, model) = MODELS[at / CHAT.len()];
        pairs[at] = Pair { client: CHAT[at % CHAT.len()], api, model };
        at += 1;
    }
    let mut of = 0;
    while of < EMBEDDERS.len() {
        let (api, model) = EMBEDDERS[of];
        pairs[at + of] = Pair { client: OpenaiEmbeddings, api, model };
        of += 1;
    }
    pairs
};

impl Pair {
    /// The pair that the first byte chooses, and the other bytes.
    #[must_use]
    pub fn choose(data: &[u8]) -> Option<(Self, &[u8])> {
        let (&first, rest) = data.split_first()?;
        Some((*PAIRS.get(usize::from(first) % PAIRS.len())?, rest))
    }

    /// The provider's configuration.
    #[must_use]
    pub fn provider(&self) -> ProviderConfig {
        ProviderConfig { project: Some("project".to_owned()), ..ProviderConfig::new(self.api) }
    }

    /// How its answers are translated.
    #[must_use]
    pub fn plan(&self) -> AnswerPlan {
        AnswerPlan::new(self.client, &self.provider(), self.model, 1).expect("every pair of the list is served")
    }
}

/// A stream as the provider sends it. What Bedrock sends has checksums, which mutations rarely get right, so its messages are written as in
/// the golden files, a line of `event-type payload` or `!exception-type payload` each. Bytes that begin with a zero, as a message's
/// length does, are taken as they are.
pub fn framed(api: ProviderApi, stream: &[u8]) -> Cow<'_, [u8]> {
    if api != ProviderApi::Bedrock || stream.first() == Some(&0) {
        return Cow::Borrowed(stream);
    }
    let mut out = Vec::new();
    for line in stream.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (name, payload) = line.split_at(space);
        let name = String::from_utf8_lossy(name);
        let (kind, name) = match name.strip_prefix('!') {
            Some(name) => ("exception", name),
            None => ("event", &*name),
        };
        let type_of = if kind == "event" { ":event-type" } else { ":exception-type" };
        let headers = [(type_of, HeaderValue::String(name)), (":message-type", HeaderValue::String(kind))];
        // A line too long for a name is no message.
        let _ = encode(&mut out, &headers, payload);
    }
    Cow::Owned(out)
}

/// The bytes up to the first zero byte say where to cut what follows it.
pub fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let zero = data.iter().take(64).position(|byte| *byte == 0);
    zero.map_or((&[][..], data), |at| (&data[..at], &data[at + 1..]))
}

/// `stream` in pieces of these lengths, over and over.
pub fn pieces<'a>(lengths: &[u8], stream: &'a [u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = stream;
    let mut lengths =
        lengths.iter().map(|length| usize::from(*length)).filter(|length| *length > 0).collect::<Vec<_>>();
    if lengths.is_empty() {
        lengths.push(1);
    }
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*length).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
