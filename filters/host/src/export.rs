//! Which callbacks a module exports, and how.

/// A callback of [`crate::StreamFilter`] or [`crate::RootFilter`] that a module may export.
///
/// Every exported callback costs a call into the VM whether or not it does anything, so a module names what it needs.
#[allow(non_camel_case_types, reason = "these are the names `export!` takes")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Callback {
    /// [`crate::StreamFilter::on_request_headers`].
    request_headers = 1,
    /// [`crate::StreamFilter::on_request_body`].
    request_body = 2,
    /// [`crate::StreamFilter::on_request_trailers`].
    request_trailers = 4,
    /// [`crate::StreamFilter::on_response_headers`].
    response_headers = 8,
    /// [`crate::StreamFilter::on_response_body`].
    response_body = 16,
    /// [`crate::StreamFilter::on_response_trailers`].
    response_trailers = 32,
    /// [`crate::StreamFilter::on_log`].
    log = 64,
    /// [`crate::StreamFilter::on_done`].
    done = 128,
    /// [`crate::RootFilter::on_tick`].
    tick = 256,
    /// [`crate::RootFilter::on_grpc`].
    grpc = 512,
}

/// The callbacks a module exports, as [`crate::export!`] leaves them in `EXPORTS` for the fake host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callbacks(u16);

impl Callbacks {
    /// Every callback there is.
    pub const ALL: Self = Self(1023);

    /// The set of these callbacks.
    pub const fn of(mut callbacks: &[Callback]) -> Self {
        let mut set = 0;
        while let [first, rest @ ..] = callbacks {
            set |= *first as u16;
            callbacks = rest;
        }
        Self(set)
    }

    /// Whether the module exports it.
    pub const fn contains(self, callback: Callback) -> bool {
        self.0 & callback as u16 != 0
    }
}

/// Makes a proxy-wasm module of a [`crate::RootFilter`]: `export!(Gateway; request_headers, request_body, log);`
///
/// Generates the ABI version, the allocator hook and the context callbacks every module needs, and beyond them only the
/// callbacks named. The names are those of [`Callback`]. Also leaves `EXPORTS` in scope, so that a test can hold the
/// fake host to the same list. At most one module per binary: the exports have fixed names.
#[macro_export]
macro_rules! export {
    ($root:ty; $($callback:ident),* $(,)?) => {
        /// The callbacks this module exports.
        pub const EXPORTS: $crate::Callbacks = $crate::Callbacks::of(&[$($crate::Callback::$callback),*]);

        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        pub mod tollgate_exports {
            use super::*;

            ::std::thread_local! {
                static MODULE: $crate::Dispatcher<$root> = const { $crate::Dispatcher::new() };
            }

            #[unsafe(no_mangle)]
            extern "C" fn proxy_abi_version_0_2_1() {}

            #[unsafe(no_mangle)]
            extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
                $crate::abi::allocate(size)
            }

            #[unsafe(no_mangle)]
            extern "C" fn proxy_on_context_create(id: u32, parent: u32) {
                MODULE.with(|module| module.context_create(id, parent));
            }

            #[unsafe(no_mangle)]
            extern "C" fn proxy_on_configure(id: u32, _size: usize) -> u32 {
                MODULE.with(|module| $crate::abi::configure(module, id)).into()
            }

            #[unsafe(no_mangle)]
            extern "C" fn proxy_on_delete(id: u32) {
                MODULE.with(|module| module.delete(id));
            }

            $($crate::export!(@ $callback);)*
        }
    };
    (@ request_headers) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_request_headers(id: u32, _count: usize, end_of_stream: u32) -> u32 {
            MODULE.with(|module| module.request_headers(&mut $crate::abi::Envoy, id, end_of_stream != 0)) as u32
        }
    };
    (@ request_body) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_request_body(id: u32, size: usize, end_of_stream: u32) -> u32 {
            MODULE.with(|module| module.request_body(&mut $crate::abi::Envoy, id, size, end_of_stream != 0)) as u32
        }
    };
    (@ request_trailers) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_request_trailers(id: u32, _count: usize) -> u32 {
            MODULE.with(|module| module.request_trailers(&mut $crate::abi::Envoy, id)) as u32
        }
    };
    (@ response_headers) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_response_headers(id: u32, _count: usize, end_of_stream: u32) -> u32 {
            MODULE.with(|module| module.response_headers(&mut $crate::abi::Envoy, id, end_of_stream != 0)) as u32
        }
    };
    (@ response_body) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_response_body(id: u32, size: usize, end_of_stream: u32) -> u32 {
            MODULE.with(|module| module.response_body(&mut $crate::abi::Envoy, id, size, end_of_stream != 0)) as u32
        }
    };
    (@ response_trailers) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_response_trailers(id: u32, _count: usize) -> u32 {
            MODULE.with(|module| module.response_trailers(&mut $crate::abi::Envoy, id)) as u32
        }
    };
    (@ log) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_log(id: u32) {
            MODULE.with(|module| module.log(&mut $crate::abi::Envoy, id));
        }
    };
    (@ done) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_done(id: u32) -> u32 {
            MODULE.with(|module| module.done(&mut $crate::abi::Envoy, id)).into()
        }
    };
    (@ tick) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_tick(id: u32) {
            MODULE.with(|module| $crate::abi::tick(module, id));
        }
    };
    (@ grpc) => {
        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_grpc_receive(id: u32, call: u32, size: usize) {
            MODULE.with(|module| $crate::abi::grpc_received(module, id, call, size));
        }

        #[unsafe(no_mangle)]
        extern "C" fn proxy_on_grpc_close(id: u32, call: u32, status: u32) {
            MODULE.with(|module| $crate::abi::grpc_closed(module, id, call, status));
        }
    };
}
