//! How many entries a pretoken is put together from.

use crate::entries::{Hasher, Key, LONGEST, LONGEST_RUN, SPLIT, holds, is_merged, word};
use crate::pretoken::Pattern;

/// How many characters that end no entry are passed over before an entry is taken to be the longest: of what begins
/// with ASCII, and of all else, where most that are entries begin with others.
const GAP_ASCII: usize = 3;
const GAP: usize = 2;

/// What a pretoken that is no entry is cut into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// Entries.
    pub count: u64,
    /// Strings asked for in vain. One in 128 of those like them were not in vain and should have been.
    pub misses: u64,
}

/// Cuts a pretoken: the longest entry first, and so on. The vocabularies merge pairs by rank instead, which rarely
/// gives another number.
pub(crate) fn pieces(pretoken: &[u8], pattern: Pattern) -> Pieces {
    let mut pieces = Pieces::default();
    let mut rest = pretoken;
    while !rest.is_empty() {
        let length = longest_run(rest, pattern).unwrap_or_else(|| longest(rest, pattern, &mut pieces.misses));
        rest = rest.get(length..).unwrap_or_default();
        pieces.count += 1;
    }
    pieces
}

/// The length of the entry that is taken first.
fn longest(rest: &[u8], pattern: Pattern, misses: &mut u64) -> usize {
    let ascii = rest.first().is_none_or(u8::is_ascii);
    let gap = if ascii { GAP_ASCII } else { GAP };
    // What a character may end within: entries of `cl100k` often do, those of `o200k` where the first is none.
    let first = if ascii { 1 } else { 1 + rest.iter().skip(1).take_while(|byte| is_within(**byte)).count() };
    let mut best = 1;
    let mut inner = true;
    if (pattern == Pattern::O200k || first == 2)
        && first > 1
        && rest.get(..first).is_some_and(|c| holds(Key::of(c), pattern.bit()))
    {
        best = first;
        inner = false;
    }
    let mut passed = 0;
    let mut length = best;
    let mut hasher = Hasher::default();
    for (at, eight) in rest.chunks(8).enumerate().take(LONGEST / 8) {
        let bytes = word(eight);
        while length < at * 8 + eight.len() {
            length += 1;
            let within = rest.get(length).is_some_and(|byte| is_within(*byte));
            if within && !inner {
                continue;
            }
            let last = bytes & u64::MAX >> (64 - 8 * (length - at * 8));
            if holds(hasher.end(last, length), pattern.bit())
                && (length < SPLIT || rest.get(..length).is_some_and(|entry| is_merged(entry, pattern.bit())))
            {
                best = length;
                passed = 0;
                inner &= within || pattern == Pattern::Cl100k;
                continue;
            }
            *misses += 1;
            passed += usize::from(!within);
            if passed > gap {
                return best;
            }
        }
        hasher = hasher.with(bytes);
    }
    best
}

/// Whether a byte goes on with a character.
fn is_within(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The longest entry of one repeated byte, where there are many of it.
fn longest_run(rest: &[u8], pattern: Pattern) -> Option<usize> {
    let (head, _) = rest.split_first_chunk::<8>()?;
    let [first, ..] = head;
    if head.iter().any(|byte| byte != first) {
        return None;
    }
    let run = rest.iter().take(LONGEST_RUN).take_while(|byte| *byte == first).count();
    (8..=run).rev().find(|&length| rest.get(..length).is_some_and(|run| holds(Key::of(run), pattern.bit())))
}
