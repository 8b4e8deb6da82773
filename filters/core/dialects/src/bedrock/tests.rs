use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::eventstream::{HeaderValue, encode};
use tollgate_wire::json::{Limits, Str, Tape};

use super::family::{Family, is_structured};
use super::names::{Documents, call_id, called_name, document_format, tool_name};
use super::target;
use crate::protocol::Protocol;
use crate::translate::{AnswerPlan, Attempt, StreamTranslator, request};
use crate::{ClientDialect, Usage};

const MODEL: &str = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn provider() -> ProviderConfig {
    ProviderConfig::new(ProviderApi::Bedrock)
}

fn str(raw: &str) -> Str<'_> {
    Str::from_escaped(raw)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_name_tells_whose_model_it_is() {
    let families = [
        ("anthropic.claude-3-haiku-20240307-v1:0", Family::Claude),
        ("us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0", Family::Claude),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6", Family::Claude),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", Family::Nova),
        (
            "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-2-lite-v1:0:256k/abcdefghijkl",
            Family::Nova2,
        ),
        ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl", Family::Claude),
        ("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl", Family::Other),
        ("global.amazon.nova-2-lite-v1:0", Family::Nova2),
        ("openai.gpt-oss-20b-1:0", Family::GptOss),
        ("us.openai.gpt-5.6-sol", Family::Openai),
        ("mistral.pixtral-large-2502-v1:0", Family::Mistral),
        ("us.meta.llama4-maverick-17b-instruct-v1:0", Family::Llama),
        ("deepseek.v3-v1:0", Family::Other),
    ];
    for (model, family) in families {
        assert_eq!(Family::of(model), family, "{model}");
    }
    for (model, structured) in [
        (MODEL, true),
        ("anthropic.claude-sonnet-4-20250514-v1:0", false),
        ("anthropic.claude-opus-4-1-20250805-v1:0", false),
        ("global.anthropic.claude-opus-4-6-v1", true),
        ("us.amazon.nova-pro-v1:0", false),
        ("qwen.qwen3-235b-a22b-2507-v1:0", true),
    ] {
        assert_eq!(is_structured(model), structured, "{model}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn embeddings_are_invoked_by_their_makers() {
    let provider = provider();
    let ask = |model: &'static str| target(ClientDialect::OpenaiEmbeddings, &provider, model, false);
    let titan = ask("amazon.titan-embed-text-v2:0").unwrap();
    assert_eq!(
        (titan.protocol, &*titan.path),
        (Protocol::TitanEmbeddings, "/model/amazon.titan-embed-text-v2%3A0/invoke")
    );
    let arn = ask("arn:aws:bedrock:eu-west-1::foundation-model/cohere.embed-multilingual-v3").unwrap();
    assert_eq!(arn.protocol, Protocol::BedrockCohereEmbeddings);
    assert_eq!(
        arn.path,
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A%3Afoundation-model%2Fcohere.embed-multilingual-v3/invoke"
    );
    assert_eq!(ask("us.cohere.embed-v4:0").unwrap().protocol, Protocol::BedrockCohereEmbeddings);
    assert_eq!(ask(MODEL).unwrap_err().status, 400);
    let chat = target(ClientDialect::OpenaiChat, &provider, MODEL, true).unwrap();
    assert_eq!(chat.path, "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
}

#[test]
fn names_and_ids_fit_the_patterns_and_belong_together() {
    assert_eq!(tool_name(str("get_weather-2")), Some("get_weather-2"));
    for bad in ["", "a.b", "a b", &"x".repeat(65), r"a\u0041"] {
        assert_eq!(tool_name(str(bad)), None, "{bad}");
    }
    assert_eq!(called_name(str("radio.find")), "radio_find");
    assert_eq!(called_name(str(&"x".repeat(99))).len(), 64);
    assert_eq!(called_name(str("")), "tool");
    assert_eq!(call_id(str("a:1"), Family::GptOss), "a:1");
    let made = call_id(str("a:1"), Family::Claude);
    assert!(made.starts_with("call_") && made.len() <= 64);
    assert_eq!(made, call_id(str("a:1"), Family::Claude));
    assert_ne!(made, call_id(str("a:2"), Family::Claude));
    assert_ne!(call_id(str(""), Family::Other), "");
}

#[test]
fn documents_have_names_of_their_own() {
    let mut documents = Documents::default();
    let names = ["Q3_report.PDF", "Q3 report", "  (a)[b]-c.txt", "", "日本.pdf", "v1.2"].map(|title| {
        let title = Some(str(title)).filter(|title| !title.is_empty());
        documents.name(title).to_owned()
    });
    assert_eq!(names, ["Q3 report", "Q3 report 2", "(a)[b]-c", "document", "document 2", "v1 2"]);
    assert!(documents.name(Some(str(&"x y".repeat(200)))).len() <= 200);
    assert_eq!(document_format("", Some(str("s3:\\/\\/bucket\\/a.Docx"))), Some("docx"));
    assert_eq!(document_format("application/zip", Some(str("a.pdf"))), None);
}

#[test]
fn usage_counts_what_caches_had_a_part_in() {
    let mut tape = Tape::default();
    let json = br#"{"inputTokens":4,"outputTokens":9,"cacheReadInputTokens":10,"cacheWriteInputTokens":5,
        "cacheDetails":[{"ttl":"1h","inputTokens":3},{"ttl":"5m","inputTokens":2}]}"#;
    let usage = Usage::from_bedrock(tape.parse(json, Limits::default()).unwrap()).unwrap();
    let expected =
        Usage { input: 19, output: 9, cached_read: 10, cache_write: 5, cache_write_1h: 3, ..Usage::default() };
    assert_eq!(usage, expected);
    assert_eq!(Usage::from_bedrock(tape.parse(b"{}", Limits::default()).unwrap()), None);
}

#[test]
fn an_error_whose_headers_say_it_all_ends_the_stream() {
    let plan = AnswerPlan::new(ClientDialect::AnthropicMessages, &provider(), MODEL, 0).unwrap();
    let string = HeaderValue::String;
    let headers = [
        (":message-type", string("error")),
        (":error-code", string("ThrottlingException")),
        (":error-message", string("Slow down.")),
    ];
    let mut stream = Vec::new();
    encode(&mut stream, &headers, b"").unwrap();
    let (mut out, mut translator) = (Vec::new(), StreamTranslator::new(&plan));
    translator.push(&stream, &mut out);
    translator.finish(&mut out);
    let out = String::from_utf8(out).unwrap();
    assert_eq!(
        out,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.\"}}\n\n"
    );
}

#[test]
fn what_cannot_be_said_in_converse_is_refused_by_its_field() {
    let cases = [
        (r#"{"model":"m","messages":[]}"#, "messages"),
        (r#"{"model":"m","messages":[{"role":"user","content":" "}]}"#, "messages"),
        (
            r#"{"model":"m","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://a"}}]}]}"#,
            "messages",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"a.b"}}]}"#,
            "tools.name",
        ),
        (r#"{"model":"m","messages":[{"role":"user","content":"x"}],"n":2}"#, "n"),
    ];
    for (body, param) in cases {
        let provider = provider();
        let client = ClientDialect::OpenaiChat;
        let attempt = Attempt { client, provider: &provider, model: Some(MODEL), lenient: &[], now_nanos: 0 };
        let refusal = request(&attempt, body.as_bytes()).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{body}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;
    use crate::translate::response;

    const CLIENTS: [ClientDialect; 2] = [ClientDialect::OpenaiChat, ClientDialect::AnthropicMessages];

    /// JSON of the words there are, in any order.
    fn json() -> impl Strategy<Value = String> {
        let words = [
            "role",
            "user",
            "assistant",
            "content",
            "text",
            "toolUse",
            "toolUseId",
            "name",
            "input",
            "start",
            "delta",
            "contentBlockIndex",
            "stopReason",
            "end_turn",
            "tool_use",
            "usage",
            "inputTokens",
            "outputTokens",
            "message",
            "output",
            "reasoningContent",
            "reasoningText",
            "redactedContent",
            "signature",
            "citationsContent",
            "citations",
            "citation",
            "type",
            "image.url",
            "url",
            "tool_calls",
            "id",
            "function",
            "arguments",
            "tool_use_id",
            "source",
            "base64",
            "document",
            "{\\\"a\\\":1}",
            " \\n",
        ];
        let string = proptest::sample::select(words.to_vec()).prop_map(|word| format!("\"{word}\""));
        let leaf = prop_oneof![
            4 => string.clone(),
            1 => Just("null".to_owned()),
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

    fn event() -> impl Strategy<Value = (&'static str, String)> {
        let names = [
            "messageStart",
            "contentBlockStart",
            "contentBlockDelta",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata",
            "other",
        ];
        let known = proptest::sample::select(vec![
            r#"{"start":{"toolUse":{"toolUseId":"t","name":"n"}},"contentBlockIndex":1}"#,
            r#"{"delta":{"toolUse":{"input":"{\"a\":"}},"contentBlockIndex":1}"#,
            r#"{"delta":{"text":"x"}}"#,
            r#"{"delta":{"reasoningContent":{"redactedContent":"AAAA"}}}"#,
            r#"{"stopReason":"end_turn"}"#,
            r#"{"usage":{"inputTokens":1,"outputTokens":2}}"#,
        ]);
        let data = prop_oneof![2 => known.prop_map(str::to_owned), 1 => json()];
        (proptest::sample::select(names.to_vec()), data)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Any events become events of the client's whose data is JSON, the same however they are cut, and end once.
        #[test]
        fn any_stream_is_well_formed(events in proptest::collection::vec(event(), 0..10), cut in 0usize..4000, noise in any::<[u8; 3]>()) {
            let mut stream = Vec::new();
            for (name, data) in &events {
                let headers = [(":event-type", HeaderValue::String(name)), (":message-type", HeaderValue::String("event"))];
                encode(&mut stream, &headers, data.as_bytes()).unwrap();
            }
            stream.extend(noise);
            for client in CLIENTS {
                let plan = AnswerPlan::new(client, &provider(), MODEL, 0).unwrap();
                let run = |cut: usize| {
                    let (mut out, mut translator) = (Vec::new(), StreamTranslator::new(&plan));
                    let (front, back) = stream.split_at(cut.min(stream.len()));
                    translator.push(front, &mut out);
                    translator.push(back, &mut out);
                    translator.finish(&mut out);
                    out
                };
                let whole = run(stream.len());
                prop_assert_eq!(&run(cut), &whole);
                let text = String::from_utf8(whole).unwrap();
                let mut tape = Tape::default();
                for line in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
                    prop_assert!(line == "[DONE]" || tape.parse(line.as_bytes(), Limits::default()).is_ok(), "{}", line);
                }
                let ends = text.matches("data: [DONE]").count() + text.matches("event: message_stop").count();
                let errors = if client == ClientDialect::AnthropicMessages { text.matches("event: error").count() } else { 0 };
                prop_assert_eq!(ends + errors, 1, "{}", text);
            }
        }

        /// Any answer becomes JSON of the client's.
        #[test]
        fn any_answer_becomes_json(content in json(), body in json(), status in 200u16..600) {
            let whole = format!(r#"{{"output":{{"message":{{"content":[{content}]}}}},"usage":{body},"stopReason":{body}}}"#);
            let mut tape = Tape::default();
            for client in CLIENTS {
                let plan = AnswerPlan::new(client, &provider(), MODEL, 0).unwrap();
                for body in [&whole, &body] {
                    let body = response(&plan, status, "application/json", body.as_bytes()).body.unwrap();
                    prop_assert!(tape.parse(&body, Limits::default()).is_ok(), "{}", String::from_utf8_lossy(&body));
                }
            }
        }

        /// Any request is refused or becomes JSON, whatever is dropped from it.
        #[test]
        fn any_request_is_refused_or_becomes_json(content in json(), tools in json()) {
            let body = format!(
                r#"{{"model":"m","messages":[{{"role":"user","content":[{{"type":"text","text":"x"}},{content}]}},{tools}],"tools":[{tools}]}}"#
            );
            let lenient = ["image.url", "document.url", "thinking", "tools.strict"].map(str::to_owned);
            let provider = provider();
            let mut tape = Tape::default();
            for client in CLIENTS {
                for model in [MODEL, "us.amazon.nova-pro-v1:0", "openai.gpt-oss-120b-1:0"] {
                    let attempt =
                        Attempt { client, provider: &provider, model: Some(model), lenient: &lenient, now_nanos: 0 };
                    if let Ok(upstream) = request(&attempt, body.as_bytes()) {
                        let body = upstream.body.unwrap();
                        prop_assert!(tape.parse(&body, Limits::default()).is_ok(), "{}", String::from_utf8_lossy(&body));
                    }
                }
            }
        }
    }
}

#[test]
fn reasoning_goes_back_to_who_has_signed_it() {
    use crate::protocol::Signer;
    for (model, signer) in [
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", Signer::Anthropic),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", Signer::Anthropic),
        ("openai.gpt-oss-120b-1:0", Signer::BedrockOpenai),
        ("arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-20b-1:0", Signer::BedrockOpenai),
        ("xai.grok-4", Signer::BedrockXai),
        ("us.amazon.nova-2-lite-v1:0", Signer::Bedrock),
        ("us.deepseek.r1-v1:0", Signer::Bedrock),
    ] {
        assert_eq!(super::signer(model), signer, "{model}");
    }
}
