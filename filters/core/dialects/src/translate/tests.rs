use tollgate_policy::translate::{ProviderApi, ProviderConfig};

use super::*;
use crate::{ClientDialect, Refusal};

const NOW: u64 = 1_735_689_600_000_000_000;

fn plan(client: ClientDialect, api: ProviderApi) -> AnswerPlan {
    AnswerPlan::new(client, &provider(api), "other", NOW).unwrap()
}

fn provider(api: ProviderApi) -> ProviderConfig {
    let mut provider = ProviderConfig::new(api);
    provider.project = Some("project".to_owned());
    provider
}

fn ask(client: ClientDialect, api: ProviderApi, body: &[u8]) -> Result<UpstreamRequest, Refusal> {
    ask_for(client, api, "other", body)
}

fn ask_for(client: ClientDialect, api: ProviderApi, model: &str, body: &[u8]) -> Result<UpstreamRequest, Refusal> {
    request(&Attempt { client, provider: &provider(api), model: Some(model), lenient: &[], now_nanos: NOW }, body)
}

/// Every kind of model there is, with the API that has it: at some, the name decides what is spoken.
const MODELS: [(ProviderApi, &str); 14] = [
    (ProviderApi::Openai, "gpt-4.1"),
    (ProviderApi::OpenaiResponses, "gpt-4.1"),
    (ProviderApi::AzureOpenai, "deployment"),
    (ProviderApi::Anthropic, "claude-sonnet-4-5"),
    (ProviderApi::Gemini, "gemini-2.5-pro"),
    (ProviderApi::Gemini, "gemini-embedding-001"),
    (ProviderApi::Vertex, "gemini-2.5-pro"),
    (ProviderApi::Vertex, "claude-sonnet-4-5@20250929"),
    (ProviderApi::Vertex, "text-embedding-005"),
    (ProviderApi::Bedrock, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (ProviderApi::Bedrock, "amazon.titan-embed-text-v2:0"),
    (ProviderApi::Bedrock, "cohere.embed-english-v3"),
    (ProviderApi::Cohere, "command-a-03-2025"),
    (ProviderApi::Cohere, "embed-v4.0"),
];

/// Every client with every model that can serve it.
fn pairs() -> Vec<(ClientDialect, ProviderApi, &'static str)> {
    let all = ClientDialect::ALL.iter().flat_map(|client| MODELS.map(|(api, model)| (*client, api, model)));
    let pairs: Vec<_> =
        all.filter(|(client, api, model)| AnswerPlan::new(*client, &provider(*api), model, NOW).is_ok()).collect();
    assert!(pairs.len() >= 10, "{pairs:?}");
    pairs
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_conversation_is_translated_both_ways() {
    let chat = br#"{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#;
    let upstream = ask(ClientDialect::OpenaiChat, ProviderApi::Anthropic, chat).unwrap();
    assert_eq!(upstream.path, "/v1/messages");
    assert_eq!(
        String::from_utf8(upstream.body.unwrap()).unwrap(),
        r#"{"model":"other","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#
    );
    let answer =
        br#"{"id":"msg_1","model":"claude","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn"}"#;
    let client = response(&upstream.answer, 200, "application/json", answer);
    let body = String::from_utf8(client.body.unwrap()).unwrap();
    assert!(body.contains(r#""content":"Hello""#) && body.contains(r#""finish_reason":"stop""#), "{body}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_stream_is_translated_as_it_comes() {
    let plan = plan(ClientDialect::OpenaiChat, ProviderApi::Anthropic);
    let mut translator = StreamTranslator::new(&plan);
    let mut out = Vec::new();
    let event = b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n";
    translator.push(event, &mut out);
    assert!(out.is_empty());
    translator.push(b"\n", &mut out);
    assert!(String::from_utf8_lossy(&out).contains(r#""content":"Hi""#));
}

#[test]
fn the_same_dialect_changes_nothing_but_the_name() {
    for client in ClientDialect::ALL {
        let api = match client {
            ClientDialect::AnthropicMessages => ProviderApi::Anthropic,
            ClientDialect::OpenaiResponses => ProviderApi::OpenaiResponses,
            _ => ProviderApi::Openai,
        };
        let body = br#" {"a":[1.0,"\u0041"], "model":"smart", "unknown":{"x":1} } "#;
        let upstream = ask(*client, api, body).unwrap();
        assert_eq!(upstream.body.unwrap(), br#" {"a":[1.0,"\u0041"], "model":"other", "unknown":{"x":1} } "#);
        let mut out = Vec::new();
        let mut translator = StreamTranslator::new(&upstream.answer);
        translator.push(b"any bytes \xff", &mut out);
        translator.finish(&mut out);
        assert_eq!(out, b"any bytes \xff");
        assert_eq!(response(&upstream.answer, 200, "text/plain", b"any").body, None);
    }
}

#[test]
fn callers_keys_never_reach_a_provider() {
    let mut asked = 0;
    for (client, api, model) in pairs() {
        let body = match client {
            ClientDialect::OpenaiChat => r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#,
            ClientDialect::AnthropicMessages => {
                r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#
            }
            ClientDialect::OpenaiCompletions => r#"{"model":"m","prompt":"Hi"}"#,
            ClientDialect::OpenaiResponses | ClientDialect::OpenaiEmbeddings => r#"{"model":"m","input":"Hi"}"#,
        };
        let Ok(upstream) = ask_for(client, api, model, body.as_bytes()) else { continue };
        asked += 1;
        for key in crate::endpoint::KEY_HEADERS {
            assert!(upstream.drop_headers.contains(&key), "{client} to {api}: {key}");
        }
        assert!(upstream.drop_headers.contains(&"accept-encoding"));
    }
    assert!(asked >= 6, "only {asked}");
}

#[test]
fn a_body_that_passes_keeps_the_headers_of_its_dialect() {
    let sealed = br#"{"model":"m","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"tollgate.google.x"},{"type":"text","text":"a"}]}]}"#;
    let upstream = ask(ClientDialect::AnthropicMessages, ProviderApi::Anthropic, sealed).unwrap();
    assert!(!upstream.drop_headers.iter().any(|name| name.starts_with("anthropic-")), "{:?}", upstream.drop_headers);
    assert!(upstream.set_headers.is_empty());
    assert_eq!(upstream.dropped, ["thinking"]);
    assert!(upstream.answer.passes_through());
}

#[test]
fn a_model_chooses_no_other_path_at_azure() {
    let mut azure = provider(ProviderApi::AzureOpenai);
    let path = |azure: &ProviderConfig, client, model: &str| {
        let body = br#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
        let attempt = Attempt { client, provider: azure, model: Some(model), lenient: &[], now_nanos: NOW };
        request(&attempt, body).map(|upstream| upstream.path)
    };
    assert_eq!(path(&azure, ClientDialect::OpenaiResponses, "d").unwrap(), "/openai/v1/responses");
    azure.api_version = Some("2025-04-01-preview".to_owned());
    assert_eq!(
        path(&azure, ClientDialect::OpenaiResponses, "d").unwrap(),
        "/openai/responses?api-version=2025-04-01-preview"
    );
    assert_eq!(
        path(&azure, ClientDialect::OpenaiEmbeddings, "a/b").unwrap(),
        "/openai/deployments/a%2Fb/embeddings?api-version=2025-04-01-preview"
    );
    assert_eq!(
        path(&azure, ClientDialect::OpenaiCompletions, "d").unwrap(),
        "/openai/deployments/d/completions?api-version=2025-04-01-preview"
    );
    for bad in ["../x", "a?b", "a#b", "a\r\nb", ""] {
        assert_eq!(path(&azure, ClientDialect::OpenaiChat, bad).unwrap_err().status, 400, "{bad:?}");
    }
}

#[test]
fn what_is_not_of_its_type_is_refused_by_name() {
    let openai = [
        (r#"{"messages":[]}"#, "model"),
        (r#"{"model":"m","messages":{}}"#, "messages"),
        (r#"{"model":"m","messages":[{"role":"robot"}]}"#, "messages[0].role"),
        (r#"{"model":"m","messages":[{"content":"x"}]}"#, "messages[0].role"),
        (r#"{"model":"m","messages":[{"role":"user","content":5}]}"#, "messages[0].content"),
        (r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
        (r#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id"),
        (r#"{"model":"m","messages":[{"role":"assistant","tool_calls":{}}]}"#, "messages[0].tool_calls"),
        (r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{}]}]}"#, "messages[0].tool_calls[0].function"),
        (r#"{"model":"m","messages":[],"tools":{}}"#, "tools"),
        (r#"{"model":"m","messages":[],"tools":[{"type":"function"}]}"#, "tools[0].function"),
        (r#"{"model":"m","messages":[],"tool_choice":"maybe"}"#, "tool_choice"),
        (r#"{"model":"m","messages":[],"stop":5}"#, "stop"),
        (r#"{"model":"m","messages":[],"temperature":"hot"}"#, "temperature"),
        (r#"{"model":"m","messages":[],"reasoning_effort":"huge"}"#, "reasoning_effort"),
        (r#"{"model":"m","messages":[],"response_format":{"type":"json_schema"}}"#, "response_format.json_schema"),
    ];
    for (body, param) in openai {
        let refusal = ask(ClientDialect::OpenaiChat, ProviderApi::Anthropic, body.as_bytes()).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{body}");
    }
    let anthropic = [
        (r#"{"messages":[]}"#, "model"),
        (r#"{"model":"m","messages":5}"#, "messages"),
        (r#"{"model":"m","messages":[{"role":"robot"}]}"#, "messages.0.role"),
        (r#"{"model":"m","messages":[{"role":"user","content":{}}]}"#, "messages.0.content"),
        (r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages.0.content.0.text"),
        (r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image"}]}]}"#, "messages.0.content.0.source"),
        (r#"{"model":"m","messages":[],"system":5}"#, "system"),
        (r#"{"model":"m","messages":[],"tools":[{}]}"#, "tools.0.name"),
        (r#"{"model":"m","messages":[],"tool_choice":{"type":"maybe"}}"#, "tool_choice.type"),
        (r#"{"model":"m","messages":[],"thinking":{"type":"enabled"}}"#, "thinking.budget_tokens"),
        (r#"{"model":"m","messages":[],"output_config":5}"#, "output_config"),
        (r#"{"model":"m","messages":[],"stop_sequences":"x"}"#, "stop_sequences"),
    ];
    for (body, param) in anthropic {
        let refusal = ask(ClientDialect::AnthropicMessages, ProviderApi::Openai, body.as_bytes()).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{body}");
    }
    assert_eq!(ask(ClientDialect::OpenaiChat, ProviderApi::Anthropic, b"[]").unwrap_err().status, 400);
    assert_eq!(ask(ClientDialect::OpenaiChat, ProviderApi::Openai, b"{").unwrap_err().status, 400);
}

#[test]
fn a_key_the_provider_refuses_is_not_the_callers() {
    let plan = plan(ClientDialect::OpenaiChat, ProviderApi::Anthropic);
    let body = br#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
    let answer = response(&plan, 401, "application/json", body);
    let text = String::from_utf8(answer.body.unwrap()).unwrap();
    assert!(text.contains("the gateway's credentials") && !text.contains("invalid_api_key"), "{text}");
    let body = br#"{"error":{"message":"Incorrect API key provided: sk-proj-*1234.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
    let answer = response(&self::plan(ClientDialect::OpenaiChat, ProviderApi::Openai), 401, "application/json", body);
    let text = String::from_utf8(answer.body.unwrap()).unwrap();
    assert!(text.contains("the gateway's credentials") && !text.contains("1234"), "{text}");
}

#[test]
fn an_oversized_event_ends_the_stream_with_an_error() {
    let plan = plan(ClientDialect::AnthropicMessages, ProviderApi::Openai);
    let mut translator = StreamTranslator::new(&plan);
    let mut out = Vec::new();
    for _ in 0..9 {
        translator.push(&vec![b'x'; 1 << 20], &mut out);
    }
    translator.push(b"\n\ndata: {}\n\n", &mut out);
    translator.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap().matches("event: error").count(), 1);
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;
    use tollgate_wire::json::{Limits, Tape, Value};

    use super::super::request::{read, write};
    use super::super::target::Target;
    use super::*;
    use crate::canonical::{Answer, Arguments, Losses, Message, Part, Request, Role, Written, leave_out_foreign};
    use crate::{anthropic, openai_chat};

    /// Every request of the golden files.
    fn requests() -> Vec<(ClientDialect, String, Vec<u8>)> {
        let mut requests = Vec::new();
        for pair in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")).unwrap() {
            let pair = pair.unwrap().path();
            let name = pair.file_name().unwrap().to_str().unwrap().to_owned();
            let client = name.split_once("-to-").unwrap().0.parse().unwrap();
            for case in fs::read_dir(&pair).unwrap() {
                let case = case.unwrap().path();
                if let Ok(body) = fs::read(case.join("request.json")) {
                    requests.push((client, case.display().to_string(), body));
                }
            }
        }
        requests
    }

    /// A request with what its own dialect takes to be the same made the same: Anthropic's has one system prompt, joins what one side says
    /// in a row, knows no empty text, and requires a limit; the Responses API must be told not to be strict. A tool without parameters has several
    /// schemas that say so.
    fn normal(client: ClientDialect, mut request: Request<'_>) -> String {
        if request.tools.is_empty() {
            (request.tool_choice, request.parallel_tools) = (None, None);
        }
        for tool in &mut request.tools {
            let properties = |schema: Value<'_>| schema.get("properties").is_some_and(|all| !all.is_empty());
            tool.parameters = tool.parameters.filter(|schema| properties(*schema));
            if client == ClientDialect::OpenaiResponses {
                tool.strict.get_or_insert(false);
            }
        }
        if client == ClientDialect::AnthropicMessages {
            request.messages.sort_by_key(|message| message.role != Role::System);
            let mut joined: Vec<Message<'_>> = Vec::new();
            for mut message in request.messages {
                message
                    .parts
                    .retain(|part| !matches!(part, Part::Text { text, .. } if crate::anthropic::is_blank(*text)));
                if message.parts.is_empty() {
                    continue;
                }
                match joined.last_mut() {
                    Some(last) if last.role == message.role => last.parts.extend(message.parts),
                    _ => joined.push(message),
                }
            }
            request.messages = joined;
            request.max_output_tokens.get_or_insert(4_096);
            // An effort is written with the thinking it is about.
            request.reasoning.adaptive |= request.reasoning.effort.is_some();
        }
        // A message that says nothing has an empty text where the API wants some.
        for message in &mut request.messages {
            message.parts.retain(|part| !matches!(part, Part::Text { text, .. } if text.is_empty()));
        }
        // How tools are chosen says nothing where there are none.
        if request.tools.is_empty() {
            (request.tool_choice, request.parallel_tools) = (None, None);
        }
        // A tool without parameters has a schema all the same.
        for tool in &mut request.tools {
            let properties =
                |schema: &Value<'_>| schema.get("properties").is_some_and(|properties| !properties.is_empty());
            tool.parameters = tool.parameters.filter(properties);
            // Where it is not said, each API has a default of its own: what a writer means it says.
            tool.strict.get_or_insert(false);
        }
        format!("{request:#?}")
    }

    /// client -> canonical -> the same dialect -> canonical loses nothing, for all that the dialect's writer accepts.
    #[test]
    fn a_round_trip_loses_nothing() {
        let (mut kept, mut tapes) = (0, (Tape::default(), Tape::default()));
        for (client, case, body) in requests() {
            let Ok(value) = tapes.0.parse(&body, Limits::default()) else { continue };
            let Ok(mut first) = read(client, value) else { continue };
            let api = match client {
                ClientDialect::AnthropicMessages => ProviderApi::Anthropic,
                ClientDialect::OpenaiResponses => ProviderApi::OpenaiResponses,
                _ => ProviderApi::Openai,
            };
            let mut losses = Losses::new("same", &[], api != ProviderApi::Anthropic);
            let provider = provider(api);
            let target = Target::choose(client, &provider, "model", first.stream).unwrap();
            leave_out_foreign(&mut first, client, target.signer(), &mut losses);
            // Ids that the API does not take come out as others, calls and results alike; tests of theirs see to that.
            let is_odd = |part: &Part<'_>| matches!(part, Part::ToolCall { id: Some(id), .. } if id.raw().len() > 40 || id.raw().contains(['/', ':', '.']));
            if first.messages.iter().flat_map(|message| &message.parts).any(is_odd) {
                continue;
            }
            // Extras are refused by name, and tests of theirs see to that.
            let Ok(Written { body: written, .. }) = write(&first, &target, &mut losses) else { continue };
            // What only the other dialect can say is dropped here as well, and listed.
            if !losses.dropped().is_empty() {
                continue;
            }
            let second = read(client, tapes.1.parse(&written, Limits::default()).unwrap()).unwrap();
            assert_eq!(normal(client, first), normal(client, second), "{case}");
            kept += 1;
        }
        assert!(kept > 40, "only {kept} requests made the round trip");
    }

    /// The same for answers: what a provider says, read and written in its own dialect, reads as what it was. Servers that deviate say the
    /// same in words of their own.
    #[test]
    fn an_answer_comes_through_its_own_dialect_as_it_was() {
        let mut kept = 0;
        for (client, api) in [
            (ClientDialect::OpenaiChat, ProviderApi::Openai),
            (ClientDialect::AnthropicMessages, ProviderApi::Anthropic),
        ] {
            let plan = plan(client, api);
            for (case, body) in answers(api) {
                let (mut first, mut second) = (Tape::default(), Tape::default());
                let Ok(value) = first.parse(&body, Limits::default()) else { continue };
                let read = |body| match client {
                    ClientDialect::OpenaiChat => openai_chat::read_answer(body),
                    _ => anthropic::read_answer(body),
                };
                let Some(answer) = read(value).filter(|answer| answer.id.is_some() && answer.usage.is_some()) else {
                    continue;
                };
                let written = match client {
                    ClientDialect::OpenaiChat => openai_chat::write_answer(&answer, &plan),
                    _ => anthropic::write_answer(&answer, &plan),
                };
                let again = read(second.parse(&written, Limits::default()).unwrap()).unwrap();
                assert_eq!(normal_answer(answer), normal_answer(again), "{case}");
                kept += 1;
            }
        }
        assert!(kept > 15, "only {kept} answers made the round trip");
    }

    /// A call without arguments is one with an empty object.
    fn normal_answer(mut answer: Answer<'_>) -> String {
        for part in answer.choices.iter_mut().flat_map(|choice| &mut choice.parts) {
            if let Part::ToolCall { arguments: Arguments::Quoted(text), .. } = part
                && text.is_empty()
            {
                *text = tollgate_wire::json::Str::from_escaped("{}");
            }
        }
        format!("{answer:#?}")
    }

    /// Every answer of the golden files that this API gave, in its own words.
    fn answers(api: ProviderApi) -> Vec<(String, Vec<u8>)> {
        let mut answers = Vec::new();
        for pair in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")).unwrap() {
            let pair = pair.unwrap().path();
            if !pair.to_str().unwrap().ends_with(&format!("-to-{api}")) {
                continue;
            }
            for case in fs::read_dir(&pair).unwrap() {
                let case = case.unwrap().path();
                let settings = fs::read_to_string(case.join("case.json")).unwrap_or_default();
                if let Ok(body) = fs::read(case.join("answer.json"))
                    && !settings.contains("flavor")
                {
                    answers.push((case.display().to_string(), body));
                }
            }
        }
        answers
    }

    fn json() -> impl Strategy<Value = String> {
        let words = [
            "model",
            "messages",
            "role",
            "user",
            "assistant",
            "tool",
            "content",
            "type",
            "text",
            "image_url",
            "url",
            "tool_calls",
            "function",
            "name",
            "arguments",
            "id",
            "system",
            "tool_use",
            "input",
            "tool_result",
            "source",
            "base64",
            "data",
            "stream",
            "choices",
            "delta",
            "index",
            "finish_reason",
            "usage",
            "prompt_tokens",
            "message_start",
            "content_block_start",
            "content_block_delta",
            "message_delta",
            "message_stop",
            "stop_reason",
            "message",
            "error",
            "content_block",
            "text_delta",
            "input_json_delta",
            "partial_json",
            "thinking",
            "signature",
            "citations",
            "citation",
            "citations_delta",
            "char_location",
            "document_index",
            "annotations",
            "url_citation",
            "start_index",
            "logprobs",
            "token",
            "logprob",
            "top_logprobs",
            "tollgate.google.x",
            "tollgate.unsigned",
            "extra_content",
            "google",
            "thought_signature",
            "thinking_blocks",
            "reasoning_content",
            "input_audio",
            "format",
            "wav",
            "candidates",
            "parts",
            "functionCall",
            "args",
            "thought",
            "thoughtSignature",
            "finishReason",
            "STOP",
            "promptFeedback",
            "blockReason",
            "citationMetadata",
            "citations",
            "endIndex",
            "output",
            "contentBlockDelta",
            "toolUse",
            "toolUseId",
            "stopReason",
            "tool_plan",
            "message-end",
            "output_text",
            "function_call",
            "call_id",
            "encrypted_content",
            "response.output_text.delta",
            "embeddings",
            "embedding",
            "vector",
            "{}",
            "{\\\"a\\\":1}",
        ];
        let string = proptest::sample::select(words.to_vec()).prop_map(|word| format!("\"{word}\""));
        let leaf = prop_oneof![
            4 => string.clone(),
            1 => Just("null".to_owned()),
            1 => Just("true".to_owned()),
            1 => (-2i64..200).prop_map(|number| number.to_string()),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
                proptest::collection::vec((string.clone(), inner), 0..6).prop_map(|entries| {
                    let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                    format!("{{{}}}", entries.join(","))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// Any bytes are refused or translated, and what is written is JSON.
        #[test]
        fn any_request_is_refused_or_becomes_json(bytes in proptest::collection::vec(any::<u8>(), 0..200), messages in json()) {
            let body = format!(r#"{{"model":"m","messages":[{messages}],"tools":[{messages}],"system":[{messages}],"input":{messages}}}"#);
            let mut tape = Tape::default();
            for (client, api, model) in pairs() {
                let _refused = ask_for(client, api, model, &bytes);
                if let Ok(UpstreamRequest { body: Some(body), .. }) = ask_for(client, api, model, body.as_bytes()) {
                    prop_assert!(tape.parse(&body, Limits::default()).is_ok(), "{}", String::from_utf8_lossy(&body));
                }
            }
        }

        /// Any answer becomes JSON of the client's, whatever its status.
        #[test]
        fn any_answer_becomes_json(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in json(), status in 200u16..600) {
            let mut tape = Tape::default();
            for (client, api, model) in pairs() {
                let plan = AnswerPlan::new(client, &provider(api), model, NOW).unwrap();
                for body in [&*bytes, text.as_bytes()] {
                    if let Some(body) = response(&plan, status, "application/json", body).body {
                        prop_assert!(tape.parse(&body, Limits::default()).is_ok(), "{}", String::from_utf8_lossy(&body));
                    }
                }
            }
        }

        /// Any stream becomes events whose data is JSON, the same however it is cut.
        #[test]
        fn any_stream_is_the_same_however_it_is_cut(
            events in proptest::collection::vec(json(), 0..6),
            noise in proptest::collection::vec(any::<u8>(), 0..20),
            cuts in proptest::collection::vec(0usize..400, 0..6),
        ) {
            let mut stream: Vec<u8> = events.iter().flat_map(|data| format!("data: {data}\n\n").into_bytes()).collect();
            stream.extend(noise);
            for (client, api, model) in pairs() {
                let plan = AnswerPlan::new(client, &provider(api), model, NOW).unwrap();
                let run = |cuts: &[usize]| {
                    let (mut out, mut from) = (Vec::new(), 0);
                    let mut translator = StreamTranslator::new(&plan);
                    let mut cuts: Vec<_> = cuts.iter().map(|cut| (*cut).min(stream.len())).collect();
                    cuts.sort_unstable();
                    cuts.push(stream.len());
                    for cut in cuts {
                        translator.push(&stream[from..cut], &mut out);
                        from = cut;
                    }
                    translator.finish(&mut out);
                    out
                };
                let whole = run(&[]);
                prop_assert_eq!(&run(&cuts), &whole);
                if !plan.passes_through() {
                    let mut tape = Tape::default();
                    for line in String::from_utf8(whole).unwrap().lines().filter_map(|line| line.strip_prefix("data: ")) {
                        prop_assert!(line == "[DONE]" || tape.parse(line.as_bytes(), Limits::default()).is_ok(), "{}", line);
                    }
                }
            }
        }
    }
}
