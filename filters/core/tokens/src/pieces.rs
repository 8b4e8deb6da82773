//! How many entries a pretoken is put together from.

use crate::entries::{Hasher, Key, LONGEST, LONGEST_RUN, SPLIT, holds, is_merged, word};
use crate::pretoken::Pattern;

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
    let mut long_runs = true;
    while !rest.is_empty() {
        let length = if long_runs && begins_run(rest) {
            let length = longest(rest, RUN, pattern, &mut 0);
            long_runs = length >= SHORTEST_RUN;
            length
        } else {
            let reach = if rest.first().is_none_or(u8::is_ascii) { ASCII } else { OTHER };
            longest(rest, reach, pattern, &mut pieces.misses)
        };
        rest = rest.get(length..).unwrap_or_default();
        pieces.count += 1;
    }
    pieces
}

/// How far to look for the end of an entry.
#[derive(Clone, Copy)]
struct Reach {
    /// How many characters that end no entry are passed over before an entry is taken to be the longest.
    gap: usize,
    /// Bytes of the longest entry there may be.
    most: usize,
}

const ASCII: Reach = Reach { gap: 3, most: LONGEST };
/// Where most characters that are entries begin others.
const OTHER: Reach = Reach { gap: 2, most: LONGEST };
/// The entries of one repeated byte are of any length up to some, then of some lengths.
const RUN: Reach = Reach { gap: usize::MAX, most: LONGEST_RUN };

/// Bytes that make a run: shorter ones are entries at every length, if any is.
const SHORTEST_RUN: usize = 8;

fn begins_run(rest: &[u8]) -> bool {
    rest.first_chunk::<SHORTEST_RUN>().is_some_and(|[first, others @ ..]| others.iter().all(|byte| byte == first))
}

/// The length of the entry that is taken first.
fn longest(rest: &[u8], reach: Reach, pattern: Pattern, misses: &mut u64) -> usize {
    // What a character may end within: entries of `cl100k` often do, those of `o200k` where the first is none.
    let first = 1 + rest.iter().skip(1).take_while(|byte| is_within(**byte)).count().min(3);
    let mut inner = true;
    let mut best = 1;
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
    for (at, eight) in rest.chunks(8).enumerate().take(reach.most / 8) {
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
            if passed > reach.gap {
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
