//! The control plane of Tollgate: policies in git become Envoy resources, served over delta xDS.
//!
//! ```text
//! files ─ config ─ model ─ compile, resources ─ snapshot ─ xds ─ Envoys
//!            │                                               │
//!         problems                                   accepted, refused
//! ```
//!
//! `config` reads and checks, with every problem's file and line. `model` holds the result: plain types with no dangling reference.
//! `resources` and `compile` are pure functions from there to what Envoy gets. `xds` carries it to the fleet in an order that drops
//! nothing. `controller` runs this again whenever a file changes, and keeps the last good configuration when the new one is not.

pub mod admin;
pub mod bootstrap;
pub mod cli;
pub mod compile;
pub mod config;
pub mod controller;
pub mod envoy_process;
pub mod model;
pub mod policytest;
pub mod resources;
pub mod review;
pub mod schema;
pub mod secrets;
pub mod stops;
pub mod usage;
pub mod watch;
pub mod xds;
