//! The names of features: what a route lists under `lenient`, what a refusal names, and what an answer says was dropped.
//!
//! One thing has one name, whichever dialect it is said in and whichever provider lacks it. Where OpenAI and Anthropic call it differently
//! it is OpenAI's name for a field (`stop`), and a word of our own for what is in a message (`image.url`).

/// What the gateway's own model of a conversation has, and some provider lacks.
pub const FEATURES: &[&str] = &[
    // How much, how likely, how often.
    "frequency_penalty",
    "logprobs",
    "max_tokens",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "stop.whitespace",
    "temperature",
    "top_k",
    "top_logprobs",
    "top_p",
    // Tools.
    "parallel_tool_calls",
    "tool_choice",
    "tool_choice.function",
    "tool_choice.none",
    "tool_choice.required",
    "tools.strict",
    // The form of the answer. A keyword of a schema is `json_schema.keyword`; of a tool's, `tools.keyword`.
    "json_schema.description",
    "json_schema.strict",
    "response_format.json_object",
    "response_format.json_schema",
    // Reasoning: how much of it, and that of earlier turns.
    "reasoning_effort",
    "thinking",
    // What is in messages.
    "assistant.audio",
    "assistant.document",
    "assistant.image",
    "citations",
    "document",
    "document.base64",
    "document.citations",
    "document.media_type",
    "document.url",
    "image",
    "image.detail",
    "image.media_type",
    "image.url",
    "input_audio",
    "input_audio.format",
    "input_audio.url",
    "message.name",
    "prefill",
    "system.audio",
    "system.document",
    "system.image",
    "tool_result.audio",
    "tool_result.document",
    "tool_result.image",
    // Whose request it is, and how it is served.
    "cache_control",
    "cache_control.ttl",
    "safety_identifier",
    "service_tier",
    "user",
    // Embeddings.
    "dimensions",
    "input_type",
];

/// What one client's API alone has: top-level fields, and types of items, parts and blocks, each under its own name. Not a complete list, nor can
/// it be: whatever an API comes to have is refused under its name as well.
pub const FIELDS: &[&str] = &[
    // Chat completions: <https://platform.openai.com/docs/api-reference/chat/create>.
    "audio",
    "function_call",
    "functions",
    "logit_bias",
    "metadata",
    "modalities",
    "prediction",
    "prompt_cache_breakpoint",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "store",
    "thinking_blocks",
    "verbosity",
    "web_search_options",
    // Completions: <https://platform.openai.com/docs/api-reference/completions/create>.
    "best_of",
    "echo",
    "suffix",
    // Responses: <https://platform.openai.com/docs/api-reference/responses/create>.
    "background",
    "context_management",
    "conversation",
    "include",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "truncation",
    "apply_patch_call",
    "apply_patch_call_output",
    "code_interpreter_call",
    "compaction",
    "computer_call",
    "computer_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "file_search_call",
    "image_generation_call",
    "item_reference",
    "local_shell_call",
    "local_shell_call_output",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
    "shell_call",
    "shell_call_output",
    "web_search_call",
    // Messages: <https://docs.claude.com/en/api/messages>.
    "container",
    "diagnostics",
    "inference_geo",
    "mcp_servers",
    "speed",
    "bash_code_execution_tool_result",
    "code_execution_tool_result",
    "container_upload",
    "mcp_tool_result",
    "mcp_tool_use",
    "search_result",
    "server_tool_use",
    "text_editor_code_execution_tool_result",
    "tool_reference",
    "tool_search_tool_result",
    "web_fetch_tool_result",
    "web_search_tool_result",
];

/// What fields are part of: one that is known to nobody here is `parent.field`, or `parent.word` where a word chooses what it is
/// (`tools.web_search`, `tool_choice.allowed_tools`).
const PARENTS: &[&str] = &[
    "document",
    "file",
    "function",
    "function_call",
    "function_call_output",
    "image",
    "image_url",
    "input_audio",
    "input_file",
    "input_image",
    "input_text",
    "json_schema",
    "message",
    "metadata",
    "output_config",
    "output_text",
    "reasoning",
    "redacted_thinking",
    "refusal",
    "response_format",
    "source",
    "stream_options",
    "text",
    "thinking",
    "tool_calls",
    "tool_choice",
    "tool_result",
    "tool_use",
    "tools",
];

/// Whether a name may be one of a feature. What is not may still be a field of a client's that nobody here has heard of.
#[must_use]
pub fn is_known(name: &str) -> bool {
    FEATURES.contains(&name)
        || FIELDS.contains(&name)
        || name.split_once('.').is_some_and(|(parent, field)| PARENTS.contains(&parent) && !field.is_empty())
}
