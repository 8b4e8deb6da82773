//! What a filter is: a configuration, and a state machine per stream.

use std::rc::Rc;

use crate::{CallId, GrpcStatus, Host};

/// What to do with headers after their callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum HeadersAction {
    /// Pass them on. The map is out of reach from now on.
    Continue = 0,
    /// Hold them until a body or trailers callback continues; body callbacks follow, and the map stays editable.
    ///
    /// Needs `allow_on_headers_stop_iteration` in the plugin's configuration; without it the stream hangs.
    Pause = 1,
}

/// What to do with a body after its callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum BodyAction {
    /// Pass on what the buffer holds, and held headers before it.
    Continue = 0,
    /// Keep it buffered in Envoy; the next callback sees all of it. Over the buffer limit a request gets a 413.
    Pause = 1,
    /// Drop what the buffer holds and pass nothing on yet: the filter has taken the bytes over.
    Swallow = 3,
}

/// What to do with trailers after their callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum TrailersAction {
    /// Pass them on, and whatever was held before them.
    Continue = 0,
    /// Hold them.
    Pause = 1,
}

/// What Envoy was configured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration<'a> {
    /// The plugin's own `configuration`: the value of a `StringValue` as it is, a `Struct` as JSON.
    pub plugin: &'a [u8],
    /// `vm_config.configuration`, shared by all plugins in the VM.
    pub vm: &'a [u8],
}

/// A stream as its root names it: to be woken, see [`RootFilter::take_woken`]. Envoy gives no number twice in a VM's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

/// One configuration of the plugin. A new one comes to life beside the old, whose streams keep what they began with.
pub trait RootFilter: Sized + 'static {
    /// The state machine of one stream.
    type Stream: StreamFilter + 'static;
    /// What all configurations in one VM share, and what outlives each of them.
    type Vm: Default + 'static;

    /// Reads the configuration.
    ///
    /// # Errors
    /// The reason, which is logged; Envoy then keeps the old configuration, or does not start.
    fn configure(host: &mut dyn Host, vm: &Rc<Self::Vm>, configuration: Configuration<'_>) -> Result<Self, String>;

    /// Begins a stream: downstream once per request, upstream once per attempt. No stream is current yet in Envoy's
    /// eyes, so there is nothing to ask it.
    fn new_stream(self: &Rc<Self>, id: StreamId) -> Self::Stream;

    /// Called at the period set with [`Host::set_tick_period`], if `tick` is exported.
    fn on_tick(self: &Rc<Self>, host: &mut dyn Host) {
        let _ = host;
    }

    /// A call has ended that this configuration or a stream of it made with [`Host::grpc_call`]: with an answer, or without. Called if `grpc`
    /// is exported.
    ///
    /// A call that failed at once is also told here, with a number nobody was given. The calls of a configuration that is gone are cancelled,
    /// and nobody is told of it.
    fn on_grpc(self: &Rc<Self>, host: &mut dyn Host, call: CallId, answer: Result<&[u8], GrpcStatus>) {
        let _ = (host, call, answer);
    }

    /// Which streams [`StreamFilter::on_wake`] is to be called for. Asked after every [`on_tick`](Self::on_tick) and
    /// [`on_grpc`](Self::on_grpc); what is handed out is forgotten. A stream that is gone by then is passed over.
    fn take_woken(&self) -> Vec<StreamId> {
        Vec::new()
    }
}

/// The callbacks of one stream, in the order they come. Only those named in [`crate::export!`] are called.
///
/// With trailers the body callback never sees `end_of_stream`; an aborted stream sees neither. What must happen at
/// the end belongs behind all of them, once.
pub trait StreamFilter {
    /// The request headers have arrived.
    fn on_request_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        let _ = (host, end_of_stream);
        HeadersAction::Continue
    }

    /// Request body bytes have arrived; `size` is what the buffer holds.
    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        let _ = (host, size, end_of_stream);
        BodyAction::Continue
    }

    /// The request ends with trailers.
    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        let _ = host;
        TrailersAction::Continue
    }

    /// The root has woken the stream, whose request a body or trailers callback had paused. Headers and body are in reach as they were then.
    /// True lets the request go on; after a local response the verdict does not matter.
    fn on_wake(&mut self, host: &mut dyn Host) -> bool {
        let _ = host;
        false
    }

    /// The response headers have arrived, or those of a local reply.
    fn on_response_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        let _ = (host, end_of_stream);
        HeadersAction::Continue
    }

    /// Response body bytes have arrived; `size` is what the buffer holds.
    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        let _ = (host, size, end_of_stream);
        BodyAction::Continue
    }

    /// The response ends with trailers.
    fn on_response_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        let _ = host;
        TrailersAction::Continue
    }

    /// Just before the access loggers run, also for aborted streams; what is published here is logged. Not called
    /// for upstream filters.
    fn on_log(&mut self, host: &mut dyn Host) {
        let _ = host;
    }

    /// The stream is over, downstream or upstream.
    fn on_done(&mut self, host: &mut dyn Host) {
        let _ = host;
    }
}
