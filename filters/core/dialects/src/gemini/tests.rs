use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::{Limits, Tape, Value};

use super::family::{Family, Thinking};
use super::*;
use crate::canonical::{Event, Part};
use crate::refusal::{Refusal, RefusalKind};
use crate::{ClientDialect, Usage};

fn with<T>(json: &str, read: impl FnOnce(Value<'_>) -> T) -> T {
    let mut tape = Tape::default();
    read(tape.parse(json.as_bytes(), Limits::default()).unwrap())
}

/// What the reader makes of a stream, a line an event.
fn events(stream: &[&str]) -> Vec<String> {
    let (mut reader, mut lines) = (EventReader::default(), Vec::new());
    for data in stream {
        with(data, |data| {
            reader.read(data, &mut |event| {
                lines.push(match event {
                    Event::Usage(usage) => format!("usage {} {}", usage.input, usage.output),
                    Event::Error(refusal) => format!("error {}", refusal.kind.as_str()),
                    Event::Citation(citation) => format!("citation {:?} {:?}", citation.url.unwrap(), citation.range),
                    other => format!("{other:?}"),
                });
            });
        });
    }
    lines
}

fn has(lines: &[String], what: &str) -> usize {
    lines.iter().filter(|line| line.contains(what)).count()
}

#[test]
fn a_name_leads_to_its_own_model_only() {
    let provider = ProviderConfig::new(ProviderApi::Gemini);
    for (model, path) in [
        ("gemini-2.5-pro", "models/gemini-2.5-pro"),
        ("models/gemini-2.5-pro", "models/gemini-2.5-pro"),
        ("tunedModels/mine-1", "tunedModels/mine-1"),
        ("files/x", "models/files%2Fx"),
        ("models/a/b:c", "models/a%2Fb%3Ac"),
        ("a@b+c", "models/a%40b%2Bc"),
    ] {
        let target = target(ClientDialect::OpenaiChat, &provider, model, false).unwrap();
        assert_eq!(target.path, format!("/v1beta/{path}:generateContent"));
        assert_eq!(target.model_in_body, None);
    }
    let path = |client, stream| target(client, &provider, "m", stream).unwrap().path;
    assert_eq!(path(ClientDialect::AnthropicMessages, true), "/v1beta/models/m:streamGenerateContent?alt=sse");
    assert_eq!(path(ClientDialect::OpenaiEmbeddings, false), "/v1beta/models/m:batchEmbedContents");
}

#[test]
fn generations_are_told_apart_by_name() {
    let thinking = |model| Family::of(model).thinking;
    for model in ["gemini-2.0-flash", "gemini-1.5-pro-002", "gemma-3-27b-it", "gemini-2.5-flash-image"] {
        assert_eq!(thinking(model), Thinking::None, "{model}");
    }
    for (model, most, off) in [
        ("gemini-2.5-pro", 32_768, false),
        ("models/gemini-2.5-pro-preview-06-05", 32_768, false),
        ("gemini-2.5-flash", 24_576, true),
        ("google/gemini-2.5-flash-lite", 24_576, true),
        ("endpoints/123", 24_576, true),
    ] {
        let Thinking::Budget { range, can_be_off } = thinking(model) else { panic!("{model} has no budget") };
        assert_eq!((*range.end(), can_be_off), (most, off), "{model}");
        assert!(!Family::of(model).wants_signatures, "{model}");
    }
    for (model, minimal, medium) in [
        ("gemini-3-pro-preview", false, false),
        ("gemini-3.1-pro-preview", false, true),
        ("gemini-3-flash-preview", true, true),
        ("gemini-flash-latest", true, true),
        ("gemini-4-pro", false, true),
    ] {
        assert_eq!(thinking(model), Thinking::Level { minimal, medium }, "{model}");
        assert!(Family::of(model).wants_signatures, "{model}");
    }
}

#[test]
fn usage_is_counted_as_everyone_else_counts() {
    let usage = |json: &str| with(json, Usage::from_gemini);
    let full = r#"{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":20,"thoughtsTokenCount":30,
        "toolUsePromptTokenCount":7,"totalTokenCount":157,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":40}],
        "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":15},{"modality":"TEXT","tokenCount":5}]}"#;
    let expected = Usage {
        input: 107,
        output: 50,
        cached_read: 60,
        reasoning: 30,
        audio_input: 40,
        audio_output: 15,
        ..Usage::default()
    };
    assert_eq!(usage(full), Some(expected));
    assert_eq!(expected.total(), 157);
    assert_eq!(usage("{}"), None);
    assert_eq!(usage("null"), None);
    // Each count may be missing.
    assert_eq!(usage(r#"{"promptTokenCount":8}"#), Some(Usage { input: 8, ..Usage::default() }));
    assert_eq!(usage(r#"{"thoughtsTokenCount":8}"#).map(|usage| (usage.output, usage.reasoning)), Some((8, 8)));
}

#[test]
fn errors_are_known_by_their_status_name() {
    let read = |status: u16, json: &str| with(json, |body| read_error(status, body));
    for (name, kind) in [
        ("INVALID_ARGUMENT", RefusalKind::InvalidRequest),
        ("FAILED_PRECONDITION", RefusalKind::InvalidRequest),
        ("PERMISSION_DENIED", RefusalKind::Permission),
        ("NOT_FOUND", RefusalKind::ModelNotFound),
        ("RESOURCE_EXHAUSTED", RefusalKind::RateLimited),
        ("INTERNAL", RefusalKind::Upstream),
        ("UNAVAILABLE", RefusalKind::Overloaded),
        ("DEADLINE_EXCEEDED", RefusalKind::Timeout),
        // The gateway's key, not the caller's.
        ("UNAUTHENTICATED", RefusalKind::Upstream),
    ] {
        let error = format!(r#"{{"error":{{"code":418,"message":"m","status":"{name}"}}}}"#);
        assert_eq!(read(400, &error).kind, kind, "{name}");
        assert_eq!(read(400, &format!("[{error}]")), read(400, &error), "{name}");
    }
    // Of no name that is known: by the number, its own before that of the answer.
    assert_eq!(read(500, r#"{"error":{"code":429,"message":"m","status":"NEW"}}"#).kind, RefusalKind::RateLimited);
    assert_eq!(read(503, r#"{"error":"busy"}"#).message, "busy");
    for odd in ["{}", "[]", "5", r#"{"error":null}"#, r#"{"error":{"details":{}}}"#, r#"{"error":{"code":"x"}}"#] {
        assert_eq!(read(503, odd).kind, RefusalKind::Overloaded, "{odd}");
    }
}

#[test]
fn a_delay_is_whole_seconds() {
    let delay = |text: &str| {
        let info = format!(r#"{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":{text}}}"#);
        let error = format!(r#"{{"error":{{"status":"RESOURCE_EXHAUSTED","details":[{{"@type":"x"}},{info}]}}}}"#);
        with(&error, |body| read_error(429, body)).retry_after_secs
    };
    for (text, seconds) in [(r#""34.074824224s""#, 35), (r#""2s""#, 2), (r#""0s""#, 0), (r#""0.001s""#, 1)] {
        assert_eq!(delay(text), Some(seconds), "{text}");
    }
    for bad in [r#""""#, r#""s""#, r#""5""#, r#""-1s""#, r#""1e300s""#, r#""NaNs""#, r#""infs""#, "5", "null"] {
        assert_eq!(delay(bad), None, "{bad}");
    }
}

#[test]
fn a_cited_place_is_told_in_characters_of_the_whole_text() {
    let answer = r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"né "},{"text":"\u00e9t\u00e9!"}]},
        "finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}},{"unknown":{}}],
        "groundingSupports":[{"segment":{"partIndex":2,"endIndex":5},"groundingChunkIndices":[0,1,9]},
        {"segment":{"partIndex":2,"startIndex":1,"endIndex":5},"groundingChunkIndices":[0]},
        {"segment":{"partIndex":7,"endIndex":1},"groundingChunkIndices":[0]},{"groundingChunkIndices":[0]}]}}]}"#;
    let ranges = with(answer, |body| {
        let answer = read_answer(body).unwrap();
        let parts = &answer.first().unwrap().parts;
        assert!(matches!(
            parts[..4],
            [Part::Reasoning { .. }, Part::Text { .. }, Part::Text { .. }, Part::Citation(_)]
        ));
        let range = |part: &Part<'_>| match part {
            Part::Citation(citation) => Some((citation.url.unwrap().raw().to_owned(), citation.range)),
            _ => None,
        };
        parts.iter().filter_map(range).collect::<Vec<_>>()
    });
    let url = || "u".to_owned();
    // "été" begins behind "né ". Within a character and beyond the text there is no place.
    assert_eq!(ranges, [(url(), Some((3, 6))), (url(), None), (url(), None), (url(), None)]);
}

#[test]
fn a_stream_is_read_event_by_event() {
    let lines = events(&[
        r#"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]}}],"usageMetadata":{"promptTokenCount":5},
            "responseId":"r","modelVersion":"m"}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"Hi","thoughtSignature":"S"}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"!"}]},"finishReason":"STOP"}],
            "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2}}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"late"}]},"finishReason":"STOP"}]}"#,
    ]);
    let expected = [
        "usage 5 0",
        r#"Start { id: Some("r"), model: Some("m") }"#,
        r#"Reasoning("Hm")"#,
        r#"Text("Hi")"#,
        "usage 5 2",
        r#"Text("!")"#,
        // Of the text, and behind all of it.
        r#"Signature("S")"#,
        "Finish { reason: Stop, stop_sequence: None }",
        "usage 5 2",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_signature_comes_right_in_front_of_its_call() {
    let call = |signature: &str| format!(r#"{{"functionCall":{{"name":"f"}}{signature}}}"#);
    let stream = format!(
        r#"{{"candidates":[{{"content":{{"parts":[{{"text":"x","thoughtSignature":"of text"}},{},{}]}},"finishReason":"STOP"}}]}}"#,
        call(r#","thoughtSignature":"of call""#),
        call("")
    );
    let lines = events(&[&stream]);
    let at = |what: &str| lines.iter().position(|line| line.contains(what)).unwrap();
    assert_eq!(at("ToolStart { tool: 0"), at(r#"Signature("of call")"#) + 1, "{lines:?}");
    assert_eq!((has(&lines, "Signature"), has(&lines, "ToolStart")), (1, 2), "{lines:?}");
    assert_eq!(has(&lines, "Finish { reason: ToolCalls"), 1, "{lines:?}");
}

#[test]
fn sources_are_told_once() {
    let cited = r#""citationMetadata":{"citationSources":[{"startIndex":0,"endIndex":2,"uri":"u"}]}"#;
    let piece = |text: &str| format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},{cited}}}]}}"#);
    let lines = events(&[&piece("ab"), &piece("c"), r#"{"candidates":[{"finishReason":"STOP"}]}"#]);
    assert_eq!(has(&lines, r#"citation "u" Some((0, 2))"#), 1, "{lines:?}");
    // Bytes are no characters any more.
    assert_eq!(has(&events(&[&piece("é")]), r#"citation "u" None"#), 1);
    assert_eq!(has(&events(&[&piece("\\u00e9")]), r#"citation "u" None"#), 1);
}

#[test]
fn choices_are_kept_apart() {
    let piece = |index: u64, more: &str| format!(r#"{{"candidates":[{{"index":{index}{more}}}]}}"#);
    let call = r#","content":{"parts":[{"functionCall":{"name":"f","args":{}}}]}"#;
    let lines = events(&[
        &piece(0, call),
        &piece(1, call),
        &piece(1, r#","finishReason":"MAX_TOKENS""#),
        &piece(0, r#","finishReason":"STOP""#),
        &piece(4_000_000_000, call),
    ]);
    assert_eq!(has(&lines, "ToolStart { tool: 0"), 2, "{lines:?}");
    assert_eq!((has(&lines, "Choice(1)"), has(&lines, "Choice(0)"), has(&lines, "Choice(4")), (1, 1, 0), "{lines:?}");
    assert_eq!((has(&lines, "reason: Length"), has(&lines, "reason: ToolCalls")), (1, 1), "{lines:?}");
}

#[test]
fn a_blocked_prompt_and_a_failure_end_the_stream() {
    let blocked = r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":5}}"#;
    let lines = events(&[blocked, blocked]);
    assert_eq!(has(&lines, "Finish { reason: Refused"), 1, "{lines:?}");
    assert_eq!(has(&events(&[r#"{"promptFeedback":{}}"#]), "Finish"), 0);
    for reason in ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MISSING_THOUGHT_SIGNATURE"] {
        let lines = events(&[&format!(r#"{{"candidates":[{{"finishReason":"{reason}"}}]}}"#)]);
        assert_eq!((has(&lines, "error upstream"), has(&lines, "Finish")), (1, 0), "{lines:?}");
    }
    let error = r#"[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]"#;
    assert_eq!(events(&[error]), ["error rate_limited"]);
}

/// What a request becomes, or the feature that is refused.
fn write(model: &str, body: &str) -> Result<String, String> {
    let provider = ProviderConfig::new(ProviderApi::Gemini);
    let attempt = crate::translate::Attempt {
        client: ClientDialect::OpenaiChat,
        provider: &provider,
        model: Some(model),
        lenient: &[],
        now_nanos: 0,
    };
    let upstream = crate::translate::request(&attempt, body.as_bytes());
    let body = upstream.map_err(|refusal: Refusal| refusal.param.unwrap_or_default())?.body.unwrap();
    Ok(String::from_utf8(body).unwrap())
}

#[test]
fn a_schema_is_kept_or_its_keyword_is_named() {
    let ask = |schema: &str, strict: bool| {
        let format =
            format!(r#"{{"type":"json_schema","json_schema":{{"name":"x","strict":{strict},"schema":{schema}}}}}"#);
        let body = write("gemini-2.5-flash", &format!(r#"{{"model":"m","messages":[],"response_format":{format}}}"#))?;
        let (_, schema) = body.split_once(r#""responseJsonSchema":"#).unwrap();
        Ok::<_, String>(schema.strip_suffix("}}").unwrap().to_owned())
    };
    // To the byte, where nothing must change; names of properties are no keywords.
    let plain = r#"{ "type": "object", "properties": {"pattern": {"type": ["string","null"]}, "const":{"enum":["a"]}}, "additionalProperties": false }"#;
    assert_eq!(ask(plain, true).as_deref(), Ok(plain));
    for (schema, keyword) in [
        (r#"{"properties":{"a":{"pattern":"x"}}}"#, "pattern"),
        (r#"{"items":{"minLength":1}}"#, "minLength"),
        (r#"{"anyOf":[{"type":"string"},{"not":{}}]}"#, "not"),
        (r#"{"allOf":[{}]}"#, "allOf"),
        (r#"{"$defs":{"a":{"multipleOf":2}}}"#, "multipleOf"),
        (r#"{"const":null}"#, "const"),
        (r#"{"additionalProperties":{"maxLength":1}}"#, "maxLength"),
    ] {
        assert_eq!(ask(schema, true), Err(format!("json_schema.{keyword}")), "{schema}");
        assert_eq!(ask(schema, false).as_deref(), Ok(schema));
    }
    let remarks = r##"{"properties":{"b":{"$ref":"#","title":"t"}}}"##;
    assert_eq!(ask(remarks, true).as_deref(), Ok(r##"{"properties":{"b":{"$ref":"#"}}}"##));
    let changed =
        r##"{"properties":{"a":{"const":"x"},"b":{"$ref":"#/$defs/c","description":"d"},"c":{"const":1,"enum":[1]}}}"##;
    let becomes = r##"{"properties":{"a":{"enum":["x"]},"b":{"$ref":"#/$defs/c"},"c":{"enum":[1]}}}"##;
    assert_eq!(ask(changed, true).as_deref(), Ok(becomes));
}

#[test]
fn only_the_first_call_of_a_step_of_the_current_turn_is_signed_for() {
    let call = |id: &str| {
        format!(
            r#"{{"role":"assistant","tool_calls":[{{"id":"{id}","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}}"#
        )
    };
    let result = |id: &str| format!(r#"{{"role":"tool","tool_call_id":"{id}","content":"r"}}"#);
    let user = r#"{"role":"user","content":"Hi"}"#;
    let ask = |model: &str, messages: &[&str]| {
        let body = write(model, &format!(r#"{{"model":"m","messages":[{}]}}"#, messages.join(","))).unwrap();
        body.matches("skip_thought_signature_validator").count()
    };
    let (one, two, first, second) = (call("1"), call("2"), result("1"), result("2"));
    let model = "gemini-3-flash-preview";
    assert_eq!(ask(model, &[user, &one, &first, &two, &second]), 2);
    assert_eq!(ask(model, &[user, &one, &first, user, &two, &second]), 1);
    assert_eq!(ask(model, &[user, &one, &first, &two, &second, user]), 0);
    assert_eq!(ask(model, &[&one, &first]), 1);
    assert_eq!(ask("gemini-2.5-pro", &[user, &one, &first]), 0);
}
