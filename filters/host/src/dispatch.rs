//! From context ids to filters: the part of the ABI that keeps state, and needs no host to be tested.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use crate::{
    BodyAction, CallId, Configuration, GrpcStatus, HeadersAction, Host, LogLevel, RootFilter, StreamFilter, StreamId,
    TrailersAction,
};

/// Status, details and body of the answer to a request this module has no configuration for.
const UNCONFIGURED: (u16, &str, &[u8]) = (503, "tollgate_unconfigured", b"the gateway is not configured\n");

/// The contexts of one VM.
///
/// Envoy may call back into the module while one of its hostcalls runs, so nothing here stays borrowed across a call
/// to a filter. A callback for a stream whose own callback is running is answered with Continue; deleting such a
/// stream takes effect when its callback returns.
pub struct Dispatcher<R: RootFilter> {
    vm: OnceCell<Rc<R::Vm>>,
    roots: RefCell<IdMap<Option<Rc<R>>>>,
    streams: RefCell<IdMap<Rc<RefCell<R::Stream>>>>,
}

impl<R: RootFilter> Default for Dispatcher<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: RootFilter> Dispatcher<R> {
    /// A VM with no contexts yet.
    pub const fn new() -> Self {
        Self {
            vm: OnceCell::new(),
            roots: RefCell::new(HashMap::with_hasher(BuildHasherDefault::new())),
            streams: RefCell::new(HashMap::with_hasher(BuildHasherDefault::new())),
        }
    }

    /// `proxy_on_context_create`: a root context when `parent` is 0, otherwise a stream of that root.
    pub fn context_create(&self, id: u32, parent: u32) {
        if parent == 0 {
            self.roots.borrow_mut().entry(id).or_default();
            return;
        }
        let root = self.roots.borrow().get(&parent).cloned().flatten();
        if let Some(root) = root {
            let stream = Rc::new(RefCell::new(root.new_stream(StreamId(id))));
            self.streams.borrow_mut().insert(id, stream);
        }
    }

    /// `proxy_on_configure`. False makes Envoy refuse the configuration; the reason is logged.
    pub fn configure(&self, host: &mut dyn Host, id: u32, configuration: Configuration<'_>) -> bool {
        match R::configure(host, self.vm.get_or_init(Rc::default), configuration) {
            Ok(root) => {
                let old = self.roots.borrow_mut().insert(id, Some(Rc::new(root)));
                drop(old);
                true
            }
            Err(reason) => {
                host.log(LogLevel::Error, &format!("configuration refused: {reason}"));
                false
            }
        }
    }

    /// `proxy_on_tick`. Returns the streams to [`wake`](Self::wake).
    pub fn tick(&self, host: &mut dyn Host, id: u32) -> Vec<StreamId> {
        self.with_root(id, |root| root.on_tick(host))
    }

    /// `proxy_on_grpc_receive` and `proxy_on_grpc_close`. Returns the streams to [`wake`](Self::wake).
    pub fn grpc(&self, host: &mut dyn Host, id: u32, call: CallId, answer: Result<&[u8], GrpcStatus>) -> Vec<StreamId> {
        self.with_root(id, |root| root.on_grpc(host, call, answer))
    }

    /// Runs a stream that its root has woken, in its own context. True: its request goes on.
    pub fn wake(&self, host: &mut dyn Host, id: StreamId) -> bool {
        self.with(id.0, false, |stream| stream.on_wake(host))
    }

    /// `proxy_on_request_headers`. A stream without a configuration is refused, never let through.
    pub fn request_headers(&self, host: &mut dyn Host, id: u32, end_of_stream: bool) -> HeadersAction {
        if !self.streams.borrow().contains_key(&id) {
            let (status, details, body) = UNCONFIGURED;
            // The verdict holds the request should the host refuse even this.
            let _ = host.send_local_response(status, details, &[], body);
            return HeadersAction::Pause;
        }
        self.with(id, HeadersAction::Continue, |stream| stream.on_request_headers(host, end_of_stream))
    }

    /// `proxy_on_request_body`.
    pub fn request_body(&self, host: &mut dyn Host, id: u32, size: usize, end_of_stream: bool) -> BodyAction {
        self.with(id, BodyAction::Continue, |stream| stream.on_request_body(host, size, end_of_stream))
    }

    /// `proxy_on_request_trailers`.
    pub fn request_trailers(&self, host: &mut dyn Host, id: u32) -> TrailersAction {
        self.with(id, TrailersAction::Continue, |stream| stream.on_request_trailers(host))
    }

    /// `proxy_on_response_headers`.
    pub fn response_headers(&self, host: &mut dyn Host, id: u32, end_of_stream: bool) -> HeadersAction {
        self.with(id, HeadersAction::Continue, |stream| stream.on_response_headers(host, end_of_stream))
    }

    /// `proxy_on_response_body`.
    pub fn response_body(&self, host: &mut dyn Host, id: u32, size: usize, end_of_stream: bool) -> BodyAction {
        self.with(id, BodyAction::Continue, |stream| stream.on_response_body(host, size, end_of_stream))
    }

    /// `proxy_on_response_trailers`.
    pub fn response_trailers(&self, host: &mut dyn Host, id: u32) -> TrailersAction {
        self.with(id, TrailersAction::Continue, |stream| stream.on_response_trailers(host))
    }

    /// `proxy_on_log`.
    pub fn log(&self, host: &mut dyn Host, id: u32) {
        self.with(id, (), |stream| stream.on_log(host));
    }

    /// `proxy_on_done`. True: nothing is pending, the context may be deleted.
    pub fn done(&self, host: &mut dyn Host, id: u32) -> bool {
        self.with(id, (), |stream| stream.on_done(host));
        true
    }

    /// `proxy_on_delete`, for a stream or a root.
    pub fn delete(&self, id: u32) {
        // Bound to names so that what they hold is dropped after the maps are free again.
        let stream = self.streams.borrow_mut().remove(&id);
        let root = if stream.is_none() { self.roots.borrow_mut().remove(&id) } else { None };
        drop((stream, root));
    }

    /// How many contexts are alive: configurations and streams.
    pub fn contexts(&self) -> (usize, usize) {
        (self.roots.borrow().len(), self.streams.borrow().len())
    }

    fn with_root(&self, id: u32, call: impl FnOnce(&Rc<R>)) -> Vec<StreamId> {
        let Some(root) = self.roots.borrow().get(&id).cloned().flatten() else { return Vec::new() };
        call(&root);
        root.take_woken()
    }

    fn with<T>(&self, id: u32, otherwise: T, call: impl FnOnce(&mut R::Stream) -> T) -> T {
        let Some(stream) = self.streams.borrow().get(&id).map(Rc::clone) else { return otherwise };
        match stream.try_borrow_mut() {
            Ok(mut stream) => call(&mut stream),
            Err(_) => otherwise,
        }
    }
}

type IdMap<T> = HashMap<u32, T, BuildHasherDefault<IdHasher>>;

/// Context ids are handed out one after the other by a host we trust: one multiplication spreads them well enough.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }
    fn write_u32(&mut self, id: u32) {
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

#[cfg(test)]
mod tests;
