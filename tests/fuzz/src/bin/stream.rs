#![no_main]
//! See `tollgate_fuzz::stream`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::stream(data));
