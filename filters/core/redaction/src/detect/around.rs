//! The words around numbers that detectors ask for, read once for all of them.
//!
//! Texts are full of numbers, and few have such a word near them. So what stands around a number is read for the words of every detector
//! at once, as far as numbers reach and never twice, and a detector that asks gets those few that there are.

use std::ops::Range;
use std::sync::LazyLock;

use super::announced::{self, Announcement};
use super::score::{Near, WINDOW};
use super::starts::Starts;
use super::{card, ip, mac, money, national, phone, ssn};
use crate::text;
use tollgate_wire::order::sort_by;

/// Words kept; what is further back is read again if it is asked for.
const MOST: usize = 256;

/// A word that a detector asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub start: usize,
    pub end: usize,
    /// As its list has it.
    pub word: &'static str,
}

/// What was read of a text.
#[derive(Default)]
pub(super) struct Around {
    /// Words that start in here are known.
    read: Range<usize>,
    /// In order of their starts, as are the announcements.
    words: Vec<Hit>,
    announcements: Vec<Announcement>,
}

impl Around {
    /// The words around a range.
    pub fn near<'n>(&'n mut self, bytes: &'n [u8], range: &Range<usize>) -> Near<'n> {
        let from = self.cover(bytes, range);
        let first = self.words.iter().rposition(|hit| hit.start < from).map_or(0, |place| place + 1);
        Near::new(bytes, range, self.words.get(first..).unwrap_or_default())
    }

    /// What is announced around a range.
    pub fn announcements(&mut self, bytes: &[u8], range: &Range<usize>) -> &[Announcement] {
        let from = self.cover(bytes, range);
        let first = self.announcements.iter().rposition(|hit| hit.start < from).map_or(0, |place| place + 1);
        self.announcements.get(first..).unwrap_or_default()
    }

    /// Reads what stands around a range. Where that begins.
    fn cover(&mut self, bytes: &[u8], range: &Range<usize>) -> usize {
        let from = range.start.saturating_sub(WINDOW);
        let to = (range.end + WINDOW).min(bytes.len());
        let full = self.words.len().max(self.announcements.len()) > MOST;
        if from < self.read.start || from > self.read.end || (full && to > self.read.end) {
            self.words.clear();
            self.announcements.clear();
            self.read = from..from;
        }
        if to > self.read.end {
            self.read(bytes, to);
        }
        from
    }

    fn read(&mut self, bytes: &[u8], to: usize) {
        let known = &*KNOWN;
        let mut before = text::before(bytes, self.read.end);
        for at in self.read.end..to {
            let byte = text::at(bytes, at);
            // At a hump of camel case, too.
            let starts = byte >= 0xc0
                || byte.is_ascii_alphabetic()
                    && (!before.is_ascii_alphabetic() || (byte.is_ascii_uppercase() && !before.is_ascii_uppercase()));
            before = byte;
            if starts && known.starts.may_start(bytes, at) {
                known.find(bytes, at, &mut self.words);
                announced::find(bytes, at, &mut self.announcements);
            }
        }
        self.read.end = to;
    }
}

/// The words of all detectors.
struct Known {
    starts: Starts,
    /// By [`list`].
    words: Vec<&'static str>,
    /// For each list where it begins.
    lists: [u16; LISTS + 1],
}

const LISTS: usize = 256;

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut starts = Starts::default();
    announced::add_to(&mut starts);
    let mut words = Vec::new();
    for list in [card::CONTEXT.words, ssn::CONTEXT.words, mac::CONTEXT.words, money::CONTEXT.words, ip::VERSION] {
        add(&mut words, list);
    }
    phone::add_words(&mut words);
    national::add_words(&mut words);
    sort_by(&mut words, |left, right| (list_of(left), left) < (list_of(right), right));
    words.dedup();
    // What stands for a blank differs.
    words.iter().filter_map(|word| word.split(' ').next()).for_each(|start| starts.insert(start.as_bytes()));
    let mut lists = [0; LISTS + 1];
    for (list, first) in lists.iter_mut().enumerate() {
        *first = words.partition_point(|word| list_of(word) < list) as u16;
    }
    Known { starts, words, lists }
});

/// Appends words to those of all detectors. Once for all lists, and no copy of it in the module for each.
#[inline(never)]
pub(super) fn add(out: &mut Vec<&'static str>, words: &[&'static str]) {
    out.extend_from_slice(words);
}

impl Known {
    /// Appends the words that stand at `start`.
    fn find(&self, bytes: &[u8], start: usize, out: &mut Vec<Hit>) {
        if !text::begins_word(bytes, start) {
            return;
        }
        let list = list(text::at(bytes, start), text::at(bytes, start + 1));
        let place = |list: usize| self.lists.get(list).copied().map_or(0, usize::from);
        for word in self.words.get(place(list)..place(list + 1)).unwrap_or_default() {
            if text::is_word(bytes, start..bytes.len(), word) {
                out.push(Hit { start, end: start + word.len(), word });
            }
        }
    }
}

/// The list of words that start so, without regard to case. None has a blank there.
fn list(first: u8, second: u8) -> usize {
    usize::from(first.to_ascii_lowercase().wrapping_mul(29) ^ second.to_ascii_lowercase())
}

fn list_of(word: &str) -> usize {
    list(text::at(word.as_bytes(), 0), text::at(word.as_bytes(), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_word_is_found_wherever_it_may_stand() {
        let known = &*KNOWN;
        assert!(known.words.len() > 500);
        for word in &known.words {
            assert!(word.len() > 1 && word.as_bytes()[1] != b' ', "{word}");
            let joined = word.replace(' ', "_");
            for text in
                [format!("12 {word} 34"), format!("12 {} 34", word.to_ascii_uppercase()), format!("x_{joined}: 1")]
            {
                let mut around = Around::default();
                let end = text.len();
                assert!(around.near(text.as_bytes(), &(end - 1..end)).has(&[word]), "{text}");
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn what_was_read_does_not_depend_on_what_was_asked_before() {
        let text = "Tel 1 order 2\nphone number 3; passport 4, born 5 ".repeat(2 * MOST);
        let numbers = || text.match_indices(|byte: char| byte.is_ascii_digit()).map(|(at, digit)| at..at + digit.len());
        let seen = |around: &mut Around, range: &Range<usize>| {
            let bytes = text.as_bytes();
            let near = around.near(bytes, range);
            let words = [near.has(&["tel"]), near.has(&["order"]), near.has(&["phone"]), near.has_within(&["tel"], 20)];
            (words, announced::number(bytes, range, around), announced::birth(bytes, range, around))
        };
        let (mut forth, mut back) = (Around::default(), Around::default());
        let in_order: Vec<_> = numbers().map(|range| seen(&mut forth, &range)).collect();
        let mut reversed: Vec<_> = numbers().rev().map(|range| seen(&mut back, &range)).collect();
        reversed.reverse();
        let alone: Vec<_> = numbers().map(|range| seen(&mut Around::default(), &range)).collect();
        assert!(in_order == alone && reversed == alone);
        assert!(forth.words.len() <= MOST + 2 * WINDOW);
    }
}
