//! How sure a detector is, from 1 to 100.
//!
//! A rule takes findings of [`tollgate_policy::redaction::MIN_SCORE`] and more unless it says otherwise. A detector gives one of the
//! grades below; what a pattern alone suggests is [`WEAK`], and a word beside it that speaks for it makes it [`LIKELY`].

use std::ops::Range;

use crate::text;

/// A check digit, an issued prefix or a structure that nothing else has.
pub(crate) const CERTAIN: u8 = 100;
/// A pattern beside a word that speaks for it, or one that other things seldom have.
pub(super) const LIKELY: u8 = 75;
/// A pattern that other things have as well: below what counts unless a rule asks for it.
pub(super) const WEAK: u8 = 25;

/// How far a context word may stand from what it speaks of, in bytes.
pub(super) const WINDOW: usize = 48;

/// Words that speak for a finding or against it; lower case, letters and single blanks.
pub(super) struct Context {
    /// Make it likely.
    pub words: &'static [&'static str],
    /// Make it weak, whatever its pattern.
    pub against: &'static [&'static str],
}

impl Context {
    /// Words that speak for it only.
    pub const fn of(words: &'static [&'static str]) -> Self {
        Self { words, against: &[] }
    }

    /// The score of what stands at `range` and has `score` by itself. Words in front count, and those behind it on the same line.
    pub fn weigh(&self, bytes: &[u8], range: &Range<usize>, score: u8) -> u8 {
        let near = |words: &[&str]| {
            text::word_before(bytes, range.start, WINDOW, words) || text::word_behind(bytes, range.end, WINDOW, words)
        };
        if !self.against.is_empty() && near(self.against) {
            score.min(WEAK)
        } else if score < LIKELY && near(self.words) {
            LIKELY
        } else {
            score
        }
    }
}
