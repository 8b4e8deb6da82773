//! What a filter may ask of Envoy.

use crate::{CallId, GrpcCall, Headers, HostError};

/// The header maps of a stream. Outside its own phase a map is not reachable: copy what you need.
///
/// A map is reachable in its headers callback, and when that callback paused, in the body and trailers callbacks up to
/// the one that continues. After that a held map may still be read but must not be written: nobody looks at it any
/// more, and Envoy reports a bug of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum HeaderMap {
    /// Request headers, pseudo headers included.
    Request = 0,
    /// Request trailers.
    RequestTrailers = 1,
    /// Response headers, `:status` included.
    Response = 2,
    /// Response trailers.
    ResponseTrailers = 3,
}

/// The two bodies of a stream.
///
/// What the buffer holds depends on what the filter answered before: after a pause it is the whole body so far, after
/// a continue it is this chunk only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Body {
    /// What goes to the provider.
    Request = 0,
    /// What comes back.
    Response = 1,
}

/// Envoy's log levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum LogLevel {
    /// Everything.
    Trace = 0,
    /// For debugging a request.
    Debug = 1,
    /// Worth knowing.
    Info = 2,
    /// Worth acting on soon.
    Warn = 3,
    /// Something failed.
    Error = 4,
    /// The module is unusable.
    Critical = 5,
}

/// The kinds of metric Envoy keeps for a module; their names are prefixed `wasmcustom.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum MetricKind {
    /// Only grows; increments must be above 0.
    Counter = 0,
    /// Goes up and down.
    Gauge = 1,
    /// A distribution; recorded, not incremented.
    Histogram = 2,
}

/// A metric Envoy has registered for this VM. Metrics are never unregistered: bound their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MetricId(pub u32);

/// Everything a filter may ask of Envoy.
///
/// `abi::Envoy` makes the hostcalls; the native fake answers from memory. Every call that reaches the host crosses the
/// boundary of the VM, which costs more than most of what a filter does between calls: ask once, keep the answer.
pub trait Host {
    /// A whole header map with one hostcall. A map that is not reachable in this phase comes back empty.
    fn headers(&mut self, map: HeaderMap) -> Result<Headers, HostError>;

    /// The first value of one header. `BadArgument` when the map is not reachable in this phase.
    fn header(&mut self, map: HeaderMap, name: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// Sets one header to one value, whatever it was. Any edit of request headers makes Envoy choose the route again.
    ///
    /// # Errors
    /// `BadArgument` when the map is not reachable in this phase, or for a name or value no header can have.
    fn set_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError>;

    /// Adds a value, keeping those that are there.
    fn add_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError>;

    /// Removes every value of a header; not an error when there is none.
    fn remove_header(&mut self, map: HeaderMap, name: &str) -> Result<(), HostError>;

    /// Replaces a whole map, pseudo headers included. At most [`crate::pairs::MAX_PAIRS`] headers.
    fn set_headers(&mut self, map: HeaderMap, headers: &[(&str, &str)]) -> Result<(), HostError>;

    /// At most `max` bytes of a body from `start`; empty when there is no body, or none from there.
    fn body(&mut self, which: Body, start: usize, max: usize) -> Result<Vec<u8>, HostError>;

    /// Replaces all that the buffer holds: the whole body after a pause, otherwise this chunk.
    fn replace_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError>;

    /// Adds bytes behind what the buffer holds, without copying what is there.
    fn append_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError>;

    /// An attribute of the stream by its path; strings as they are, integers as 8 little-endian bytes, maps as pairs
    /// ([`Headers::parse`] reads them), messages as protobuf.
    fn property(&mut self, path: &[&str]) -> Result<Option<Vec<u8>>, HostError>;

    /// Publishes filter state under the name `wasm.<name>`.
    fn set_property(&mut self, name: &str, value: &[u8]) -> Result<(), HostError>;

    /// A value shared by all VMs with this `vm_id` in the process, and the token that a later write is checked with.
    fn shared_data(&mut self, key: &str) -> Result<Option<(Vec<u8>, u32)>, HostError>;

    /// Writes a shared value; with `cas`, only if nobody wrote since it was read.
    ///
    /// A key that does not exist is created whatever `cas` says.
    ///
    /// # Errors
    /// [`HostError::CasMismatch`] when somebody did.
    fn set_shared_data(&mut self, key: &str, value: &[u8], cas: Option<u32>) -> Result<(), HostError>;

    /// Answers the client instead of the provider, once the running callback has returned; its verdict no longer
    /// matters then. Only the first answer of a stream counts. `details` is what `%RESPONSE_CODE_DETAILS%` shows.
    fn send_local_response(
        &mut self,
        status: u16,
        details: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), HostError>;

    /// Lets Envoy choose the route again, from the headers as they are now.
    fn clear_route_cache(&mut self) -> Result<(), HostError>;

    /// Wall-clock time in nanoseconds since 1970; 0 when the host has none.
    fn now_nanos(&mut self) -> u64;

    /// Writes a line to Envoy's log, whose level decides whether it appears.
    fn log(&mut self, level: LogLevel, message: &str);

    /// The level from which on Envoy writes what is logged; ask before formatting something expensive.
    fn log_level(&mut self) -> LogLevel;

    /// Registers a metric, or finds the one registered under that name.
    fn define_metric(&mut self, kind: MetricKind, name: &str) -> Result<MetricId, HostError>;

    /// Adds to a counter (above 0 only) or moves a gauge.
    fn increment_metric(&mut self, metric: MetricId, by: i64) -> Result<(), HostError>;

    /// Sets a gauge, adds to a counter, or records a value in a histogram.
    fn record_metric(&mut self, metric: MetricId, value: u64) -> Result<(), HostError>;

    /// Begins a call, which ends with [`RootFilter::on_grpc`](crate::RootFilter::on_grpc) of this configuration, also where a stream made it:
    /// the stream may be gone by then.
    ///
    /// # Errors
    /// The call failed at once: the cluster does not exist or is out of reach (`InternalFailure`).
    fn grpc_call(&mut self, call: &GrpcCall<'_>) -> Result<CallId, HostError>;

    /// Calls `on_tick` of this configuration every so many milliseconds, on every worker and on main; 0 stops it.
    fn set_tick_period(&mut self, millis: u32) -> Result<(), HostError>;
}
