#![no_main]
//! See `tollgate_fuzz::facts`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::facts(data));
