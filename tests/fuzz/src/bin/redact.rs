#![no_main]
//! See `tollgate_fuzz::redact`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::redact(data));
