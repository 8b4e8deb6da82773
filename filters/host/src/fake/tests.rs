use super::*;
use std::cell::Cell;

use crate::{
    Body, BodyAction, CallId, Callback, GrpcCall, GrpcStatus, HeaderMap, HeadersAction, Host, HostError, StreamFilter,
    TrailersAction,
};

/// A filter made of closures would hide what it does: this one is steered by its configuration, a list of words.
struct Root {
    words: String,
    /// Which configuration of its VM this is.
    number: u32,
    waiting: RefCell<Vec<StreamId>>,
    woken: RefCell<Vec<StreamId>>,
}

struct Stream {
    root: Rc<Root>,
    id: StreamId,
    words: String,
    seen: Vec<String>,
}

impl RootFilter for Root {
    type Stream = Stream;
    type Vm = Cell<u32>;

    fn configure(_: &mut dyn Host, vm: &Rc<Cell<u32>>, configuration: Configuration<'_>) -> Result<Self, String> {
        let words = String::from_utf8_lossy(configuration.plugin).into_owned();
        if words == "bad" {
            return Err("no".into());
        }
        vm.set(vm.get() + 1);
        Ok(Self { words, number: vm.get(), waiting: RefCell::default(), woken: RefCell::default() })
    }

    fn new_stream(self: &Rc<Self>, id: StreamId) -> Stream {
        Stream { root: Rc::clone(self), id, words: self.words.clone(), seen: Vec::new() }
    }

    fn on_tick(self: &Rc<Self>, host: &mut dyn Host) {
        host.log(LogLevel::Info, &format!("tick {}", self.words));
    }

    fn on_grpc(self: &Rc<Self>, host: &mut dyn Host, call: CallId, answer: Result<&[u8], GrpcStatus>) {
        host.log(LogLevel::Info, &format!("configuration {}, call {}: {answer:?}", self.number, call.0));
        self.woken.replace(self.waiting.take());
    }

    fn take_woken(&self) -> Vec<StreamId> {
        self.woken.take()
    }
}

impl Stream {
    fn wait(&self, host: &mut dyn Host) {
        let call = GrpcCall { cluster: "c", service: "a.B", method: "Do", message: b"?", timeout_ms: 9 };
        match host.grpc_call(&call) {
            Ok(_) => self.root.waiting.borrow_mut().push(self.id),
            Err(error) => host.log(LogLevel::Warn, &error.to_string()),
        }
    }

    fn told(&self, word: &str) -> bool {
        self.words.split(' ').any(|told| told == word)
    }

    fn body(&mut self, host: &mut dyn Host, which: Body, size: usize, end: bool) -> BodyAction {
        let side = if which == Body::Request { "request" } else { "response" };
        let held = host.body(which, 0, usize::MAX).unwrap();
        assert_eq!(held.len(), size);
        self.seen.push(format!("{side} {} {end}", String::from_utf8_lossy(&held)));
        if self.told(&format!("deny-{side}-body")) {
            host.send_local_response(400, "bad body", &[("x-deny", "1")], b"no").unwrap();
            return BodyAction::Continue;
        }
        if self.told(&format!("upper-{side}")) {
            host.replace_body(which, &held.to_ascii_uppercase()).unwrap();
            return BodyAction::Continue;
        }
        if self.told(&format!("swallow-{side}")) && !end {
            return BodyAction::Swallow;
        }
        if end && which == Body::Request && self.told("call") {
            self.wait(host);
            return BodyAction::Pause;
        }
        if self.told(&format!("pause-{side}")) {
            if !end {
                return BodyAction::Pause;
            }
            let map = if which == Body::Request { HeaderMap::Request } else { HeaderMap::Response };
            host.append_body(which, b"!").unwrap();
            host.set_header(map, "x-late", &size.to_string()).unwrap();
        }
        BodyAction::Continue
    }
}

impl StreamFilter for Stream {
    fn on_request_headers(&mut self, host: &mut dyn Host, end: bool) -> HeadersAction {
        self.seen.push(format!("request-headers {end}"));
        if self.told("deny") {
            host.send_local_response(429, "quota exceeded", &[("retry-after", "1")], b"{}").unwrap();
            host.send_local_response(500, "second", &[], b"").unwrap();
        }
        host.set_property("tollgate.team", b"support").unwrap();
        if self.told("pause-request") && !end { HeadersAction::Pause } else { HeadersAction::Continue }
    }

    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end: bool) -> BodyAction {
        self.body(host, Body::Request, size, end)
    }

    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        let body = host.body(Body::Request, 0, usize::MAX).unwrap();
        self.seen.push(format!("request-trailers {}", String::from_utf8_lossy(&body)));
        if self.told("call") {
            self.wait(host);
            return TrailersAction::Pause;
        }
        TrailersAction::Continue
    }

    fn on_wake(&mut self, host: &mut dyn Host) -> bool {
        self.seen.push("woken".to_owned());
        if self.told("refuse") {
            host.send_local_response(503, "nobody knows", &[], b"no").unwrap();
            return false;
        }
        if self.told("again") && self.seen.iter().filter(|seen| *seen == "woken").count() == 1 {
            self.wait(host);
            return false;
        }
        host.set_header(HeaderMap::Request, "x-woken", "1").unwrap();
        host.append_body(Body::Request, b"!").unwrap();
        true
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, end: bool) -> HeadersAction {
        let details = host.property(&["response", "code_details"]).unwrap().unwrap();
        self.seen.push(format!("response-headers {end} {}", String::from_utf8_lossy(&details)));
        assert_eq!(host.set_header(HeaderMap::Request, "x", "y"), Err(HostError::BadArgument));
        host.set_header(HeaderMap::Response, "x-seen", "1").unwrap();
        if self.told("deny-response") {
            host.send_local_response(502, "late", &[], b"late").unwrap();
        }
        if self.told("pause-response") || self.told("deny-response-body-held") {
            return HeadersAction::Pause;
        }
        HeadersAction::Continue
    }

    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end: bool) -> BodyAction {
        if self.told("deny-response-body-held") {
            host.send_local_response(502, "late", &[], b"late").unwrap();
            return BodyAction::Continue;
        }
        self.body(host, Body::Response, size, end)
    }

    fn on_log(&mut self, host: &mut dyn Host) {
        let status = host.header(HeaderMap::Response, ":status").unwrap();
        let status = String::from_utf8(status.unwrap_or_default()).unwrap();
        assert_eq!(host.set_header(HeaderMap::Request, "x", "y"), Err(HostError::BadArgument));
        host.set_property("tollgate.log", format!("{} | {status}", self.seen.join(", ")).as_bytes()).unwrap();
    }
}

fn run(words: &str, request: Request, answer: Answer) -> Outcome {
    FakeEnvoy::<Root>::new(words).unwrap().exchange(request, answer)
}

#[test]
fn a_request_and_its_answer_pass_through_with_the_callbacks_of_http_1() {
    let outcome = run("", Request::post("/x").chunks(["ab", "c"]), Answer::new(200).json("{}"));
    assert_eq!(outcome.upstream.chunks, [b"ab".to_vec(), b"c".to_vec()]);
    assert_eq!(outcome.upstream.header(":path"), Some("/x"));
    assert_eq!((outcome.client.status(), outcome.client.text().as_str()), (200, "{}"));
    assert_eq!(outcome.client.header("x-seen"), Some("1"));
    assert!(outcome.upstream.complete && outcome.client.complete);
    assert_eq!(outcome.state("tollgate.team"), Some("support"));
    let log = "request-headers false, request ab false, request c false, request  true, \
               response-headers false via_upstream, response {} false, response  true | 200";
    assert_eq!(outcome.state("tollgate.log"), Some(log));
}

#[test]
fn data_can_end_the_stream_as_in_http_2() {
    let outcome = run("", Request::get("/"), Answer::new(200).body("a").end_with_data());
    let log = "request-headers true, response-headers false via_upstream, response a true | 200";
    assert_eq!(outcome.state("tollgate.log"), Some(log));
}

#[test]
fn a_pause_gathers_the_body_and_holds_the_headers() {
    let outcome = run("pause-request", Request::post("/").chunks(["ab", "c"]), Answer::new(204));
    assert_eq!(outcome.upstream.chunks, [b"abc!".to_vec()]);
    assert_eq!(outcome.upstream.header("x-late"), Some("3"));
    assert_eq!(outcome.route_refreshes, 1);
    let log = "request-headers false, request ab false, request abc false, request abc true, \
               response-headers true via_upstream | 204";
    assert_eq!(outcome.state("tollgate.log"), Some(log));
}

#[test]
fn with_trailers_the_body_never_ends_and_held_bytes_follow_the_trailers_callback() {
    let request = Request::post("/").chunks(["ab", "c"]).trailers(&[("x-t", "1")]);
    let outcome = run("pause-request", request, Answer::new(204));
    assert_eq!(outcome.upstream.chunks, [b"abc".to_vec()]);
    assert_eq!(outcome.upstream.trailers.as_ref().and_then(|trailers| trailers.get("x-t")), Some("1"));
    assert!(outcome.upstream.arrived() && outcome.upstream.complete);
    let log = outcome.state("tollgate.log").unwrap();
    assert!(log.contains("request abc false, request-trailers abc,"), "{log}");
}

#[test]
fn without_a_pause_a_chunk_is_replaced_on_its_own() {
    let outcome = run("upper-response", Request::get("/"), Answer::new(200).chunks(["ab", "c"]));
    assert_eq!(outcome.client.chunks, [b"AB".to_vec(), b"C".to_vec()]);
}

#[test]
fn swallowed_chunks_are_gone() {
    let outcome = run("swallow-request", Request::post("/").chunks(["ab", "c"]), Answer::new(204));
    assert!(outcome.upstream.chunks.is_empty() && outcome.upstream.complete);
    assert!(outcome.state("tollgate.log").unwrap().contains("request c false, request  true"));
}

#[test]
fn a_local_reply_runs_the_response_callbacks_and_stops_the_request() {
    let outcome = run("deny", Request::post("/").body("abc"), Answer::new(200));
    assert!(!outcome.upstream.arrived());
    assert_eq!((outcome.client.status(), outcome.client.text().as_str()), (429, "{}"));
    assert_eq!(outcome.client.header("retry-after"), Some("1"));
    assert_eq!(outcome.client.header("content-type"), Some("text/plain"));
    assert_eq!(outcome.client.header("content-length"), Some("2"));
    assert_eq!(outcome.client.header("x-seen"), Some("1"));
    assert_eq!(outcome.local_reply.as_ref().map(|reply| reply.details.as_str()), Some("quota_exceeded"));
    let log = "request-headers false, response-headers false quota_exceeded, response {} true | 429";
    assert_eq!(outcome.state("tollgate.log"), Some(log));
}

#[test]
fn a_local_reply_may_come_from_the_body_callback() {
    let outcome = run("pause-request deny-request-body", Request::post("/").body("abc"), Answer::new(200));
    assert!(!outcome.upstream.arrived());
    assert_eq!((outcome.client.status(), outcome.client.header("x-deny")), (400, Some("1")));
}

#[test]
fn in_the_response_phase_a_local_reply_replaces_an_answer_that_has_not_begun() {
    for words in ["deny-response", "deny-response-body-held"] {
        let outcome = run(words, Request::get("/"), Answer::new(200).body("abc"));
        assert_eq!((outcome.client.status(), outcome.client.text().as_str()), (502, "late"), "{words}");
        assert_eq!(outcome.client.header("x-seen"), None, "{words}: it does not pass the filter again");
        assert!(!outcome.reset);
    }
}

#[test]
fn in_the_response_phase_a_local_reply_resets_an_answer_that_has_begun() {
    let outcome = run("deny-response-body", Request::get("/"), Answer::new(200).body("abc"));
    assert!(outcome.reset && !outcome.client.complete);
    assert_eq!((outcome.client.status(), outcome.client.text().as_str()), (200, ""));
}

#[test]
fn over_the_buffer_limit_a_paused_request_gets_413_and_a_held_answer_500() {
    let envoy = FakeEnvoy::<Root>::new("pause-request pause-response").unwrap().buffer_limit(4);
    let outcome = envoy.exchange(Request::post("/").chunks(["abc", "de"]), Answer::new(200));
    assert_eq!(outcome.client.status(), 413);
    let outcome = envoy.exchange(Request::get("/"), Answer::new(200).chunks(["abc", "de"]));
    assert_eq!(outcome.client.status(), 500);
    let outcome = envoy.exchange(Request::post("/").body("abcd"), Answer::new(200).body("abcd"));
    assert_eq!((outcome.client.status(), outcome.client.text().as_str()), (200, "abcd!"));
}

#[test]
fn only_exported_callbacks_are_called() {
    let exports = Callbacks::of(&[Callback::request_headers, Callback::log]);
    let envoy = FakeEnvoy::<Root>::new("pause-request").unwrap().exporting(exports);
    let outcome = envoy.exchange(Request::post("/").body("abc"), Answer::new(200));
    assert_eq!(outcome.upstream.text(), "abc");
    assert_eq!(outcome.state("tollgate.log"), Some("request-headers false | 200"));
}

#[test]
fn a_disconnect_still_logs_and_frees_the_stream() {
    let envoy = FakeEnvoy::<Root>::new("").unwrap();
    let mut stream = envoy.stream();
    stream.request_headers(Request::post("/").0.headers, false);
    stream.request_chunk(b"abc", false);
    assert_eq!(stream.upstream().text(), "abc");
    let outcome = stream.finish();
    assert!(!outcome.upstream.complete && !outcome.client.arrived());
    assert_eq!(outcome.state("tollgate.log"), Some("request-headers false, request abc false | "));
    assert_eq!(envoy.contexts(), (1, 0));
}

#[test]
fn a_new_configuration_is_for_new_streams_and_a_bad_one_for_none() {
    let envoy = FakeEnvoy::<Root>::new("upper-request").unwrap();
    let mut old = envoy.stream();
    envoy.reconfigure("").unwrap();
    assert_eq!(envoy.reconfigure("bad").unwrap_err(), "configuration refused: no");
    old.send(Request::post("/").body("abc"));
    assert_eq!(old.finish().upstream.text(), "ABC");
    let new = envoy.exchange(Request::post("/").body("abc"), Answer::new(200));
    assert_eq!(new.upstream.text(), "abc");
    assert_eq!(envoy.contexts(), (1, 0));
    envoy.tick();
    assert_eq!(envoy.worker().logs.last(), Some(&(LogLevel::Info, "tick ".into())));
}

#[test]
fn a_request_that_waits_for_an_answer_goes_on_with_it() {
    for trailers in [false, true] {
        let envoy = FakeEnvoy::<Root>::new("pause-request call again").unwrap();
        let mut request = Request::post("/").body("abc");
        request.0.trailers = trailers.then(|| HeaderList::of(&[("x-end", "1")]));
        let mut stream = envoy.stream();
        stream.send(request);
        assert!(!stream.upstream().arrived() && !stream.resume());
        for turn in 1..=2 {
            let calls = envoy.take_calls();
            let [call] = calls.as_slice() else { panic!("{calls:?}") };
            assert_eq!((call.cluster.as_str(), call.service.as_str(), call.method.as_str()), ("c", "a.B", "Do"));
            assert_eq!((call.message.as_slice(), call.timeout_ms), (&b"?"[..], 9));
            assert!(!stream.upstream().arrived());
            envoy.answer_call(call, if turn == 1 { Err(GrpcStatus::UNAVAILABLE) } else { Ok(b"yes") });
            assert!(stream.resume() && !stream.resume());
        }
        let upstream = stream.upstream();
        assert_eq!(
            (upstream.header("x-woken"), upstream.text().as_str(), upstream.complete),
            (Some("1"), "abc!", true)
        );
        assert_eq!(upstream.trailers.is_some(), trailers);
        stream.answer(Answer::new(200));
        assert_eq!(stream.finish().client.status(), 200);
        let logs = &envoy.worker().logs;
        assert_eq!(logs[0].1, "configuration 1, call 1: Err(GrpcStatus(14))");
        assert_eq!(logs[1].1, "configuration 1, call 2: Ok([121, 101, 115])");
    }
}

#[test]
fn a_request_that_waits_may_be_answered_or_give_up() {
    let envoy = FakeEnvoy::<Root>::new("pause-request call refuse").unwrap();
    let mut streams = [(); 2].map(|()| envoy.stream());
    streams.iter_mut().for_each(|stream| stream.send(Request::post("/").body("abc")));
    let calls = envoy.take_calls();
    let [mut waits, gives_up] = streams;
    drop(gives_up);
    // One answer wakes both, of whom one is gone.
    envoy.answer_call(&calls[1], Ok(b""));
    assert!(waits.resume());
    let outcome = waits.finish();
    assert_eq!((outcome.client.status(), outcome.upstream.arrived()), (503, false));
}

#[test]
fn a_call_to_nowhere_fails_at_once_and_one_of_a_configuration_that_is_gone_is_not_told() {
    let envoy = FakeEnvoy::<Root>::new("pause-request call").unwrap();
    envoy.set_unreachable(true);
    envoy.exchange(Request::post("/").body("abc"), Answer::new(200));
    assert_eq!(envoy.worker().logs.last(), Some(&(LogLevel::Warn, HostError::InternalFailure.to_string())));
    envoy.set_unreachable(false);
    envoy.exchange(Request::post("/").body("abc"), Answer::new(200));
    let calls = envoy.take_calls();
    envoy.reconfigure("").unwrap();
    let lines = envoy.worker().logs.len();
    envoy.answer_call(&calls[0], Ok(b""));
    assert_eq!(envoy.worker().logs.len(), lines);
}

#[test]
fn workers_share_data_and_a_stale_write_is_refused() {
    let shared = SharedStore::default();
    let workers = [(); 2].map(|()| FakeEnvoy::<Root>::worker_of("", &shared).unwrap());
    let [mut one, mut two] = workers.each_ref().map(|envoy| FakeHost::on(Rc::clone(&envoy.worker)));
    assert_eq!(one.shared_data("k"), Ok(None));
    one.set_shared_data("k", b"1", Some(99)).unwrap();
    let (value, token) = two.shared_data("k").unwrap().unwrap();
    assert_eq!(value, b"1");
    one.set_shared_data("k", b"2", Some(token)).unwrap();
    assert_eq!(two.set_shared_data("k", b"3", Some(token)), Err(HostError::CasMismatch));
    assert_eq!(two.shared_data("k").unwrap().unwrap().0, b"2");
}

#[test]
fn metrics_follow_envoys_rules() {
    let envoy = FakeEnvoy::<Root>::new("").unwrap();
    let mut host = FakeHost::on(Rc::clone(&envoy.worker));
    let counter = host.define_metric(crate::MetricKind::Counter, "requests").unwrap();
    assert_eq!(host.increment_metric(counter, 0), Err(HostError::BadArgument));
    host.increment_metric(counter, 2).unwrap();
    host.record_metric(counter, 3).unwrap();
    let gauge = host.define_metric(crate::MetricKind::Gauge, "streams").unwrap();
    host.record_metric(gauge, 5).unwrap();
    host.increment_metric(gauge, -2).unwrap();
    assert_eq!(host.increment_metric(crate::MetricId(99), 1), Err(HostError::NotFound));
    assert_eq!((envoy.metric("requests"), envoy.metric("streams"), envoy.metric("none")), (5, 3, 0));
}

#[test]
fn attributes_and_filter_state_are_readable() {
    let mut host = FakeHost::new().with_property(&["xds", "route_name"], "chat");
    host.set_property("tollgate.team", b"a").unwrap();
    let mut read = |path: &[&str]| host.property(path).unwrap().map(|value| String::from_utf8(value).unwrap());
    assert_eq!(read(&["xds", "route_name"]).as_deref(), Some("chat"));
    assert_eq!(read(&["tollgate.team"]).as_deref(), Some("a"));
    assert_eq!(read(&["filter_state", "wasm.tollgate.team"]).as_deref(), Some("a"));
    assert_eq!(read(&["wasm.tollgate.team"]), None);
}

#[test]
fn header_edits_are_seen_and_counted() {
    let mut host = FakeHost::new().with_headers(HeaderMap::Request, &[("x-a", "1"), ("x-a", "2")]);
    assert_eq!(host.header(HeaderMap::Request, "x-a"), Ok(Some(b"1".to_vec())));
    host.set_header(HeaderMap::Request, "X-A", "3").unwrap();
    host.add_header(HeaderMap::Request, "x-b", "4").unwrap();
    let headers = host.headers(HeaderMap::Request).unwrap();
    assert_eq!(headers.iter().collect::<Vec<_>>(), [(&b"x-a"[..], &b"3"[..]), (b"x-b", b"4")]);
    host.remove_header(HeaderMap::Request, "x-a").unwrap();
    host.set_headers(HeaderMap::Request, &[(":path", "/")]).unwrap();
    assert_eq!(host.header_list(HeaderMap::Request), &HeaderList::of(&[(":path", "/")]));
    assert_eq!(host.set_header(HeaderMap::Request, "x", "a\r\nb: c"), Err(HostError::BadArgument));
    assert!(host.headers(HeaderMap::Response).unwrap().is_empty());
    assert_eq!(host.header(HeaderMap::Response, "x"), Err(HostError::BadArgument));
    assert_eq!(host.worker().calls.values().sum::<usize>(), 9);
}
