//! Signatures of AWS, verified: over everything that is signed.

mod client;

use client::{Answer, send};
use tollgate_providers::sigv4::{Request, Scope, authorization, hash, signature, signed_headers};
use tollgate_providers::{Kind, Options, Provider};

const TIME: &str = "20250102T030405Z";
const SCOPE: Scope<'_> = Scope { date: "20250102", region: "eu-west-1", service: "bedrock" };
const PATH: &str = "/model/eu.anthropic.claude-sonnet-4-5-v1%3A0/converse";
const BODY: &str = r#"{"messages": [{"role": "user", "content": [{"text": "x"}]}]}"#;
const SECRET: &str = "secret/with+signs";

async fn start() -> Provider {
    let options = Options { sigv4: Some(format!("AKID:{SECRET}:eu-west-1").parse().unwrap()), ..Options::default() };
    Provider::start(Kind::Bedrock, options).await.unwrap()
}

fn header(scope: &Scope<'_>, signed: &[(&str, &str)], path: &str, query: &str, body: &str) -> String {
    let request = Request { method: "POST", path, query, headers: signed, payload_hash: &hash(body.as_bytes()) };
    authorization("AKID", scope, &signed_headers(&request), &signature(&request, TIME, scope, SECRET))
}

/// Signs one request and sends another.
async fn ask(provider: &Provider, signed: String, headers: &[(&str, &str)], path: &str, body: &str) -> Answer {
    let headers: Vec<_> = headers.iter().copied().chain([("authorization", signed.as_str())]).collect();
    send(provider.addr(), "POST", path, &headers, body.as_bytes()).await.unwrap()
}

/// `host` is what the bare client sends.
const SIGNED: [(&str, &str); 2] = [("host", "test"), ("x-amz-date", TIME)];
const SENT: [(&str, &str); 1] = [("x-amz-date", TIME)];

#[tokio::test]
async fn what_is_signed_must_be_what_is_sent() {
    let provider = start().await;
    let right = || header(&SCOPE, &SIGNED, PATH, "", BODY);
    assert_eq!(ask(&provider, right(), &SENT, PATH, BODY).await.status, 200);

    let other_path = PATH.replace("eu.", "us.");
    let other_body = BODY.replace('x', "y");
    let with_query = format!("{PATH}?a=b");
    for (path, body) in [(other_path.as_str(), BODY), (PATH, other_body.as_str()), (with_query.as_str(), BODY)] {
        let answer = ask(&provider, right(), &SENT, path, body).await;
        assert_eq!(answer.status, 403, "{path} {body}");
        assert!(answer.header("x-amzn-errortype").unwrap().starts_with("InvalidSignatureException"));
        assert!(answer.text().contains("signature we calculated does not match"), "{}", answer.text());
    }
    let signed = header(&SCOPE, &SIGNED, PATH, "a=b", BODY);
    assert_eq!(ask(&provider, signed, &SENT, &with_query, BODY).await.status, 200);
}

#[tokio::test]
async fn the_path_is_encoded_once_more() {
    let provider = start().await;
    // Signed as it is on the wire it would be without the second encoding.
    let once = header(&SCOPE, &SIGNED, &PATH.replace("%3A", ":"), "", BODY);
    assert_eq!(ask(&provider, once, &SENT, PATH, BODY).await.status, 403);
}

#[tokio::test]
async fn scope_time_and_headers_are_looked_at() {
    let provider = start().await;
    for (scope, words) in [
        (Scope { region: "us-east-1", ..SCOPE }, "valid region"),
        (Scope { service: "s3", ..SCOPE }, "correct service: 'bedrock'"),
        (Scope { date: "20250101", ..SCOPE }, "Date in Credential scope does not match"),
    ] {
        let answer = ask(&provider, header(&scope, &SIGNED, PATH, "", BODY), &SENT, PATH, BODY).await;
        assert!(answer.status == 403 && answer.text().contains(words), "{words}: {}", answer.text());
    }
    let bare = header(&SCOPE, &SIGNED[1..], PATH, "", BODY);
    assert!(ask(&provider, bare, &SENT, PATH, BODY).await.text().contains("'host' must be a 'SignedHeader'"));
    let undated = header(&SCOPE, &SIGNED, PATH, "", BODY);
    assert!(ask(&provider, undated, &[], PATH, BODY).await.text().contains("'X-Amz-Date'"));

    let token = [SENT[0], ("x-amz-security-token", "t")];
    let unsigned = header(&SCOPE, &SIGNED, PATH, "", BODY);
    let answer = ask(&provider, unsigned, &token, PATH, BODY).await;
    assert!(answer.text().contains("'x-amz-security-token' must be a 'SignedHeader'"), "{}", answer.text());
    let all = [SIGNED[0], SIGNED[1], token[1]];
    assert_eq!(ask(&provider, header(&SCOPE, &all, PATH, "", BODY), &token, PATH, BODY).await.status, 200);
}

#[tokio::test]
async fn told_to_verify_it_takes_no_other_key() {
    let provider = start().await;
    let status = async |value: &str| {
        ask(&provider, value.into(), &SENT, PATH, BODY).await.header("x-amzn-errortype").map(str::to_owned)
    };
    let other = header(&SCOPE, &SIGNED, PATH, "", BODY).replace("AKID", "OTHER");
    assert!(status(&other).await.unwrap().starts_with("UnrecognizedClientException"));
    assert_eq!(status("Bearer any").await.as_deref(), Some("AccessDeniedException"));
    provider.set(Options { expect_key: Some("any".into()), ..provider.options() });
    assert_eq!(status("Bearer any").await, None);
}
