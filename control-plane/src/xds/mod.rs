//! Delta ADS: one stream to each Envoy, over which all resources travel in an order that never leaves a reference dangling.
//!
//! - [`session`] is one stream's protocol as a state machine without I/O.
//! - [`server`] drives a session for each stream.
//! - [`nodes`] keeps what every Envoy accepted and refused.
//! - [`publisher`] moves the fleet from one snapshot to the next without dropping what is still in use.

pub mod nodes;
pub mod publisher;
pub mod server;
pub mod session;
