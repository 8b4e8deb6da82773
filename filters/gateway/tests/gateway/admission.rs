//! Who may ask for what.

use serde_json::json;
use tollgate_host::fake::{Answer, Outcome, Request};

use crate::fixtures::*;

#[test]
fn an_admitted_request_goes_to_its_teams_route_without_the_callers_key() {
    let body = ask("hello");
    let outcome = gateway(&config()).exchange(
        chat(SUPPORT_KEY, &body)
            .header("cookie", "session=1")
            .header("x-tollgate-route", "big")
            .header("accept-encoding", "gzip"),
        completion("hi"),
    );
    assert_eq!(outcome.client.status(), 200);
    assert_eq!(outcome.upstream.header("x-tollgate-route"), Some("chat~eu"));
    for name in ["authorization", "cookie", "accept-encoding"] {
        assert_eq!(outcome.upstream.header(name), None, "{name} went to the provider");
    }
    assert_eq!(text_of(&outcome.upstream), body.to_string(), "nothing to change, so nothing changed");
    assert_eq!(outcome.upstream.header("content-length"), Some(body.to_string().len().to_string().as_str()));
}

#[test]
fn the_facts_are_told_as_filter_state() {
    let outcome = gateway(&config()).exchange(chat(OTHER_KEY, &ask("hello")), completion("hi"));
    for (key, value) in [
        ("tollgate.team", "other"),
        ("tollgate.route", "chat"),
        ("tollgate.decision", "allow"),
        ("tollgate.policy_digest", "sha256:feed"),
        ("tollgate.usage_source", "provider"),
        ("gen_ai.request.model", "smart"),
        ("gen_ai.response.model", "gpt-4o-2024-08-06"),
        ("gen_ai.usage.input_tokens", "11"),
        ("gen_ai.usage.output_tokens", "7"),
    ] {
        assert_eq!(outcome.state(key), Some(value), "{key}");
    }
}

fn refused(outcome: &Outcome, status: u16, kind: &str, wanted: &str) {
    assert_eq!(outcome.client.status(), status, "{}", text_of(&outcome.client));
    assert_eq!(outcome.client.header("content-type"), Some("application/json"));
    let body = json_of(&outcome.client);
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.contains(wanted), "{message:?} does not say {wanted:?}");
    assert_eq!(outcome.state("tollgate.decision"), Some(kind));
    assert!(outcome.upstream.headers.0.is_empty() || outcome.local_reply.is_some(), "a refused request went on");
}

#[test]
fn refusals_come_in_the_callers_dialect() {
    let gateway = gateway(&config());
    let never = || completion("never");
    let path = "/v1/chat/completions";
    let ask_for = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "x"}]});
    let cases: Vec<(&str, Request, u16, &str, &str)> = vec![
        ("no key", Request::post(path).body("{}"), 401, "authentication", "key"),
        ("unknown key", chat("tg-nobody", &ask("x")), 401, "authentication", "key"),
        ("unknown model", chat(SUPPORT_KEY, &ask_for("nope")), 404, "model_not_found", "nope"),
        ("forbidden model", chat(SUPPORT_KEY, &ask_for("huge")), 403, "permission", "huge"),
        ("hostile model", chat(SUPPORT_KEY, &ask_for("gpt-4o/../x")), 400, "invalid_request", "model"),
        (
            "unknown path",
            Request::post("/v1/files").header("authorization", "Bearer tg-support").body("{}"),
            404,
            "not_found",
            "/v1/files",
        ),
        ("method", Request::get(path).header("authorization", "Bearer tg-support"), 405, "method_not_allowed", "POST"),
        (
            "not JSON",
            Request::post(path).header("authorization", "Bearer tg-support").body("{\"model\": "),
            400,
            "invalid_request",
            "JSON",
        ),
        ("no body", Request::post(path).header("authorization", "Bearer tg-support"), 400, "invalid_request", "JSON"),
        (
            "compressed",
            chat(SUPPORT_KEY, &ask("x")).header("content-encoding", "gzip"),
            415,
            "unsupported_media",
            "gzip",
        ),
        (
            "upgrade",
            Request::get(path).header("upgrade", "websocket").header("authorization", "Bearer tg-support"),
            400,
            "invalid_request",
            "",
        ),
    ];
    for (name, request, status, kind, wanted) in cases {
        println!("{name}");
        let outcome = gateway.exchange(request, never());
        refused(&outcome, status, kind, wanted);
        assert!(json_of(&outcome.client)["error"].get("code").is_some(), "{name}: not in OpenAI's shape");
    }
    let outcome = gateway.exchange(messages("tg-nobody", &ask("x")), never());
    refused(&outcome, 401, "authentication", "key");
    assert_eq!(json_of(&outcome.client)["type"], "error", "not in Anthropic's shape");
    assert_eq!(json_of(&outcome.client)["error"]["type"], "authentication_error");
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_there_and_while_it_comes() {
    let gateway = gateway(&config());
    let announced = Request::post("/v1/chat/completions")
        .header("authorization", "Bearer tg-support")
        .header("content-length", "70000")
        .body("{}");
    refused(&gateway.exchange(announced, completion("never")), 413, "too_large", "65536");
    let trickled = Request::post("/v1/chat/completions")
        .header("authorization", "Bearer tg-support")
        .body_by(vec![b' '; 70000], 1000);
    refused(&gateway.exchange(trickled, completion("never")), 413, "too_large", "65536");
}

#[test]
fn a_request_cut_anywhere_is_the_same_request() {
    let gateway = gateway(&config());
    let body = ask("mail jane@example.com").to_string();
    let request = || Request::post("/v1/chat/completions").header("authorization", "Bearer tg-support");
    let whole = text_of(&gateway.exchange(request().body(&body), completion("hi")).upstream);
    assert!(whole.contains("<EMAIL_1>"));
    for cut in 1..body.len() {
        let outcome = gateway.exchange(request().body_by(&body, cut), completion("hi"));
        assert_eq!(text_of(&outcome.upstream), whole, "cut every {cut} bytes");
    }
    let outcome = gateway.exchange(request().body(&body).trailers(&[("x-checksum", "1")]), completion("hi"));
    assert_eq!(text_of(&outcome.upstream), whole, "with trailers");
}

#[test]
fn the_models_of_a_team_are_listed_in_the_callers_shape() {
    let gateway = gateway(&config());
    let list = |key: &str| {
        gateway.exchange(Request::get("/v1/models").header("authorization", &format!("Bearer {key}")), Answer::new(500))
    };
    let ids = |outcome: &Outcome| -> Vec<String> {
        json_of(&outcome.client)["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&list(SUPPORT_KEY)), ["smart", "gpt-4o"]);
    assert_eq!(ids(&list(OTHER_KEY)), ["smart", "gpt-4o", "huge"]);
    let one = gateway
        .exchange(Request::get("/v1/models/huge").header("authorization", "Bearer tg-support"), Answer::new(500));
    assert_eq!(one.client.status(), 403);
    let anthropic =
        Request::get("/v1/models").header("x-api-key", SUPPORT_KEY).header("anthropic-version", "2023-06-01");
    assert_eq!(json_of(&gateway.exchange(anthropic, Answer::new(500)).client)["data"][0]["type"], "model");
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let broken = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut config = config();
        change(&mut config);
        tollgate_host::fake::FakeEnvoy::<tollgate_gateway::Gateway>::new(config.to_string()).err().expect("accepted")
    };
    assert!(broken(&|c| c["teams"][0]["routes"][0]["route"] = "nowhere".into()).contains("nowhere"));
    assert!(broken(&|c| c["teams"][0]["redaction"] = "nothing".into()).contains("nothing"));
    assert!(broken(&|c| c["teams"][0]["apiKeys"][0] = "abc".into()).contains("abc"));
    assert!(broken(&|c| c["teams"][1]["apiKeys"] = c["teams"][0]["apiKeys"].clone()).contains("two teams"));
    assert!(broken(&|c| c["redaction"][0]["spec"]["rules"][0]["detect"][0] = "e-mail".into()).contains("e-mail"));
    assert!(broken(&|c| c["unknown"] = 1.into()).contains("unknown"));
}
