//! The fake's side of [`Host`]: the state of one stream, and what may be touched in which phase.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::callout::OutCall;
use super::message::HeaderList;
use super::worker::{SharedStore, Worker};
use crate::{Body, CallId, GrpcCall, HeaderMap, Headers, Host, HostError, LogLevel, MetricId, MetricKind, pairs};

/// An answer of the filter's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalReply {
    /// The status code.
    pub status: u16,
    /// What `%RESPONSE_CODE_DETAILS%` shows: blanks become underscores.
    pub details: String,
    /// The headers given with it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A header map or a body, and what this phase may do with it.
#[derive(Debug, Default)]
pub(crate) struct Slot<T> {
    pub(crate) value: T,
    pub(crate) reach: Reach,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    #[default]
    No,
    Read,
    Write,
}

/// A stream's state as hostcalls see it; with [`FakeHost::new`] also a host for code that takes a [`Host`] alone.
#[derive(Debug)]
pub struct FakeHost {
    pub(crate) worker: Rc<RefCell<Worker>>,
    /// The configuration whose calls these are.
    pub(crate) root: u32,
    pub(crate) maps: [Slot<HeaderList>; 4],
    pub(crate) bodies: [Slot<Vec<u8>>; 2],
    /// While the access log runs, every map may be read and none written.
    pub(crate) logging: bool,
    pub(crate) properties: BTreeMap<Vec<String>, Vec<u8>>,
    pub(crate) filter_state: BTreeMap<String, Vec<u8>>,
    pub(crate) pending_reply: Option<LocalReply>,
    /// Only the first local reply of a stream counts.
    pub(crate) replied: bool,
    pub(crate) route_refreshes: usize,
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeHost {
    /// A host with no stream: no map is reachable, everything else works.
    pub fn new() -> Self {
        Self::on(Rc::new(RefCell::new(Worker::new(SharedStore::default()))))
    }

    pub(crate) fn on(worker: Rc<RefCell<Worker>>) -> Self {
        Self {
            worker,
            root: 0,
            maps: Default::default(),
            bodies: Default::default(),
            logging: false,
            properties: BTreeMap::new(),
            filter_state: BTreeMap::new(),
            pending_reply: None,
            replied: false,
            route_refreshes: 0,
        }
    }

    /// Makes a header map reachable, for code that takes a [`Host`] alone.
    pub fn with_headers(mut self, map: HeaderMap, headers: &[(&str, &str)]) -> Self {
        *self.map_slot(map) = Slot { value: HeaderList::of(headers), reach: Reach::Write };
        self
    }

    /// Makes an attribute readable.
    pub fn with_property(mut self, path: &[&str], value: impl AsRef<[u8]>) -> Self {
        self.properties.insert(path.iter().map(|part| (*part).to_owned()).collect(), value.as_ref().to_vec());
        self
    }

    /// A header map as it is now.
    pub fn header_list(&mut self, map: HeaderMap) -> &HeaderList {
        &self.map_slot(map).value
    }

    /// What outlives the stream.
    pub fn worker(&self) -> RefMut<'_, Worker> {
        self.worker.borrow_mut()
    }

    pub(crate) fn map_slot(&mut self, map: HeaderMap) -> &mut Slot<HeaderList> {
        let [request, request_trailers, response, response_trailers] = &mut self.maps;
        match map {
            HeaderMap::Request => request,
            HeaderMap::RequestTrailers => request_trailers,
            HeaderMap::Response => response,
            HeaderMap::ResponseTrailers => response_trailers,
        }
    }

    pub(crate) fn body_slot(&mut self, which: Body) -> &mut Slot<Vec<u8>> {
        let [request, response] = &mut self.bodies;
        match which {
            Body::Request => request,
            Body::Response => response,
        }
    }

    /// Counts a hostcall.
    fn called(&self, name: &'static str) -> RefMut<'_, Worker> {
        let mut worker = self.worker.borrow_mut();
        *worker.calls.entry(name).or_default() += 1;
        worker
    }

    fn readable(&mut self, map: HeaderMap) -> Option<&HeaderList> {
        let logging = self.logging && map != HeaderMap::RequestTrailers;
        let slot = self.map_slot(map);
        (slot.reach != Reach::No || logging).then_some(&slot.value)
    }

    fn writable(&mut self, map: HeaderMap) -> Result<&mut HeaderList, HostError> {
        if map == HeaderMap::Request && self.map_slot(map).reach == Reach::Write {
            self.route_refreshes += 1;
        }
        let slot = self.map_slot(map);
        if slot.reach == Reach::Write { Ok(&mut slot.value) } else { Err(HostError::BadArgument) }
    }

    fn writable_body(&mut self, which: Body) -> Result<&mut Vec<u8>, HostError> {
        let slot = self.body_slot(which);
        if slot.reach == Reach::Write { Ok(&mut slot.value) } else { Err(HostError::BadArgument) }
    }
}

impl Host for FakeHost {
    fn headers(&mut self, map: HeaderMap) -> Result<Headers, HostError> {
        self.called("headers");
        let Some(list) = self.readable(map) else { return Ok(Headers::default()) };
        Headers::parse(pairs::encode_bytes(list.0.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())))?)
    }

    fn header(&mut self, map: HeaderMap, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        self.called("header");
        let logging = self.logging;
        match self.readable(map) {
            Some(list) => Ok(list.get_bytes(&name.to_ascii_lowercase()).map(<[u8]>::to_vec)),
            None if logging => Ok(None),
            None => Err(HostError::BadArgument),
        }
    }

    fn set_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError> {
        self.called("set_header");
        pairs::check_header(name, value)?;
        self.writable(map)?.set(name, value.as_bytes());
        Ok(())
    }

    fn add_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError> {
        self.called("add_header");
        pairs::check_header(name, value)?;
        self.writable(map)?.add(name, value.as_bytes());
        Ok(())
    }

    fn remove_header(&mut self, map: HeaderMap, name: &str) -> Result<(), HostError> {
        self.called("remove_header");
        self.writable(map)?.remove(name);
        Ok(())
    }

    fn set_headers(&mut self, map: HeaderMap, headers: &[(&str, &str)]) -> Result<(), HostError> {
        self.called("set_headers");
        pairs::encode_headers(headers)?;
        *self.writable(map)? = HeaderList::of(headers);
        Ok(())
    }

    fn body(&mut self, which: Body, start: usize, max: usize) -> Result<Vec<u8>, HostError> {
        self.called("body");
        let slot = self.body_slot(which);
        if slot.reach == Reach::No {
            return Ok(Vec::new());
        }
        Ok(slot.value.iter().skip(start).take(max).copied().collect())
    }

    fn replace_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError> {
        self.called("replace_body");
        *self.writable_body(which)? = bytes.to_vec();
        Ok(())
    }

    fn append_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError> {
        self.called("append_body");
        self.writable_body(which)?.extend_from_slice(bytes);
        Ok(())
    }

    fn property(&mut self, path: &[&str]) -> Result<Option<Vec<u8>>, HostError> {
        self.called("property");
        let known = self.properties.get(path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>().as_slice());
        let published = || match path {
            [name] => self.filter_state.get(*name),
            ["filter_state", name] => name.strip_prefix("wasm.").and_then(|name| self.filter_state.get(name)),
            _ => None,
        };
        Ok(known.or_else(published).cloned())
    }

    fn set_property(&mut self, name: &str, value: &[u8]) -> Result<(), HostError> {
        self.called("set_property");
        self.filter_state.insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn shared_data(&mut self, key: &str) -> Result<Option<(Vec<u8>, u32)>, HostError> {
        Ok(self.called("shared_data").shared.get(key))
    }

    fn set_shared_data(&mut self, key: &str, value: &[u8], cas: Option<u32>) -> Result<(), HostError> {
        self.called("set_shared_data").shared.set(key, value, cas)
    }

    fn send_local_response(
        &mut self,
        status: u16,
        details: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), HostError> {
        self.called("send_local_response");
        pairs::encode_headers(headers)?;
        if !self.replied && self.pending_reply.is_none() {
            let headers = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned()));
            let details = details.replace(char::is_whitespace, "_");
            self.pending_reply = Some(LocalReply { status, details, headers: headers.collect(), body: body.to_vec() });
        }
        Ok(())
    }

    fn clear_route_cache(&mut self) -> Result<(), HostError> {
        self.called("clear_route_cache");
        self.route_refreshes += 1;
        Ok(())
    }

    fn now_nanos(&mut self) -> u64 {
        self.called("now_nanos").now_nanos
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        self.called("log").logs.push((level, message.to_owned()));
    }

    fn log_level(&mut self) -> LogLevel {
        self.called("log_level");
        LogLevel::Trace
    }

    fn define_metric(&mut self, kind: MetricKind, name: &str) -> Result<MetricId, HostError> {
        Ok(self.called("define_metric").define(kind, name))
    }

    fn increment_metric(&mut self, metric: MetricId, by: i64) -> Result<(), HostError> {
        self.called("increment_metric").increment(metric, by)
    }

    fn record_metric(&mut self, metric: MetricId, value: u64) -> Result<(), HostError> {
        self.called("record_metric").record(metric, value)
    }

    fn grpc_call(&mut self, call: &GrpcCall<'_>) -> Result<CallId, HostError> {
        let root = self.root;
        let mut worker = self.called("grpc_call");
        if worker.unreachable {
            return Err(HostError::InternalFailure);
        }
        worker.last_call += 1;
        let id = CallId(worker.last_call);
        let GrpcCall { cluster, service, method, message, timeout_ms } = *call;
        worker.calls_out.push(OutCall {
            id,
            cluster: cluster.to_owned(),
            service: service.to_owned(),
            method: method.to_owned(),
            message: message.to_vec(),
            timeout_ms,
            root,
        });
        Ok(id)
    }

    fn set_tick_period(&mut self, millis: u32) -> Result<(), HostError> {
        self.called("set_tick_period").tick_period = millis;
        Ok(())
    }
}
