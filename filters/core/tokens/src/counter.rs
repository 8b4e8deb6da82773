//! The count of a text that comes in pieces.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::ascii::{Simple, simple};
use crate::entries::{Key, SPLIT, holds, is_entry};
use crate::known::recall;
use crate::pieces::{Pieces, pieces};
use crate::pretoken::{Pattern, SEEN, length};
use crate::repeats::Repeats;
use crate::vocabulary::Vocabulary;

/// How many tokens a text has, as far as can be told without its vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// The likely count. `docs/tokens.md` states by kind of text how far from the truth it is.
    pub tokens: u64,
    /// A count the truth does not exceed: at least `tokens`, at most the bytes of the text (for `o200k` and
    /// `cl100k`, whose tokens are never less than a byte).
    pub upper_bound: u64,
}

impl Add for Estimate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            upper_bound: self.upper_bound.saturating_add(other.upper_bound),
        }
    }
}

impl AddAssign for Estimate {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Estimate {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    /// Pretokens that are entries.
    whole: u64,
    /// Pretokens that are not.
    cut: u64,
    /// What those were cut into.
    pieces: u64,
    /// Those cut in two, of scripts whose words are.
    pairs: u64,
    /// Strings asked for in vain.
    misses: u64,
}

/// What was counted so far.
#[derive(Debug, Clone, Default)]
struct Sums {
    totals: Totals,
    repeats: Repeats,
}

/// Counts a text piece by piece: any cut between characters gives the same result.
#[derive(Debug, Clone)]
pub struct Counter {
    vocabulary: Vocabulary,
    sums: Sums,
    /// The end of what was pushed, which what comes next may change the reading of.
    pending: String,
    bytes: u64,
}

impl Counter {
    /// A counter that has seen nothing.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, sums: Sums::default(), pending: String::new(), bytes: 0 }
    }

    /// Counts on with the next piece of the same text.
    pub fn push(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        if self.pending.is_empty() {
            let counted = count(text, self.vocabulary, false, &mut self.sums);
            self.pending.push_str(text.get(counted..).unwrap_or_default());
        } else {
            self.pending.push_str(text);
            let counted = count(&self.pending, self.vocabulary, false, &mut self.sums);
            self.pending.drain(..counted);
        }
    }

    /// The estimate for all that was pushed.
    #[must_use]
    pub fn finish(&self) -> Estimate {
        let mut sums = self.sums.clone();
        count(&self.pending, self.vocabulary, true, &mut sums);
        of_sums(&sums, self.bytes, self.vocabulary)
    }
}

/// The estimate for a whole text.
#[must_use]
pub fn estimate(text: &str, vocabulary: Vocabulary) -> Estimate {
    let mut sums = Sums::default();
    count(text, vocabulary, true, &mut sums);
    of_sums(&sums, text.len() as u64, vocabulary)
}

/// What the table's mistakes and the other way to cut add up to, in parts of [`PARTS`]: made out on texts of all kinds
/// (`docs/tokens.md`).
struct Chances {
    /// A word cut in two, which the vocabulary now and then cuts in three.
    pair: u64,
    /// A string asked for in vain: one in 128 like it was taken for an entry, mostly to no effect.
    miss: u64,
    /// A piece beyond the first of its word: one in 128 such words was taken for an entry.
    piece: u64,
    /// Percent of a token that the bound adds for a string asked for in vain.
    bound: u64,
}

const PARTS: u64 = 512;
const O200K: Chances = Chances { pair: 28, miss: 1, piece: 4, bound: 3 };
const CL100K: Chances = Chances { pair: 18, miss: 1, piece: 4, bound: 1 };

fn of_sums(sums: &Sums, bytes: u64, vocabulary: Vocabulary) -> Estimate {
    let chances = if vocabulary.pattern() == Pattern::O200k { O200K } else { CL100K };
    let Sums { totals: Totals { whole, cut, pieces, pairs, misses }, repeats } = sums;
    let chance = pairs * chances.pair + misses * chances.miss + (pieces - cut) * chances.piece;
    let tokens = whole + pieces + (chance + PARTS / 2) / PARTS;
    // What is cut is less sure than what is not, most of all where much was asked for in vain; and what chance adds
    // grows with the root of the count, unless a word comes again and again.
    let chance = (tokens * 8 + pieces * 8 + misses * chances.bound) / 100 + tokens.isqrt() + 8;
    let bounded = tokens + chance + repeats.bound(whole + cut);
    let (percent, bound_percent) = vocabulary.percent();
    let tokens = (tokens * percent / 100).clamp(u64::from(bytes > 0), bytes);
    Estimate { tokens, upper_bound: (bounded * bound_percent / 100).clamp(tokens, bytes) }
}

/// Counts the pretokens of a text; unless it is at its `end`, only those that nothing behind the text can change.
/// Returns how far that is.
fn count(text: &str, vocabulary: Vocabulary, end: bool, sums: &mut Sums) -> usize {
    match vocabulary.pattern() {
        Pattern::O200k => count_by::<true>(text, end, sums),
        Pattern::Cl100k => count_by::<false>(text, end, sums),
    }
}

fn count_by<const O200K: bool>(text: &str, end: bool, sums: &mut Sums) -> usize {
    let pattern = if O200K { Pattern::O200k } else { Pattern::Cl100k };
    let mut rest = text;
    let mut total = sums.totals;
    while !rest.is_empty() && (end || rest.len() >= SEEN) {
        let length = match simple(rest.as_bytes(), pattern) {
            Some(Simple::Entry(length)) => {
                total.whole += 1;
                length
            }
            Some(Simple::Word(length, key)) => {
                let word = rest.as_bytes().get(..length).unwrap_or_default();
                if length < SPLIT && holds(key, pattern.bit()) {
                    total.whole += 1;
                    sums.repeats.saw(key, word, 1);
                } else {
                    let count = add(word, key, pattern, &mut total);
                    sums.repeats.saw(key, word, count);
                }
                length
            }
            None => {
                let length = length(rest, pattern);
                let token = rest.as_bytes().get(..length).unwrap_or_default();
                if length == 1 {
                    total.whole += 1;
                } else {
                    let key = Key::of(token);
                    let count = add(token, key, pattern, &mut total);
                    sums.repeats.saw_any(key, token, count);
                }
                length
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    sums.totals = total;
    text.len() - rest.len()
}

fn add(token: &[u8], key: Key, pattern: Pattern, total: &mut Totals) -> u64 {
    let found = recall(key, pattern.bit(), || {
        if is_entry(token, key, pattern.bit()) { Pieces { count: 1, misses: 0 } } else { pieces(token, pattern) }
    });
    if found.count == 1 {
        total.whole += 1;
        return 1;
    }
    total.cut += 1;
    total.pieces += found.count;
    total.misses += found.misses;
    total.pairs += u64::from(found.count == 2 && token.get(1).is_some_and(|byte| *byte < 0xe3));
    found.count
}
