#![no_main]
//! See `tollgate_fuzz::json`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::json(data));
