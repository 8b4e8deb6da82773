//! The only crate that knows proxy-wasm.
