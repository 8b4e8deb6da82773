//! One stream through the filter, driven callback by callback as Envoy's filter manager does.

use std::collections::BTreeMap;

use super::FakeEnvoy;
use super::host::{FakeHost, LocalReply, Reach};
use super::message::{Answer, HeaderList, Input, Message, Request};
use crate::{Body, BodyAction, Callback, HeaderMap, HeadersAction, RootFilter, StreamId, TrailersAction};

/// What became of a stream.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What the provider received; nothing if the filter answered itself.
    pub upstream: Message,
    /// What the client received. A stream that hangs leaves it incomplete.
    pub client: Message,
    /// The filter's own answer, if it gave one; `client` has what the client saw of it.
    pub local_reply: Option<LocalReply>,
    /// Whether Envoy reset the stream, because an answer had begun when the filter wanted another.
    pub reset: bool,
    /// What was published with `set_property`, without the `wasm.` of the filter state's name.
    pub filter_state: BTreeMap<String, Vec<u8>>,
    /// How often Envoy was told to choose the route anew; every edit of request headers does so too.
    pub route_refreshes: usize,
}

impl Outcome {
    /// Published filter state, if it is text.
    pub fn state(&self, name: &str) -> Option<&str> {
        self.filter_state.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }
}

/// Where one direction of a stream stands.
#[derive(Debug, Default)]
struct Direction {
    out: Message,
    headers_held: bool,
    buffering: bool,
    /// The last byte has come in.
    ended: bool,
    trailers_held: bool,
}

/// A stream that is under way. Dropping it without [`FakeStream::finish`] ends it as a disconnect would.
pub struct FakeStream<'a, R: RootFilter> {
    envoy: &'a FakeEnvoy<R>,
    id: u32,
    host: FakeHost,
    request: Direction,
    response: Direction,
    local_reply: Option<LocalReply>,
    reset: bool,
    ended: bool,
}

impl<'a, R: RootFilter> FakeStream<'a, R> {
    pub(super) fn new(envoy: &'a FakeEnvoy<R>, id: u32, host: FakeHost) -> Self {
        let (request, response) = (Direction::default(), Direction::default());
        Self { envoy, id, host, request, response, local_reply: None, reset: false, ended: false }
    }

    /// Sends a whole request.
    pub fn send(&mut self, request: Request) {
        self.transmit(Body::Request, request.0);
    }

    /// Sends a whole answer. Nothing happens if the client has been answered already.
    pub fn answer(&mut self, answer: Answer) {
        self.property(&["response", "code_details"], "via_upstream");
        self.transmit(Body::Response, answer.0);
    }

    /// Request headers arrive.
    pub fn request_headers(&mut self, headers: HeaderList, end_of_stream: bool) {
        self.headers(Body::Request, headers, end_of_stream);
    }

    /// A chunk of the request body arrives.
    pub fn request_chunk(&mut self, chunk: &[u8], end_of_stream: bool) {
        self.chunk(Body::Request, chunk, end_of_stream);
    }

    /// Response headers arrive.
    pub fn response_headers(&mut self, headers: HeaderList, end_of_stream: bool) {
        self.headers(Body::Response, headers, end_of_stream);
    }

    /// A chunk of the response body arrives.
    pub fn response_chunk(&mut self, chunk: &[u8], end_of_stream: bool) {
        self.chunk(Body::Response, chunk, end_of_stream);
    }

    /// Makes an attribute of the stream readable from now on.
    pub fn property(&mut self, path: &[&str], value: impl AsRef<[u8]>) {
        self.host.properties.insert(path.iter().map(|part| (*part).to_owned()).collect(), value.as_ref().to_vec());
    }

    /// Runs the stream if its root has woken it: its request goes on, is answered, or goes on waiting. Whether it was woken. Envoy does this by
    /// itself, directly after the root's callback.
    pub fn resume(&mut self) -> bool {
        let id = StreamId(self.id);
        if !self.envoy.woken.borrow_mut().remove(&id) || self.over() {
            return false;
        }
        let goes_on = self.envoy.vm.wake(&mut self.host, id);
        if goes_on && self.host.pending_reply.is_none() {
            self.release_headers(Body::Request);
            self.release_body(Body::Request);
            if self.request.trailers_held {
                self.release_trailers(Body::Request);
            }
            self.request.out.complete = self.request.ended;
        }
        self.reply_if_asked(Body::Request);
        true
    }

    /// What the provider has received by now.
    pub fn upstream(&self) -> &Message {
        &self.request.out
    }

    /// What the client has received by now.
    pub fn client(&self) -> &Message {
        &self.response.out
    }

    /// Ends the stream, completed or not, and says what became of it.
    pub fn finish(mut self) -> Outcome {
        self.end();
        Outcome {
            upstream: std::mem::take(&mut self.request.out),
            client: std::mem::take(&mut self.response.out),
            local_reply: self.local_reply.take(),
            reset: self.reset,
            filter_state: std::mem::take(&mut self.host.filter_state),
            route_refreshes: self.host.route_refreshes,
        }
    }

    fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.host.maps.iter_mut().for_each(|map| map.reach = Reach::No);
        self.host.bodies.iter_mut().for_each(|body| body.reach = Reach::No);
        let vm = &self.envoy.vm;
        if self.envoy.exports.contains(Callback::log) {
            self.host.logging = true;
            vm.log(&mut self.host, self.id);
            self.host.logging = false;
        }
        if self.envoy.exports.contains(Callback::done) {
            vm.done(&mut self.host, self.id);
        }
        vm.delete(self.id);
        self.envoy.woken.borrow_mut().remove(&StreamId(self.id));
    }

    fn transmit(&mut self, which: Body, input: Input) {
        for (path, value) in input.properties {
            self.host.properties.insert(path, value);
        }
        let ends_with_data = input.end_with_data && input.trailers.is_none();
        self.headers(which, input.headers, input.chunks.is_empty() && input.trailers.is_none());
        let last = input.chunks.len().saturating_sub(1);
        for (at, chunk) in input.chunks.iter().enumerate() {
            self.chunk(which, chunk, at == last && ends_with_data);
        }
        match input.trailers {
            Some(trailers) => self.trailers(which, trailers),
            None if !input.chunks.is_empty() && !ends_with_data => self.chunk(which, b"", true),
            None => {}
        }
    }

    /// After an answer of the filter's own nothing more of either direction reaches it.
    fn over(&self) -> bool {
        self.reset || self.ended || self.local_reply.is_some()
    }

    fn direction(&mut self, which: Body) -> &mut Direction {
        match which {
            Body::Request => &mut self.request,
            Body::Response => &mut self.response,
        }
    }

    fn headers(&mut self, which: Body, headers: HeaderList, end: bool) {
        if self.over() {
            return;
        }
        if which == Body::Response {
            self.property(&["response", "code"], status_attribute(&headers));
        }
        self.run_headers(which, headers, end);
        self.reply_if_asked(which);
    }

    fn run_headers(&mut self, which: Body, headers: HeaderList, end: bool) {
        let (map, callback) = match which {
            Body::Request => (HeaderMap::Request, Callback::request_headers),
            Body::Response => (HeaderMap::Response, Callback::response_headers),
        };
        let request = self.host.map_slot(HeaderMap::Request);
        if which == Body::Response && request.reach == Reach::Write {
            request.reach = Reach::Read;
        }
        self.direction(which).ended = end;
        let slot = self.host.map_slot(map);
        slot.value = headers;
        slot.reach = Reach::Write;
        let vm = &self.envoy.vm;
        let action = match which {
            _ if !self.envoy.exports.contains(callback) => HeadersAction::Continue,
            Body::Request => vm.request_headers(&mut self.host, self.id, end),
            Body::Response => vm.response_headers(&mut self.host, self.id, end),
        };
        self.direction(which).headers_held = true;
        if action == HeadersAction::Continue && self.host.pending_reply.is_none() {
            // A map whose callback continued is out of reach; one that was held can still be read later on.
            self.host.map_slot(map).reach = Reach::No;
            self.release_headers(which);
            self.direction(which).out.complete = end;
        }
    }

    fn chunk(&mut self, which: Body, chunk: &[u8], end: bool) {
        if self.over() {
            return;
        }
        self.run_chunk(which, chunk, end);
        self.reply_if_asked(which);
    }

    fn run_chunk(&mut self, which: Body, chunk: &[u8], end: bool) {
        let callback = if which == Body::Request { Callback::request_body } else { Callback::response_body };
        self.direction(which).ended = end;
        let buffering = self.direction(which).buffering;
        let slot = self.host.body_slot(which);
        if !buffering {
            slot.value.clear();
        }
        slot.value.extend_from_slice(chunk);
        slot.reach = Reach::Write;
        let size = slot.value.len();
        let vm = &self.envoy.vm;
        let action = match which {
            _ if !self.envoy.exports.contains(callback) => BodyAction::Continue,
            Body::Request => vm.request_body(&mut self.host, self.id, size, end),
            Body::Response => vm.response_body(&mut self.host, self.id, size, end),
        };
        if self.host.pending_reply.is_some() {
            return;
        }
        match action {
            BodyAction::Continue => {
                self.release_headers(which);
                self.release_body(which);
                self.direction(which).out.complete = end;
            }
            BodyAction::Pause => {
                self.direction(which).buffering = true;
                if self.host.body_slot(which).value.len() > self.envoy.buffer_limit {
                    self.overflow(which);
                }
            }
            BodyAction::Swallow => {
                self.direction(which).buffering = false;
                let slot = self.host.body_slot(which);
                slot.value.clear();
                slot.reach = Reach::No;
            }
        }
    }

    fn trailers(&mut self, which: Body, trailers: HeaderList) {
        if self.over() {
            return;
        }
        let (map, callback) = match which {
            Body::Request => (HeaderMap::RequestTrailers, Callback::request_trailers),
            Body::Response => (HeaderMap::ResponseTrailers, Callback::response_trailers),
        };
        self.direction(which).ended = true;
        let slot = self.host.map_slot(map);
        slot.value = trailers;
        slot.reach = Reach::Write;
        let vm = &self.envoy.vm;
        let action = match which {
            _ if !self.envoy.exports.contains(callback) => TrailersAction::Continue,
            Body::Request => vm.request_trailers(&mut self.host, self.id),
            Body::Response => vm.response_trailers(&mut self.host, self.id),
        };
        if action == TrailersAction::Continue && self.host.pending_reply.is_none() {
            self.release_headers(which);
            if self.direction(which).buffering {
                self.release_body(which);
            }
            self.release_trailers(which);
            self.direction(which).out.complete = true;
        } else {
            self.direction(which).trailers_held = true;
        }
        self.reply_if_asked(which);
    }

    fn release_trailers(&mut self, which: Body) {
        let map = if which == Body::Request { HeaderMap::RequestTrailers } else { HeaderMap::ResponseTrailers };
        let slot = self.host.map_slot(map);
        slot.reach = Reach::No;
        let trailers = std::mem::take(&mut slot.value);
        let direction = self.direction(which);
        direction.trailers_held = false;
        direction.out.trailers = Some(trailers);
    }

    fn release_headers(&mut self, which: Body) {
        let map = if which == Body::Request { HeaderMap::Request } else { HeaderMap::Response };
        let slot = self.host.map_slot(map);
        if slot.reach == Reach::Write {
            slot.reach = Reach::Read;
        }
        let headers = slot.value.clone();
        let direction = self.direction(which);
        if std::mem::replace(&mut direction.headers_held, false) {
            direction.out.headers = headers;
        }
    }

    fn release_body(&mut self, which: Body) {
        let slot = self.host.body_slot(which);
        slot.reach = Reach::No;
        let bytes = std::mem::take(&mut slot.value);
        let direction = self.direction(which);
        direction.buffering = false;
        if !bytes.is_empty() {
            direction.out.chunks.push(bytes);
        }
    }

    /// What Envoy does when a filter buffers more than `per_connection_buffer_limit_bytes`.
    fn overflow(&mut self, which: Body) {
        let (status, details) = match which {
            Body::Request => (413, "request_payload_too_large"),
            Body::Response => (500, "response_payload_too_large"),
        };
        let body = if which == Body::Request { "Payload Too Large" } else { "Internal Server Error" };
        let (headers, body) = (Vec::new(), body.as_bytes().to_vec());
        self.host.pending_reply = Some(LocalReply { status, details: details.to_owned(), headers, body });
    }

    /// A local reply is sent once the callback has returned: from the request phase through the response callbacks,
    /// from the response phase past them, and not at all when an answer has begun.
    fn reply_if_asked(&mut self, phase: Body) {
        let Some(reply) = self.host.pending_reply.take() else { return };
        if std::mem::replace(&mut self.host.replied, true) {
            return;
        }
        if self.response.out.arrived() {
            self.reset = true;
            return;
        }
        let mut headers = HeaderList::of(&[(":status", &reply.status.to_string())]);
        reply.headers.iter().for_each(|(name, value)| headers.add(name, value.as_bytes()));
        if !reply.body.is_empty() {
            headers.set("content-length", reply.body.len().to_string().as_bytes());
            if headers.get("content-type").is_none() {
                headers.set("content-type", b"text/plain");
            }
        }
        self.property(&["response", "code_details"], &reply.details);
        self.property(&["response", "code"], status_attribute(&headers));
        if phase == Body::Request {
            self.run_headers(Body::Response, headers, reply.body.is_empty());
            if !reply.body.is_empty() {
                self.run_chunk(Body::Response, &reply.body, true);
            }
            self.host.pending_reply = None;
        } else {
            let chunks = if reply.body.is_empty() { Vec::new() } else { vec![reply.body.clone()] };
            self.response.out = Message { headers, chunks, trailers: None, complete: true };
        }
        self.local_reply = Some(reply);
    }
}

impl<R: RootFilter> Drop for FakeStream<'_, R> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Integers are attributes of 8 little-endian bytes.
fn status_attribute(headers: &HeaderList) -> [u8; 8] {
    headers.get(":status").and_then(|status| status.parse::<u64>().ok()).unwrap_or(0).to_le_bytes()
}
