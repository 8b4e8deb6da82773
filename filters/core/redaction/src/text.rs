//! Small questions about bytes, answered without a bounds check that could panic.

use std::ops::Range;

/// The byte at `at`, or 0 beyond the text. No detector looks for NUL, so the stand-in matches nothing.
#[inline]
pub(crate) fn at(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The byte in front of `at`, or 0 at the start.
#[inline]
pub(crate) fn before(text: &[u8], position: usize) -> u8 {
    match position.checked_sub(1) {
        Some(previous) => at(text, previous),
        None => 0,
    }
}

/// The bytes of a range; nothing if it does not lie within the text.
#[inline]
pub(crate) fn slice(text: &[u8], range: Range<usize>) -> &[u8] {
    text.get(range).unwrap_or_default()
}

/// What follows `from`.
#[inline]
pub(crate) fn tail(text: &[u8], from: usize) -> &[u8] {
    text.get(from..).unwrap_or_default()
}

/// Whether the text goes on with `what` at `position`.
#[inline]
pub(crate) fn follows(text: &[u8], position: usize, what: &[u8]) -> bool {
    tail(text, position).starts_with(what)
}

/// How many bytes from `position` on satisfy `wanted`.
pub(crate) fn count(text: &[u8], position: usize, wanted: impl Fn(u8) -> bool) -> usize {
    tail(text, position).iter().take_while(|&&byte| wanted(byte)).count()
}

/// The number that ASCII digits stand for; one too large is the largest there is, and what is no digit counts as more than nine.
pub(crate) fn decimal(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value: u32, &byte| value.saturating_mul(10).saturating_add(u32::from(byte.wrapping_sub(b'0'))))
}

/// Whether no ASCII letter or digit touches the range on either side, so that it is no part of a longer word or number.
#[inline]
pub(crate) fn stands_alone(text: &[u8], range: &Range<usize>) -> bool {
    !before(text, range.start).is_ascii_alphanumeric() && !at(text, range.end).is_ascii_alphanumeric()
}

/// The character that ends in front of `position`.
pub(crate) fn char_before(text: &str, position: usize) -> Option<char> {
    text.get(..position)?.chars().next_back()
}

/// The character that starts at `position`.
pub(crate) fn char_at(text: &str, position: usize) -> Option<char> {
    text.get(position..)?.chars().next()
}

/// Widens a range to whole characters, for matchers that work on bytes.
pub(crate) fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Whether one of the lower-case `words` stands as a word in the `window` bytes in front of `position`.
pub(crate) fn word_before(text: &[u8], position: usize, window: usize, words: &[&str]) -> bool {
    let start = position.saturating_sub(window);
    has_word(text, start..position, words)
}

/// Whether a byte of a text is that of a word in lower case. Names of fields have an underscore or a dash for a blank.
fn same(byte: u8, wanted: u8) -> bool {
    byte.eq_ignore_ascii_case(&wanted) || (wanted == b' ' && matches!(byte, b'_' | b'-'))
}

/// Whether one of the lower-case `words` stands as a word within the range. One that starts with a letter beyond ASCII may stand within
/// another, since many of those scripts set no blanks, and its case has to be the text's.
pub(crate) fn has_word(text: &[u8], range: Range<usize>, words: &[&str]) -> bool {
    let mut starts = range.clone().filter(|&start| begins_word(text, start));
    starts.any(|start| words.iter().any(|word| is_word(text, start..range.end, word)))
}

/// Whether a word may start here for [`has_word`]. Letters only: an underscore or a digit in front, as in `user_phone`, does start one.
pub(crate) fn begins_word(text: &[u8], start: usize) -> bool {
    let first = at(text, start);
    first >= 0xc0 || (first.is_ascii_alphabetic() && !before(text, start).is_ascii_alphabetic())
}

/// Whether the word that starts where the range does, and ends in it, is this lower-case one.
pub(crate) fn is_word(text: &[u8], range: Range<usize>, word: &str) -> bool {
    let end = range.start + word.len();
    word.as_bytes().first() == Some(&at(text, range.start).to_ascii_lowercase())
        && end <= range.end
        && slice(text, range.start..end).iter().zip(word.as_bytes()).all(|(byte, wanted)| same(*byte, *wanted))
        && !at(text, end).is_ascii_alphabetic()
}
