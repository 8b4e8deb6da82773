//! What servers do otherwise that take OpenAI's requests.
//!
//! | server | does otherwise | from |
//! |---|---|---|
//! | vLLM | efforts `low` to `high`; thinking is switched off by the chat template; takes `top_k`; reasoning is `reasoning` (once `reasoning_content`) and goes back as such; tells the stop sequence in `stop_reason`; templates know no `developer` | <https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html>, <https://docs.vllm.ai/en/stable/features/reasoning_outputs.html> |
//! | Ollama | `max_tokens` only; no `tool_choice`, `n`, `logit_bias`; images as base64 only, no files, no audio; efforts `none` to `high`; reasoning is `reasoning` and goes back; errors may be a bare string | <https://docs.ollama.com/api/openai-compatibility> |
//! | TGI | `response_format` holds its schema as `value`, JSON mode too; `stop` is a list; no `n`, `logit_bias`, effort, files, audio; all calls have id `0`; finishes with `eos_token`; errors are `{"error": "text", "error_type": …}` | <https://huggingface.co/docs/text-generation-inference/messages_api>, `router/src/lib.rs` |
//! | Mistral | refuses every field it does not know (422); `max_tokens`, `random_seed`, `tool_choice: any`; call ids of 9 letters and digits; usage always in the stream; efforts `none` and `high`; thinking is a part of `content`, and goes back so; documents as `document_url`, audio as bare base64; `prefix` for a begun answer; finishes with `model_length`, `error`; errors with `detail` | <https://docs.mistral.ai/api>, `ChatCompletionRequest` of its SDK |
//! | Groq | no `logprobs`, `logit_bias`, `n`, participant names; `on_demand` for the standard tier; efforts `none` to `high`; reasoning is `reasoning`; usage in `x_groq` of streams | <https://console.groq.com/docs/openai>, <https://console.groq.com/docs/api-reference> |
//! | Azure | before `api-version` 2024-09-01: `max_tokens`, no usage in streams, no `developer` | <https://learn.microsoft.com/azure/ai-foundry/openai/reference> |
//! | DeepSeek | `max_tokens`; no JSON Schema, images, files, `n`, `seed`, `logit_bias`; up to 16 stops; thinking is on unless `thinking.type` is `disabled`; `reasoning_content` must go back with calls; finishes with `insufficient_system_resource`; cached tokens in `prompt_cache_hit_tokens` | <https://api-docs.deepseek.com/api/create-chat-completion>, <https://api-docs.deepseek.com/guides/thinking_mode> |

use std::borrow::Cow;

use tollgate_policy::translate::{Flavor, ProviderConfig};

use crate::canonical::{Effort, Losses, matching_id};
use crate::refusal::Refusal;

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
    lacks: &'static [&'static str],
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

/// What changes no answer, and only OpenAI has.
const HINTS: &[&str] = &[
    "user",
    "safety_identifier",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
];

const EFFORTS: &[(Effort, &str)] = &[
    (Effort::None, "none"),
    (Effort::Minimal, "minimal"),
    (Effort::Low, "low"),
    (Effort::Medium, "medium"),
    (Effort::High, "high"),
    (Effort::XHigh, "xhigh"),
    (Effort::Max, "max"),
];
const LOW_TO_HIGH: &[(Effort, &str)] = &[(Effort::Low, "low"), (Effort::Medium, "medium"), (Effort::High, "high")];
const NONE_TO_HIGH: &[(Effort, &str)] =
    &[(Effort::None, "none"), (Effort::Low, "low"), (Effort::Medium, "medium"), (Effort::High, "high")];

/// OpenAI itself, and what all others are measured by.
const OPENAI: Server = Server {
    deviates: false,
    limit: "max_completion_tokens",
    seed: "seed",
    required: "required",
    standard_tier: "default",
    lacks: &["top_k"],
    ignores: &[],
    knows_developer: true,
    asks_for_usage: true,
    efforts: EFFORTS,
    no_thinking: None,
    reasoning: ReasoningBack::None,
    max_stops: 4,
    is_strict: false,
    schema_is_value: false,
    // "Expected a string with maximum length 40": <https://github.com/vercel/ai/issues/5171>.
    id: IdForm::Most(40),
};

const VLLM: Server = Server {
    deviates: true,
    lacks: &["store", "metadata", "verbosity", "web_search_options", "modalities", "prediction"],
    ignores: HINTS,
    knows_developer: false,
    efforts: LOW_TO_HIGH,
    no_thinking: Some(("chat_template_kwargs", r#"{"enable_thinking":false}"#)),
    reasoning: ReasoningBack::Field("reasoning"),
    max_stops: usize::MAX,
    id: IdForm::Any,
    ..OPENAI
};

const OLLAMA: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        "top_k",
        "tool_choice",
        "parallel_tool_calls",
        "n",
        "logit_bias",
        "image.url",
        "document",
        "input_audio",
        "store",
        "metadata",
        "verbosity",
        "web_search_options",
        "modalities",
        "prediction",
    ],
    ignores: HINTS,
    knows_developer: false,
    efforts: NONE_TO_HIGH,
    reasoning: ReasoningBack::Field("reasoning"),
    max_stops: usize::MAX,
    id: IdForm::Any,
    ..OPENAI
};

const TGI: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        "top_k",
        "parallel_tool_calls",
        "n",
        "logit_bias",
        "reasoning_effort",
        "document",
        "input_audio",
        "store",
        "metadata",
        "verbosity",
        "web_search_options",
        "modalities",
        "prediction",
    ],
    ignores: HINTS,
    knows_developer: false,
    max_stops: usize::MAX,
    schema_is_value: true,
    id: IdForm::Any,
    ..OPENAI
};

const MISTRAL: Server = Server {
    deviates: true,
    limit: "max_tokens",
    seed: "random_seed",
    required: "any",
    lacks: &[
        "top_k",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "store",
        "verbosity",
        "web_search_options",
        "modalities",
        "message.name",
    ],
    ignores: &["user", "safety_identifier", "service_tier", "prompt_cache_retention", "prompt_cache_options"],
    knows_developer: false,
    asks_for_usage: false,
    efforts: &[(Effort::None, "none"), (Effort::High, "high")],
    reasoning: ReasoningBack::Part,
    max_stops: usize::MAX,
    is_strict: true,
    id: IdForm::Alphanumeric(9),
    ..OPENAI
};

const GROQ: Server = Server {
    deviates: true,
    standard_tier: "on_demand",
    lacks: &[
        "top_k",
        "n",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "document",
        "input_audio",
        "store",
        "metadata",
        "verbosity",
        "web_search_options",
        "modalities",
        "prediction",
        "message.name",
    ],
    ignores: &["safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"],
    knows_developer: false,
    efforts: NONE_TO_HIGH,
    id: IdForm::Any,
    ..OPENAI
};

const DEEPSEEK: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        "top_k",
        "n",
        "seed",
        "logit_bias",
        "parallel_tool_calls",
        "response_format.json_schema",
        "image",
        "document",
        "input_audio",
        "store",
        "metadata",
        "verbosity",
        "web_search_options",
        "modalities",
        "prediction",
    ],
    ignores: HINTS,
    knows_developer: false,
    efforts: &[
        (Effort::Minimal, "minimal"),
        (Effort::Low, "low"),
        (Effort::Medium, "medium"),
        (Effort::High, "high"),
        (Effort::XHigh, "xhigh"),
        (Effort::Max, "max"),
    ],
    no_thinking: Some(("thinking", r#"{"type":"disabled"}"#)),
    reasoning: ReasoningBack::Field("reasoning_content"),
    max_stops: 16,
    id: IdForm::Any,
    ..OPENAI
};

/// Azure before [`AZURE_SINCE`].
const OLDER_AZURE: Server =
    Server { deviates: true, limit: "max_tokens", asks_for_usage: false, knows_developer: false, ..OPENAI };

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

    /// Whether it has a feature.
    pub fn has(&self, feature: &str) -> bool {
        !self.lacks.contains(&feature) && !self.ignores.contains(&feature)
    }

    /// The same for a request that asks for it. What changes no answer is noted, and not refused.
    ///
    /// # Errors
    /// It does not, and the policy is not lenient about it.
    pub fn takes(&self, feature: &str, losses: &mut Losses<'_>) -> Result<bool, Refusal> {
        if self.lacks.contains(&feature) {
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
