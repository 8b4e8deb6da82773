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

use super::{IdForm, ReasoningBack, Server};
use crate::canonical::Effort;

/// What changes the answer, and only OpenAI has.
const OPENAI_ONLY: &[&str] = &["store", "metadata", "verbosity", "web_search_options", "modalities", "prediction"];

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
pub(super) const OPENAI: Server = Server {
    deviates: false,
    limit: "max_completion_tokens",
    seed: "seed",
    required: "required",
    standard_tier: "default",
    lacks: &[&["top_k"]],
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

pub(super) const VLLM: Server = Server {
    deviates: true,
    lacks: &[OPENAI_ONLY],
    ignores: HINTS,
    knows_developer: false,
    efforts: LOW_TO_HIGH,
    no_thinking: Some(("chat_template_kwargs", r#"{"enable_thinking":false}"#)),
    reasoning: ReasoningBack::Field("reasoning"),
    max_stops: usize::MAX,
    id: IdForm::Any,
    ..OPENAI
};

pub(super) const OLLAMA: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        OPENAI_ONLY,
        &["top_k", "tool_choice", "parallel_tool_calls", "n", "logit_bias", "image.url", "document", "input_audio"],
    ],
    ignores: HINTS,
    knows_developer: false,
    efforts: NONE_TO_HIGH,
    reasoning: ReasoningBack::Field("reasoning"),
    max_stops: usize::MAX,
    id: IdForm::Any,
    ..OPENAI
};

pub(super) const TGI: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        OPENAI_ONLY,
        &["top_k", "parallel_tool_calls", "n", "logit_bias", "reasoning_effort", "document", "input_audio"],
    ],
    ignores: HINTS,
    knows_developer: false,
    max_stops: usize::MAX,
    schema_is_value: true,
    id: IdForm::Any,
    ..OPENAI
};

pub(super) const MISTRAL: Server = Server {
    deviates: true,
    limit: "max_tokens",
    seed: "random_seed",
    required: "any",
    lacks: &[&[
        "top_k",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "store",
        "verbosity",
        "web_search_options",
        "modalities",
        "message.name",
    ]],
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

pub(super) const GROQ: Server = Server {
    deviates: true,
    standard_tier: "on_demand",
    lacks: &[
        OPENAI_ONLY,
        &["top_k", "n", "logprobs", "top_logprobs", "logit_bias", "document", "input_audio", "message.name"],
    ],
    ignores: &["safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"],
    knows_developer: false,
    efforts: NONE_TO_HIGH,
    id: IdForm::Any,
    ..OPENAI
};

pub(super) const DEEPSEEK: Server = Server {
    deviates: true,
    limit: "max_tokens",
    lacks: &[
        OPENAI_ONLY,
        &[
            "top_k",
            "n",
            "seed",
            "logit_bias",
            "parallel_tool_calls",
            "response_format.json_schema",
            "image",
            "document",
            "input_audio",
        ],
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
pub(super) const OLDER_AZURE: Server =
    Server { deviates: true, limit: "max_tokens", asks_for_usage: false, knows_developer: false, ..OPENAI };
