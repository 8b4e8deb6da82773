//! The hostcalls of proxy-wasm ABI 0.2.1. All `unsafe` of the project is in this file.
//!
//! Buffers that the host hands over were allocated with [`allocate`] during the call and belong to us from then on.

use std::alloc::Layout;

use crate::callout::grpc_service;
use crate::{
    Body, CallId, Configuration, Dispatcher, GrpcCall, GrpcStatus, HeaderMap, Headers, Host, HostError, LogLevel,
    MetricId, MetricKind, RootFilter, StreamId, pairs,
};

/// Buffer types of the ABI beyond the two bodies.
const GRPC_ANSWER: u32 = 5;
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;
/// Stream types of the ABI.
const REQUEST: u32 = 0;
/// More than any buffer holds.
const ALL: usize = usize::MAX;
/// "Not a gRPC call": no `grpc-status` is put on the answer.
const NO_GRPC_STATUS: i32 = -1;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn proxy_get_buffer_bytes(kind: u32, start: usize, max: usize, data: &mut Handle, size: &mut usize) -> u32;
    fn proxy_set_buffer_bytes(kind: u32, start: usize, size: usize, data: *const u8, len: usize) -> u32;
    safe fn proxy_get_header_map_pairs(map: u32, data: &mut Handle, size: &mut usize) -> u32;
    fn proxy_set_header_map_pairs(map: u32, data: *const u8, len: usize) -> u32;
    fn proxy_get_header_map_value(map: u32, key: *const u8, key_len: usize, data: &mut Handle, size: &mut usize)
    -> u32;
    fn proxy_replace_header_map_value(map: u32, key: *const u8, key_len: usize, value: *const u8, len: usize) -> u32;
    fn proxy_add_header_map_value(map: u32, key: *const u8, key_len: usize, value: *const u8, len: usize) -> u32;
    fn proxy_remove_header_map_value(map: u32, key: *const u8, key_len: usize) -> u32;
    fn proxy_get_property(path: *const u8, path_len: usize, data: &mut Handle, size: &mut usize) -> u32;
    fn proxy_set_property(path: *const u8, path_len: usize, value: *const u8, len: usize) -> u32;
    fn proxy_get_shared_data(key: *const u8, key_len: usize, data: &mut Handle, size: &mut usize, cas: &mut u32)
    -> u32;
    fn proxy_set_shared_data(key: *const u8, key_len: usize, value: *const u8, len: usize, cas: u32) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_len: usize,
        body: *const u8,
        body_len: usize,
        headers: *const u8,
        headers_len: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_len: usize,
        argument: *const u8,
        argument_len: usize,
        data: *mut Handle,
        size: *mut usize,
    ) -> u32;
    safe fn proxy_get_current_time_nanoseconds(time: &mut u64) -> u32;
    fn proxy_log(level: u32, message: *const u8, len: usize) -> u32;
    safe fn proxy_get_log_level(level: &mut u32) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, len: usize, id: &mut u32) -> u32;
    safe fn proxy_increment_metric(id: u32, by: i64) -> u32;
    safe fn proxy_record_metric(id: u32, value: u64) -> u32;
    safe fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_grpc_call(
        grpc_service: *const u8,
        grpc_service_len: usize,
        service: *const u8,
        service_len: usize,
        method: *const u8,
        method_len: usize,
        metadata: *const u8,
        metadata_len: usize,
        message: *const u8,
        message_len: usize,
        timeout: u32,
        call: &mut u32,
    ) -> u32;
    safe fn proxy_set_effective_context(context: u32) -> u32;
    safe fn proxy_continue_stream(stream: u32) -> u32;
}

/// Where the host puts the address of a buffer it has allocated.
#[repr(transparent)]
struct Handle(*mut u8);

impl Handle {
    const NULL: Self = Self(std::ptr::null_mut());

    /// Takes ownership of a buffer handed over by the call that filled this handle. No buffer is an empty one.
    ///
    /// # Safety
    /// The handle is null, or was filled by a host that followed the ABI: `size` bytes allocated with [`allocate`] and
    /// written by the host, given to nobody else.
    unsafe fn take(self, size: usize) -> Vec<u8> {
        if self.0.is_null() || size == 0 {
            return Vec::new();
        }
        // SAFETY: by the contract above this is an allocation of exactly `size` bytes with alignment 1, as `allocate`
        // makes them, and it is initialized.
        unsafe { Vec::from_raw_parts(self.0, size, size) }
    }
}

/// Memory for what the host is about to hand over; null when there is none, which the host reports as an error.
pub fn allocate(size: usize) -> *mut u8 {
    match Layout::array::<u8>(size) {
        // SAFETY: the layout's size is not 0.
        Ok(layout) if size > 0 => unsafe { std::alloc::alloc(layout) },
        _ => std::ptr::null_mut(),
    }
}

/// Reads the configuration of a root context and hands it to the filter.
pub fn configure<R: RootFilter>(module: &Dispatcher<R>, id: u32) -> bool {
    std::panic::set_hook(Box::new(|panic| Envoy.log(LogLevel::Critical, &panic.to_string())));
    let (plugin, vm) = match (buffer(PLUGIN_CONFIGURATION, 0, ALL), buffer(VM_CONFIGURATION, 0, ALL)) {
        (Ok(plugin), Ok(vm)) => (plugin, vm),
        (Err(error), _) | (_, Err(error)) => {
            Envoy.log(LogLevel::Error, &format!("the configuration is unreadable: {error}"));
            return false;
        }
    };
    module.configure(&mut Envoy, id, Configuration { plugin: &plugin, vm: &vm })
}

/// Ticks, and wakes whom the root names.
pub fn tick<R: RootFilter>(module: &Dispatcher<R>, id: u32) {
    let woken = module.tick(&mut Envoy, id);
    wake(module, id, woken);
}

/// A call has an answer of `size` bytes, in a buffer that is there during this callback. For a unary call nothing follows it.
pub fn grpc_received<R: RootFilter>(module: &Dispatcher<R>, id: u32, call: u32, size: usize) {
    let answer = if size == 0 { Ok(Vec::new()) } else { buffer(GRPC_ANSWER, 0, size) };
    let answer = match &answer {
        Ok(bytes) if bytes.len() == size => Ok(bytes.as_slice()),
        _ => Err(GrpcStatus::INTERNAL),
    };
    let woken = module.grpc(&mut Envoy, id, CallId(call), answer);
    wake(module, id, woken);
}

/// A call ended without an answer.
pub fn grpc_closed<R: RootFilter>(module: &Dispatcher<R>, id: u32, call: u32, status: u32) {
    let woken = module.grpc(&mut Envoy, id, CallId(call), Err(GrpcStatus(status)));
    wake(module, id, woken);
}

/// Runs streams from a callback of their root: Envoy lets a root act in the name of any context of its VM, until the callback returns.
fn wake<R: RootFilter>(module: &Dispatcher<R>, root: u32, streams: Vec<StreamId>) {
    if streams.is_empty() {
        return;
    }
    for stream in streams {
        // A stream that is gone has no context to act for.
        if proxy_set_effective_context(stream.0) == 0 && module.wake(&mut Envoy, stream) {
            // Done after this callback has returned; it fails for no stream that is there.
            let _ = proxy_continue_stream(REQUEST);
        }
    }
    let _ = proxy_set_effective_context(root);
}

/// The host on the other side of the VM's boundary.
#[derive(Debug, Clone, Copy)]
pub struct Envoy;

impl Host for Envoy {
    fn headers(&mut self, map: HeaderMap) -> Result<Headers, HostError> {
        let (mut data, mut size) = (Handle::NULL, 0);
        HostError::check(proxy_get_header_map_pairs(map as u32, &mut data, &mut size))?;
        // SAFETY: filled by the call above.
        Headers::parse(unsafe { data.take(size) })
    }

    fn header(&mut self, map: HeaderMap, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        let (mut data, mut size) = (Handle::NULL, 0);
        // SAFETY: the name outlives the call.
        let status = unsafe { proxy_get_header_map_value(map as u32, name.as_ptr(), name.len(), &mut data, &mut size) };
        // SAFETY: filled by the call above.
        present(status, || unsafe { data.take(size) })
    }

    fn set_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError> {
        pairs::check_header(name, value)?;
        // SAFETY: name and value outlive the call.
        HostError::check(unsafe {
            proxy_replace_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
        })
    }

    fn add_header(&mut self, map: HeaderMap, name: &str, value: &str) -> Result<(), HostError> {
        pairs::check_header(name, value)?;
        // SAFETY: name and value outlive the call.
        HostError::check(unsafe {
            proxy_add_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
        })
    }

    fn remove_header(&mut self, map: HeaderMap, name: &str) -> Result<(), HostError> {
        // SAFETY: the name outlives the call.
        HostError::check(unsafe { proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) })
    }

    fn set_headers(&mut self, map: HeaderMap, headers: &[(&str, &str)]) -> Result<(), HostError> {
        let bytes = pairs::encode_headers(headers)?;
        // SAFETY: the bytes outlive the call.
        HostError::check(unsafe { proxy_set_header_map_pairs(map as u32, bytes.as_ptr(), bytes.len()) })
    }

    fn body(&mut self, which: Body, start: usize, max: usize) -> Result<Vec<u8>, HostError> {
        if max == 0 {
            // The empty callback at the end of every HTTP/1.1 body comes here with its size.
            return Ok(Vec::new());
        }
        match buffer(which as u32, start, max) {
            Err(HostError::NotFound) => Ok(Vec::new()),
            other => other,
        }
    }

    fn replace_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError> {
        set_buffer(which, 0, bytes)
    }

    fn append_body(&mut self, which: Body, bytes: &[u8]) -> Result<(), HostError> {
        set_buffer(which, ALL, bytes)
    }

    fn property(&mut self, path: &[&str]) -> Result<Option<Vec<u8>>, HostError> {
        match path {
            [name] => property(name.as_bytes()),
            path => property(path.join("\0").as_bytes()),
        }
    }

    fn set_property(&mut self, name: &str, value: &[u8]) -> Result<(), HostError> {
        // SAFETY: name and value outlive the call.
        HostError::check(unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
    }

    fn shared_data(&mut self, key: &str) -> Result<Option<(Vec<u8>, u32)>, HostError> {
        let (mut data, mut size, mut cas) = (Handle::NULL, 0, 0);
        // SAFETY: the key outlives the call.
        let status = unsafe { proxy_get_shared_data(key.as_ptr(), key.len(), &mut data, &mut size, &mut cas) };
        // SAFETY: filled by the call above.
        present(status, || (unsafe { data.take(size) }, cas))
    }

    fn set_shared_data(&mut self, key: &str, value: &[u8], cas: Option<u32>) -> Result<(), HostError> {
        // SAFETY: key and value outlive the call.
        HostError::check(unsafe {
            proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), cas.unwrap_or(0))
        })
    }

    fn send_local_response(
        &mut self,
        status: u16,
        details: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), HostError> {
        let headers = pairs::encode_headers(headers)?;
        // SAFETY: details, body and headers outlive the call; the host copies them.
        HostError::check(unsafe {
            proxy_send_local_response(
                u32::from(status),
                details.as_ptr(),
                details.len(),
                body.as_ptr(),
                body.len(),
                headers.as_ptr(),
                headers.len(),
                NO_GRPC_STATUS,
            )
        })
    }

    fn clear_route_cache(&mut self) -> Result<(), HostError> {
        let name = "clear_route_cache";
        // SAFETY: the name outlives the call; the argument is empty and nowhere to put a result is allowed.
        HostError::check(unsafe {
            proxy_call_foreign_function(
                name.as_ptr(),
                name.len(),
                name.as_ptr(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        })
    }

    fn now_nanos(&mut self) -> u64 {
        let mut time = 0;
        match proxy_get_current_time_nanoseconds(&mut time) {
            0 => time,
            _ => 0,
        }
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        // SAFETY: the message outlives the call. A log line that cannot be written has nowhere to be reported.
        let _ = unsafe { proxy_log(level as u32, message.as_ptr(), message.len()) };
    }

    fn log_level(&mut self) -> LogLevel {
        let mut level = 0;
        match (proxy_get_log_level(&mut level), level) {
            (0, 1) => LogLevel::Debug,
            (0, 2) => LogLevel::Info,
            (0, 3) => LogLevel::Warn,
            (0, 4) => LogLevel::Error,
            (0, 5..) => LogLevel::Critical,
            _ => LogLevel::Trace,
        }
    }

    fn define_metric(&mut self, kind: MetricKind, name: &str) -> Result<MetricId, HostError> {
        let mut id = 0;
        // SAFETY: the name outlives the call.
        HostError::check(unsafe { proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &mut id) })?;
        Ok(MetricId(id))
    }

    fn increment_metric(&mut self, metric: MetricId, by: i64) -> Result<(), HostError> {
        HostError::check(proxy_increment_metric(metric.0, by))
    }

    fn record_metric(&mut self, metric: MetricId, value: u64) -> Result<(), HostError> {
        HostError::check(proxy_record_metric(metric.0, value))
    }

    fn grpc_call(&mut self, call: &GrpcCall<'_>) -> Result<CallId, HostError> {
        let (target, metadata) = (grpc_service(call.cluster), pairs::encode(&[])?);
        let mut id = 0;
        // SAFETY: everything that is pointed to outlives the call; the host copies it.
        HostError::check(unsafe {
            proxy_grpc_call(
                target.as_ptr(),
                target.len(),
                call.service.as_ptr(),
                call.service.len(),
                call.method.as_ptr(),
                call.method.len(),
                metadata.as_ptr(),
                metadata.len(),
                call.message.as_ptr(),
                call.message.len(),
                call.timeout_ms,
                &mut id,
            )
        })?;
        Ok(CallId(id))
    }

    fn set_tick_period(&mut self, millis: u32) -> Result<(), HostError> {
        HostError::check(proxy_set_tick_period_milliseconds(millis))
    }
}

/// "Not found" is an answer here, not an error.
fn present<T>(status: u32, value: impl FnOnce() -> T) -> Result<Option<T>, HostError> {
    match HostError::check(status) {
        Ok(()) => Ok(Some(value())),
        Err(HostError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn buffer(kind: u32, start: usize, max: usize) -> Result<Vec<u8>, HostError> {
    let (mut data, mut size) = (Handle::NULL, 0);
    HostError::check(proxy_get_buffer_bytes(kind, start, max, &mut data, &mut size))?;
    // SAFETY: filled by the call above.
    Ok(unsafe { data.take(size) })
}

/// Envoy edits a body in two ways only: from 0 over all of it, or behind its end.
fn set_buffer(which: Body, start: usize, bytes: &[u8]) -> Result<(), HostError> {
    // SAFETY: the bytes outlive the call; the host copies them.
    HostError::check(unsafe { proxy_set_buffer_bytes(which as u32, start, ALL, bytes.as_ptr(), bytes.len()) })
}

fn property(path: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
    let (mut data, mut size) = (Handle::NULL, 0);
    // SAFETY: the path outlives the call.
    let status = unsafe { proxy_get_property(path.as_ptr(), path.len(), &mut data, &mut size) };
    // SAFETY: filled by the call above.
    present(status, || unsafe { data.take(size) })
}
