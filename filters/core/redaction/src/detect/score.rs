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
        if score >= LIKELY && self.against.is_empty() {
            return score;
        }
        let near = Near::new(bytes, range);
        if near.has(self.against) {
            score.min(WEAK)
        } else if score < LIKELY && near.has(self.words) {
            LIKELY
        } else {
            score
        }
    }
}

/// The words around a place: where they start is looked for once, however many are asked for.
pub(super) struct Near<'t> {
    bytes: &'t [u8],
    /// Where the text in front begins that is looked at, and where that behind ends.
    from: usize,
    to: usize,
    place: Range<usize>,
    /// Where the words start, counted from `from`.
    starts: [u8; 2 * WINDOW],
    count: usize,
    /// The letters that they start with, a bit each; the last is for those beyond ASCII.
    initials: u32,
}

impl<'t> Near<'t> {
    /// The words in [`WINDOW`] bytes in front of a range, and in as many behind it on the same line.
    pub fn new(bytes: &'t [u8], range: &Range<usize>) -> Self {
        let line = text::slice(bytes, range.end..(range.end + WINDOW).min(bytes.len()));
        let mut near = Self {
            bytes,
            from: range.start.saturating_sub(WINDOW),
            to: range.end + text::count(line, 0, |byte| byte != b'\n'),
            place: range.clone(),
            starts: [0; 2 * WINDOW],
            count: 0,
            initials: 0,
        };
        let width = range.end - range.start;
        for at in (near.from..range.start).chain(range.end..near.to) {
            if text::begins_word(bytes, at)
                && let Some(slot) = near.starts.get_mut(near.count)
            {
                let inside = if at < range.start { 0 } else { width };
                *slot = (at - near.from - inside) as u8;
                near.count += 1;
                near.initials |= initial(text::at(bytes, at));
            }
        }
        near
    }

    /// Whether there are any words.
    pub fn any(&self) -> bool {
        self.count > 0
    }

    /// Whether one of these, in lower case, may be among them.
    pub fn may_have(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.initials & initial(text::at(word.as_bytes(), 0)) != 0)
    }

    /// Whether one of these, in lower case, is among them.
    pub fn has(&self, words: &[&str]) -> bool {
        self.has_within(words, WINDOW) || self.find(words, self.place.end..self.to)
    }

    /// Whether one of these, in lower case, stands in so many bytes in front.
    pub fn has_within(&self, words: &[&str], window: usize) -> bool {
        self.find(words, self.place.start.saturating_sub(window)..self.place.start)
    }

    fn find(&self, words: &[&str], part: Range<usize>) -> bool {
        let width = self.place.end - self.place.start;
        let start = |&start: &u8| {
            let at = self.from + usize::from(start);
            if at < self.place.start { at } else { at + width }
        };
        let starts = || self.starts.iter().take(self.count).map(start).filter(|at| part.contains(at));
        let mut likely = words.iter().filter(|word| self.initials & initial(text::at(word.as_bytes(), 0)) != 0);
        likely.any(|word| starts().any(|at| text::is_word(self.bytes, at..part.end, word)))
    }
}

/// The bit of a first letter.
fn initial(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => 1 << (letter - b'a'),
        _ => 1 << 26,
    }
}
