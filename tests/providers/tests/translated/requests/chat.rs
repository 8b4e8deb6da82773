//! Chat completions.

use serde_json::{Value, json};

use super::{Bit, IMAGE_URL, PDF, PNG, Thought, Turn, WAV, Wishes, is_closed, name, offered, openai, put, schema};

pub fn body(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut list = Vec::new();
    let system = if wishes.n.is_some() { "developer" } else { "system" };
    list.extend(wishes.system.as_ref().map(|text| json!({"role": system, "content": text})));
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::System(text) => list.push(json!({"role": "developer", "content": [{"type": "text", "text": text}]})),
            Turn::User(bits) => {
                let parts: Vec<_> = bits.iter().map(|bit| part(bit, wishes)).collect();
                match &*parts {
                    [only] if only["type"] == "text" => list.push(json!({"role": "user", "content": only["text"]})),
                    _ => list.push(json!({"role": "user", "content": parts})),
                }
            }
            Turn::Assistant(thought, text) => {
                let mut message = json!({"role": "assistant", "content": text});
                think(*thought, &mut message);
                list.push(message);
            }
            Turn::Tools(thought, text, calls) => {
                let call = |n: usize| {
                    let mut call = json!({"id": format!("call_{at}_{n}"), "type": "function", "function": {"name": name(wishes, n, 64), "arguments": if wishes.schema == 7 { "" } else { "{\"city\":\"Ulm\"}" }}});
                    if let (Thought::Signed(seal), 0) = (*thought, n)
                        && seal.starts_with("tollgate.google")
                    {
                        call["extra_content"] = json!({"google": {"thought_signature": seal}});
                    }
                    call
                };
                let content = if text.is_empty() { Value::Null } else { json!(text) };
                let calls_made: Vec<_> = (0..calls.len()).map(call).collect();
                let mut message = json!({"role": "assistant", "content": content, "tool_calls": calls_made});
                if !matches!(thought, Thought::Signed(seal) if seal.starts_with("tollgate.google")) {
                    think(*thought, &mut message);
                }
                list.push(message);
                for (n, called) in calls.iter().enumerate() {
                    let texts = called.result.iter().filter_map(|bit| match bit {
                        Bit::Text(text) => Some(json!({"type": "text", "text": text})),
                        _ => None,
                    });
                    let texts: Vec<_> = texts.collect();
                    let content = match &*texts {
                        [] => json!(""),
                        [only] => only["text"].clone(),
                        _ => json!(texts),
                    };
                    list.push(json!({"role": "tool", "tool_call_id": format!("call_{at}_{n}"), "content": content}));
                }
            }
        }
    }
    let mut body = json!({"model": "smart", "messages": list, "stream": wishes.stream});
    if wishes.stream && wishes.usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    let tools = offered(turns, wishes);
    if tools > 0 {
        let tool = |n: usize| {
            let mut function = json!({"name": name(wishes, n, 64), "description": "d"});
            // A tool without parameters need not say so.
            if wishes.schema < 7 {
                function["parameters"] = schema(wishes.schema);
            }
            if is_closed(wishes.schema) {
                function["strict"] = json!(wishes.schema > 0);
            }
            json!({"type": "function", "function": function})
        };
        body["tools"] = (0..tools).map(tool).collect();
        match wishes.choice {
            0 => body["tool_choice"] = json!("auto"),
            1 => body["tool_choice"] = json!("required"),
            2 => body["tool_choice"] = json!({"type": "function", "function": {"name": name(wishes, 0, 64)}}),
            3 => body["parallel_tool_calls"] = json!(false),
            4 => body["tool_choice"] = json!("none"),
            _ => {}
        }
    }
    // The word must be there for any object to be asked for.
    let says_json = list.iter().any(|message| message.to_string().contains("JSON"));
    match wishes.format {
        0 if says_json => body["response_format"] = json!({"type": "json_object"}),
        1 | 2 => {
            let strict = is_closed(wishes.schema) && wishes.format == 1;
            let number = if wishes.schema == 7 { 4 } else { wishes.schema };
            body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema(number), "strict": strict}});
        }
        _ => {}
    }
    openai(&mut body, wishes);
    if !wishes.stop.is_empty() {
        body["stop"] = if let [only] = *wishes.stop { json!(only) } else { json!(wishes.stop) };
    }
    put(&mut body, "seed", wishes.seed.then_some(7));
    put(&mut body, "n", wishes.n);
    put(&mut body, "frequency_penalty", wishes.penalty.map(|tenths| f64::from(tenths) / 10.0));
    put(&mut body, "presence_penalty", wishes.penalty.filter(|tenths| tenths % 2 == 0).map(|_| 0.0));
    if let Some(top) = wishes.logprobs {
        body["logprobs"] = json!(true);
        put(&mut body, "top_logprobs", (top > 0).then_some(top));
    }
    put(&mut body, "metadata", wishes.metadata.then(|| json!({"job": "j-1"})));
    put(&mut body, "verbosity", wishes.verbosity);
    put(&mut body, "service_tier", wishes.tier.map(|auto| if auto { "auto" } else { "default" }));
    put(&mut body, "reasoning_effort", wishes.effort);
    put(&mut body, "max_completion_tokens", wishes.limit);
    body
}

fn part(bit: &Bit, wishes: &Wishes) -> Value {
    let image = |url: &str| {
        let mut image = json!({"url": url});
        if wishes.detail {
            image["detail"] = json!("low");
        }
        json!({"type": "image_url", "image_url": image})
    };
    match bit {
        Bit::Text(text) => json!({"type": "text", "text": text}),
        Bit::Image => image(&format!("data:image/png;base64,{PNG}")),
        Bit::ImageUrl => image(IMAGE_URL),
        Bit::Audio => json!({"type": "input_audio", "input_audio": {"data": WAV, "format": "wav"}}),
        Bit::Document | Bit::DocumentUrl | Bit::PlainDocument => {
            json!({"type": "file", "file": {"filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}})
        }
    }
}

/// Thinking as we give it to clients of this dialect.
fn think(thought: Thought, message: &mut Value) {
    match thought {
        Thought::None => {}
        Thought::Signed("tollgate.unsigned") => message["reasoning_content"] = json!("Hm"),
        Thought::Signed(seal) => {
            message["reasoning_content"] = json!("Hm");
            message["thinking_blocks"] = json!([{"type": "thinking", "thinking": "Hm", "signature": seal}]);
        }
        Thought::Redacted(seal) => {
            message["thinking_blocks"] = json!([{"type": "redacted_thinking", "data": seal}]);
        }
    }
}
