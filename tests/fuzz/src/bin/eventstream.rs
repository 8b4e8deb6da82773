#![no_main]
//! See `tollgate_fuzz::eventstream`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::eventstream(data));
