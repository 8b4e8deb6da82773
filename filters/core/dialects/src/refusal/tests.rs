use tollgate_wire::json::{Limits, Tape};

use super::*;
use crate::ClientDialect;

fn body(refusal: &Refusal, dialect: ClientDialect) -> String {
    String::from_utf8(refusal.render(dialect).body).unwrap()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn each_dialect_gets_its_own_shape() {
    let refusal = Refusal::missing_field("messages");
    assert_eq!(
        body(&refusal, ClientDialect::OpenaiChat),
        r#"{"error":{"message":"Missing required parameter: `messages`.","type":"invalid_request_error","param":"messages","code":"missing_required_parameter"}}"#
    );
    assert_eq!(
        body(&refusal, ClientDialect::AnthropicMessages),
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Missing required parameter: `messages`."}}"#
    );
}

#[test]
fn statuses_types_and_codes_are_those_of_the_apis() {
    let quota = QuotaExceeded { quota: "tpm", team: "support", limit: "200000 tokens per minute", retry_after_secs: 7 };
    let cases = [
        (Refusal::missing_key(), 401, "invalid_request_error", "invalid_api_key", "authentication_error"),
        (Refusal::unknown_key(), 401, "invalid_request_error", "invalid_api_key", "authentication_error"),
        (Refusal::model_not_found("x"), 404, "invalid_request_error", "model_not_found", "not_found_error"),
        (Refusal::model_not_allowed("x", "t"), 403, "invalid_request_error", "model_not_allowed", "permission_error"),
        (Refusal::unknown_path("GET", "/x"), 404, "invalid_request_error", "unknown_url", "not_found_error"),
        (
            Refusal::method_not_allowed("PUT", "POST"),
            405,
            "invalid_request_error",
            "method_not_supported",
            "invalid_request_error",
        ),
        (Refusal::compressed_body("gzip"), 415, "invalid_request_error", "null", "invalid_request_error"),
        (Refusal::body_too_large(9), 413, "invalid_request_error", "null", "request_too_large"),
        (Refusal::upgrade(), 400, "invalid_request_error", "null", "invalid_request_error"),
        (
            Refusal::blocked("keys", "pii@1"),
            400,
            "invalid_request_error",
            "content_policy_violation",
            "invalid_request_error",
        ),
        (
            Refusal::unsupported("n", "anthropic"),
            400,
            "invalid_request_error",
            "unsupported_parameter",
            "invalid_request_error",
        ),
        (Refusal::quota_exceeded(quota), 429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
        (Refusal::no_provider(), 503, "server_error", "null", "overloaded_error"),
        (Refusal::upstream("hung up"), 502, "server_error", "null", "api_error"),
        (Refusal::timeout(), 504, "server_error", "null", "timeout_error"),
        (Refusal::internal(), 500, "server_error", "null", "api_error"),
    ];
    for (refusal, status, openai_type, openai_code, anthropic_type) in cases {
        let mut tape = Tape::default();
        assert_eq!(refusal.render(ClientDialect::OpenaiChat).status, status, "{refusal}");
        let text = refusal.body(ClientDialect::OpenaiChat);
        let error = tape.parse(&text, Limits::default()).unwrap().get("error").unwrap();
        assert_eq!(error.get("type").unwrap().as_str().unwrap(), openai_type, "{refusal}");
        assert_eq!(error.get("code").unwrap().raw().trim_matches('"'), openai_code, "{refusal}");
        let text = refusal.body(ClientDialect::AnthropicMessages);
        let error = tape.parse(&text, Limits::default()).unwrap().get("error").unwrap();
        assert_eq!(error.get("type").unwrap().as_str().unwrap(), anthropic_type, "{refusal}");
    }
}

#[test]
fn headers_say_when_to_ask_again_and_what_is_allowed() {
    let header = |refusal: &Refusal, name| {
        let headers = refusal.render(ClientDialect::OpenaiChat).headers;
        headers.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let soon = Refusal::no_provider().with_retry_after(5);
    assert_eq!(header(&soon, "retry-after").as_deref(), Some("5"));
    assert_eq!(header(&soon, "x-should-retry"), None);
    let next_month = Refusal::no_provider().with_retry_after(86_400);
    assert_eq!(header(&next_month, "x-should-retry").as_deref(), Some("false"));
    assert_eq!(header(&Refusal::method_not_allowed("PUT", "POST"), "allow").as_deref(), Some("POST"));
    assert_eq!(header(&soon, "content-type").as_deref(), Some("application/json"));
}

#[test]
fn a_stream_gets_the_same_as_an_event() {
    let refusal = Refusal::upstream("hung up");
    assert_eq!(
        String::from_utf8(refusal.render_event(ClientDialect::OpenaiChat)).unwrap(),
        "data: {\"error\":{\"message\":\"The provider hung up.\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n"
    );
    assert_eq!(
        String::from_utf8(refusal.render_event(ClientDialect::OpenaiResponses)).unwrap(),
        "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":null,\"message\":\"The provider hung up.\",\"param\":null,\
         \"error\":{\"type\":\"server_error\",\"code\":null,\"message\":\"The provider hung up.\",\"param\":null}}\n\n"
    );
    assert_eq!(
        String::from_utf8(refusal.render_event(ClientDialect::AnthropicMessages)).unwrap(),
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"The provider hung up.\"}}\n\n"
    );
}

#[test]
fn the_callers_words_are_escaped_and_cut() {
    let long = "ü".repeat(500);
    let refusal = Refusal::model_not_found(&long);
    assert!(refusal.message.len() < 400, "{}", refusal.message.len());
    let nasty = Refusal::model_not_found("a\"b\n\u{1}");
    let mut tape = Tape::default();
    let text = nasty.body(ClientDialect::OpenaiChat);
    tape.parse(&text, Limits::default()).unwrap();
    assert!(!Refusal::unknown_path("GET", "/x?key=secret").message.contains("secret"));
}
