//! The control plane of Tollgate: policies in git become Envoy resources, served over delta xDS.
//!
//! ```text
//! files ─ config ─ model ─ compile, resources ─ snapshot ─ xds ─ Envoys
//!            │         │                                     │
//!         problems     rules ─ service ─ ledger       accepted, refused
//! ```
//!
//! `config` reads and checks, with every problem's file and line. `model` holds the result: plain types with no dangling reference.
//! `resources` and `compile` are pure functions from there to what Envoy gets. `xds` carries it to the fleet in an order that drops
//! nothing. `service` grants leases on the limits and books what was used, in the ledger that `bookkeeper` keeps. `controller` runs this again whenever a file changes, and keeps the last good configuration when the new one is not.

pub mod admin;
pub mod bookkeeper;
pub mod bootstrap;
pub mod cli;
pub mod compile;
pub mod config;
pub mod controller;
pub mod envoy_process;
pub mod model;
pub mod policytest;
pub mod proto;
pub mod resources;
pub mod review;
pub mod schema;
pub mod secrets;
pub mod service;
pub mod stops;
pub mod usage;
pub mod watch;
pub mod xds;
