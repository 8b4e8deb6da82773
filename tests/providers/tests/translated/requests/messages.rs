//! Anthropic's messages.

use serde_json::{Value, json};

use super::{Bit, IMAGE_URL, PDF, PDF_URL, PNG, Thought, Turn, Wishes, is_closed, name, offered, put, schema};

/// Marks that one request may hold.
const MAX_MARKS: usize = 4;

/// Marks blocks, as long as there may be more.
struct Marks(usize);

impl Marks {
    fn mark(&mut self, mut block: Value) -> Value {
        if self.0 > 0 {
            self.0 -= 1;
            let hour = self.0 % 2 == 1;
            block["cache_control"] =
                if hour { json!({"type": "ephemeral", "ttl": "1h"}) } else { json!({"type": "ephemeral"}) };
        }
        block
    }
}

pub fn body(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut marks = Marks(if wishes.cache { MAX_MARKS } else { 0 });
    let tools = offered(turns, wishes);
    let tool = |n: usize| {
        let mut tool = json!({"name": name(wishes, n, 128), "description": "d", "input_schema": schema(wishes.schema)});
        if is_closed(wishes.schema) && wishes.schema > 0 {
            tool["strict"] = json!(true);
        }
        tool
    };
    let offered: Vec<_> = (0..tools).map(|n| marks.mark(tool(n))).collect();
    let mut list: Vec<Value> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            // Only the newest models take it here, and only behind the user.
            Turn::System(text) => {
                if list.last().is_some_and(|last| last["role"] == "user") && !text.trim().is_empty() {
                    list.push(json!({"role": "system", "content": text}));
                }
            }
            Turn::User(bits) => {
                let blocks: Vec<_> = bits.iter().filter_map(|bit| block(bit, wishes, &mut marks)).collect();
                if !blocks.is_empty() {
                    list.push(json!({"role": "user", "content": blocks}));
                }
            }
            Turn::Assistant(thought, text) if text.is_empty() && *thought == Thought::None => {}
            Turn::Assistant(thought, text) => {
                let mut blocks = think(*thought);
                blocks.extend((!text.is_empty()).then(|| json!({"type": "text", "text": text})));
                list.push(json!({"role": "assistant", "content": blocks}));
            }
            Turn::Tools(thought, text, calls) => {
                let mut blocks = think(*thought);
                blocks.extend((!text.is_empty()).then(|| json!({"type": "text", "text": text})));
                for n in 0..calls.len() {
                    let call = json!({"type": "tool_use", "id": format!("toolu_{at}_{n}"), "name": name(wishes, n, 128), "input": if wishes.schema == 7 { json!({}) } else { json!({"city": "Ulm"}) }});
                    blocks.push(marks.mark(call));
                }
                list.push(json!({"role": "assistant", "content": blocks}));
                let results = calls.iter().enumerate().map(|(n, called)| {
                    let mut result = json!({"type": "tool_result", "tool_use_id": format!("toolu_{at}_{n}")});
                    let mut none = Marks(0);
                    let content: Vec<_> =
                        called.result.iter().filter_map(|bit| block(bit, wishes, &mut none)).collect();
                    match &*content {
                        [] if n == 0 => {}
                        [only] if only["type"] == "text" => result["content"] = only["text"].clone(),
                        _ => result["content"] = json!(content),
                    }
                    if called.failed {
                        result["is_error"] = json!(true);
                    }
                    marks.mark(result)
                });
                let results: Vec<_> = results.collect();
                list.push(json!({"role": "user", "content": results}));
            }
        }
    }
    if list.is_empty() {
        list.push(json!({"role": "user", "content": "Say"}));
    }
    // A system prompt in between counts as none before the assistant's turn; at the end it is one.
    let budget = wishes.budget.filter(|_| wishes.temperature.is_none());
    let limit = wishes.limit.unwrap_or(500).max(budget.map_or(0, |budget| budget + 1));
    let mut body = json!({"model": "smart", "max_tokens": limit, "messages": list, "stream": wishes.stream});
    if tools > 0 {
        body["tools"] = json!(offered);
        match wishes.choice {
            0 => body["tool_choice"] = json!({"type": "auto"}),
            1 if budget.is_none() => body["tool_choice"] = json!({"type": "any"}),
            2 if budget.is_none() => body["tool_choice"] = json!({"type": "tool", "name": name(wishes, 0, 128)}),
            3 => body["tool_choice"] = json!({"type": "auto", "disable_parallel_tool_use": true}),
            4 => body["tool_choice"] = json!({"type": "none"}),
            _ => {}
        }
    }
    if wishes.format == 1 && is_closed(wishes.schema) {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema(wishes.schema)}});
    }
    if let Some(budget) = budget {
        body["thinking"] = json!({"type": "enabled", "budget_tokens": budget});
    } else if wishes.effort.is_some() && wishes.temperature.is_none() && !matches!(wishes.choice, 1 | 2) {
        body["thinking"] = json!({"type": "adaptive"});
    }
    if let Some(effort) = wishes.effort.filter(|effort| !matches!(*effort, "none" | "minimal")) {
        body["output_config"]["effort"] = json!(effort);
    }
    let system = wishes.system.as_ref().filter(|system| !system.is_empty());
    put(&mut body, "system", system.map(|text| json!([{"type": "text", "text": text}])));
    put(&mut body, "temperature", wishes.temperature.map(|twentieths| f64::from(twentieths) / 20.0));
    put(&mut body, "top_p", wishes.top_p.filter(|_| wishes.temperature.is_none()).map(|it| f64::from(it) / 20.0));
    put(&mut body, "top_k", wishes.top_k);
    let stops: Vec<_> = wishes.stop.iter().filter(|stop| !stop.trim().is_empty()).collect();
    put(&mut body, "stop_sequences", (!stops.is_empty()).then_some(stops));
    put(&mut body, "metadata", wishes.user.then(|| json!({"user_id": "u-1"})));
    put(&mut body, "service_tier", wishes.tier.map(|auto| if auto { "auto" } else { "standard_only" }));
    body
}

/// A block; none for what the dialect lacks or refuses.
fn block(bit: &Bit, wishes: &Wishes, marks: &mut Marks) -> Option<Value> {
    let document = |source: Value| {
        let mut document = json!({"type": "document", "title": "a.pdf", "source": source});
        if wishes.cited {
            document["citations"] = json!({"enabled": true});
            document["context"] = json!("From the archive");
        }
        document
    };
    let block = match bit {
        Bit::Text(text) if text.trim().is_empty() => return None,
        Bit::Text(text) => json!({"type": "text", "text": text}),
        Bit::Image => json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}),
        Bit::ImageUrl => json!({"type": "image", "source": {"type": "url", "url": IMAGE_URL}}),
        Bit::Document => document(json!({"type": "base64", "media_type": "application/pdf", "data": PDF})),
        Bit::DocumentUrl => document(json!({"type": "url", "url": PDF_URL})),
        Bit::PlainDocument => document(json!({"type": "text", "media_type": "text/plain", "data": "All of it"})),
        Bit::Audio => return None,
    };
    Some(marks.mark(block))
}

/// Thinking as we give it to clients of this dialect.
fn think(thought: Thought) -> Vec<Value> {
    match thought {
        Thought::None => Vec::new(),
        Thought::Signed(seal) => vec![json!({"type": "thinking", "thinking": "Hm", "signature": seal})],
        Thought::Redacted(seal) => vec![json!({"type": "redacted_thinking", "data": seal})],
    }
}
