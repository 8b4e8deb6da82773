#![no_main]
//! See `tollgate_fuzz::exchange`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::exchange(data));
