//! For tests only, behind the feature `trap-switch`: a gateway that traps on demand, so that what a trap costs can be seen on real Envoy.

use std::rc::Rc;

use tollgate_host::{
    BodyAction, CallId, Configuration, GrpcStatus, HeaderMap, HeadersAction, Host, RootFilter, StreamFilter, StreamId,
    TrailersAction,
};
use tollgate_policy::gateway::GatewayConfig;
use tollgate_shell::{ExchangeFilter, Module};

/// The request header that makes the module trap.
const SWITCH: &str = "x-tollgate-test-trap";

/// The gateway with the switch in front.
#[derive(Debug)]
pub struct Trapping(Rc<Module<GatewayConfig>>);

impl RootFilter for Trapping {
    type Stream = TrappingStream;
    type Vm = <Module<GatewayConfig> as RootFilter>::Vm;

    fn configure(host: &mut dyn Host, vm: &Rc<Self::Vm>, configuration: Configuration<'_>) -> Result<Self, String> {
        Module::configure(host, vm, configuration).map(Rc::new).map(Self)
    }

    fn new_stream(self: &Rc<Self>, id: StreamId) -> TrappingStream {
        TrappingStream(self.0.new_stream(id))
    }

    fn on_tick(self: &Rc<Self>, host: &mut dyn Host) {
        self.0.on_tick(host);
    }

    fn on_grpc(self: &Rc<Self>, host: &mut dyn Host, call: CallId, answer: Result<&[u8], GrpcStatus>) {
        self.0.on_grpc(host, call, answer);
    }

    fn take_woken(&self) -> Vec<StreamId> {
        self.0.take_woken()
    }
}

/// A stream with the switch in front.
#[derive(Debug)]
pub struct TrappingStream(ExchangeFilter);

impl StreamFilter for TrappingStream {
    #[allow(clippy::panic, reason = "this is what the switch is for")]
    fn on_request_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        if let Ok(Some(_)) = host.header(HeaderMap::Request, SWITCH) {
            panic!("{SWITCH} was sent");
        }
        self.0.on_request_headers(host, end_of_stream)
    }

    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        self.0.on_request_body(host, size, end_of_stream)
    }

    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        self.0.on_request_trailers(host)
    }

    fn on_wake(&mut self, host: &mut dyn Host) -> bool {
        self.0.on_wake(host)
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        self.0.on_response_headers(host, end_of_stream)
    }

    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        self.0.on_response_body(host, size, end_of_stream)
    }

    fn on_response_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        self.0.on_response_trailers(host)
    }

    fn on_log(&mut self, host: &mut dyn Host) {
        self.0.on_log(host);
    }
}
