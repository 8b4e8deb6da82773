//! Responses.

use serde_json::{Value, json};

use super::{Bit, IMAGE_URL, PDF, PDF_URL, PNG, Thought, Turn, Wishes, is_closed, name, offered, openai, put, schema};

pub fn body(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut list = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::System(text) => {
                list.push(json!({"role": "developer", "content": [{"type": "input_text", "text": text}]}));
            }
            Turn::User(bits) => {
                let parts: Vec<_> = bits.iter().filter_map(|bit| part(bit, wishes)).collect();
                match &*parts {
                    [] => {}
                    [only] if only["type"] == "input_text" => {
                        list.push(json!({"role": "user", "content": only["text"]}));
                    }
                    _ => list.push(json!({"type": "message", "role": "user", "content": parts})),
                }
            }
            Turn::Assistant(thought, text) => {
                list.extend(think(*thought, at));
                list.push(message(text, at));
            }
            Turn::Tools(thought, text, calls) => {
                list.extend(think(*thought, at));
                list.extend((!text.is_empty()).then(|| message(text, at)));
                for n in 0..calls.len() {
                    list.push(json!({"type": "function_call", "id": format!("fc_{at}_{n}"), "call_id": format!("call_{at}_{n}"), "name": name(wishes, n, 64), "arguments": if wishes.schema == 7 { "{}" } else { "{\"city\":\"Ulm\"}" }, "status": "completed"}));
                }
                for (n, called) in calls.iter().enumerate() {
                    let parts: Vec<_> = called.result.iter().filter_map(|bit| part(bit, wishes)).collect();
                    let output = match &*parts {
                        [] => json!(""),
                        [only] if only["type"] == "input_text" => only["text"].clone(),
                        _ => json!(parts),
                    };
                    list.push(
                        json!({"type": "function_call_output", "call_id": format!("call_{at}_{n}"), "output": output}),
                    );
                }
            }
        }
    }
    if list.is_empty() {
        list.push(json!({"role": "user", "content": "Say, in JSON"}));
    }
    let says_json = list.iter().any(|item| item.to_string().contains("JSON"));
    let mut body = json!({"model": "smart", "input": list, "stream": wishes.stream});
    let tools = offered(turns, wishes);
    if tools > 0 {
        let tool = |n: usize| json!({"type": "function", "name": name(wishes, n, 64), "description": "d", "parameters": schema(wishes.schema), "strict": is_closed(wishes.schema)});
        body["tools"] = (0..tools).map(tool).collect();
        match wishes.choice {
            0 => body["tool_choice"] = json!("auto"),
            1 => body["tool_choice"] = json!("required"),
            2 => body["tool_choice"] = json!({"type": "function", "name": name(wishes, 0, 64)}),
            3 => body["parallel_tool_calls"] = json!(false),
            4 => body["tool_choice"] = json!("none"),
            _ => {}
        }
    } else if wishes.choice == 0 {
        // What the SDK's own answers say, and clients repeat.
        body["tools"] = json!([]);
        body["tool_choice"] = json!("auto");
        body["parallel_tool_calls"] = json!(true);
    }
    match wishes.format {
        0 if says_json => body["text"] = json!({"format": {"type": "json_object"}}),
        1 | 2 => {
            let strict = is_closed(wishes.schema) && wishes.format == 1;
            let number = if wishes.schema == 7 { 4 } else { wishes.schema };
            body["text"] =
                json!({"format": {"type": "json_schema", "name": "a", "schema": schema(number), "strict": strict}});
        }
        _ => {}
    }
    if let Some(verbosity) = wishes.verbosity {
        body["text"]["verbosity"] = json!(verbosity);
    }
    put(&mut body, "instructions", wishes.system.clone());
    openai(&mut body, wishes);
    if wishes.logprobs.is_some() {
        body["include"] = json!(["message.output_text.logprobs"]);
        put(&mut body, "top_logprobs", wishes.logprobs);
    }
    let summary = wishes.budget.map(|_| "auto");
    put(&mut body, "reasoning", wishes.effort.map(|effort| json!({"effort": effort, "summary": summary})));
    put(&mut body, "max_output_tokens", wishes.limit);
    put(&mut body, "metadata", wishes.metadata.then(|| json!({"job": "j-1"})));
    put(&mut body, "service_tier", wishes.tier.map(|auto| if auto { "auto" } else { "default" }));
    body
}

fn message(text: &str, at: usize) -> Value {
    json!({"type": "message", "id": format!("msg_{at}"), "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

/// A part; none for what the dialect lacks.
fn part(bit: &Bit, wishes: &Wishes) -> Option<Value> {
    let detail = if wishes.detail { "low" } else { "auto" };
    Some(match bit {
        Bit::Text(text) => json!({"type": "input_text", "text": text}),
        Bit::Image => {
            json!({"type": "input_image", "detail": detail, "image_url": format!("data:image/png;base64,{PNG}")})
        }
        Bit::ImageUrl => json!({"type": "input_image", "detail": detail, "image_url": IMAGE_URL}),
        Bit::Document | Bit::PlainDocument => {
            json!({"type": "input_file", "filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")})
        }
        Bit::DocumentUrl => json!({"type": "input_file", "file_url": PDF_URL}),
        Bit::Audio => return None,
    })
}

/// Reasoning as we give it to clients of this dialect.
fn think(thought: Thought, at: usize) -> Option<Value> {
    let item = |text: &[&str], seal: &str| {
        let summary: Vec<_> = text.iter().map(|text| json!({"type": "summary_text", "text": text})).collect();
        json!({"type": "reasoning", "id": format!("rs_{at}"), "summary": summary, "encrypted_content": seal})
    };
    match thought {
        Thought::None => None,
        Thought::Signed("tollgate.unsigned") => Some(item(&["Hm"], "tollgate.unsigned")),
        // OpenAI's own are given without a seal in this dialect.
        Thought::Signed(seal) => Some(item(&["Hm"], seal.trim_start_matches("tollgate.openai."))),
        Thought::Redacted(seal) => Some(item(&[], &format!("tollgate.redacted.{seal}"))),
    }
}
