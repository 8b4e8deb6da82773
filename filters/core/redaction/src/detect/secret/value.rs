//! Whether a value looks like a secret: made by chance, or thought up by somebody as a password.

use super::stand_in::{code, stands_in};
use super::words::{made_of_words, names, wordy};
use crate::detect::score::{LIKELY, WEAK};
use crate::detect::token::distinct;

/// Least length of a key or token, in bytes.
const MIN_KEY: usize = 10;
/// Least length of a password, in bytes.
const MIN_PASSWORD: usize = 4;
/// How much of a long value decides, in bytes.
const LOOKED_AT: usize = 128;

/// Whether a key or token may look like that: no words, no number, no pattern, no place-holder.
pub(super) fn is_random(value: &[u8]) -> bool {
    // Cheap questions first: a text may be full of keywords.
    let value = head(value);
    let kinds = Kinds::of(value);
    let length = value.len();
    if length < MIN_KEY || kinds.other_than_graphic(length) || kinds.lower + kinds.upper == 0 {
        return false;
    }
    let chance = if kinds.digits == 0 {
        // Letters only: as long and as mixed as no name is.
        length >= 14 && kinds.lower > 3 && kinds.upper > 3 && kinds.turns * 4 >= length && !wordy(value)
    } else if is_hex(value) {
        length >= 16 && entropy(value) >= 2.8
    } else {
        (length >= 12 || kinds.classes() >= 3)
            && entropy(value) >= 0.75 * (length.min(26) as f32).log2()
            && !row(value)
            && !made_of_words(value)
    };
    let brackets = value.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}'));
    chance && !brackets && !code(value) && !stands_in(value)
}

/// What is looked at of a long value.
fn head(value: &[u8]) -> &[u8] {
    value.get(..LOOKED_AT).unwrap_or(value)
}

/// The score of a password; None if it is none.
pub(super) fn password(value: &[u8]) -> Option<u8> {
    let value = head(value);
    if value.len() < MIN_PASSWORD || distinct(value) < 3 || stands_in(value) {
        return None;
    }
    let kinds = Kinds::of(value);
    let letters = kinds.lower + kinds.upper + kinds.beyond;
    if letters == 0 {
        // A PIN, but no date, range or amount.
        return (value.len() >= 6 && kinds.digits == value.len()).then_some(LIKELY);
    }
    if code(value) {
        return None;
    }
    let strange = value
        .iter()
        .any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'\'' | b':' | b'/' | b'*'));
    let likely = value.len() >= 6 && (kinds.digits > 0 || strange) && !names(value);
    Some(if likely { LIKELY } else { WEAK })
}

/// How many bytes there are of each kind.
struct Kinds {
    digits: usize,
    lower: usize,
    upper: usize,
    /// Outside of ASCII.
    beyond: usize,
    other: usize,
    /// How often the case changes from a letter to the next.
    turns: usize,
}

impl Kinds {
    fn of(value: &[u8]) -> Self {
        let count = |wanted: fn(&u8) -> bool| value.iter().filter(|byte| wanted(byte)).count();
        let turn = |pair: &[u8]| match pair {
            [left, right] => {
                left.is_ascii_alphabetic()
                    && right.is_ascii_alphabetic()
                    && left.is_ascii_lowercase() != right.is_ascii_lowercase()
            }
            _ => false,
        };
        Self {
            digits: count(u8::is_ascii_digit),
            lower: count(u8::is_ascii_lowercase),
            upper: count(u8::is_ascii_uppercase),
            beyond: count(|byte| !byte.is_ascii()),
            other: count(u8::is_ascii_punctuation),
            turns: value.windows(2).filter(|pair| turn(pair)).count(),
        }
    }

    /// Whether there are bytes that are no letters, digits and punctuation of ASCII.
    fn other_than_graphic(&self, length: usize) -> bool {
        self.digits + self.lower + self.upper + self.other < length
    }

    fn classes(&self) -> usize {
        [self.digits, self.lower, self.upper, self.other].iter().filter(|&&count| count > 0).count()
    }
}

fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':'))
}

/// Shannon's entropy, in bits per byte.
fn entropy(value: &[u8]) -> f32 {
    let length = value.len() as f32;
    let mut counts = [0u16; 128];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(byte & 127)) {
            *count += 1;
        }
    }
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f32::from(count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// `0123456789abcdef`, `aaaaaaaa`: half of the bytes or more are what their neighbour makes expected.
fn row(value: &[u8]) -> bool {
    let expected = |pair: &&[u8]| matches!(pair, [left, right] if left == right || left.wrapping_add(1) == *right);
    value.windows(2).filter(expected).count() * 2 >= value.len()
}
