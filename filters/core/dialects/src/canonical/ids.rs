//! Ids for what a provider leaves without one and the client's dialect wants one for, and ids that a provider does not take.

use std::borrow::Cow;

/// An id that no other part of the answer has: `prefix` and 16 hexadecimal digits, from the time the attempt began and the part's number.
/// The same attempt gives the same ids, so that an answer and its stream agree.
pub(crate) fn synthetic_id(prefix: &str, now_nanos: u64, number: u64) -> String {
    format!("{prefix}{:016x}", spread(now_nanos.wrapping_add((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))))
}

/// The id of a tool call of the client's as a provider takes it: as it is if `fits` says so, otherwise one of `length` digits and lower-case
/// letters made from it, behind `prefix`. The same id becomes the same one, so that a call and its result still belong together. Escaped, as
/// `raw` is.
pub(crate) fn matching_id<'a>(raw: &'a str, prefix: &str, length: usize, fits: impl Fn(&str) -> bool) -> Cow<'a, str> {
    if fits(raw) {
        return raw.into();
    }
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = raw
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut left = spread(hash);
    let mut id = String::with_capacity(prefix.len() + length);
    id.push_str(prefix);
    for _ in 0..length {
        id.push(char::from_digit((left % 36) as u32, 36).unwrap_or('0'));
        left /= 36;
    }
    id.into()
}

/// SplitMix64 spreads neighbouring inputs: <https://prng.di.unimi.it/splitmix64.c>
fn spread(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_fits_stays_and_another_becomes_the_same_one_every_time() {
        let short = |id: &str| id.len() <= 9;
        assert_eq!(matching_id("call_1", "", 9, short), "call_1");
        let made = matching_id("functions.Bash:0", "", 9, short);
        assert_eq!(made.len(), 9);
        assert_eq!(made, matching_id("functions.Bash:0", "", 9, short));
        assert_ne!(made, matching_id("functions.Bash:1", "", 9, short));
        assert!(made.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
