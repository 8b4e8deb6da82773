//! What goes wrong on demand, for every API alike.

mod client;

use std::io::Read;

use client::{ask, credentials, post, question, send};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tollgate_providers::{Kind, Options, Outcome, Provider};

async fn start(kind: Kind, options: Options) -> Provider {
    Provider::start(kind, options).await.unwrap()
}

#[tokio::test]
async fn the_first_requests_fail_in_the_providers_words() {
    for (kind, words) in [
        (Kind::OpenAi, "\"code\":\"rate_limit_exceeded\""),
        (Kind::Anthropic, "\"type\":\"rate_limit_error\""),
        (Kind::Gemini, "\"status\":\"RESOURCE_EXHAUSTED\""),
        (Kind::Azure, "\"code\":\"429\""),
        (Kind::Vertex, "\"status\":\"RESOURCE_EXHAUSTED\""),
        (Kind::Bedrock, "please wait before trying again"),
        (Kind::Cohere, "\"message\":\"You are using a Trial key"),
    ] {
        let options = Options { status: Some(429), retry_after: Some(3), fault_count: Some(2), ..Options::default() };
        let provider = start(kind, options).await;
        for _ in 0..2 {
            let answer = ask(kind, provider.addr(), "x", true).await.unwrap();
            assert_eq!((answer.status, answer.header("retry-after")), (429, Some("3")), "{kind:?}");
            assert!(answer.text().contains(words), "{kind:?}: {}", answer.text());
        }
        assert_eq!(ask(kind, provider.addr(), "x", true).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn statuses_have_their_names() {
    for (kind, status, words) in [
        (Kind::OpenAi, 500, "\"type\":\"server_error\""),
        (Kind::OpenAi, 503, "overloaded"),
        (Kind::Anthropic, 529, "\"type\":\"overloaded_error\""),
        (Kind::Anthropic, 500, "\"type\":\"api_error\""),
        (Kind::Gemini, 503, "\"status\":\"UNAVAILABLE\""),
        (Kind::Azure, 404, "\"code\":\"DeploymentNotFound\""),
        (Kind::Azure, 500, "\"type\":\"server_error\""),
        (Kind::Vertex, 503, "\"status\":\"UNAVAILABLE\""),
        (Kind::Bedrock, 503, "unable to process"),
        (Kind::Cohere, 498, "blocked"),
    ] {
        let provider = start(kind, Options { status: Some(status), ..Options::default() }).await;
        let answer = ask(kind, provider.addr(), "x", false).await.unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.text().contains(words), "{kind:?} {status}: {}", answer.text());
    }
}

#[tokio::test]
async fn down_closes_and_control_brings_it_back() {
    let provider = start(Kind::OpenAi, Options { down: true, ..Options::default() }).await;
    let addr = provider.addr();
    assert!(ask(Kind::OpenAi, addr, "x", false).await.is_none());
    assert_eq!(provider.received()[0].outcome, Outcome::CutByProvider);

    let answer = send(addr, "PUT", "/_control", &[], b"{}").await.unwrap();
    assert_eq!((answer.status, answer.json()["down"].as_bool()), (200, Some(false)));
    assert_eq!(ask(Kind::OpenAi, addr, "x", false).await.unwrap().status, 200);
}

#[tokio::test]
async fn stopped_refuses_connections_and_frees_the_port() {
    let provider = start(Kind::OpenAi, Options::default()).await;
    let addr = provider.addr();
    let mut idle = tokio::net::TcpStream::connect(addr).await.unwrap();
    idle.write_all(b"GET /_control HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    provider.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
    let _ = idle.read_to_end(&mut Vec::new()).await; // returns: the open connection is closed as well
    let again = Provider::start_at(Kind::OpenAi, addr, Options::default()).await.unwrap();
    assert_eq!(ask(Kind::OpenAi, again.addr(), "x", false).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_stream_is_reset_after_some_events() {
    for kind in Kind::ALL {
        let provider = start(kind, Options { reset_after: Some(2), ..Options::default() }).await;
        let answer = ask(kind, provider.addr(), "one two three", true).await.unwrap();
        assert_eq!(
            (answer.status, answer.complete, answer.reset, answer.chunks.len()),
            (200, false, true, 2),
            "{kind:?}"
        );
        assert_eq!(provider.received()[0].outcome, Outcome::CutByProvider);

        let answer = ask(kind, provider.addr(), "one two three", false).await.unwrap();
        assert_eq!((answer.complete, answer.reset), (false, true), "{kind:?}");
        assert!(!answer.body.is_empty());
    }
}

#[tokio::test]
async fn a_stream_is_truncated_and_http_is_none_the_wiser() {
    for kind in Kind::ALL {
        let provider = start(kind, Options { truncate_after: Some(2), ..Options::default() }).await;
        let answer = ask(kind, provider.addr(), "one two three", true).await.unwrap();
        assert_eq!((answer.complete, answer.chunks.len()), (true, 2), "{kind:?}");
        let answer = ask(kind, provider.addr(), "one two three", false).await.unwrap();
        assert!(answer.complete && serde_json::from_slice::<serde_json::Value>(&answer.body).is_err(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_stream_breaks_with_the_providers_error_event() {
    for (kind, words) in [
        (Kind::OpenAi, "data: {\"error\":{\"message\":\"The server had an error"),
        (Kind::Anthropic, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\""),
        (Kind::Gemini, "data: {\"error\":{\"code\":503"),
        (Kind::Azure, "data: {\"error\":{\"message\":\"The server had an error"),
        (Kind::Vertex, "data: {\"error\":{\"code\":503"),
        (Kind::Bedrock, "modelStreamErrorException"),
        (
            Kind::Cohere,
            "event: message-end\ndata: {\"id\":\"00000000-0000-4000-8000-000000000001\",\"type\":\"message-end\",\"delta\":{\"error\"",
        ),
    ] {
        let provider = start(kind, Options { error_after: Some(1), ..Options::default() }).await;
        let answer = ask(kind, provider.addr(), "one two three", true).await.unwrap();
        assert!(answer.complete && answer.chunks.len() == 2, "{kind:?}");
        assert!(String::from_utf8_lossy(&answer.body).contains(words), "{kind:?}");
    }
}

#[tokio::test]
async fn pages_of_html() {
    let provider = start(Kind::Anthropic, Options { html: true, ..Options::default() }).await;
    let answer = ask(Kind::Anthropic, provider.addr(), "x", false).await.unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));
    assert!(answer.text().contains("<h1>502 Bad Gateway</h1>"));
}

#[tokio::test]
async fn form_changes_and_content_does_not() {
    for kind in Kind::ALL {
        for stream in [true, false] {
            let plain = {
                let provider = start(kind, Options::default()).await;
                ask(kind, provider.addr(), "Grüße 😀", stream).await.unwrap()
            };
            for chunk_bytes in [1, 2, 3, 7, 64] {
                let provider = start(kind, Options { chunk_bytes, ..Options::default() }).await;
                let cut = ask(kind, provider.addr(), "Grüße 😀", stream).await.unwrap();
                assert_eq!(cut.body, plain.body, "{kind:?} cut at {chunk_bytes}");
                assert!(cut.chunks.iter().all(|chunk| chunk.len() <= chunk_bytes));
            }
            let provider = start(kind, Options { gzip: true, ..Options::default() }).await;
            let packed = ask(kind, provider.addr(), "Grüße 😀", stream).await.unwrap();
            assert_eq!(packed.header("content-encoding"), Some("gzip"));
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain.body);
        }
    }
}

#[tokio::test]
async fn pieces_of_text_can_be_small() {
    let provider = start(Kind::OpenAi, Options { delta_chars: 2, ..Options::default() }).await;
    let answer = ask(Kind::OpenAi, provider.addr(), "ä😀b", true).await.unwrap();
    let pieces: Vec<String> = answer
        .events()
        .iter()
        .filter_map(|event| Some(event["choices"][0]["delta"]["content"].as_str()?.to_owned()))
        .collect();
    assert_eq!(pieces, ["", "Yo", "u ", "sa", "id", ": ", "ä😀", "b"]);
}

#[tokio::test]
async fn usage_is_counted_ordered_or_left_out() {
    for kind in Kind::ALL {
        let provider = start(kind, Options::default()).await;
        let member = if kind == Kind::Gemini { "usageMetadata" } else { "usage" };
        let counted = ask(kind, provider.addr(), "12345", false).await.unwrap().text();
        let has = |text: &str, input: u64, output: u64| {
            [format!(":{input},"), format!(":{output}")].iter().all(|part| text.contains(part.as_str()))
        };
        assert!(has(&counted, 2, 4), "{kind:?}: {counted}");

        let usage = Some(tollgate_providers::Usage { input: 12345, output: 678, ..Default::default() });
        provider.set(Options { usage, ..Options::default() });
        for stream in [true, false] {
            let answer = ask(kind, provider.addr(), "12345", stream).await.unwrap();
            assert!(has(&String::from_utf8_lossy(&answer.body), 12345, 678), "{kind:?}");
        }
        provider.set(Options { omit_usage: true, ..Options::default() });
        for stream in [true, false] {
            let answer = ask(kind, provider.addr(), "12345", stream).await.unwrap();
            assert!(!String::from_utf8_lossy(&answer.body).contains(member), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn what_was_received_is_told() {
    let provider = start(Kind::Gemini, Options::default()).await;
    let (path, body) = question(Kind::Gemini, "hi", false);
    let headers = [("x-b", "1"), ("x-goog-api-key", "k"), ("X-A", "2"), ("x-b", "3")];
    send(provider.addr(), "POST", &path, &headers, body.to_string().as_bytes()).await.unwrap();

    let list = send(provider.addr(), "GET", "/_received", &[], b"").await.unwrap().json();
    let one = &list[0];
    assert_eq!((&one["method"], &one["path"], &one["status"]), (&json!("POST"), &json!(path), &json!(200)));
    assert_eq!((&one["body"], &one["outcome"]), (&json!(body.to_string()), &json!("answered")));
    let names: Vec<_> = one["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
    assert_eq!(names, ["host", "connection", "content-length", "x-b", "x-b", "x-goog-api-key", "x-a"]);
    assert_eq!(list.as_array().unwrap().len(), 1, "control requests are not recorded");

    send(provider.addr(), "DELETE", "/_received", &[], b"").await.unwrap();
    assert!(provider.received().is_empty());
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed() {
    let provider = start(Kind::OpenAi, Options { event_delay_ms: 20, ..Options::default() }).await;
    let (path, body) = question(Kind::OpenAi, &"word ".repeat(200), true);
    let mut stream = tokio::net::TcpStream::connect(provider.addr()).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: {}\r\n\r\n{body}",
        body.to_string().len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 400]).await.unwrap();
    drop(stream);
    while provider.received()[0].outcome == Outcome::Pending {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(provider.received()[0].outcome, Outcome::CutByClient);
}

#[tokio::test]
async fn control_refuses_what_it_does_not_know() {
    let provider = start(Kind::OpenAi, Options { crlf: true, ..Options::default() }).await;
    for (method, path, body, status, words) in [
        ("PUT", "/_control", "{\"stauts\": 500}", 400, "stauts"),
        ("PUT", "/_control", "{\"status\": 200}", 400, "status"),
        ("PUT", "/_control", "", 400, "EOF"),
        ("POST", "/_control", "{}", 405, "PUT"),
        ("POST", "/_received", "", 405, "DELETE"),
        ("GET", "/_other", "", 404, "/_control"),
    ] {
        let answer = send(provider.addr(), method, path, &[], body.as_bytes()).await.unwrap();
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert!(provider.options().crlf, "a refused change changes nothing");
}

#[tokio::test]
async fn only_the_expected_key_and_model_will_do() {
    for (kind, status) in [(Kind::OpenAi, 401), (Kind::Anthropic, 401), (Kind::Gemini, 400), (Kind::Bedrock, 403)] {
        let provider = start(kind, Options { expect_key: Some("other".into()), ..Options::default() }).await;
        assert_eq!(ask(kind, provider.addr(), "x", false).await.unwrap().status, status, "{kind:?}");
        provider.set(Options { expect_key: Some("sk-test".into()), ..Options::default() });
        assert_eq!(ask(kind, provider.addr(), "x", false).await.unwrap().status, 200, "{kind:?}");
        provider.set(Options { models: vec!["another".into()], ..Options::default() });
        let status = if kind == Kind::Bedrock { 400 } else { 404 };
        assert_eq!(ask(kind, provider.addr(), "x", false).await.unwrap().status, status, "{kind:?}");
    }
}

#[tokio::test]
async fn requests_do_not_steer() {
    let provider = start(Kind::OpenAi, Options::default()).await;
    let (path, body) = question(Kind::OpenAi, "x", false);
    let headers = [credentials(Kind::OpenAi), &[("x-simulate-status", "500")]].concat();
    let answer = send(provider.addr(), "POST", &path, &headers, body.to_string().as_bytes()).await.unwrap();
    assert_eq!(answer.status, 200);
    let answer = post(Kind::OpenAi, provider.addr(), &format!("{path}?status=500"), &body).await.unwrap();
    assert_eq!(answer.status, 200);
}
