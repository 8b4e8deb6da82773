#![no_main]
//! See `tollgate_fuzz::sse`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::sse(data));
