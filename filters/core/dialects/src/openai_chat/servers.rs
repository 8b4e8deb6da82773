//! What servers do otherwise that take OpenAI's requests: [`table`] says who does what.

mod table;

use std::borrow::Cow;

use tollgate_policy::translate::{Flavor, ProviderConfig};

use crate::canonical::{Effort, Losses, matching_id};
use crate::refusal::Refusal;
use table::{DEEPSEEK, GROQ, MISTRAL, OLDER_AZURE, OLLAMA, OPENAI, TGI, VLLM};

/// What one server does otherwise.
#[derive(Debug)]
pub(super) struct Server {
    /// Whether it does anything otherwise.
    pub deviates: bool,
    /// The field with the most output tokens.
    pub limit: &'static str,
    /// The field with the seed.
    pub seed: &'static str,
    /// The `tool_choice` that forces some call.
    pub required: &'static str,
    /// The standard `service_tier`.
    pub standard_tier: &'static str,
    /// Fields that it lacks and that change the answer, by feature name: refused by name.
    lacks: &'static [&'static [&'static str]],
    /// Fields that it lacks and that change no answer: dropped, and listed.
    ignores: &'static [&'static str],
    /// Whether it knows the role `developer`.
    pub knows_developer: bool,
    /// Whether usage in a stream is asked for; otherwise it is always there.
    pub asks_for_usage: bool,
    /// The efforts it knows; others become the next one.
    efforts: &'static [(Effort, &'static str)],
    /// How thinking is switched off, where that is no effort: a field and its value.
    pub no_thinking: Option<(&'static str, &'static str)>,
    /// Where earlier reasoning goes.
    pub reasoning: ReasoningBack,
    /// How many stop sequences it takes.
    pub max_stops: usize,
    /// Whether it takes fields it does not know.
    pub is_strict: bool,
    /// Whether a schema stands under `value`.
    pub schema_is_value: bool,
    /// How long a call's id may be, and of what.
    id: IdForm,
}

/// Where the reasoning of earlier turns goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReasoningBack {
    /// Nowhere: it is dropped, and listed.
    None,
    /// Into this field of the message.
    Field(&'static str),
    /// Into a part of the content.
    Part,
}

#[derive(Debug, Clone, Copy)]
enum IdForm {
    Any,
    /// So many bytes at most.
    Most(usize),
    /// So many letters and digits.
    Alphanumeric(usize),
}

/// The first API version of Azure's that knows `max_completion_tokens` and `stream_options`.
const AZURE_SINCE: &str = "2024-09-01";

impl Server {
    /// The server of this provider.
    pub fn of(provider: &ProviderConfig) -> &'static Self {
        // Versions are dates, so that they compare as text.
        if provider.api_version.as_deref().is_some_and(|version| version < AZURE_SINCE) {
            return &OLDER_AZURE;
        }
        match provider.flavor {
            Flavor::Openai => &OPENAI,
            Flavor::Vllm => &VLLM,
            Flavor::Ollama => &OLLAMA,
            Flavor::Tgi => &TGI,
            Flavor::Mistral => &MISTRAL,
            Flavor::Groq => &GROQ,
            Flavor::Deepseek => &DEEPSEEK,
        }
    }

    fn refuses(&self, feature: &str) -> bool {
        self.lacks.iter().any(|some| some.contains(&feature))
    }

    /// Whether it has a feature.
    pub fn has(&self, feature: &str) -> bool {
        !self.refuses(feature) && !self.ignores.contains(&feature)
    }

    /// The same for a request that asks for it. What changes no answer is noted, and not refused.
    ///
    /// # Errors
    /// It does not, and the policy is not lenient about it.
    pub fn takes(&self, feature: &str, losses: &mut Losses<'_>) -> Result<bool, Refusal> {
        if self.refuses(feature) {
            losses.lacks(feature)?;
            return Ok(false);
        }
        if self.ignores.contains(&feature) {
            losses.note(feature);
            return Ok(false);
        }
        Ok(true)
    }

    /// The server's word for an effort, or the nearest it has. None where thinking is [switched off](Self::no_thinking) otherwise.
    pub fn effort(&self, wanted: Effort) -> Option<&'static str> {
        if wanted == Effort::None && self.no_thinking.is_some() {
            return None;
        }
        let at_least = |(effort, _): &&(Effort, &str)| *effort >= wanted;
        self.efforts.iter().find(at_least).or(self.efforts.last()).map(|(_, word)| *word)
    }

    /// A call's id as the server takes it, still escaped.
    pub fn call_id<'a>(&self, raw: &'a str) -> Cow<'a, str> {
        match self.id {
            IdForm::Any => raw.into(),
            IdForm::Most(most) => matching_id(raw, "call_", 12, |id| id.len() <= most),
            IdForm::Alphanumeric(length) => matching_id(raw, "", length, |id| {
                id.len() == length && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }),
        }
    }
}
