//! Leases: their parts one by one, and a simulated fleet (`world.rs` says what goes wrong in it).

#[cfg(not(target_arch = "wasm32"))]
mod laws;
mod parts;
#[cfg(not(target_arch = "wasm32"))]
mod rival;
#[cfg(not(target_arch = "wasm32"))]
mod world;
