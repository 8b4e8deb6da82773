//! Random requests that are right in their own dialect.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;

/// A red dot: the smallest PNG that means anything.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const PDF: &str = "JVBERi0xLjQK";

/// One piece of a conversation, in no dialect yet.
#[derive(Debug, Clone)]
enum Turn {
    User(Vec<Bit>),
    Assistant(String),
    /// Calls of so many tools, and their results.
    Tools(Vec<(String, bool)>),
}

#[derive(Debug, Clone)]
enum Bit {
    Text(String),
    Image,
    Document,
}

/// What a request asks for beside its conversation.
#[derive(Debug, Clone)]
struct Wishes {
    system: Option<String>,
    tools: usize,
    choice: usize,
    format: usize,
    temperature: Option<u8>,
    stop: bool,
    seed: bool,
    stream: bool,
    effort: Option<&'static str>,
    limit: Option<u16>,
    user: bool,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zäöü \n\"\\\\]{1,20}", Just("call get_weather for \"Ulm\"".to_owned())]
}

fn turn() -> impl Strategy<Value = Turn> {
    let bit = prop_oneof![5 => text().prop_map(Bit::Text), 1 => Just(Bit::Image), 1 => Just(Bit::Document)];
    prop_oneof![
        3 => proptest::collection::vec(bit, 1..4).prop_map(Turn::User),
        1 => "[a-z]{1,10}".prop_map(Turn::Assistant),
        1 => proptest::collection::vec(("[a-z ]{0,10}", any::<bool>()), 1..3).prop_map(Turn::Tools),
    ]
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let shape = (proptest::option::of(text()), 0usize..3, 0usize..5, 0usize..6);
    let sampling = (proptest::option::of(0u8..=20), any::<bool>(), proptest::bool::weighted(0.1), any::<bool>());
    let effort = proptest::option::weighted(0.2, select(vec!["low", "medium", "high"]));
    let rest = (effort, proptest::option::of(2_000u16..9_000), any::<bool>());
    (shape, sampling, rest).prop_map(
        |((system, tools, choice, format), (temperature, stop, seed, stream), (effort, limit, user))| Wishes {
            system,
            tools,
            choice,
            format,
            temperature,
            stop,
            seed,
            stream,
            effort,
            limit,
            user,
        },
    )
}

/// Features that a lenient route may drop, all that these requests use.
pub fn lenient() -> Vec<String> {
    ["seed", "stop", "temperature", "reasoning_effort", "response_format.json_object", "document", "file", "user"]
        .map(str::to_owned)
        .to_vec()
}

pub fn request() -> impl Strategy<Value = (ClientDialect, Value)> {
    let client =
        select(vec![ClientDialect::OpenaiChat, ClientDialect::OpenaiResponses, ClientDialect::AnthropicMessages]);
    let turns = proptest::collection::vec(turn(), 0..5);
    (client, turns, "[a-z]{1,10}", wishes()).prop_map(|(client, mut turns, last, wishes)| {
        // A conversation begins and ends with the user, and what was called is on offer.
        turns.insert(0, Turn::User(vec![Bit::Text("Begin".into())]));
        // JSON mode is refused to those who do not say the word.
        turns.push(Turn::User(vec![Bit::Text(format!("{last}, in JSON"))]));
        let body = match client {
            ClientDialect::AnthropicMessages => messages(&turns, &wishes),
            ClientDialect::OpenaiResponses => responses(&turns, &wishes),
            _ => chat(&turns, &wishes),
        };
        (client, body)
    })
}

const TOOLS: [&str; 2] = ["get_weather", "get_forecast"];

fn schema() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false})
}

fn offered(turns: &[Turn], wishes: &Wishes) -> usize {
    let called = turns.iter().any(|turn| matches!(turn, Turn::Tools(_)));
    if called { TOOLS.len() } else { wishes.tools }
}

fn chat(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut list = Vec::new();
    list.extend(wishes.system.as_ref().map(|text| json!({"role": "system", "content": text})));
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::User(bits) => {
                let parts: Vec<_> = bits
                    .iter()
                    .map(|bit| match bit {
                        Bit::Text(text) => json!({"type": "text", "text": text}),
                        Bit::Image => json!({"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}}),
                        Bit::Document => json!({"type": "file", "file": {"filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}}),
                    })
                    .collect();
                list.push(json!({"role": "user", "content": parts}));
            }
            Turn::Assistant(text) => list.push(json!({"role": "assistant", "content": text})),
            Turn::Tools(calls) => {
                let call = |(n, _): (usize, &(String, bool))| json!({"id": format!("call_{at}_{n}"), "type": "function", "function": {"name": TOOLS[n], "arguments": "{\"city\":\"Ulm\"}"}});
                list.push(json!({"role": "assistant", "content": null, "tool_calls": calls.iter().enumerate().map(call).collect::<Vec<_>>()}));
                for (n, (result, _)) in calls.iter().enumerate() {
                    list.push(json!({"role": "tool", "tool_call_id": format!("call_{at}_{n}"), "content": result}));
                }
            }
        }
    }
    let mut body = json!({"model": "smart", "messages": list, "stream": wishes.stream});
    let tools = offered(turns, wishes);
    if tools > 0 {
        let tool = |name: &&str| json!({"type": "function", "function": {"name": name, "description": "d", "parameters": schema(), "strict": true}});
        body["tools"] = TOOLS[..tools].iter().map(tool).collect();
        match wishes.choice {
            0 => body["tool_choice"] = json!("auto"),
            1 => body["tool_choice"] = json!("required"),
            2 => body["tool_choice"] = json!({"type": "function", "function": {"name": TOOLS[0]}}),
            3 => body["parallel_tool_calls"] = json!(false),
            _ => {}
        }
    } else {
        match wishes.format {
            0 => body["response_format"] = json!({"type": "json_object"}),
            1 => {
                body["response_format"] =
                    json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema(), "strict": true}})
            }
            _ => {}
        }
    }
    put(&mut body, "temperature", wishes.temperature.map(|tenths| f64::from(tenths) / 10.0));
    put(&mut body, "stop", wishes.stop.then_some("STOP"));
    put(&mut body, "seed", wishes.seed.then_some(7));
    put(&mut body, "reasoning_effort", wishes.effort);
    put(&mut body, "max_completion_tokens", wishes.limit);
    put(&mut body, "user", wishes.user.then_some("u-1"));
    body
}

fn messages(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut list = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::User(bits) => {
                let blocks: Vec<_> = bits
                    .iter()
                    .map(|bit| match bit {
                        Bit::Text(text) => json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}),
                        Bit::Image => json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}),
                        Bit::Document => json!({"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}),
                    })
                    .collect();
                list.push(json!({"role": "user", "content": blocks}));
            }
            Turn::Assistant(text) => list.push(json!({"role": "assistant", "content": text})),
            Turn::Tools(calls) => {
                let call = |(n, _): (usize, &(String, bool))| json!({"type": "tool_use", "id": format!("toolu_{at}_{n}"), "name": TOOLS[n], "input": {"city": "Ulm"}});
                let result = |(n, (text, failed)): (usize, &(String, bool))| json!({"type": "tool_result", "tool_use_id": format!("toolu_{at}_{n}"), "content": text, "is_error": failed});
                list.push(
                    json!({"role": "assistant", "content": calls.iter().enumerate().map(call).collect::<Vec<_>>()}),
                );
                list.push(json!({"role": "user", "content": calls.iter().enumerate().map(result).collect::<Vec<_>>()}));
            }
        }
    }
    let mut body =
        json!({"model": "smart", "max_tokens": wishes.limit.unwrap_or(500), "messages": list, "stream": wishes.stream});
    let tools = offered(turns, wishes);
    if tools > 0 {
        let tool = |name: &&str| json!({"name": name, "description": "d", "input_schema": schema()});
        body["tools"] = TOOLS[..tools].iter().map(tool).collect();
        match wishes.choice {
            0 => body["tool_choice"] = json!({"type": "auto"}),
            1 => body["tool_choice"] = json!({"type": "any"}),
            2 => body["tool_choice"] = json!({"type": "tool", "name": TOOLS[0]}),
            3 => body["tool_choice"] = json!({"type": "auto", "disable_parallel_tool_use": true}),
            _ => {}
        }
    } else if wishes.format == 1 {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema()}});
    }
    put(&mut body, "system", wishes.system.clone());
    put(&mut body, "temperature", wishes.temperature.map(|twentieths| f64::from(twentieths) / 20.0));
    put(&mut body, "stop_sequences", wishes.stop.then_some(["STOP"]));
    put(&mut body, "metadata", wishes.user.then(|| json!({"user_id": "u-1"})));
    body
}

fn responses(turns: &[Turn], wishes: &Wishes) -> Value {
    let mut list = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::User(bits) => {
                let parts: Vec<_> = bits
                    .iter()
                    .map(|bit| match bit {
                        Bit::Text(text) => json!({"type": "input_text", "text": text}),
                        Bit::Image => json!({"type": "input_image", "detail": "auto", "image_url": format!("data:image/png;base64,{PNG}")}),
                        Bit::Document => json!({"type": "input_file", "filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}),
                    })
                    .collect();
                list.push(json!({"role": "user", "content": parts}));
            }
            Turn::Assistant(text) => list.push(json!({"role": "assistant", "content": text})),
            Turn::Tools(calls) => {
                for n in 0..calls.len() {
                    list.push(json!({"type": "function_call", "call_id": format!("call_{at}_{n}"), "name": TOOLS[n], "arguments": "{\"city\":\"Ulm\"}"}));
                }
                for (n, (result, _)) in calls.iter().enumerate() {
                    list.push(
                        json!({"type": "function_call_output", "call_id": format!("call_{at}_{n}"), "output": result}),
                    );
                }
            }
        }
    }
    let mut body = json!({"model": "smart", "input": list, "stream": wishes.stream});
    let tools = offered(turns, wishes);
    if tools > 0 {
        let tool = |name: &&str| json!({"type": "function", "name": name, "description": "d", "parameters": schema(), "strict": true});
        body["tools"] = TOOLS[..tools].iter().map(tool).collect();
        match wishes.choice {
            0 => body["tool_choice"] = json!("auto"),
            1 => body["tool_choice"] = json!("required"),
            2 => body["tool_choice"] = json!({"type": "function", "name": TOOLS[0]}),
            3 => body["parallel_tool_calls"] = json!(false),
            _ => {}
        }
    } else {
        match wishes.format {
            0 => body["text"] = json!({"format": {"type": "json_object"}}),
            1 => {
                body["text"] =
                    json!({"format": {"type": "json_schema", "name": "a", "schema": schema(), "strict": true}})
            }
            _ => {}
        }
    }
    put(&mut body, "instructions", wishes.system.clone());
    put(&mut body, "temperature", wishes.temperature.map(|tenths| f64::from(tenths) / 10.0));
    put(&mut body, "reasoning", wishes.effort.map(|effort| json!({"effort": effort})));
    put(&mut body, "max_output_tokens", wishes.limit);
    put(&mut body, "user", wishes.user.then_some("u-1"));
    body
}

fn put(body: &mut Value, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        body[name] = json!(value);
    }
}
