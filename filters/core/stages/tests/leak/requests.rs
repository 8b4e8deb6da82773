//! Rich requests of every dialect, and ways of planting a value in them.

use serde_json::{Map, Value, json};
use tollgate_dialects::ClientDialect;

use crate::check::escaped;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// In escapes alone, twice over where the string holds JSON itself.
    Escaped,
}

const MARK: &str = "MARKMARKMARK";

/// The rich request with the value in the place of, or within, one string or key after the other, and where that is. What is JSON itself has
/// one in each of its own strings as well.
pub fn planted_bodies(dialect: ClientDialect, plant: &str, form: Form) -> Vec<(String, String)> {
    let base = rich(dialect);
    let mut places = Vec::new();
    walk(&base, &mut Vec::new(), &mut places);
    let once = match form {
        Form::Plain => plant.to_owned(),
        Form::Escaped => escaped(plant, "\\"),
    };
    let twice = match form {
        Form::Plain => plant.to_owned(),
        Form::Escaped => escaped(plant, "\\\\"),
    };
    let mut bodies = Vec::new();
    for place in places {
        let name = place.join("/");
        // The model is a decision of its own.
        if name == "model/" {
            continue;
        }
        let mut body = base.clone();
        let nested = plant_at(&mut body, &place);
        let text = body.to_string().replace(MARK, if nested { &twice } else { &once });
        bodies.push((name, text));
    }
    bodies
}

/// Paths of all strings and keys. A key is marked by a `#`, a string inside of JSON text by what follows `!`.
fn walk(value: &Value, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    let place = |path: &[String], last: &str| [path, &[last.to_owned()]].concat();
    match value {
        Value::String(text) => {
            out.push(place(path, ""));
            if text.starts_with('{') {
                out.push(place(path, "!"));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                walk(item, path, out);
                path.pop();
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                out.push(place(path, &format!("#{key}")));
                path.push(key.clone());
                walk(value, path, out);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Puts the mark at a place; whether it is in JSON within JSON.
fn plant_at(value: &mut Value, path: &[String]) -> bool {
    let (first, rest) = path.split_first().unwrap();
    if let Some(key) = first.strip_prefix('#') {
        let fields = value.as_object_mut().unwrap();
        let renamed: Map<_, _> = std::mem::take(fields)
            .into_iter()
            .map(|(name, value)| if name == key { (format!("a {MARK}"), value) } else { (name, value) })
            .collect();
        *fields = renamed;
        return false;
    }
    if rest.is_empty() {
        let nested = first == "!";
        *value = if nested { json!(format!("{{\"q\": [\"a {MARK}\"]}}")) } else { json!(MARK) };
        return nested;
    }
    let inner = match value {
        Value::Array(items) => &mut items[first.parse::<usize>().unwrap()],
        Value::Object(fields) => fields.get_mut(first).unwrap(),
        _ => panic!("a path leads through {value}"),
    };
    plant_at(inner, rest)
}

/// The least request that says something.
pub fn saying(dialect: ClientDialect, text: &str) -> String {
    let stream = |body: Value| body.to_string();
    match dialect {
        ClientDialect::OpenaiChat => stream(json!({"model": "m", "messages": [{"role": "user", "content": text}]})),
        ClientDialect::AnthropicMessages => {
            stream(json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}))
        }
        ClientDialect::OpenaiResponses | ClientDialect::OpenaiEmbeddings => {
            stream(json!({"model": "m", "input": text}))
        }
        ClientDialect::OpenaiCompletions => stream(json!({"model": "m", "prompt": text})),
    }
}

/// What a provider reads of it.
pub fn said(dialect: ClientDialect, body: &Value) -> String {
    let text = match dialect {
        ClientDialect::OpenaiChat | ClientDialect::AnthropicMessages => &body["messages"][0]["content"],
        ClientDialect::OpenaiResponses | ClientDialect::OpenaiEmbeddings => &body["input"],
        ClientDialect::OpenaiCompletions => &body["prompt"],
    };
    text.as_str().unwrap().to_owned()
}

fn rich(dialect: ClientDialect) -> Value {
    let schema = json!({"type": "object", "description": "d", "properties": {"city": {"type": "string", "enum": ["a", "b"],
        "default": "x", "examples": ["y"], "pattern": "p", "const": "c"}}, "required": ["city"]});
    let arguments = r#"{"city": "x"}"#;
    match dialect {
        ClientDialect::OpenaiChat => json!({
            "model": "m", "user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "stop": ["s"], "service_tier": "auto",
            "reasoning_effort": "low", "verbosity": "low", "metadata": {"a": "b"}, "logit_bias": {"1": 1}, "modalities": ["text"],
            "audio": {"format": "wav", "voice": "v"}, "prediction": {"type": "content", "content": [{"type": "text", "text": "t"}]},
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "description": "d", "schema": schema}},
            "web_search_options": {"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "c"}}},
            "messages": [
                {"role": "system", "content": "t", "name": "n"},
                {"role": "developer", "content": [{"type": "text", "text": "t"}]},
                {"role": "user", "content": [
                    {"type": "text", "text": "t"},
                    {"type": "image_url", "image_url": {"url": "https://x.example/a", "detail": "low"}},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                    {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "f", "file_id": "file-1"}},
                    {"type": "novel", "novel": {"deep": ["t", {"deeper": "t"}]}}]},
                {"role": "assistant", "content": null, "refusal": "r", "reasoning_content": "r", "audio": {"id": "audio_1"},
                    "thinking_blocks": [{"type": "thinking", "thinking": "t", "signature": "s"}],
                    "annotations": [{"type": "url_citation", "url_citation": {"url": "u", "title": "t"}}],
                    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "n", "arguments": arguments},
                            "extra_content": {"google": {"thought_signature": "s"}}},
                        {"id": "call_2", "type": "custom", "custom": {"name": "n", "input": "i"}}],
                    "function_call": {"name": "n", "arguments": arguments}},
                {"role": "tool", "tool_call_id": "call_1", "content": "t"},
                {"role": "function", "name": "n", "content": "t"}],
            "tools": [{"type": "function", "function": {"name": "n", "description": "d", "parameters": schema}},
                {"type": "custom", "custom": {"name": "n", "description": "d", "format": {"type": "grammar", "grammar": {"definition": "d", "syntax": "lark"}}}}],
            "tool_choice": {"type": "function", "function": {"name": "n"}}, "novel": {"a": ["b"]}
        }),
        ClientDialect::OpenaiResponses => json!({
            "model": "m", "instructions": "i", "previous_response_id": "resp_1", "conversation": {"id": "conv_1"}, "user": "u",
            "safety_identifier": "s", "prompt_cache_key": "k", "metadata": {"a": "b"}, "include": ["reasoning.encrypted_content"],
            "prompt": {"id": "pmpt_1", "version": "1", "variables": {"v": "w", "x": {"type": "input_text", "text": "t"}}},
            "reasoning": {"effort": "low", "summary": "auto"}, "truncation": "auto", "service_tier": "auto",
            "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "n", "description": "d", "schema": schema}},
            "tool_choice": {"type": "function", "name": "n"},
            "tools": [{"type": "function", "name": "n", "description": "d", "parameters": schema},
                {"type": "mcp", "server_label": "l", "server_url": "https://x.example", "server_description": "d", "headers": {"h": "v"},
                    "authorization": "a", "allowed_tools": ["t"], "require_approval": "never"},
                {"type": "web_search", "filters": {"allowed_domains": ["d"]}, "user_location": {"type": "approximate", "city": "c"}},
                {"type": "file_search", "vector_store_ids": ["vs_1"], "filters": {"key": "k", "type": "eq", "value": "v"}},
                {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}},
                {"type": "custom", "name": "n", "description": "d", "format": {"type": "grammar", "definition": "d", "syntax": "lark"}}],
            "input": [
                {"role": "developer", "content": "t"},
                {"type": "message", "role": "user", "status": "completed", "content": [
                    {"type": "input_text", "text": "t"},
                    {"type": "input_image", "detail": "high", "image_url": "https://x.example/a", "file_id": "file-1"},
                    {"type": "input_file", "filename": "f", "file_data": "data:application/pdf;base64,AAAA", "file_url": "https://x.example/f"},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]},
                {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [
                    {"type": "output_text", "text": "t", "annotations": [{"type": "url_citation", "url": "u", "title": "t"},
                            {"type": "file_citation", "file_id": "file-1", "filename": "f"}],
                        "logprobs": [{"token": "t", "logprob": -1, "bytes": [116], "top_logprobs": [{"token": "t", "logprob": -1, "bytes": [116]}]}]},
                    {"type": "refusal", "refusal": "r"}]},
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "t"}], "content": [{"type": "reasoning_text", "text": "t"}], "encrypted_content": "e"},
                {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "n", "arguments": arguments, "status": "completed"},
                {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "t"}]},
                {"type": "custom_tool_call", "call_id": "call_2", "name": "n", "input": "i"},
                {"type": "custom_tool_call_output", "call_id": "call_2", "output": "o"},
                {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q", "queries": ["q"], "sources": [{"type": "url", "url": "u"}]}},
                {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["q"], "results": [{"file_id": "file-1", "filename": "f", "text": "t", "attributes": {"a": "b"}}]},
                {"type": "computer_call", "id": "cu_1", "call_id": "call_3", "status": "completed", "action": {"type": "type", "text": "t"}, "pending_safety_checks": [{"id": "s", "code": "c", "message": "m"}]},
                {"type": "computer_call_output", "call_id": "call_3", "output": {"type": "computer_screenshot", "image_url": "https://x.example/s"}},
                {"type": "code_interpreter_call", "id": "ci_1", "code": "c", "container_id": "cntr_1", "status": "completed", "outputs": [{"type": "logs", "logs": "l"}, {"type": "image", "url": "u"}]},
                {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "r s", "revised_prompt": "p"},
                {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_4", "status": "completed", "action": {"type": "exec", "command": ["c"], "env": {"E": "v"}, "user": "u", "working_directory": "w"}},
                {"type": "local_shell_call_output", "id": "lsh_1", "output": "o"},
                {"type": "shell_call", "call_id": "call_5", "action": {"commands": ["c"]}},
                {"type": "shell_call_output", "call_id": "call_5", "output": [{"stdout": "o", "stderr": "e", "outcome": {"type": "exit", "exit_code": 0}}]},
                {"type": "apply_patch_call", "call_id": "call_6", "status": "completed", "operation": {"type": "update_file", "path": "p", "diff": "d"}},
                {"type": "apply_patch_call_output", "call_id": "call_6", "status": "completed", "output": "o"},
                {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "l", "tools": [{"name": "n", "description": "d", "input_schema": schema, "annotations": {"a": "b"}}]},
                {"type": "mcp_approval_request", "id": "mcpr_1", "name": "n", "server_label": "l", "arguments": arguments},
                {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": true, "reason": "r"},
                {"type": "mcp_call", "id": "mcp_1", "name": "n", "server_label": "l", "arguments": arguments, "output": "o", "error": "e"},
                {"type": "item_reference", "id": "msg_1"},
                {"type": "novel", "novel": ["n"]}],
            "novel": {"a": ["b"]}
        }),
        ClientDialect::OpenaiCompletions => json!({
            "model": "m", "prompt": ["p", "q"], "suffix": "s", "user": "u", "stop": ["s"], "logit_bias": {"1": 1}, "novel": {"a": ["b"]}
        }),
        ClientDialect::OpenaiEmbeddings => json!({
            "model": "m", "input": ["i", "j"], "user": "u", "encoding_format": "float", "input_type": "query", "novel": {"a": ["b"]}
        }),
        ClientDialect::AnthropicMessages => json!({
            "model": "m", "max_tokens": 9, "stop_sequences": ["s"], "service_tier": "auto", "metadata": {"user_id": "u"}, "container": "container_1",
            "system": [{"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
            "thinking": {"type": "enabled", "budget_tokens": 5}, "tool_choice": {"type": "tool", "name": "n"},
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema}},
            "mcp_servers": [{"type": "url", "url": "https://x.example", "name": "n", "authorization_token": "a", "tool_configuration": {"allowed_tools": ["t"]}}],
            "messages": [
                {"role": "user", "content": "t"},
                {"role": "user", "content": [
                    {"type": "text", "text": "t", "citations": [{"type": "char_location", "cited_text": "c", "document_title": "d"}]},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                    {"type": "image", "source": {"type": "url", "url": "https://x.example/a"}},
                    {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
                    {"type": "document", "title": "t", "context": "c", "source": {"type": "text", "media_type": "text/plain", "data": "some text"}},
                    {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "t"}]}},
                    {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "t"}]},
                    {"type": "container_upload", "file_id": "file_1"}]},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "redacted_thinking", "data": "d d"},
                    {"type": "tool_use", "id": "toolu_1", "name": "n", "input": {"q": ["t", {"type": "t"}]}},
                    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
                    {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "web_search_result", "title": "t", "url": "u", "page_age": "p", "encrypted_content": "e"}]},
                    {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {"type": "code_execution_result", "stdout": "o", "stderr": "e", "return_code": 0, "content": [{"type": "code_execution_output", "file_id": "file_1"}]}},
                    {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "n", "server_name": "s", "input": {"q": "t"}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": true, "content": [{"type": "text", "text": "t"}]},
                    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "t"},
                    {"type": "novel", "novel": {"deep": "t"}}]}],
            "tools": [{"name": "n", "description": "d", "input_schema": schema, "input_examples": [{"city": "x"}]},
                {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["d"], "user_location": {"type": "approximate", "city": "c"}}],
            "novel": {"a": ["b"]}
        }),
    }
}
