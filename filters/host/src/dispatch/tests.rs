use std::cell::Cell;

use super::*;
use crate::fake::FakeHost;

thread_local! {
    /// The dispatcher under test, for a filter that calls back into it as Envoy may during a hostcall.
    static VM: Dispatcher<Root> = const { Dispatcher::new() };
    static DROPPED: Cell<u32> = const { Cell::new(0) };
}

const STREAM: u32 = 7;

struct Root(String);
struct Stream {
    root: Rc<Root>,
    calls: u32,
}

impl Drop for Stream {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

impl RootFilter for Root {
    type Stream = Stream;
    type Vm = ();

    fn configure(_: &mut dyn Host, _: &Rc<()>, configuration: Configuration<'_>) -> Result<Self, String> {
        match configuration.plugin {
            b"bad" => Err("it is bad".into()),
            text => Ok(Self(String::from_utf8_lossy(text).into_owned())),
        }
    }

    fn new_stream(self: &Rc<Self>, _: StreamId) -> Stream {
        Stream { root: Rc::clone(self), calls: 0 }
    }
}

impl StreamFilter for Stream {
    fn on_request_headers(&mut self, host: &mut dyn Host, _: bool) -> HeadersAction {
        self.calls += 1;
        if self.root.0 == "nested" {
            // As if a hostcall had made Envoy run the response callbacks and give the stream up.
            assert_eq!(VM.with(|vm| vm.response_headers(host, STREAM, true)), HeadersAction::Continue);
            VM.with(|vm| vm.delete(STREAM));
            assert_eq!(DROPPED.get(), 0, "a running stream must not be dropped under its own feet");
        }
        HeadersAction::Pause
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, _: bool) -> HeadersAction {
        self.calls += 1;
        host.log(LogLevel::Info, &format!("{} {}", self.root.0, self.calls));
        HeadersAction::Pause
    }
}

fn configure(vm: &Dispatcher<Root>, host: &mut FakeHost, id: u32, plugin: &[u8]) -> bool {
    vm.context_create(id, 0);
    vm.configure(host, id, Configuration { plugin, vm: b"" })
}

#[test]
fn a_stream_keeps_the_configuration_it_began_with() {
    let (vm, mut host) = (Dispatcher::<Root>::new(), FakeHost::new());
    assert!(configure(&vm, &mut host, 1, b"old"));
    vm.context_create(STREAM, 1);
    assert!(configure(&vm, &mut host, 2, b"new"));
    vm.context_create(8, 2);
    vm.delete(1);
    for id in [STREAM, 8] {
        assert_eq!(vm.request_headers(&mut host, id, false), HeadersAction::Pause);
        assert_eq!(vm.response_headers(&mut host, id, false), HeadersAction::Pause);
    }
    assert_eq!(host.worker().logs, [(LogLevel::Info, "old 2".into()), (LogLevel::Info, "new 2".into())]);
}

#[test]
fn a_refused_configuration_is_logged_and_leaves_the_old_one() {
    let (vm, mut host) = (Dispatcher::<Root>::new(), FakeHost::new());
    assert!(configure(&vm, &mut host, 1, b"good"));
    assert!(!configure(&vm, &mut host, 1, b"bad"));
    assert_eq!(host.worker().logs, [(LogLevel::Error, "configuration refused: it is bad".into())]);
    vm.context_create(STREAM, 1);
    assert_eq!(vm.contexts(), (1, 1));
}

#[test]
fn a_request_without_a_configuration_is_refused() {
    let (vm, mut host) = (Dispatcher::<Root>::new(), FakeHost::new());
    assert!(!configure(&vm, &mut host, 1, b"bad"));
    vm.context_create(STREAM, 1);
    assert_eq!(vm.request_headers(&mut host, STREAM, true), HeadersAction::Pause);
    assert_eq!(host.pending_reply.map(|reply| reply.status), Some(503));
}

#[test]
fn a_nested_callback_continues_and_a_nested_delete_waits() {
    let mut host = FakeHost::new();
    VM.with(|vm| {
        assert!(configure(vm, &mut host, 1, b"nested"));
        vm.context_create(STREAM, 1);
        assert_eq!(vm.request_headers(&mut host, STREAM, false), HeadersAction::Pause);
        assert_eq!(DROPPED.get(), 1);
        assert_eq!(vm.contexts(), (1, 0));
        assert!(vm.done(&mut host, STREAM));
    });
    assert!(host.worker().logs.is_empty());
}

#[test]
fn nothing_remains_of_a_thousand_streams() {
    let (vm, mut host) = (Dispatcher::<Root>::new(), FakeHost::new());
    assert!(configure(&vm, &mut host, 1, b"x"));
    for id in 2..1002 {
        vm.context_create(id, 1);
    }
    assert_eq!(vm.contexts(), (1, 1000));
    for id in 2..1002 {
        vm.delete(id);
    }
    vm.delete(1);
    assert_eq!(vm.contexts(), (0, 0));
}
