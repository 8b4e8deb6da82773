//! Quotas as a caller meets them, leased from a service in memory and counted without one: who waits, who is clamped, shed, downgraded or stopped, what
//! is returned, and what is reported.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod admission;
mod clamp;
mod downgrade;
mod fleet;
mod single;
mod stops;
mod used;
mod waiting;
mod world;
