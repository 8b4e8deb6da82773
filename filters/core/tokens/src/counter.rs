//! The count of a text that comes in pieces.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::class::{self, KINDS, Trust};
use crate::slots::{Context, Slot};
use crate::tables::{ONE, Table};
use crate::vocabulary::Vocabulary;

/// How many tokens a text has, as far as can be told without its vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// The likely count. The README states by kind of text how far from the truth it may be.
    pub tokens: u64,
    /// A count the truth does not exceed: at least `tokens`, at most the bytes of the text (for `o200k` and
    /// `cl100k`, whose tokens are never less than a byte). Holds for all calibrated kinds of text with reserve; text
    /// made up to defeat it is bounded by its bytes alone, which is not always what this says.
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

/// Counts a text piece by piece: any cut between characters gives the same result.
#[derive(Debug, Clone)]
pub struct Counter {
    vocabulary: Vocabulary,
    table: &'static Table,
    context: Context,
    /// The prices so far, by how far they can be trusted.
    sums: [u64; 5],
    /// Bytes of characters that no price can be trusted for.
    rare_bytes: u64,
    /// What small letters cost above [`DEAR`].
    dear: u64,
    bytes: u64,
}

/// A small letter that costs more than this (in 1/4096) is one of an unusual word: a name, a key, a language the
/// vocabularies know little of. The bound charges what is above it once more.
pub(crate) const DEAR: u64 = 600;

/// Percent of the prices that the bound takes, by [`Trust`]; what is rare is bounded by its bytes.
const MARGINS: [u64; 4] = [130, 140, 160, 155];

impl Counter {
    /// A counter that has seen nothing.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        let table = vocabulary.table();
        Self { vocabulary, table, context: Context::default(), sums: [0; 5], rare_bytes: 0, dear: 0, bytes: 0 }
    }

    /// Counts on with the next piece of the same text.
    pub fn push(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        // Kept in registers: this is the pass over every byte of every request.
        let (mut context, mut ascii, mut dear) = (self.context, 0, 0);
        let mut rest = text;
        loop {
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            {
                let counted = crate::block::count(self.table, &mut context, rest.as_bytes());
                ascii += counted.price + counted.groups * ONE;
                dear += counted.dear;
                rest = rest.get(counted.length..).unwrap_or_default();
            }
            let letters = context.lower_case(rest.as_bytes(), |slot| {
                let price = self.table.letter(slot);
                ascii += price;
                dear += price.saturating_sub(DEAR);
            });
            let mut chars = rest.get(letters..).unwrap_or_default().chars();
            let Some(c) = chars.next() else { break };
            rest = chars.as_str();
            let slot = context.step(c);
            let price = self.table.price(slot);
            match slot {
                Slot::Letter(_) => {
                    ascii += price;
                    dear += price.saturating_sub(DEAR);
                }
                Slot::Kind(slot) if !c.is_ascii() => self.push_beyond_ascii(c, slot, price),
                Slot::Kind(_) | Slot::Digit(_) => ascii += price,
            }
        }
        self.context = context;
        self.dear += dear;
        let [sum, ..] = &mut self.sums;
        *sum += ascii;
    }

    fn push_beyond_ascii(&mut self, c: char, slot: usize, price: u64) {
        let trust = class::trust((slot % KINDS) as u8);
        if let Some(sum) = self.sums.get_mut(trust as usize) {
            *sum += price;
        }
        if trust == Trust::Rare {
            self.rare_bytes += c.len_utf8() as u64;
        }
    }

    /// The estimate for all that was pushed.
    #[must_use]
    pub fn finish(&self) -> Estimate {
        let (percent, bound_percent) = self.vocabulary.percent();
        let tokens = (self.sums.iter().sum::<u64>() * percent / 100 + ONE / 2) / ONE;
        let bounded: u64 = self.sums.iter().zip(MARGINS).map(|(sum, margin)| sum * margin / 100).sum();
        let bounded = (bounded + self.dear).div_ceil(ONE);
        // Short texts stray further: what chance adds grows with the root of the count.
        let bounded = (bounded + 2 + 3 * bounded.isqrt() / 2 + self.rare_bytes) * bound_percent / 100;
        let tokens = tokens.max(u64::from(self.bytes > 0)).min(self.bytes);
        Estimate { tokens, upper_bound: bounded.min(self.bytes).max(tokens) }
    }
}

/// The estimate for a whole text.
#[must_use]
pub fn estimate(text: &str, vocabulary: Vocabulary) -> Estimate {
    let mut counter = Counter::new(vocabulary);
    counter.push(text);
    counter.finish()
}
