//! Envoy's wasm host in memory, for running filters natively.
//!
//! State-based: give it a request and what the provider answers, then read what came out on either side. Callbacks come
//! in Envoy's order and with Envoy's rules (held headers, buffered bodies, local replies, trailers, the access log), as
//! seen on Envoy 1.40 with `allow_on_headers_stop_iteration`; the differences that are known are listed in this
//! crate's README.
//!
//! Several [`FakeEnvoy`]s on one [`SharedStore`] are the workers of one Envoy.

mod callout;
mod host;
mod message;
mod stream;
mod worker;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

pub use callout::OutCall;
pub use host::{FakeHost, LocalReply};
pub use message::{Answer, HeaderList, Input, Message, Request};
pub use stream::{FakeStream, Outcome};
pub use worker::{Metric, SharedStore, Worker};

use crate::{Callbacks, Configuration, Dispatcher, LogLevel, RootFilter, StreamId};

/// One worker of an Envoy with one plugin: the VM, its configuration, and what outlives a stream.
pub struct FakeEnvoy<R: RootFilter> {
    vm: Dispatcher<R>,
    worker: Rc<RefCell<Worker>>,
    exports: Callbacks,
    buffer_limit: usize,
    root: Cell<u32>,
    last_id: Cell<u32>,
    /// Whom a root has woken, and who has not gone on yet.
    woken: RefCell<BTreeSet<StreamId>>,
}

impl<R: RootFilter> FakeEnvoy<R> {
    /// Loads the module and configures it.
    ///
    /// # Errors
    /// What the module logged when it refused the configuration.
    pub fn new(configuration: impl AsRef<[u8]>) -> Result<Self, String> {
        Self::worker_of(configuration, &SharedStore::default())
    }

    /// As [`FakeEnvoy::new`], as one of several workers that share data.
    ///
    /// # Errors
    /// What the module logged when it refused the configuration.
    pub fn worker_of(configuration: impl AsRef<[u8]>, shared: &SharedStore) -> Result<Self, String> {
        Self::start(b"", configuration, shared)
    }

    /// As [`FakeEnvoy::new`], with a configuration for the VM beside that of the plugin.
    ///
    /// # Errors
    /// What the module logged when it refused the configuration.
    pub fn with_vm(vm: impl AsRef<[u8]>, configuration: impl AsRef<[u8]>) -> Result<Self, String> {
        Self::start(vm.as_ref(), configuration, &SharedStore::default())
    }

    fn start(vm: &[u8], configuration: impl AsRef<[u8]>, shared: &SharedStore) -> Result<Self, String> {
        let envoy = Self {
            vm: Dispatcher::new(),
            worker: Rc::new(RefCell::new(Worker::new(shared.clone()))),
            exports: Callbacks::ALL,
            buffer_limit: 1024 * 1024,
            root: Cell::new(0),
            last_id: Cell::new(0),
            woken: RefCell::default(),
        };
        envoy.configure(vm, configuration)?;
        Ok(envoy)
    }

    /// Calls only what the module exports; otherwise every callback is called.
    pub fn exporting(mut self, exports: Callbacks) -> Self {
        self.exports = exports;
        self
    }

    /// How much Envoy buffers per direction while a filter pauses, in bytes; 1 MiB unless set.
    pub fn buffer_limit(mut self, bytes: usize) -> Self {
        self.buffer_limit = bytes;
        self
    }

    /// Puts a new configuration in force for new streams, as ECDS does.
    ///
    /// # Errors
    /// What the module logged when it refused; the configuration before stays in force.
    pub fn reconfigure(&self, configuration: impl AsRef<[u8]>) -> Result<(), String> {
        self.configure(b"", configuration)
    }

    fn configure(&self, vm: &[u8], configuration: impl AsRef<[u8]>) -> Result<(), String> {
        let id = self.next_id();
        let mut host = self.host(id);
        self.vm.context_create(id, 0);
        let configuration = Configuration { plugin: configuration.as_ref(), vm };
        if self.vm.configure(&mut host, id, configuration) {
            let old = self.root.replace(id);
            self.vm.delete(old);
            return Ok(());
        }
        self.vm.delete(id);
        let worker = self.worker();
        let reason = worker.logs.iter().rev().find(|(level, _)| *level >= LogLevel::Error);
        Err(reason.map_or_else(String::new, |(_, reason)| reason.clone()))
    }

    /// Sends a request, has the provider answer it if it arrives whole, and ends the stream.
    pub fn exchange(&self, request: Request, answer: Answer) -> Outcome {
        self.exchange_with(request, |_| answer)
    }

    /// As [`FakeEnvoy::exchange`], with an answer that depends on what the provider received.
    pub fn exchange_with(&self, request: Request, provider: impl FnOnce(&Message) -> Answer) -> Outcome {
        let mut stream = self.stream();
        stream.send(request);
        if stream.upstream().complete {
            let answer = provider(stream.upstream());
            stream.answer(answer);
        }
        stream.finish()
    }

    /// Begins a stream, to be driven step by step.
    pub fn stream(&self) -> FakeStream<'_, R> {
        let id = self.next_id();
        self.vm.context_create(id, self.root.get());
        FakeStream::new(self, id, self.host(self.root.get()))
    }

    /// Calls `on_tick` once. Streams that it wakes go on with [`FakeStream::resume`].
    pub fn tick(&self) {
        if self.exports.contains(crate::Callback::tick) {
            let woken = self.vm.tick(&mut self.host(self.root.get()), self.root.get());
            self.woken.borrow_mut().extend(woken);
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.worker().now_nanos += u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
    }

    /// Shared data, metrics, logs, the clock and the count of hostcalls: to read, and to set before a stream.
    pub fn worker(&self) -> RefMut<'_, Worker> {
        self.worker.borrow_mut()
    }

    /// How many hostcalls were made so far.
    pub fn hostcalls(&self) -> usize {
        self.worker().calls.values().sum()
    }

    /// The value of a counter or gauge; 0 when it was never defined.
    pub fn metric(&self, name: &str) -> u64 {
        self.worker().metrics.iter().find(|metric| metric.name == name).map_or(0, |metric| metric.value)
    }

    /// How many contexts are alive in the VM: configurations and streams.
    pub fn contexts(&self) -> (usize, usize) {
        self.vm.contexts()
    }

    fn host(&self, root: u32) -> FakeHost {
        FakeHost { root, ..FakeHost::on(Rc::clone(&self.worker)) }
    }

    fn next_id(&self) -> u32 {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get()
    }
}
