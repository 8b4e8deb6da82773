//! What findings decide beyond the text they stand in, and the places where nothing can be replaced.

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_policy::gateway::OnExceeded;
use tollgate_policy::quota::Quota;
use tollgate_policy::redaction::{Action, Direction, OnFinding, RedactionSpec, Rule, UnknownFields};
use tollgate_quota::Memory;
use tollgate_stages::{AnswerMode, Exchange, OnBody, OnHeaders, Reply, Till};

use crate::requests::saying;
use crate::world::{Heads, PLANTS, World, spec};

const CHAT: ClientDialect = ClientDialect::OpenaiChat;
const BOTH: [Direction; 2] = [Direction::Request, Direction::Response];

fn sending_home(action: Action) -> RedactionSpec {
    let on_finding = OnFinding { tag: Some("personal".to_owned()), route_to: Some("home".to_owned()) };
    let rule = Rule { detect: vec!["email".to_owned()], on_finding: Some(on_finding), ..Rule::new(action) };
    RedactionSpec { rules: vec![rule], apply: BOTH.to_vec(), ..RedactionSpec::default() }
}

fn facts(exchange: &mut Exchange) -> Vec<(&'static str, String)> {
    exchange.finish(&mut Till::alone(&mut Memory::default()), None);
    let mut told = Vec::new();
    exchange.facts(|key, value| told.push((key, value.to_owned())));
    told
}

fn fact(facts: &[(&'static str, String)], key: &str) -> Option<String> {
    facts.iter().rev().find(|(known, _)| *known == key).map(|(_, value)| value.clone())
}

fn refused(asked: OnBody) -> (Reply, String) {
    let OnBody::Answer(reply) = asked else { panic!("{asked:?}") };
    let body = String::from_utf8(reply.body.clone()).unwrap();
    (reply, body)
}

fn changed(asked: OnBody) -> Value {
    let OnBody::Forward { body: Some(body), .. } = asked else { panic!("{asked:?}") };
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_finding_sends_the_request_to_another_route_and_tags_it() {
    let world = World::new(sending_home(Action::Pseudonymize));
    for (text, target, route, tags) in
        [("hello", "any.eu", "any", None), (PLANTS[0].1, "home.eu", "home", Some("personal".to_owned()))]
    {
        let (mut exchange, asked) = world.ask(CHAT, saying(CHAT, text).as_bytes());
        let OnBody::Forward { route: sent_to, .. } = asked else { panic!("{asked:?}") };
        assert_eq!(sent_to.as_deref(), Some(target));
        let facts = facts(&mut exchange);
        assert_eq!((fact(&facts, "tollgate.route").as_deref(), fact(&facts, "tollgate.tags")), (Some(route), tags));
        assert!(fact(&facts, "tollgate.policy").unwrap().starts_with("pii@"));
    }
}

#[test]
fn a_request_that_was_sent_somewhere_is_not_downgraded_away_from_there() {
    let quota: Quota =
        serde_json::from_value(json!({"name": "r", "unit": "tokens", "limit": 10, "per": "minute"})).unwrap();
    let mut config = World::config(sending_home(Action::Allow));
    config.teams[0].quotas = vec![quota];
    config.teams[0].on_exceeded = OnExceeded::DowngradeTo("other".to_owned());
    let world = World::of(&config);
    let (reply, _) = refused(world.ask(CHAT, saying(CHAT, PLANTS[0].1).as_bytes()).1);
    assert_eq!(reply.status, 429);
}

#[test]
fn a_team_without_the_route_is_no_configuration() {
    let mut config = World::config(sending_home(Action::Mask));
    config.teams[0].routes.truncate(1);
    let error = tollgate_stages::Engine::try_from(&config).unwrap_err();
    assert!(error.0.contains("`home`"), "{error}");
}

#[test]
fn fields_nobody_knows_are_refused_by_their_path_where_the_policy_says_so() {
    let world = World::new(RedactionSpec { unknown_fields: UnknownFields::Refuse, ..spec(&BOTH) });
    let known = saying(CHAT, "hello");
    assert!(matches!(world.ask(CHAT, known.as_bytes()).1, OnBody::Forward { .. }));
    for (dialect, body, path) in [
        (
            CHAT,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"t"},{"type":"text","colour":1}]}]}"#,
            "messages[0].content[1].colour",
        ),
        (CHAT, r#"{"model":"m","messages":[],"colour":null}"#, "colour"),
        (
            ClientDialect::AnthropicMessages,
            r#"{"model":"m","max_tokens":1,"messages":[],"tools":[{"name":"n","colour":{}}]}"#,
            "tools[0].colour",
        ),
        (
            ClientDialect::OpenaiResponses,
            r#"{"model":"m","input":[{"type":"message","role":"user","colour":"c"}]}"#,
            "input[0].colour",
        ),
        (ClientDialect::OpenaiEmbeddings, r#"{"model":"m","input":"i","colour":1}"#, "colour"),
        (ClientDialect::OpenaiCompletions, r#"{"model":"m","prompt":"i","colour":1}"#, "colour"),
    ] {
        let (reply, text) = refused(world.ask(dialect, body.as_bytes()).1);
        assert_eq!(reply.status, 400, "{text}");
        assert!(text.contains(&format!("`{path}`")) && text.contains("pii@"), "{text}");
        assert!(reply.headers.iter().any(|(name, value)| name == "x-tollgate-policy" && value.starts_with("pii@")));
    }
}

#[test]
fn a_refusal_names_rule_and_policy_and_never_the_value() {
    let mut spec = spec(&BOTH);
    spec.rules[0].action = Action::Block;
    let world = World::new(spec);
    let (mut exchange, asked) = world.ask(CHAT, saying(CHAT, PLANTS[0].1).as_bytes());
    let (reply, text) = refused(asked);
    assert!(text.contains("`email`") && text.contains("`pii@") && !text.contains("jane"), "{text}");
    assert!(reply.headers.iter().any(|(name, _)| name == "x-tollgate-policy"));
    assert_eq!(fact(&facts(&mut exchange), "tollgate.redactions").as_deref(), Some("email:block=1"));
    let counters = exchange.take_counters();
    assert_eq!(counters, [("tollgate_redactions.policy=pii.rule=email.action=block.mode=enforce".to_owned(), 1)]);
    assert!(exchange.take_counters().is_empty());
}

#[test]
fn what_cannot_be_changed_is_refused() {
    let world = World::pseudonymizing();
    assert!(matches!(world.ask(CHAT, br#"{"model":"gpt-4o-2024-08-06","messages":[]}"#).1, OnBody::Forward { .. }));
    let (reply, text) = refused(world.ask(CHAT, br#"{"model":"jane.doe@example.com","messages":[]}"#).1);
    assert_eq!(reply.status, 400, "{text}");
    assert!(!text.contains("jane"), "{text}");

    let engine = std::rc::Rc::new(tollgate_stages::Engine::try_from(&World::config(spec(&BOTH))).unwrap());
    for (query, refused) in
        [("beta=true", false), ("user=jane.doe%40example.com", true), ("card=4111+1111+1111+1111", true)]
    {
        let mut exchange = Exchange::as_team(std::rc::Rc::clone(&engine), "team").unwrap();
        let mut headers = Heads::asking(CHAT);
        headers.0.insert(":path", format!("{}?{query}", CHAT.path()));
        let verdict = exchange.on_request_headers(&headers, false);
        assert_eq!(matches!(verdict, OnHeaders::Answer(_)), refused, "{query}: {verdict:?}");
    }
}

#[test]
fn headers_that_hold_a_value_are_left_out() {
    let world = World::pseudonymizing();
    let (exchange, _) = world.ask(CHAT, saying(CHAT, "hello").as_bytes());
    let headers = [
        (":path", "/v1/chat/completions"),
        ("authorization", "Bearer AKIAQYLPMN5HFIQR7XYA"),
        ("user-agent", "OpenAI/Python 2.8.1"),
        ("x-user", PLANTS[0].1),
        ("x-note", "about Nightjar"),
        ("x-other", "nothing of note"),
        ("traceparent", "00-4111111111111111abcdef0123456789-4111111111111111-01"),
    ];
    let removed = exchange.headers_to_remove(headers.into_iter().map(|(name, value)| (name, value.as_bytes())));
    assert_eq!(removed, ["authorization", "x-user", "x-note"]);
}

#[test]
fn text_files_are_read_within_their_base64_and_images_are_counted() {
    let world = World::pseudonymizing();
    // base64 of "mail jane.doe@example.com now"
    let file = "bWFpbCBqYW5lLmRvZUBleGFtcGxlLmNvbSBub3c=";
    let body = json!({"model": "m", "messages": [{"role": "user", "content": [
        {"type": "file", "file": {"filename": "f", "file_data": format!("data:text/plain;base64,{file}")}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]});
    let (mut exchange, asked) = world.ask(CHAT, body.to_string().as_bytes());
    let sent = changed(asked);
    // base64 of "mail <EMAIL_1> now"
    let expected = "data:text/plain;base64,bWFpbCA8RU1BSUxfMT4gbm93";
    assert_eq!(sent["messages"][0]["content"][0]["file"]["file_data"], expected);
    assert_eq!(fact(&facts(&mut exchange), "tollgate.media_skipped").as_deref(), Some("1"));
    assert_eq!(exchange.take_counters().last().unwrap().0, "tollgate_media_skipped.policy=pii");

    // In an answer, whole and in a stream.
    let event = json!({"type": "response.output_item.done", "sequence_number": 1, "output_index": 0, "item": {"type": "message", "role": "assistant",
        "content": [{"type": "input_file", "filename": "f", "file_data": "bWFpbCA8RU1BSUxfMT4gbm93"}]}});
    let dialect = ClientDialect::OpenaiResponses;
    let (mut exchange, _) = world.ask(dialect, saying(dialect, PLANTS[0].1).as_bytes());
    exchange.on_response_headers(&Heads::answering("text/event-stream"), false);
    let out = exchange.on_response_body(format!("data: {event}\n\n").as_bytes(), false).unwrap().body;
    assert!(String::from_utf8(out).unwrap().contains(file));
    let answer = json!({"status": "completed", "output": [event["item"]]});
    let (mut exchange, _) = world.ask(dialect, saying(dialect, PLANTS[0].1).as_bytes());
    exchange.on_response_headers(&Heads::answering("application/json"), false);
    let out = exchange.on_response_body(answer.to_string().as_bytes(), true).unwrap().body;
    assert!(String::from_utf8(out).unwrap().contains(file));
}

#[test]
fn a_withheld_answer_names_the_policy() {
    let mut spec = spec(&BOTH);
    spec.rules[0].action = Action::Block;
    let world = World::new(spec);
    let (mut exchange, _) = world.ask(CHAT, saying(CHAT, "hello").as_bytes());
    assert_eq!(exchange.on_response_headers(&Heads::answering("application/json"), false), AnswerMode::Hold);
    let answer = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": PLANTS[0].1}, "finish_reason": "stop"}]});
    let withheld = exchange.on_response_body(answer.to_string().as_bytes(), true).unwrap();
    assert_eq!(withheld.status, Some(400));
    assert!(
        matches!(&withheld.headers[..], [("x-tollgate-policy", policy)] if policy.starts_with("pii@")),
        "{:?}",
        withheld.headers
    );
    assert!(!String::from_utf8(withheld.body).unwrap().contains("jane"));
}

#[test]
fn text_beside_vectors_is_text() {
    let world = World::pseudonymizing();
    let dialect = ClientDialect::OpenaiEmbeddings;
    let answer = |text: &str| {
        json!({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}], "model": "m",
        "usage": {"prompt_tokens": 1, "total_tokens": 1}, "warning": text})
    };
    for (text, expected) in [("<EMAIL_1>", PLANTS[0].1), ("invented@example.org", "[EMAIL]")] {
        let (mut exchange, _) = world.ask(dialect, saying(dialect, PLANTS[0].1).as_bytes());
        exchange.on_response_headers(&Heads::answering("application/json"), false);
        let out = exchange.on_response_body(answer(text).to_string().as_bytes(), true).unwrap().body;
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), answer(expected));
    }
}

#[test]
fn numbers_and_tokens_do_not_spell_a_value() {
    let world = World::pseudonymizing();
    let tokens = json!([{"token": "jane.doe", "logprob": -1, "bytes": []}, {"token": "@example.com", "logprob": -1, "bytes": []}]);
    let body = json!({"model": "m", "metadata": {"card": 4_111_111_111_111_111_u64}, "input": [{"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "t", "logprobs": tokens}]}]});
    let sent = changed(world.ask(ClientDialect::OpenaiResponses, body.to_string().as_bytes()).1);
    assert_eq!(sent["metadata"]["card"], "<CREDIT_CARD_1>");
    assert_eq!(sent["input"][0]["content"][0]["logprobs"][1], json!({"token": "", "logprob": -1, "bytes": []}));

    // In an answer: what rules mask, and what was a placeholder.
    for (content, expected, blanked) in [
        ("invented@example.org", "[EMAIL]", true),
        ("<EMAIL_1>", PLANTS[0].1, true),
        ("nothing of note", "nothing of note", false),
    ] {
        let (mut exchange, _) = world.ask(CHAT, saying(CHAT, PLANTS[0].1).as_bytes());
        let (front, rest) = content.split_at(5);
        let tokens = json!([{"token": front, "logprob": -1, "bytes": null, "top_logprobs": []}, {"token": rest, "logprob": -1, "bytes": null, "top_logprobs": []}]);
        let answer = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": content, "novel": 4_111_111_111_111_111_u64},
            "logprobs": {"content": tokens}, "finish_reason": "stop"}]});
        assert_eq!(exchange.on_response_headers(&Heads::answering("application/json"), false), AnswerMode::Hold);
        let out = exchange.on_response_body(answer.to_string().as_bytes(), true).unwrap().body;
        let out: Value = serde_json::from_slice(&out).unwrap();
        let choice = &out["choices"][0];
        assert_eq!(choice["message"]["content"], expected);
        assert_eq!(choice["message"]["novel"], "[CREDIT_CARD]");
        assert_eq!(choice["logprobs"]["content"][1]["token"] == "", blanked, "{out}");
    }
}

#[test]
fn tokens_of_a_stream_go_with_text_that_passes_as_it_is() {
    let world = World::requests_only();
    let (mut exchange, _) = world.ask(CHAT, saying(CHAT, PLANTS[0].1).as_bytes());
    exchange.on_response_headers(&Heads::answering("text/event-stream"), false);
    let mut out = String::new();
    for piece in ["Mail ", "<EMA", "IL_1>", " now"] {
        let token = json!({"token": piece, "logprob": -1, "bytes": null, "top_logprobs": []});
        let event = json!({"choices": [{"index": 0, "delta": {"content": piece}, "logprobs": {"content": [token]}, "finish_reason": null}]});
        let event = format!("data: {event}\n\n");
        let changed = exchange.on_response_body(event.as_bytes(), false);
        out.push_str(&changed.map_or(event, |changed| String::from_utf8(changed.body).unwrap()));
    }
    assert!(out.contains(r#""token":"Mail ""#) && out.contains(r#""token":" now""#), "{out}");
    assert!(!out.contains("EMA") && !out.contains("IL_1") && out.contains(PLANTS[0].1), "{out}");
}
