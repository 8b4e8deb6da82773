//! Nothing leaks on the way out, everything comes back on the way in.

use serde_json::json;

use crate::fixtures::*;

const PLANTED: [&str; 3] = ["jane@example.com", "4111 1111 1111 1111", "Nightjar"];

#[test]
fn values_are_replaced_on_the_way_out_and_restored_in_the_answer() {
    let body = json!({
        "model": "smart",
        "messages": [
            {"role": "system", "content": "You help jane@example.com with Nightjar."},
            {"role": "user", "content": [{"type": "text", "text": "pay with 4111 1111 1111 1111, mail jane\u{40}example.com"}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "send", "arguments": "{\"to\":\"jane@example.com\"}"}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "sent to jane@example.com"},
        ],
        "metadata": {"reporter": "jane@example.com"},
    });
    let outcome =
        gateway(&config()).exchange(chat(SUPPORT_KEY, &body), completion("I mailed <EMAIL_1> about <CREDIT_CARD_1>."));
    let sent = text_of(&outcome.upstream);
    for value in PLANTED {
        assert!(!sent.contains(value), "{value} leaked: {sent}");
    }
    assert!(sent.contains("<EMAIL_1>") && sent.contains("<CREDIT_CARD_1>") && sent.contains("[CODENAMES]"), "{sent}");
    assert!(!sent.contains("<EMAIL_2>"), "the same value has one placeholder: {sent}");
    serde_json::from_str::<serde_json::Value>(&sent).unwrap();
    assert_eq!(outcome.upstream.header("content-length"), Some(sent.len().to_string().as_str()));
    let answer = json_of(&outcome.client);
    assert_eq!(answer["choices"][0]["message"]["content"], "I mailed jane@example.com about 4111 1111 1111 1111.");
    let report = outcome.state("tollgate.redactions").unwrap();
    assert!(report.contains("email:pseudonymize=5") && report.contains("codenames:mask=1"), "{report}");
}

#[test]
fn a_blocked_value_is_refused_by_the_rules_name_and_never_repeated() {
    let outcome =
        gateway(&config()).exchange(chat(SUPPORT_KEY, &ask("key AKIAIOSFODNN7EXAMPLE please")), completion("never"));
    assert_eq!(outcome.client.status(), 400);
    let answer = text_of(&outcome.client);
    assert!(answer.contains("aws-access-key") && !answer.contains("AKIA"), "{answer}");
    assert!(text_of(&outcome.upstream).is_empty());
}

#[test]
fn placeholders_are_restored_in_a_stream_cut_anywhere() {
    let gateway = gateway(&config());
    let body = stream_of(&["Dear <EM", "AIL", "_1", ">, <b> ", "and <EMAIL_1>", "!", " <CREDIT"]);
    let ask = ask_streamed("mail jane@example.com");
    for cut in 1..=body.len() {
        let outcome = gateway.exchange(chat(SUPPORT_KEY, &ask), sse(&body, cut));
        assert_eq!(
            streamed_text(&outcome),
            "Dear jane@example.com, <b> and jane@example.com! <CREDIT",
            "cut every {cut} bytes"
        );
        assert!(text_of(&outcome.client).ends_with("data: [DONE]\n\n"), "cut every {cut} bytes");
    }
}

#[test]
fn a_literal_of_the_client_is_not_mistaken_for_a_placeholder() {
    let outcome = gateway(&config()).exchange(
        chat(SUPPORT_KEY, &ask("is <EMAIL_1> a placeholder, jane@example.com?")),
        completion("<EMAIL_1> and <EMAIL_2>"),
    );
    assert!(text_of(&outcome.upstream).contains("is <EMAIL_1> a placeholder, <EMAIL_2>?"));
    assert_eq!(json_of(&outcome.client)["choices"][0]["message"]["content"], "<EMAIL_1> and jane@example.com");
}

#[test]
fn a_compressed_answer_that_would_have_to_be_restored_is_an_error() {
    let gateway = gateway(&config());
    let answer = || completion("x").header("content-encoding", "gzip");
    assert_eq!(gateway.exchange(chat(SUPPORT_KEY, &ask("jane@example.com")), answer()).client.status(), 502);
    assert_eq!(gateway.exchange(chat(SUPPORT_KEY, &ask("nothing to hide")), answer()).client.status(), 200);
}

#[test]
fn response_rules_apply_to_whole_answers_and_to_streams() {
    let mut config = config();
    config["redaction"][0]["spec"]["apply"] = json!(["response"]);
    let gateway = gateway(&config);
    let outcome = gateway.exchange(chat(SUPPORT_KEY, &ask("who?")), completion("Ask bob@example.com about Nightjar."));
    assert_eq!(json_of(&outcome.client)["choices"][0]["message"]["content"], "Ask [EMAIL] about [CODENAMES].");
    let body = stream_of(&["Ask bo", "b@exam", "ple.com about Night", "jar."]);
    for cut in [1, 2, 3, 5, 7, 64, 1000] {
        let outcome = gateway.exchange(chat(SUPPORT_KEY, &ask_streamed("who?")), sse(&body, cut));
        assert_eq!(streamed_text(&outcome), "Ask [EMAIL] about [CODENAMES].", "cut every {cut} bytes");
    }
    let blocked = gateway.exchange(chat(SUPPORT_KEY, &ask("key?")), completion("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(blocked.client.status(), 400);
    assert!(!text_of(&blocked.client).contains("AKIA"));
    let blocked = gateway.exchange(
        chat(SUPPORT_KEY, &ask_streamed("key?")),
        sse(stream_of(&["it is AKIAIOSF", "ODNN7EXAMPLE", " ok"]), 50),
    );
    assert!(
        !text_of(&blocked.client).contains("AKIA") && text_of(&blocked.client).contains("\"error\""),
        "{}",
        text_of(&blocked.client)
    );
}

#[test]
fn what_rules_cannot_look_at_does_not_pass_where_they_must() {
    let mut config = config();
    config["redaction"][0]["spec"]["apply"] = json!(["response"]);
    let gateway = gateway(&config);
    let broken = "data: {\"choices\": [{\"delta\": {\"content\": \"bob@example.com\n\ndata: [DONE]\n\n";
    for cut in [1, 10, 1000] {
        let outcome = gateway.exchange(chat(SUPPORT_KEY, &ask_streamed("who?")), sse(broken, cut));
        assert!(!text_of(&outcome.client).contains("bob@"), "{}", text_of(&outcome.client));
        assert!(text_of(&outcome.client).contains("\"error\""));
    }
    // Nothing to check, nothing to restore: it passes as it came.
    let outcome = gateway.exchange(chat(OTHER_KEY, &ask_streamed("who?")), sse(broken, 10));
    assert_eq!(text_of(&outcome.client), broken);
}

#[test]
fn digits_without_quotes_are_found_too() {
    let gateway = gateway(&config());
    let mut body = ask("pay");
    body["metadata"] = json!({"card": 4_111_111_111_111_111_u64, "attempt": 2});
    body["max_tokens"] = 50.into();
    let sent = text_of(&gateway.exchange(chat(SUPPORT_KEY, &body), completion("ok")).upstream);
    assert!(sent.contains("\"card\":\"<CREDIT_CARD_1>\"") && sent.contains("\"attempt\":2"), "{sent}");
    let input = json!({"model": "smart", "max_tokens": 50, "messages": [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "pay", "input": {"card": 4_111_111_111_111_111_u64}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "done"}]},
    ]});
    let sent = text_of(&gateway.exchange(messages(SUPPORT_KEY, &input), completion("ok")).upstream);
    assert!(!sent.contains("4111"), "{sent}");
}
