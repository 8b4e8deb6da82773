//! For tests only, behind the feature `trap-switch`: a gateway that traps on demand, so that what a trap costs can be seen on real Envoy.

use std::rc::Rc;

use tollgate_host::{BodyAction, HeaderMap, HeadersAction, Host, StreamFilter, TrailersAction};
use tollgate_shell::ExchangeFilter;
use tollgate_stages::Engine;

/// The request header that makes the module trap.
const SWITCH: &str = "x-tollgate-test-trap";

/// An [`ExchangeFilter`] with the switch in front.
#[derive(Debug)]
pub struct Trapping(ExchangeFilter);

impl Trapping {
    /// Begins an exchange.
    pub fn new(engine: &Rc<Engine>) -> Self {
        Self(ExchangeFilter::new(engine))
    }
}

impl StreamFilter for Trapping {
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
