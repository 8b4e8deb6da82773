#![no_main]
//! See `tollgate_fuzz::request`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::request(data));
