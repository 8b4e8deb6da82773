//! Odd answers on demand: each API has its own words for them, the same streamed and not.

mod client;

use client::{ask, post, question};
use serde_json::{Value, json};
use tollgate_providers::brain::End;
use tollgate_providers::{Kind, Options, Provider};

async fn start(kind: Kind, options: Options) -> Provider {
    Provider::start(kind, options).await.unwrap()
}

/// Where the reason stands in a whole answer.
fn reason(kind: Kind, answer: &Value) -> Value {
    match kind {
        Kind::OpenAi | Kind::Azure => answer["choices"][0]["finish_reason"].clone(),
        Kind::Anthropic => answer["stop_reason"].clone(),
        Kind::Gemini | Kind::Vertex => answer["candidates"][0]["finishReason"].clone(),
        Kind::Bedrock => answer["stopReason"].clone(),
        Kind::Cohere => answer["finish_reason"].clone(),
    }
}

#[tokio::test]
async fn answers_end_as_ordered() {
    let expected = [
        (End::Length, ["length", "length", "max_tokens", "MAX_TOKENS", "MAX_TOKENS", "max_tokens", "MAX_TOKENS"]),
        (End::Safety, ["content_filter", "content_filter", "refusal", "SAFETY", "SAFETY", "content_filtered", "ERROR"]),
        (
            End::Refusal,
            ["stop", "stop", "refusal", "PROHIBITED_CONTENT", "PROHIBITED_CONTENT", "content_filtered", "COMPLETE"],
        ),
        (
            End::MalformedCall,
            [
                "stop",
                "stop",
                "end_turn",
                "MALFORMED_FUNCTION_CALL",
                "MALFORMED_FUNCTION_CALL",
                "malformed_tool_use",
                "ERROR",
            ],
        ),
    ];
    for (end, words) in expected {
        for (kind, word) in Kind::ALL.into_iter().zip(words) {
            let provider = start(kind, Options { finish: Some(end), ..Options::default() }).await;
            let whole = ask(kind, provider.addr(), "x", false).await.unwrap().json();
            assert_eq!(reason(kind, &whole), word, "{kind:?} {end:?}: {whole}");
            let streamed = ask(kind, provider.addr(), "x", true).await.unwrap();
            let text = String::from_utf8_lossy(&streamed.body);
            assert!(streamed.complete && text.contains(&format!("\"{word}\"")), "{kind:?} {end:?}: {text}");
        }
    }
}

#[tokio::test]
async fn blocked_prompts_have_no_answer() {
    for (kind, status, words) in [
        (Kind::OpenAi, 400, "invalid_prompt"),
        (Kind::Azure, 400, "ResponsibleAIPolicyViolation"),
        (Kind::Anthropic, 200, "\"stop_reason\":\"refusal\""),
        (Kind::Gemini, 200, "\"blockReason\":\"PROHIBITED_CONTENT\""),
        (Kind::Vertex, 200, "\"blockReason\":\"PROHIBITED_CONTENT\""),
        (Kind::Bedrock, 200, "guardrail_intervened"),
        (Kind::Cohere, 498, "blocked"),
    ] {
        let provider = start(kind, Options { finish: Some(End::Blocked), ..Options::default() }).await;
        for stream in [false, true] {
            let answer = ask(kind, provider.addr(), "secret", stream).await.unwrap();
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, status, "{kind:?}");
            assert!(text.contains(words) && !text.contains("You said"), "{kind:?}: {text}");
        }
    }
}

#[tokio::test]
async fn thoughts_sources_and_missing_usage() {
    let member = ["usage", "usage", "usage", "usageMetadata", "usageMetadata", "usage", "usage"];
    for (kind, member) in Kind::ALL.into_iter().zip(member) {
        let options = Options { thinking: Some("Hmm".into()), citations: true, ..Options::default() };
        let provider = start(kind, options).await;
        for stream in [false, true] {
            let answer = ask(kind, provider.addr(), "x", stream).await.unwrap();
            let text = String::from_utf8_lossy(&answer.body);
            assert!(text.contains("Hmm") && text.contains("Simulated source"), "{kind:?}: {text}");
        }
        let provider = start(kind, Options { omit_usage: true, ..Options::default() }).await;
        for stream in [false, true] {
            let answer = ask(kind, provider.addr(), "x", stream).await.unwrap();
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            // What Anthropic says at the start of a message is part of it.
            let text = text.split_once("content_block_start").map_or(text.as_str(), |(_, rest)| rest);
            assert!(!text.contains(&format!("\"{member}\":{{")), "{kind:?}: {text}");
        }
    }
}

#[tokio::test]
async fn arguments_come_a_character_at_a_time() {
    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]});
    let function = json!({"name": "find", "parameters": schema});
    let tools = json!([{"type": "function", "function": function}]);
    for kind in [Kind::OpenAi, Kind::Azure, Kind::Cohere] {
        let provider = start(kind, Options { argument_chars: 1, ..Options::default() }).await;
        let (path, mut body) = question(kind, "find \"it\"", true);
        body["tools"] = tools.clone();
        let events = post(kind, provider.addr(), &path, &body).await.unwrap().events();
        let fragments: Vec<&str> = events
            .iter()
            .flat_map(|event| {
                let calls = [&event["choices"][0]["delta"]["tool_calls"][0], &event["delta"]["message"]["tool_calls"]];
                calls.into_iter().filter_map(|call| call["function"]["arguments"].as_str()).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(fragments.concat(), r#"{"q":"it"}"#, "{kind:?}");
        assert!(fragments.iter().all(|fragment| fragment.len() <= 1));
    }
}
