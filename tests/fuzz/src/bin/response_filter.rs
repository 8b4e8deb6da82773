#![no_main]
//! See `tollgate_fuzz::response_filter`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::response_filter(data));
