//! The only crate that knows proxy-wasm.
//!
//! A thin layer over ABI 0.2.1 as Envoy implements it, in place of the Rust SDK, which panics on statuses it does not
//! expect and exports every callback whether the module uses it or not. Here an error is a value ([`HostError`]), a
//! module exports what it names ([`export!`]), and a header map is one buffer read in place ([`Headers`]).
//!
//! What Envoy's wasm host does and what it costs, as measured, is in this crate's README.
//!
//! A filter is a [`RootFilter`] (its configuration) that begins a [`StreamFilter`] per stream; all it can ask of Envoy
//! is [`Host`]. The same filter runs natively under `fake::FakeEnvoy`, which drives the callbacks as Envoy does.
//!
//! ```
//! use std::rc::Rc;
//! use tollgate_host::{Configuration, HeaderMap, HeadersAction, Host, RootFilter, StreamFilter, StreamId};
//!
//! struct Greeter { greeting: String }
//! struct Stream(Rc<Greeter>);
//!
//! impl RootFilter for Greeter {
//!     type Stream = Stream;
//!     type Vm = ();
//!     fn configure(_: &mut dyn Host, _: &Rc<()>, configuration: Configuration<'_>) -> Result<Self, String> {
//!         let greeting = String::from_utf8(configuration.plugin.to_vec()).map_err(|e| e.to_string())?;
//!         Ok(Self { greeting })
//!     }
//!     fn new_stream(self: &Rc<Self>, _: StreamId) -> Stream { Stream(Rc::clone(self)) }
//! }
//!
//! impl StreamFilter for Stream {
//!     fn on_response_headers(&mut self, host: &mut dyn Host, _: bool) -> HeadersAction {
//!         let _ = host.set_header(HeaderMap::Response, "x-greeting", &self.0.greeting);
//!         HeadersAction::Continue
//!     }
//! }
//!
//! tollgate_host::export!(Greeter; response_headers);
//!
//! # #[cfg(not(target_arch = "wasm32"))] {
//! use tollgate_host::fake::{Answer, FakeEnvoy, Request};
//! let envoy = FakeEnvoy::<Greeter>::new("hello").unwrap().exporting(EXPORTS);
//! let outcome = envoy.exchange(Request::get("/"), Answer::new(200));
//! assert_eq!(outcome.client.header("x-greeting"), Some("hello"));
//! # }
//! ```

#[cfg(target_arch = "wasm32")]
pub mod abi;
mod callout;
mod dispatch;
#[cfg(all(feature = "embed", not(target_arch = "wasm32")))]
pub mod embed;
mod error;
mod export;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
mod filter;
mod headers;
mod host;
pub mod pairs;

pub use callout::{CallId, GrpcCall, GrpcStatus};
pub use dispatch::Dispatcher;
pub use error::HostError;
pub use export::{Callback, Callbacks};
pub use filter::{BodyAction, Configuration, HeadersAction, RootFilter, StreamFilter, StreamId, TrailersAction};
pub use headers::{Headers, Iter};
pub use host::{Body, HeaderMap, Host, LogLevel, MetricId, MetricKind};
