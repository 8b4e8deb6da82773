use super::*;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn paths_name_the_endpoint() {
    let api = |dialect| Ok(Endpoint::Api(dialect));
    assert_eq!(resolve("POST", "/v1/chat/completions"), api(ClientDialect::OpenaiChat));
    assert_eq!(resolve("POST", "/v1/messages?beta=true"), api(ClientDialect::AnthropicMessages));
    assert_eq!(resolve("GET", "/v1/models?limit=20"), Ok(Endpoint::Models));
    assert_eq!(resolve("GET", "/v1/models/gpt-4o"), Ok(Endpoint::Model("gpt-4o".into())));
    assert_eq!(resolve("GET", "/v1/models/meta%2Fllama"), Ok(Endpoint::Model("meta/llama".into())));
    assert_eq!(resolve("GET", "/v1/models/50%off"), Ok(Endpoint::Model("50%off".into())));
    assert_eq!(resolve("GET", "/v1/models/%ff"), Ok(Endpoint::Model("%ff".into())));
}

#[test]
fn other_paths_and_methods_are_refused() {
    for path in [
        "/",
        "",
        "/v1",
        "/v1/",
        "/v1/files",
        "/v1/messages/",
        "/v1//messages",
        "/v1/messages/../files",
        "/V1/messages",
        "/v1/models/",
        "/v1/chat/completions/x",
        "/v1/%6dessages",
    ] {
        assert_eq!(resolve("POST", path).unwrap_err().status, 404, "{path}");
    }
    let refusal = resolve("GET", "/v1/messages").unwrap_err();
    assert_eq!((refusal.status, refusal.allow), (405, Some("POST")));
    let refusal = resolve("POST", "/v1/models/gpt-4o").unwrap_err();
    assert_eq!((refusal.status, refusal.allow), (405, Some("GET")));
    assert_eq!(resolve("post", "/v1/messages").unwrap_err().status, 405);
}

#[test]
fn the_callers_key_is_found_in_each_header() {
    let key = |headers: &'static [(&str, &str)]| {
        caller_key(move |name| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    };
    assert_eq!(key(&[("authorization", "Bearer tg-1")]), Some("tg-1"));
    assert_eq!(key(&[("authorization", "bearer  tg-1 ")]), Some("tg-1"));
    assert_eq!(key(&[("authorization", "Basic dXNlcg=="), ("x-api-key", "tg-2")]), Some("tg-2"));
    assert_eq!(key(&[("authorization", "Bearer "), ("api-key", "tg-3")]), Some("tg-3"));
    assert_eq!(key(&[("x-api-key", "")]), None);
    assert_eq!(key(&[]), None);
}

#[test]
fn a_caller_without_a_path_is_known_by_its_headers() {
    assert_eq!(caller_dialect(|name| name == "anthropic-version"), ClientDialect::AnthropicMessages);
    assert_eq!(caller_dialect(|name| name == "x-api-key"), ClientDialect::AnthropicMessages);
    assert_eq!(caller_dialect(|name| name == "authorization"), ClientDialect::OpenaiChat);
}

#[test]
fn models_are_listed_in_both_shapes() {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert_eq!(
        text(models_list(ClientDialect::OpenaiChat, ["smart"])),
        r#"{"object":"list","data":[{"id":"smart","object":"model","created":0,"owned_by":"tollgate"}]}"#
    );
    assert_eq!(
        text(models_list(ClientDialect::AnthropicMessages, ["a", "b"])),
        concat!(
            r#"{"data":[{"type":"model","id":"a","display_name":"a","created_at":"1970-01-01T00:00:00Z","lifecycle":"active"},"#,
            r#"{"type":"model","id":"b","display_name":"b","created_at":"1970-01-01T00:00:00Z","lifecycle":"active"}],"#,
            r#""has_more":false,"first_id":"a","last_id":"b"}"#
        )
    );
    assert_eq!(text(models_list(ClientDialect::OpenaiChat, [])), r#"{"object":"list","data":[]}"#);
    assert!(text(models_list(ClientDialect::AnthropicMessages, [])).ends_with(r#""first_id":null,"last_id":null}"#));
    assert!(text(model(ClientDialect::OpenaiChat, "smart")).starts_with(r#"{"id":"smart""#));
}
