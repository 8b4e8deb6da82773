use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::{Limits, Str, Tape, Value};
use tollgate_wire::sse;

use super::*;
use crate::ClientDialect;
use crate::canonical::{
    Answer, Arguments, Choice, Citation, Event, FinishReason, Losses, Part, Request, leave_out_foreign,
};
use crate::protocol::{Protocol, Signer};
use crate::refusal::Refusal;
use crate::translate::AnswerPlan;

/// A plan for an answer in this protocol.
fn plan(protocol: Protocol) -> AnswerPlan {
    let provider = ProviderConfig::new(ProviderApi::Openai);
    let mut plan = AnswerPlan::new(ClientDialect::OpenaiChat, &provider, "model", 1_735_689_600_000_000_000).unwrap();
    plan.protocol = protocol;
    plan
}

fn text(raw: &str) -> Str<'_> {
    Str::from_escaped(raw)
}

fn with_json<T>(json: &str, look: impl FnOnce(Value<'_>) -> T) -> T {
    look(Tape::default().parse(json.as_bytes(), Limits::default()).unwrap())
}

/// What a stream of these events is, without its heads.
fn written(plan: &AnswerPlan, events: &[Event<'_>]) -> Vec<String> {
    let mut out = Vec::new();
    let mut writer = EventWriter::new(plan);
    events.iter().for_each(|event| writer.write(event.clone(), &mut out));
    writer.finish(&mut out);
    lines(&out)
}

fn lines(stream: &[u8]) -> Vec<String> {
    let text = String::from_utf8(stream.to_vec()).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| data.split_once("\"choices\":").map_or(data, |(_, rest)| rest).trim_end_matches('}').to_owned())
        .collect()
}

#[test]
fn choices_are_told_apart_and_every_one_ends() {
    let stream = concat!(
        r#"data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"content":"A"},"finish_reason":null},{"index":1,"delta":{"content":"B"}}]}"#,
        "\n\n",
        r#"data: {"id":"a","model":"m","choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}}]}"#,
        "\n\n",
        r#"data: {"id":"a","model":"m","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#,
        "\n\n",
    );
    let run = |stream: &str| {
        let (mut out, mut tape) = (Vec::new(), Tape::default());
        let (mut reader, mut writer) = (EventReader::default(), EventWriter::new(&plan(Protocol::OpenaiChat)));
        let mut parser = sse::Parser::new(1 << 20);
        let read = parser.push(stream.as_bytes(), |event| {
            let data = tape.parse(event.data, Limits::default()).unwrap();
            reader.read(data, &mut |event| writer.write(event, &mut out));
        });
        assert!(read.is_ok());
        writer.finish(&mut out);
        lines(&out)
    };
    let cut = run(stream);
    assert_eq!(
        cut[..8],
        [
            r#"[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]"#,
            r#"[{"index":0,"delta":{"content":"A"},"finish_reason":null}]"#,
            r#"[{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}]"#,
            r#"[{"index":1,"delta":{"content":"B"},"finish_reason":null}]"#,
            r#"[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]"#,
            r#"[{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":null}]"#,
            r#"[{"index":1,"delta":{},"finish_reason":"tool_calls"}]"#,
            r#"{"error":{"message":"The provider ended the answer before it was complete.","type":"server_error","param":null,"code":null"#,
        ]
        .map(|line| line.trim_end_matches('}'))
    );
    let whole = run(&format!(
        "{stream}data: {}\n\n",
        r#"{"id":"a","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#
    ));
    assert_eq!(whole[7..], [r#"[{"index":0,"delta":{},"finish_reason":"length"}]"#, "[DONE]"]);
}

#[test]
fn likelihoods_stand_beside_their_text() {
    let token = r#"{"content":[{"token":"Hi","logprob":-0.31,"bytes":[72,105],"top_logprobs":[{"token":"Ho","logprob":-1.5,"bytes":null}]}],"refusal":null}"#;
    with_json(token, |value| {
        let tokens = || Event::Logprobs(super::read_answer::logprobs(value));
        let out = written(
            &plan(Protocol::OpenaiChat),
            &[
                Event::Start { id: None, model: None },
                tokens(),
                Event::Text(text("Hi")),
                tokens(),
                Event::Refusal(text("No")),
                tokens(),
                Event::Finish { reason: FinishReason::Stop, stop_sequence: None },
            ],
        );
        let top = r#""top_logprobs":[{"token":"Ho","logprob":-1.5,"bytes":null}]}]}"#;
        let head = r#"{"token":"Hi","logprob":-0.31,"bytes":[72,105],"#;
        assert_eq!(
            out[1],
            format!(
                r#"[{{"index":0,"delta":{{"content":"Hi"}},"logprobs":{{"refusal":null,"content":[{head}{top},"finish_reason":null}}]"#
            )
        );
        assert_eq!(
            out[2],
            format!(
                r#"[{{"index":0,"delta":{{"refusal":"No"}},"logprobs":{{"content":null,"refusal":[{head}{top},"finish_reason":null}}]"#
            )
        );
        assert_eq!(
            out[3],
            format!(
                r#"[{{"index":0,"delta":{{}},"logprobs":{{"refusal":null,"content":[{head}{top},"finish_reason":null}}]"#
            )
        );
    });
}

#[test]
fn the_signature_of_a_call_stands_in_it() {
    let tool = |tool, name| Event::ToolStart { tool, id: None, name: text(name) };
    let signed = [
        Event::Reasoning(text("Hm.")),
        Event::PartEnd,
        Event::Signature(text("one")),
        tool(0, "f"),
        Event::PartEnd,
        tool(1, "g"),
        Event::PartEnd,
        Event::Signature(text("three")),
        tool(2, "h"),
        Event::PartEnd,
        Event::Signature(text("last")),
        Event::Finish { reason: FinishReason::Stop, stop_sequence: None },
    ];
    let out = written(&plan(Protocol::Gemini), &signed).join("\n");
    let signature =
        |seal: &str| format!(r#""extra_content":{{"google":{{"thought_signature":"tollgate.google.{seal}"}}}}"#);
    assert_eq!(out.matches("extra_content").count(), 2, "{out}");
    assert!(out.contains(&format!(r#"{{"name":"f","arguments":""}},{}"#, signature("one"))), "{out}");
    assert!(out.contains(&format!(r#"{{"name":"h","arguments":""}},{}"#, signature("three"))), "{out}");
    // One that belongs to no call is a block of its own.
    assert!(out.contains(
        r#""thinking_blocks":[{"index":0,"type":"thinking","thinking":"","signature":"tollgate.google.last"}]"#
    ));
    // Anthropic's belongs to the thinking.
    let out = written(&plan(Protocol::AnthropicMessages), &signed).join("\n");
    assert!(!out.contains("extra_content") && out.contains(r#""signature":"tollgate.anthropic.one""#), "{out}");
}

fn call<'a>(name: &'a str) -> Part<'a> {
    Part::ToolCall { id: Some(text(name)), name: text(name), arguments: Arguments::Quoted(text("{}")), cache: None }
}

/// The parts of the only message, as a writer for `signer` sees them.
fn seen(request: &mut Request<'_>, signer: Signer) -> Vec<String> {
    let mut losses = Losses::new("provider", &[], false);
    leave_out_foreign(request, ClientDialect::OpenaiChat, signer, &mut losses);
    let part = |part: &Part<'_>| match part {
        Part::Reasoning { text, signature } => {
            format!("{}|{}", text.raw(), signature.and_then(|own| signer.open(own)).unwrap_or("-"))
        }
        Part::RedactedReasoning { data } => format!("redacted {}", signer.open(*data).unwrap_or("-")),
        Part::ToolCall { name, .. } => name.raw().to_owned(),
        _ => "text".to_owned(),
    };
    request.messages.iter().flat_map(|message| &message.parts).map(part).collect()
}

#[test]
fn signed_calls_come_back_in_order_and_to_their_signer_only() {
    let bare = |signature| Part::Reasoning { text: text(""), signature: Some(text(signature)) };
    let parts = vec![bare("one"), call("f"), call("g"), bare("three"), call("h")];
    let choice = Choice { parts, finish: FinishReason::ToolCalls, stop_sequence: None, logprobs: Vec::new() };
    let answer = Answer { id: None, model: None, choices: vec![choice], usage: None };
    let body = String::from_utf8(write_answer(&answer, &plan(Protocol::Gemini))).unwrap();
    with_json(&body, |body| {
        let message = body.get("choices").unwrap().items().next().unwrap().get("message").unwrap();
        let history = format!(r#"{{"model":"m","messages":[{}]}}"#, message.raw());
        with_json(&history, |history| {
            let mut request = read_request(history).unwrap();
            assert!(request.extras.is_empty(), "{:?}", request.extras);
            assert_eq!(seen(&mut request.clone(), Signer::Google), ["|one", "f", "g", "|three", "h"]);
            assert_eq!(seen(&mut request, Signer::Anthropic), ["f", "g", "h"]);
        });
    });
}

#[test]
fn a_bare_signature_is_known_by_its_place() {
    let history = r#"{"model":"m","messages":[{"role":"assistant","content":"x",
        "thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"claude"},{"type":"redacted_thinking","data":"claude"}],
        "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"gemini"}}}]}]}"#;
    with_json(history, |history| {
        let request = read_request(history).unwrap();
        assert_eq!(seen(&mut request.clone(), Signer::Google), ["text", "|gemini", "f"]);
        assert_eq!(seen(&mut request.clone(), Signer::Anthropic), ["Hm.|claude", "redacted claude", "text", "f"]);
        assert_eq!(seen(&mut request.clone(), Signer::Openai), ["text", "f"]);
    });
}

#[test]
fn a_source_without_a_range_is_one_of_the_text_it_stands_in() {
    let source = |url| Event::Citation(Citation { url: Some(text(url)), ..Citation::default() });
    let ranged = Citation { url: Some(text("c")), title: Some(text("C")), range: Some((1, 2)), ..Citation::default() };
    let out = written(
        &plan(Protocol::AnthropicMessages),
        &[
            Event::Text(text(r#"\u00e9\""#)),
            Event::PartEnd,
            source("a"),
            Event::Text(text("abc")),
            Event::Citation(ranged),
            Event::PartEnd,
            Event::Finish { reason: FinishReason::Stop, stop_sequence: None },
        ],
    );
    let at = |line: &str| line.split_once("url_citation\":{").map(|(_, rest)| rest.to_owned());
    let annotations: Vec<_> = out.iter().filter_map(|line| at(line)).collect();
    assert!(annotations[0].starts_with(r#""start_index":1,"end_index":2,"url":"c","title":"C""#), "{annotations:?}");
    assert!(annotations[1].starts_with(r#""start_index":2,"end_index":5,"url":"a","title":"a""#), "{annotations:?}");
}

#[test]
fn ids_that_are_not_there_are_the_same_in_an_answer_and_its_stream() {
    let part = Part::ToolCall { id: None, name: text("f"), arguments: Arguments::Quoted(text("")), cache: None };
    let parts = vec![part.clone(), part];
    let choice = Choice { parts, finish: FinishReason::ToolCalls, stop_sequence: None, logprobs: Vec::new() };
    let answer = Answer { id: None, model: None, choices: vec![choice.clone(), choice], usage: None };
    let plan = plan(Protocol::Gemini);
    let ids = |text: &str| {
        let ids = text.split("\"id\":\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut ids: Vec<_> = ids.map(str::to_owned).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let whole = ids(&String::from_utf8(write_answer(&answer, &plan)).unwrap());
    let (mut out, mut writer) = (Vec::new(), EventWriter::new(&plan));
    answer.events(&mut |event| writer.write(event, &mut out));
    assert_eq!(whole.len(), 5, "{whole:?}");
    assert_eq!(ids(&String::from_utf8(out).unwrap()), whole);
}

#[test]
fn an_error_goes_out_at_once_whatever_waits() {
    let out = written(
        &plan(Protocol::Gemini),
        &[Event::Text(text("a")), Event::Signature(text("s")), Event::Error(Refusal::upstream("failed"))],
    );
    assert!(out[2].starts_with("{\"error\"") && out[3] == "[DONE]", "{out:?}");
}

#[test]
fn errors_are_of_their_kind_however_they_are_put() {
    use crate::refusal::RefusalKind as Kind;
    let cases = [
        (429, r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#, Kind::Billing),
        (400, r#"{"error":{"message":"m","code":"content_filter"}}"#, Kind::Blocked),
        (
            400,
            r#"{"error":{"message":"m","code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            Kind::Blocked,
        ),
        (404, r#"{"error":{"message":"m","code":"DeploymentNotFound"}}"#, Kind::ModelNotFound),
        (404, r#"{"error":"model \"x\" not found"}"#, Kind::ModelNotFound),
        (404, r#"{"detail":"Not Found"}"#, Kind::NotFound),
        (429, r#"{"error":"Model is overloaded","error_type":"overloaded"}"#, Kind::Overloaded),
        (422, r#"{"detail":[{"loc":["body","x"],"msg":"bad"}]}"#, Kind::InvalidRequest),
        (500, r#"{"error":{"message":"m","type":"BadRequestError","code":400}}"#, Kind::InvalidRequest),
        (500, r#"{"object":"error","message":"m","code":"429"}"#, Kind::RateLimited),
        (429, r#"{"error":{"message":"m","code":"429"}}"#, Kind::RateLimited),
        (402, r#"{"error":{"message":"Insufficient Balance"}}"#, Kind::Billing),
        (401, r#"{"statusCode":401,"message":"m"}"#, Kind::Upstream),
        (503, r#"{}"#, Kind::Overloaded),
    ];
    for (status, body, kind) in cases {
        with_json(body, |value| {
            let refusal = read_error(status, value.get("error").unwrap_or(value), value);
            assert_eq!((refusal.status, refusal.kind), (status, kind), "{body}");
            assert!(refusal.code.is_none_or(|code| !code.starts_with(|first: char| first.is_ascii_digit())), "{body}");
        });
    }
}

#[test]
fn openai_itself_is_not_told_what_others_thought() {
    let body = br#"{"model":"m","messages":[{"role":"assistant","reasoning_content":"hm","content":"x"},{"role":"user","content":"y"}]}"#;
    let passed = |authority: &str| {
        let provider = ProviderConfig { authority: authority.to_owned(), ..ProviderConfig::new(ProviderApi::Openai) };
        let attempt = crate::translate::Attempt {
            client: ClientDialect::OpenaiChat,
            provider: &provider,
            model: None,
            lenient: &[],
            now_nanos: 1,
        };
        crate::translate::request(&attempt, body).unwrap().body
    };
    assert_eq!(
        passed("eu.api.openai.com:443").unwrap(),
        br#"{"model":"m","messages":[{"role":"assistant","content":"x"},{"role":"user","content":"y"}]}"#
    );
    assert_eq!(passed("vllm.internal"), None, "a compatible server may want it back");
}
