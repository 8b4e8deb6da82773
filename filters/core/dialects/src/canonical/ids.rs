//! Ids for what a provider leaves without one and the client's dialect wants one for.

/// An id that no other part of the answer has: `prefix` and 16 hexadecimal digits, from the time the attempt began and the part's number.
/// The same attempt gives the same ids, so that an answer and its stream agree.
pub(crate) fn synthetic_id(prefix: &str, now_nanos: u64, number: u64) -> String {
    // SplitMix64 spreads neighbouring inputs: https://prng.di.unimi.it/splitmix64.c
    let mut z = now_nanos.wrapping_add((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{prefix}{:016x}", z ^ (z >> 31))
}
