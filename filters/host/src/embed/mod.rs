//! Runs a built module natively: the very bytes that Envoy loads, in an interpreter, under [`FakeEnvoy`](crate::fake::FakeEnvoy).
//!
//! [`Embedded`] is a [`RootFilter`] whose callbacks are calls into the module and whose hostcalls are asked of the [`Host`] of the
//! callback. So a module and the native code it was built from are driven by the same code, in the order and under the rules that
//! the fake has for both.
//!
//! A hostcall suspends the interpreter (it is a trap that can be resumed), is answered, and the module goes on. That keeps the borrowed
//! host out of the interpreter's store, which must own all it holds.

mod answer;
mod memory;
#[cfg(test)]
mod tests;
mod vm;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::fake::FakeEnvoy;
use crate::{
    BodyAction, Configuration, HeadersAction, Host, LogLevel, RootFilter, StreamFilter, StreamId, TrailersAction,
};
use vm::Vm;

/// The root context's id in a VM. Streams are numbered from the next one on.
const ROOT: u32 = 1;
/// What Envoy answers a request whose filter has trapped with.
const TRAPPED: (u16, &str) = (503, "wasm_fail_stream");

/// Loads a module and configures it, in a VM of its own.
///
/// # Errors
/// The bytes are no module for this host, or the module refused the configuration: its own words.
pub fn load(module: &[u8], configuration: impl AsRef<[u8]>) -> Result<FakeEnvoy<Embedded>, String> {
    FakeEnvoy::with_vm(module, configuration)
}

/// A configured module in its VM. The module's code comes as [`Configuration::vm`].
pub struct Embedded {
    vm: Rc<RefCell<Vm>>,
    last_id: Cell<u32>,
}

impl RootFilter for Embedded {
    type Stream = EmbeddedStream;
    type Vm = ();

    fn configure(host: &mut dyn Host, _: &Rc<()>, configuration: Configuration<'_>) -> Result<Self, String> {
        let mut vm = Vm::load(configuration.vm, configuration.plugin)?;
        vm.call(host, "proxy_on_context_create", &[ROOT, 0])?;
        let size = u32::try_from(configuration.plugin.len()).map_err(|_| "the configuration is too large")?;
        match vm.call(host, "proxy_on_configure", &[ROOT, size])? {
            Some(0) => Err(vm.complaint().to_owned()),
            _ => Ok(Self { vm: Rc::new(RefCell::new(vm)), last_id: Cell::new(ROOT) }),
        }
    }

    fn new_stream(self: &Rc<Self>, _: StreamId) -> EmbeddedStream {
        self.last_id.set(self.last_id.get() + 1);
        EmbeddedStream { vm: Rc::clone(&self.vm), id: self.last_id.get(), open: false }
    }

    fn on_tick(self: &Rc<Self>, host: &mut dyn Host) {
        // A trap has been logged; every stream from now on says so too.
        let _ = self.vm.borrow_mut().call(host, "proxy_on_tick", &[ROOT]);
    }
}

/// A stream of a module.
pub struct EmbeddedStream {
    vm: Rc<RefCell<Vm>>,
    id: u32,
    open: bool,
}

impl EmbeddedStream {
    /// Calls the module; an absent callback means `otherwise`, and so does a trap, once it was logged and answered as Envoy does.
    fn call(&mut self, host: &mut dyn Host, callback: &str, arguments: &[u32], otherwise: u32) -> u32 {
        let mut vm = self.vm.borrow_mut();
        let mut all = vec![self.id];
        all.extend_from_slice(arguments);
        let opened = if self.open { Ok(None) } else { vm.call(host, "proxy_on_context_create", &[self.id, ROOT]) };
        self.open = true;
        match opened.and_then(|_| vm.call(host, callback, &all)) {
            Ok(verdict) => verdict.unwrap_or(otherwise),
            Err(_) => {
                let (status, details) = TRAPPED;
                // Without an answer the stream stays held, which is as good.
                let _ = host.send_local_response(status, details, &[], b"");
                otherwise
            }
        }
    }

    fn headers(&mut self, host: &mut dyn Host, callback: &str, end_of_stream: bool) -> HeadersAction {
        match self.call(host, callback, &[0, end_of_stream.into()], 0) {
            0 => HeadersAction::Continue,
            _ => HeadersAction::Pause,
        }
    }

    fn body(&mut self, host: &mut dyn Host, callback: &str, size: usize, end_of_stream: bool) -> BodyAction {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        match self.call(host, callback, &[size, end_of_stream.into()], 0) {
            0 => BodyAction::Continue,
            3 => BodyAction::Swallow,
            _ => BodyAction::Pause,
        }
    }

    fn trailers(&mut self, host: &mut dyn Host, callback: &str) -> TrailersAction {
        match self.call(host, callback, &[0], 0) {
            0 => TrailersAction::Continue,
            _ => TrailersAction::Pause,
        }
    }
}

impl StreamFilter for EmbeddedStream {
    fn on_request_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        self.headers(host, "proxy_on_request_headers", end_of_stream)
    }

    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        self.body(host, "proxy_on_request_body", size, end_of_stream)
    }

    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        self.trailers(host, "proxy_on_request_trailers")
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        self.headers(host, "proxy_on_response_headers", end_of_stream)
    }

    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        self.body(host, "proxy_on_response_body", size, end_of_stream)
    }

    fn on_response_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        self.trailers(host, "proxy_on_response_trailers")
    }

    fn on_log(&mut self, host: &mut dyn Host) {
        self.finish(host, "proxy_on_log", false);
    }

    fn on_done(&mut self, host: &mut dyn Host) {
        self.finish(host, "proxy_on_done", true);
    }
}

impl EmbeddedStream {
    /// After the end there is nobody left to answer; a trap is in the log.
    fn finish(&mut self, host: &mut dyn Host, callback: &str, last: bool) {
        if !self.open {
            return;
        }
        let mut vm = self.vm.borrow_mut();
        let _ = vm.call(host, callback, &[self.id]);
        if last {
            let _ = vm.call(host, "proxy_on_delete", &[self.id]);
        }
    }
}

/// How a trap is logged: like a panic's own line, at the level of what makes a module unusable.
fn log_trap(host: &mut dyn Host, trap: &str) {
    host.log(LogLevel::Critical, &format!("the module trapped: {trap}"));
}
