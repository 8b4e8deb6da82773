#![no_main]
//! See `tollgate_fuzz::messages`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::messages(data));
