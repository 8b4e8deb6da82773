//! How sure a detector is, from 1 to 100.
//!
//! A rule takes findings of [`tollgate_policy::redaction::MIN_SCORE`] and more unless it says otherwise. A detector gives one of the
//! grades below; what a pattern alone suggests is [`WEAK`], and a word beside it that speaks for it makes it [`LIKELY`].

use std::ops::Range;

use super::around::Hit;
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

    /// The score of what has `score` by itself, and these words around it.
    pub fn weigh(&self, near: &Near<'_>, score: u8) -> u8 {
        if near.has(self.against) {
            score.min(WEAK)
        } else if score < LIKELY && near.has(self.words) {
            LIKELY
        } else {
            score
        }
    }
}

/// The words around a place, in [`WINDOW`] bytes in front of it and in as many behind it on the same line.
pub(super) struct Near<'n> {
    bytes: &'n [u8],
    place: Range<usize>,
    /// In order of their starts, the first of them in the window.
    words: &'n [Hit],
}

impl<'n> Near<'n> {
    pub fn new(bytes: &'n [u8], place: &Range<usize>, words: &'n [Hit]) -> Self {
        Self { bytes, place: place.clone(), words }
    }

    /// Whether there are any words.
    pub fn any(&self) -> bool {
        !self.words.is_empty()
    }

    /// Whether one of these is among them.
    // Not spelled out for each list: that is kilobytes, and few numbers have words around them.
    #[inline(never)]
    pub fn has(&self, words: &[&str]) -> bool {
        self.has_within(words, WINDOW) || self.has_behind(words, WINDOW)
    }

    /// Whether one of these stands in so many bytes in front.
    #[inline(never)]
    pub fn has_within(&self, words: &[&str], window: usize) -> bool {
        let from = self.place.start.saturating_sub(window);
        let in_front = |hit: &&Hit| hit.start >= from && hit.end <= self.place.start;
        self.words.iter().filter(in_front).any(|hit| words.contains(&hit.word))
    }

    /// Whether one of these stands in so many bytes behind, on the same line.
    #[inline(never)]
    pub fn has_behind(&self, words: &[&str], window: usize) -> bool {
        let to = self.place.end + window;
        let line = |hit: &Hit| !text::slice(self.bytes, self.place.end..hit.start).contains(&b'\n');
        let behind = |hit: &&Hit| hit.start >= self.place.end && hit.end <= to;
        self.words.iter().filter(behind).any(|hit| words.contains(&hit.word) && line(hit))
    }
}
