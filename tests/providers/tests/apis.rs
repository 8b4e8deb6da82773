//! Each API's own rules, as far as the SDKs do not show them (`sdk_check`).

mod client;

use client::{Answer, ask, credentials, post, question, send, with};
use serde_json::{Value, json};
use tollgate_providers::{Kind, Options, Provider};

async fn start(kind: Kind) -> Provider {
    Provider::start(kind, Options::default()).await.unwrap()
}

#[tokio::test]
async fn wrong_paths_methods_keys_and_json() {
    for (kind, get, no_key) in [
        (Kind::OpenAi, 405, 401),
        (Kind::Azure, 404, 401),
        (Kind::Anthropic, 405, 401),
        (Kind::Gemini, 404, 403),
        (Kind::Vertex, 404, 401),
        (Kind::Bedrock, 404, 403),
        (Kind::Cohere, 405, 401),
    ] {
        let provider = start(kind).await;
        let (path, body) = question(kind, "x", false);
        let status = |answer: Option<Answer>| answer.unwrap().status;
        let body = body.to_string();
        assert_eq!(status(send(provider.addr(), "POST", "/v9/nothing", credentials(kind), body.as_bytes()).await), 404);
        assert_eq!(status(send(provider.addr(), "GET", &path, credentials(kind), b"").await), get, "{kind:?}");
        assert_eq!(status(send(provider.addr(), "POST", &path, &[], body.as_bytes()).await), no_key, "{kind:?}");
        assert_eq!(status(send(provider.addr(), "POST", &path, credentials(kind), b"{\"a\":").await), 400, "{kind:?}");
        assert_eq!(status(send(provider.addr(), "POST", &path, credentials(kind), b"[]").await), 400, "{kind:?}");
    }
}

#[tokio::test]
async fn members_that_are_not_the_apis_are_refused() {
    // What a translation that forgets a member of the other side would send.
    for (kind, change, words) in [
        (Kind::OpenAi, json!({"system": "x"}), "Unrecognized request argument supplied: system"),
        (Kind::OpenAi, json!({"stop_sequences": ["x"]}), "Unrecognized request argument supplied: stop_sequences"),
        (
            Kind::OpenAi,
            json!({"messages": [{"role": "user", "content": "x", "cache_control": {}}]}),
            "'messages[0].cache_control'",
        ),
        (
            Kind::OpenAi,
            json!({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}),
            "Invalid value: 'tool_result'",
        ),
        (
            Kind::OpenAi,
            json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "iVBORw0KGgo="}}]}]}),
            "'messages[0].content[0].image_url.url'. Expected a valid URL",
        ),
        (
            Kind::OpenAi,
            json!({"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_data": "AAAA", "filename": "a"}}]}]}),
            "Expected a base64-encoded data URL",
        ),
        (
            Kind::Anthropic,
            json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/tiff", "data": "AAAA"}}]}]}),
            "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png'",
        ),
        (
            Kind::Anthropic,
            json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "data:,"}}]}]}),
            "image.source.base64: invalid base64 data",
        ),
        (
            Kind::Anthropic,
            json!({"messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "pdf"}}]}]}),
            "document.source: Input tag 'pdf'",
        ),
        (
            Kind::Gemini,
            json!({"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "#"}}]}]}),
            "Base64 decoding failed",
        ),
        (
            Kind::Cohere,
            json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:text/plain;base64,AAAA"}}]}]}),
            "base64 data URI of an image",
        ),
        (Kind::Anthropic, json!({"stream_options": {}}), "stream_options: Extra inputs are not permitted"),
        (Kind::Anthropic, json!({"stop": ["x"]}), "stop: Extra inputs are not permitted"),
        (Kind::Anthropic, json!({"messages": [{"role": "tool", "content": "x"}]}), "messages.0.role: Input should be"),
        (
            Kind::Anthropic,
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "Input tag 'image_url'",
        ),
        (Kind::Gemini, json!({"stream": true}), "Unknown name \\\"stream\\\": Cannot find field."),
        (
            Kind::Gemini,
            json!({"generationConfig": {"max_tokens": 3}}),
            "Unknown name \\\"maxTokens\\\" at 'generation_config'",
        ),
        (
            Kind::Gemini,
            json!({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}),
            "Please use a valid role",
        ),
        (Kind::Azure, json!({"stop_sequences": ["x"]}), "Unrecognized request argument supplied: stop_sequences"),
        (Kind::Vertex, json!({"stream": true}), "Unknown name \\\"stream\\\": Cannot find field."),
        (Kind::Vertex, json!({"contents": [{"parts": [{"text": "x"}]}]}), "Please use a valid role"),
        (Kind::Vertex, json!({"store": true}), "Unknown name \\\"store\\\""),
        (Kind::Bedrock, json!({"max_tokens": 3}), "max_tokens"),
        (Kind::Bedrock, json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}), "type"),
    ] {
        let provider = start(kind).await;
        let (path, body) = question(kind, "x", false);
        let answer = post(kind, provider.addr(), &path, &with(body, &change)).await.unwrap();
        assert_eq!(answer.status, 400, "{kind:?} {change}");
        assert!(answer.text().contains(words), "{kind:?} {change}: {}", answer.text());
    }
}

#[tokio::test]
async fn media_are_taken_in_each_apis_form() {
    let (png, pdf) = ("data:image/png;base64,iVBORw0KGgo=", "data:application/pdf;base64,JVBERi0=");
    let user = |content: Value| json!({"messages": [{"role": "user", "content": content}]});
    for (kind, change, words) in [
        (
            Kind::OpenAi,
            user(
                json!([{"type": "image_url", "image_url": {"url": png, "detail": "low"}}, {"type": "text", "text": "x"},
                        {"type": "file", "file": {"filename": "a.pdf", "file_data": pdf}},
                        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]),
            ),
            "[image]\\nx\\n[file]\\n[input_audio]",
        ),
        (
            Kind::Anthropic,
            user(json!([{"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
                        {"type": "document", "title": "t", "citations": {"enabled": true},
                         "source": {"type": "text", "media_type": "text/plain", "data": "words"}}])),
            "[image]\\n[document]",
        ),
        (
            Kind::Cohere,
            user(json!([{"type": "image_url", "image_url": {"url": png}}, {"type": "text", "text": "x"}])),
            "[image]x",
        ),
    ] {
        let provider = start(kind).await;
        let (path, body) = question(kind, "x", false);
        let answer = post(kind, provider.addr(), &path, &with(body, &change)).await.unwrap();
        assert!(answer.text().contains(words), "{kind:?}: {}", answer.text());
    }
    let provider = start(Kind::OpenAi).await;
    for (content, words) in [
        (json!([{"type": "input_image", "image_url": png}, {"type": "input_text", "text": "x"}]), "[image]\\nx"),
        (json!([{"type": "input_image", "image_url": {"url": png}}]), "expected a string, but got an object"),
        (json!([{"type": "input_image"}]), "exactly one of 'image_url', 'file_id'"),
        (json!([{"type": "output_text", "text": "x"}]), "Invalid value: 'output_text'"),
    ] {
        let body = json!({"model": "gpt-4o", "input": [{"role": "user", "content": content}]});
        let answer = post(Kind::OpenAi, provider.addr(), "/v1/responses", &body).await.unwrap();
        assert!(answer.text().contains(words), "{content}: {}", answer.text());
    }
}

#[tokio::test]
async fn calls_and_results_must_match() {
    let openai = |after: Value| {
        let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
        json!({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": null, "tool_calls": [call]}, after]})
    };
    let anthropic = |after: Value| {
        let call = json!({"type": "tool_use", "id": "c1", "name": "f", "input": {}});
        json!({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": [call]}, after]})
    };
    let bedrock = |after: Value, config: bool| {
        let call = json!({"toolUse": {"toolUseId": "c1", "name": "f", "input": {}}});
        let spec = json!({"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}});
        let messages =
            json!([{"role": "user", "content": [{"text": "x"}]}, {"role": "assistant", "content": [call]}, after]);
        if config {
            json!({"messages": messages, "toolConfig": {"tools": [spec]}})
        } else {
            json!({"messages": messages})
        }
    };
    let gemini = |after: Value| {
        let call = json!({"functionCall": {"name": "f", "args": {}}});
        json!({"contents": [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model", "parts": [call]}, after]})
    };
    let converse_result =
        json!({"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "r"}]}}]});
    let gemini_result =
        json!({"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "r"}}}]});
    for (kind, change, words) in [
        (Kind::OpenAi, openai(json!({"role": "tool", "tool_call_id": "c1", "content": "r"})), "Tool result: r"),
        (Kind::OpenAi, openai(json!({"role": "user", "content": "x"})), "did not have response messages: c1"),
        (Kind::OpenAi, openai(json!({"role": "tool", "tool_call_id": "c2", "content": "r"})), "preceeding message"),
        (
            Kind::Anthropic,
            anthropic(
                json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "r"}]}),
            ),
            "Tool result: r",
        ),
        (
            Kind::Anthropic,
            anthropic(json!({"role": "user", "content": "x"})),
            "without `tool_result` blocks immediately after: c1",
        ),
        (
            Kind::Anthropic,
            anthropic(json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c2"}]})),
            "unexpected `tool_use_id` found in `tool_result` blocks: c2",
        ),
        (Kind::Bedrock, bedrock(converse_result.clone(), true), "Tool result: r"),
        (Kind::Bedrock, bedrock(converse_result, false), "The toolConfig field must be defined"),
        (
            Kind::Bedrock,
            bedrock(json!({"role": "user", "content": [{"text": "x"}]}), true),
            "Expected toolResult blocks",
        ),
        (Kind::Gemini, gemini(gemini_result), "Tool result: r"),
        (Kind::Gemini, gemini(json!({"role": "user", "parts": [{"text": "x"}]})), "number of function response parts"),
    ] {
        let provider = start(kind).await;
        let (path, body) = question(kind, "x", false);
        let answer = post(kind, provider.addr(), &path, &with(body, &change)).await.unwrap();
        assert!(answer.text().contains(words), "{kind:?} {change}: {}", answer.text());
    }
}

#[tokio::test]
async fn anthropic_versions_differ() {
    let provider = start(Kind::Anthropic).await;
    let (path, body) = question(Kind::Anthropic, "x", false);
    let send = async |version: Option<&str>, change: Value| {
        let headers: Vec<_> =
            [("x-api-key", "k")].into_iter().chain(version.map(|v| ("anthropic-version", v))).collect();
        let body = with(body.clone(), &change).to_string();
        let answer = send(provider.addr(), "POST", &path, &headers, body.as_bytes()).await.unwrap();
        (answer.status, answer.text())
    };
    assert_eq!(send(Some("2023-06-01"), json!({"temperature": 0.3})).await.0, 200);
    let (status, text) = send(Some("2026-10-21"), json!({"temperature": 0.3})).await;
    assert!(status == 400 && text.contains("temperature: Extra inputs"), "{text}");
    assert!(send(None, json!({})).await.1.contains("anthropic-version: header is required"));
    assert_eq!(send(Some("yesterday"), json!({})).await.0, 400);

    let late = json!({"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]});
    assert!(send(Some("2023-06-01"), late.clone()).await.1.contains("not supported on this model"));
    assert_eq!(send(Some("2023-06-01"), with(late, &json!({"model": "claude-opus-4-8"}))).await.0, 200);
}

/// The messages of an event stream: their string headers and JSON. Checks both checksums.
fn frames(mut bytes: &[u8]) -> Vec<(Vec<(String, String)>, Value)> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().unwrap());
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (total, head) = (number(bytes) as usize, number(&bytes[4..]) as usize);
        assert_eq!(number(&bytes[8..]), crc32fast::hash(&bytes[..8]));
        assert_eq!(number(&bytes[total - 4..]), crc32fast::hash(&bytes[..total - 4]));
        let mut headers = Vec::new();
        let mut rest = &bytes[12..12 + head];
        while !rest.is_empty() {
            let name = rest[0] as usize;
            assert_eq!(rest[1 + name], 7);
            let value = u16::from_be_bytes([rest[2 + name], rest[3 + name]]) as usize;
            let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
            headers.push((text(&rest[1..=name]), text(&rest[4 + name..4 + name + value])));
            rest = &rest[4 + name + value..];
        }
        frames.push((headers, serde_json::from_slice(&bytes[12 + head..total - 4]).unwrap()));
        bytes = &bytes[total..];
    }
    frames
}

#[tokio::test]
async fn bedrock_streams_text_calls_and_reasoning() {
    let provider = start(Kind::Bedrock).await;
    let (path, body) = question(Kind::Bedrock, "hello there", true);
    let answer = post(Kind::Bedrock, provider.addr(), &path, &body).await.unwrap();
    assert_eq!(answer.header("content-type"), Some("application/vnd.amazon.eventstream"));
    let events = frames(&answer.body);
    let kinds: Vec<&str> = events.iter().map(|(headers, _)| headers[0].1.as_str()).collect();
    let expected = [
        "messageStart",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ];
    assert_eq!(kinds, expected);
    let text: String = events.iter().filter_map(|(_, json)| json["delta"]["text"].as_str()).collect();
    assert_eq!(text, "You said: hello there");
    assert_eq!(events.last().unwrap().1["usage"]["totalTokens"], 9);

    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]});
    let tools =
        json!({"tools": [{"toolSpec": {"name": "find", "inputSchema": {"json": schema}}}], "toolChoice": {"auto": {}}});
    let (path, body) = question(Kind::Bedrock, "find it", true);
    let thinking = json!({"thinking": {"type": "enabled", "budget_tokens": 1024}});
    let body = with(body, &json!({"toolConfig": tools, "additionalModelRequestFields": thinking}));
    let events = frames(&post(Kind::Bedrock, provider.addr(), &path, &body).await.unwrap().body);
    let of = |name: &str| {
        events.iter().filter(|(headers, _)| headers[0].1 == name).map(|(_, json)| json).collect::<Vec<_>>()
    };
    assert_eq!(of("contentBlockStart")[0]["start"]["toolUse"]["name"], "find");
    assert_eq!(of("contentBlockStart")[0]["contentBlockIndex"], 1);
    let input: String =
        of("contentBlockDelta").iter().filter_map(|json| json["delta"]["toolUse"]["input"].as_str()).collect();
    assert_eq!(input, r#"{"q":"example"}"#);
    assert!(of("contentBlockDelta").iter().any(|json| json["delta"]["reasoningContent"]["signature"].is_string()));
    assert_eq!(of("messageStop")[0]["stopReason"], "tool_use");

    let whole = path.replace("converse-stream", "converse");
    let answer = post(Kind::Bedrock, provider.addr(), &whole, &body).await.unwrap().json();
    assert_eq!(answer["output"]["message"]["content"][1]["toolUse"]["input"], json!({"q": "example"}));
    assert_eq!(answer["usage"], of("metadata")[0]["usage"]);
}

#[tokio::test]
async fn bedrock_signatures_must_be_there() {
    let provider = Provider::start(Kind::Bedrock, Options { expect_key: Some("AKID".into()), ..Options::default() })
        .await
        .unwrap();
    let (path, body) = question(Kind::Bedrock, "x", false);
    let status = async |authorization: &str| {
        let headers = [("authorization", authorization)];
        send(provider.addr(), "POST", &path, &headers, body.to_string().as_bytes()).await.unwrap().status
    };
    let signed = |key: &str, service: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/20250101/eu-west-1/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=0a"
        )
    };
    assert_eq!(status(&signed("AKID", "bedrock")).await, 200);
    assert_eq!(status(&signed("OTHER", "bedrock")).await, 403);
    assert_eq!(status(&signed("AKID", "s3")).await, 403);
    assert_eq!(status("AWS4-HMAC-SHA256 Credential=AKID/20250101/eu-west-1/bedrock/aws4_request").await, 403);
    assert_eq!(status("Basic x").await, 403);
}

#[tokio::test]
async fn gemini_streams_both_ways() {
    let provider = start(Kind::Gemini).await;
    let answer = ask(Kind::Gemini, provider.addr(), "hello there", true).await.unwrap();
    let chunks = answer.events();
    let text = |chunks: &[Value]| -> String {
        chunks.iter().filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str()).collect()
    };
    assert_eq!(text(&chunks), "You said: hello there");
    assert_eq!(chunks.last().unwrap()["candidates"][0]["finishReason"], "STOP");
    assert_eq!(chunks.last().unwrap()["usageMetadata"]["totalTokenCount"], 9);

    let (path, body) = question(Kind::Gemini, "hello there", true);
    let array = post(Kind::Gemini, provider.addr(), path.trim_end_matches("?alt=sse"), &body).await.unwrap();
    assert_eq!(array.header("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(text(array.json().as_array().unwrap()), "You said: hello there");
}

#[tokio::test]
async fn gemini_calls_thinks_and_structures() {
    let provider = start(Kind::Gemini).await;
    let (path, body) = question(Kind::Gemini, "find \"it\"", false);
    // Snake case is read as well.
    let parameters = json!({"type": "OBJECT", "properties": {"q": {"type": "STRING"}}, "required": ["q"]});
    let tools = json!([{"function_declarations": [{"name": "find", "parameters": parameters}]}]);
    let config = json!({"thinking_config": {"include_thoughts": true}});
    let asked = with(body.clone(), &json!({"tools": tools, "generation_config": config}));
    let answer = post(Kind::Gemini, provider.addr(), &path, &asked).await.unwrap().json();
    let parts = &answer["candidates"][0]["content"]["parts"];
    assert_eq!((&parts[0]["thought"], &parts[1]["functionCall"]["args"]), (&json!(true), &json!({"q": "it"})));
    let usage = &answer["usageMetadata"];
    let sum = ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"]
        .iter()
        .filter_map(|name| usage[*name].as_u64())
        .sum();
    assert_eq!(usage["totalTokenCount"].as_u64(), Some(sum));

    let bad = json!({"name": "find", "parameters": {"type": "OBJECT", "additionalProperties": false}});
    let asked = with(body.clone(), &json!({"tools": [{"functionDeclarations": [bad]}]}));
    let refused = post(Kind::Gemini, provider.addr(), &path, &asked).await.unwrap().text();
    assert!(refused.contains("at 'tools[0].function_declarations[0].parameters': Cannot find field"), "{refused}");

    let config = json!({"responseMimeType": "application/json", "responseSchema": parameters, "maxOutputTokens": 100});
    let answer =
        post(Kind::Gemini, provider.addr(), &path, &with(body, &json!({"generationConfig": config}))).await.unwrap();
    let text = answer.json()["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["q"], "You said: find \"it\"");
}

#[tokio::test]
async fn gemini_embeds_counts_and_lists() {
    let provider = start(Kind::Gemini).await;
    let content = json!({"parts": [{"text": "red fox"}]});
    let path = "/v1beta/models/gemini-embedding-001";
    let one = json!({"model": "models/gemini-embedding-001", "content": content, "outputDimensionality": 8});
    let answer = post(Kind::Gemini, provider.addr(), &format!("{path}:embedContent"), &one).await.unwrap().json();
    let values = answer["embedding"]["values"].clone();
    assert_eq!(values.as_array().unwrap().len(), 8);
    let answer =
        post(Kind::Gemini, provider.addr(), &format!("{path}:batchEmbedContents"), &json!({"requests": [one, one]}))
            .await;
    assert_eq!(answer.unwrap().json()["embeddings"][1]["values"], values);

    let count = json!({"contents": [content]});
    let answer =
        post(Kind::Gemini, provider.addr(), "/v1beta/models/gemini-2.5-pro:countTokens", &count).await.unwrap();
    assert_eq!(answer.json(), json!({"totalTokens": 2}));
    let list = send(provider.addr(), "GET", "/v1beta/models?key=k", &[], b"").await.unwrap().json();
    assert!(list["models"].as_array().unwrap().iter().any(|model| model["name"] == "models/gemini-2.5-pro"));
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    for kind in Kind::ALL {
        let (one, two) = (start(kind).await, start(kind).await);
        for text in ["a", "b"] {
            let answers =
                (ask(kind, one.addr(), text, true).await.unwrap(), ask(kind, two.addr(), text, true).await.unwrap());
            assert_eq!(answers.0.body, answers.1.body);
        }
    }
}
