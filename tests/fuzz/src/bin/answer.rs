#![no_main]
//! See `tollgate_fuzz::answer`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::answer(data));
