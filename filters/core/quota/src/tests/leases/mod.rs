//! Leases on a simulated fleet: see `world.rs` for what goes wrong in it.

mod laws;
mod rival;
mod world;
