//! The words of the APIs: `tool_use`, `web_search_20250305`, `in_progress`.
//!
//! They stand in fields such as `type` and `role`, and there they are not looked at: not because of the field, where anything could be
//! written, but because they are made of these parts and nothing else. What is not is text like any other.

/// What the words of the APIs are made of, in order.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "accepted", "action", "adaptive", "added", "additional", "aiff", "allow", "allowed", "allowlist", "always", "and",
    "annotation", "answer", "any", "apply", "approval", "approved", "approximate", "arguments", "assistant", "audio",
    "auto", "base64", "bash", "batch", "best", "between", "block", "browser", "by", "bytes", "cache", "call",
    "caller", "calls", "canceled", "cancelled", "char", "chat", "choice", "chunk", "citation", "citations", "clear",
    "click", "code", "command", "commentary", "compact", "compaction", "completed", "completion", "computer",
    "concise", "configuration", "container", "content", "context", "conversation", "create", "created", "current",
    "custom", "data", "default", "delete", "delta", "denied", "detailed", "developer", "direct", "disabled",
    "document", "done", "double", "downsize", "drag", "dynamic", "edit", "editor", "edits", "effort", "embedding",
    "enabled", "encrypted", "end", "ephemeral", "eq", "error", "escalated", "exclude", "execution", "exit",
    "explicit", "failed", "file", "files", "filter", "final", "find", "finish", "flac", "flex", "float", "follow",
    "full", "function", "general", "generate", "generated", "generating", "generation", "gif", "grammar", "gt", "gte",
    "hash", "high", "http", "id", "image", "implicit", "in", "include", "incomplete", "inline", "input",
    "instructions", "interpreter", "interpreting", "item", "items", "jpeg", "json", "keypress", "lark", "left",
    "length", "limit", "linux", "list", "local", "location", "logprobs", "logs", "loop", "low", "lt", "lte", "m4a",
    "mac", "manual", "max", "mcp", "medium", "memory", "message", "messages", "middle", "minimal", "mode", "model",
    "move", "mp3", "mp4", "name", "namespace", "native", "ne", "never", "nin", "none", "not", "object", "off", "ogg",
    "omit", "on", "only", "opaque", "open", "opus", "or", "original", "output", "outputs", "page", "part", "pass",
    "patch", "path", "pause", "pcm16", "pdf", "png", "pragmatic", "predicted", "preview", "priority", "pro",
    "proactive", "program", "programmatic", "progress", "protocol", "queued", "quota", "reasoning", "redacted",
    "reference", "refusal", "refused", "regex", "removal", "request", "required", "response", "responses", "result",
    "results", "retry", "right", "run", "safe", "scale", "schema", "screenshot", "scroll", "search", "searching",
    "sensitive", "sequence", "server", "service", "severity", "shell", "signature", "skill", "speed", "standard",
    "start", "state", "stderr", "stdout", "stop", "stopped", "str", "strict", "stringent", "sub", "success", "suffix",
    "summaries", "summarized", "summary", "system", "task", "tasks", "text", "think", "thinking", "thread", "tier",
    "timeout", "tokens", "tool", "tools", "toolset", "transcript", "truncation", "turn", "turns", "type", "ubuntu",
    "unspecified", "update", "upload", "url", "urls", "use", "user", "uses", "value", "verbosity", "view", "wait",
    "wav", "web", "webm", "webp", "window", "windows", "xhigh", "zip",
];

/// Whether a raw string is such a word. Dates and versions, as in `web_search_20250305`, and spans of time, as in `5m`, may be part of one.
pub(super) fn is_word(raw: &str) -> bool {
    if raw.len() > 64 || !raw.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return false;
    }
    let mut parts = raw.split(['_', '-', '.', '/']);
    let first = parts.next().unwrap_or_default();
    (is_part(first) || is_span(first)) && parts.all(|part| is_part(part) || is_version(part))
}

fn is_part(part: &str) -> bool {
    PARTS.binary_search(&part).is_ok()
}

/// `5m`, `1h`, `24h`.
fn is_span(part: &str) -> bool {
    part.len() <= 3
        && part
            .strip_suffix(['m', 'h'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A date, a year, or a number of at most two digits.
fn is_version(part: &str) -> bool {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits && (part.len() <= 2 || matches!(part.len(), 4 | 8) && part.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(PARTS.windows(2).all(|two| two[0] < two[1]), "{:?}", PARTS.windows(2).find(|two| two[0] >= two[1]));
    }

    #[test]
    fn words_of_the_apis_are_known_and_nothing_else() {
        for word in [
            "text",
            "tool_use",
            "web_search_20250305",
            "web_search_preview_2025_03_11",
            "in_progress",
            "json_schema",
            "5m",
            "24h",
            "image_url",
            "response.output_text.delta",
            "reasoning.encrypted_content",
            "computer_use_preview",
            "in-memory",
            "text_editor_code_execution_tool_result",
            "chat.completion.chunk",
            "server_tool_use",
            "image/png",
        ] {
            assert!(is_word(word), "{word}");
        }
        for other in [
            "",
            "nightjar",
            "text_nightjar",
            "4111111111111111",
            "text_4111111111111111",
            "078-05-1120",
            "user_078_05_1120",
            "text ",
            "npm_0123456789abcdef",
            "19700101",
            "user@text",
            "_text",
            "m",
            "text__user",
            "20250305",
        ] {
            assert!(!is_word(other), "{other}");
        }
    }
}
