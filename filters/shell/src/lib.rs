//! The one shell over the stages: reads the host, calls the [`Exchange`], applies its verdict.
//!
//! Every downstream module is an [`Engine`](tollgate_stages::Engine) made from its own configuration and this [`ExchangeFilter`] over it. Nothing is decided here:
//! a stage's logic is in its crate, the order of the stages in `tollgate-stages`.

mod fleet;
mod headers;
mod metrics;
mod module;
mod shared;
mod waiting;

use std::rc::Rc;

use tollgate_host::{
    Body, BodyAction, HeaderMap, Headers, HeadersAction, Host, HostError, LogLevel, StreamFilter, StreamId,
    TrailersAction,
};
use tollgate_policy::names::{self, fact};
use tollgate_stages::{AnswerMode, Exchange, OnBody, OnHeaders, Reply};

pub use fleet::Fleet;
pub use module::{Module, QuotaService};

use headers::Read;
use module::Root;

/// One exchange on a host.
#[derive(Debug)]
pub struct ExchangeFilter {
    root: Rc<Root>,
    id: StreamId,
    exchange: Exchange,
    phase: Phase,
    /// It has waited for a lease, or still does.
    waited: bool,
    /// The request's headers, until they go on.
    request: Headers,
}

/// What the next body callback is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing: bytes pass.
    Pass,
    /// The request is collected.
    Request,
    /// Nothing: the request waits for a lease.
    Wait,
    /// The answer passes through the exchange as it comes.
    Stream,
    /// The answer is collected.
    Hold,
}

impl ExchangeFilter {
    fn new(root: &Rc<Root>, id: StreamId) -> Self {
        Self {
            exchange: Exchange::new(Rc::clone(&root.engine)),
            root: Rc::clone(root),
            id,
            phase: Phase::Pass,
            waited: false,
            request: Headers::default(),
        }
    }

    fn publish(&mut self, host: &mut dyn Host) {
        self.exchange.facts(|name, value| publish(host, name, value));
    }

    fn answer(&mut self, host: &mut dyn Host, reply: &Reply) {
        self.phase = Phase::Pass;
        self.publish(host);
        let headers: Vec<(&str, &str)> =
            reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Err(error) = host.send_local_response(reply.status, &reply.details, &headers, &reply.body) {
            host.log(LogLevel::Error, &format!("a local answer ({}) was not sent: {error}", reply.details));
        }
    }

    /// The whole request body is buffered: decide.
    fn request_complete(&mut self, host: &mut dyn Host, size: usize) -> Result<bool, HostError> {
        let body = host.body(Body::Request, 0, size)?;
        let now_ms = host.now_nanos() / 1_000_000;
        if let Some(member) = &self.root.member {
            member.fleet.introduce(host, &member.service, &self.root.metrics);
        }
        let verdict = self.with_till(host, |exchange, till| exchange.on_request_body(&body, till, now_ms));
        self.decided(host, verdict, now_ms)
    }

    /// Applies what was decided. Whether the request goes on.
    fn decided(&mut self, host: &mut dyn Host, verdict: OnBody, now_ms: u64) -> Result<bool, HostError> {
        self.phase = Phase::Pass;
        match verdict {
            OnBody::Answer(reply) => {
                self.answer(host, &reply);
                Ok(false)
            }
            OnBody::Wait => {
                self.wait(host, now_ms);
                Ok(false)
            }
            OnBody::Forward { body, route } => {
                let headers = std::mem::take(&mut self.request);
                let known = headers.iter().filter_map(|(name, value)| Some((std::str::from_utf8(name).ok()?, value)));
                for name in self.exchange.headers_to_remove(known) {
                    host.remove_header(HeaderMap::Request, name)?;
                }
                if let Some(body) = body {
                    host.replace_body(Body::Request, &body)?;
                    if headers.get("content-length").is_some() {
                        host.set_header(HeaderMap::Request, "content-length", &body.len().to_string())?;
                    }
                }
                if let Some(route) = route {
                    // Envoy chooses the route again after any edit of the request's headers.
                    host.set_header(HeaderMap::Request, names::ROUTE_HEADER, &route)?;
                    if let Some(told) = self.exchange.limits_told() {
                        host.set_header(HeaderMap::Request, names::LIMITS_HEADER, told)?;
                    }
                }
                self.publish(host);
                Ok(true)
            }
        }
    }

    /// The host failed where a request could slip by undecided: it must not.
    fn fail_closed(&mut self, host: &mut dyn Host, error: &HostError) {
        host.log(LogLevel::Error, &format!("the host failed in the middle of a request: {error}"));
        let reply = self.exchange.internal_error();
        self.answer(host, &reply);
    }

    fn finish(&mut self, host: &mut dyn Host) {
        let provider = if self.exchange.wants_provider() { provider(host) } else { None };
        self.leave();
        let summary = self.with_till(host, |exchange, till| exchange.finish(till, provider.as_deref()));
        if let Some((of, counts)) = self.exchange.take_use()
            && let Some(member) = &self.root.member
        {
            member.fleet.used(host, of, &counts);
        }
        self.publish(host);
        if let Some((name, value)) = summary {
            publish(host, name, &value);
        }
        for (name, by) in self.exchange.take_counters() {
            self.root.metrics.add(host, name, by);
        }
    }
}

/// A fact that cannot be told is not worth a request.
fn publish(host: &mut dyn Host, name: &str, value: &str) {
    if let Err(error) = host.set_property(name, value.as_bytes()) {
        host.log(LogLevel::Warn, &format!("filter state {name} was not set: {error}"));
    }
}

/// The provider that `translate` says has served the last attempt.
fn provider(host: &mut dyn Host) -> Option<String> {
    let value = host.property(&[fact::PROVIDER]).ok()??;
    String::from_utf8(value).ok()
}

impl StreamFilter for ExchangeFilter {
    fn on_request_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        let headers = match host.headers(HeaderMap::Request) {
            Ok(headers) => headers,
            Err(error) => {
                self.fail_closed(host, &error);
                return HeadersAction::Pause;
            }
        };
        match self.exchange.on_request_headers(&Read(&headers), end_of_stream) {
            OnHeaders::Pass => HeadersAction::Continue,
            OnHeaders::AwaitBody => {
                self.phase = Phase::Request;
                self.request = headers;
                HeadersAction::Pause
            }
            OnHeaders::Answer(reply) => {
                self.answer(host, &reply);
                HeadersAction::Pause
            }
        }
    }

    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        match self.phase {
            Phase::Request => {}
            Phase::Wait => return BodyAction::Pause,
            _ => return BodyAction::Continue,
        }
        if let Some(reply) = self.exchange.on_request_size(size) {
            self.answer(host, &reply);
            return BodyAction::Pause;
        }
        if !end_of_stream {
            return BodyAction::Pause;
        }
        match self.request_complete(host, size) {
            Ok(true) => BodyAction::Continue,
            Ok(false) => BodyAction::Pause,
            Err(error) => {
                self.fail_closed(host, &error);
                BodyAction::Pause
            }
        }
    }

    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        match self.phase {
            Phase::Request => {}
            Phase::Wait => return TrailersAction::Pause,
            _ => return TrailersAction::Continue,
        }
        // The body callback never saw the end; it paused, so the whole body is still buffered.
        match self.request_complete(host, usize::MAX) {
            Ok(true) => TrailersAction::Continue,
            Ok(false) => TrailersAction::Pause,
            Err(error) => {
                self.fail_closed(host, &error);
                TrailersAction::Pause
            }
        }
    }

    fn on_wake(&mut self, host: &mut dyn Host) -> bool {
        self.retry(host)
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        self.leave();
        self.phase = Phase::Pass;
        let Ok(headers) = host.headers(HeaderMap::Response) else { return HeadersAction::Continue };
        let mode = self.exchange.on_response_headers(&Read(&headers), end_of_stream);
        if let AnswerMode::Replace(reply) = &mode {
            self.answer(host, reply);
            return HeadersAction::Pause;
        }
        for (name, value) in self.exchange.answer_headers() {
            let _ = host.set_header(HeaderMap::Response, name, &value);
        }
        match mode {
            AnswerMode::Pass | AnswerMode::Replace(_) => HeadersAction::Continue,
            AnswerMode::Stream => {
                self.phase = Phase::Stream;
                if headers.get("content-length").is_some() {
                    let _ = host.remove_header(HeaderMap::Response, "content-length");
                }
                HeadersAction::Continue
            }
            AnswerMode::Hold => {
                self.phase = Phase::Hold;
                HeadersAction::Pause
            }
        }
    }

    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        match self.phase {
            Phase::Pass | Phase::Request | Phase::Wait => return BodyAction::Continue,
            Phase::Hold if !end_of_stream => return BodyAction::Pause,
            Phase::Hold | Phase::Stream => {}
        }
        self.answer_bytes(host, size, end_of_stream);
        BodyAction::Continue
    }

    fn on_response_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        match self.phase {
            Phase::Pass | Phase::Request | Phase::Wait => {}
            Phase::Hold => self.answer_bytes(host, usize::MAX, true),
            Phase::Stream => self.finish(host),
        }
        TrailersAction::Continue
    }

    fn on_log(&mut self, host: &mut dyn Host) {
        self.finish(host);
    }
}

impl ExchangeFilter {
    /// Runs what the buffer holds through the exchange.
    fn answer_bytes(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) {
        let bytes = host.body(Body::Response, 0, size).unwrap_or_default();
        let changed = self.exchange.on_response_body(&bytes, end_of_stream);
        // Most events of a stream come out as they went in, and to hand them back costs as much as to read them.
        if let Some(changed) = changed.filter(|changed| changed.status.is_some() || changed.body != bytes) {
            if self.phase == Phase::Hold {
                let _ = host.set_header(HeaderMap::Response, "content-length", &changed.body.len().to_string());
            }
            if let Some(status) = changed.status {
                let _ = host.set_header(HeaderMap::Response, ":status", &status.to_string());
            }
            for (name, value) in &changed.headers {
                let _ = host.set_header(HeaderMap::Response, name, value);
            }
            if let Err(error) = host.replace_body(Body::Response, &changed.body) {
                host.log(LogLevel::Error, &format!("an answer was not rewritten: {error}"));
            }
        }
        if end_of_stream {
            self.phase = Phase::Pass;
            self.finish(host);
        }
    }
}
