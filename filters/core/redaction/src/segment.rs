//! Where a stream may be cut: places that no finding lies across.
//!
//! The rules cannot be asked about a text whose end is still to come, and asking them again with every piece would make the outcome
//! depend on the pieces. So the text is cut into segments, at places that depend on nothing but the text, and each segment is decided
//! once, when so much of what follows is known as its last finding may need.
//!
//! A cut is tried at every blank, and at characters of scripts that are written without blanks. Built-in detectors find nothing across
//! one but numbers, account numbers, dates and private keys: after a word with a digit in it, a cut has to wait until two words without
//! one, a line's end, or [`NUMBER`] bytes have passed; within a private key there is none. Where numbers may begin with short words
//! (`AB 12 34 56 C`) or dates with a month (`March 12, 1985`), a cut behind such a word waits for the next two, and if one has a
//! digit, like one behind it. User rules that can match a blank, or look
//! for a word beside what they match, make every cut wait for as many bytes as they may look at. What still lies across is not cut.
//!
//! The text is read [folded](crate::fold): a full-width digit is a digit and no place to cut, a zero-width space is no blank, and
//! bytes are counted as those that are left.

use crate::detect;
use crate::fold::{Fold, Folded, fold};
use crate::text;

/// How much of a text behind a number has to be known, in bytes: the longest number (an IBAN of 33 in groups) and what follows it.
const NUMBER: usize = 64;
/// The longest segment in bytes, where detectors are in use: some of what they find is long.
pub(crate) const LONG: usize = 8192;
/// The longest segment in bytes, where only the user's own rules are.
pub(crate) const SHORT: usize = 1024;
/// How far in front of its end a segment of such a length is cut, so that what begins in front of the cut is seen to its end.
const MARGIN: usize = 512;

/// What the rules in use need to know about what follows a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    /// How far behind its first byte a user rule may look that can match a blank, or that looks for a word nearby, in bytes; 0 without
    /// such rules.
    pub lookahead: usize,
    /// User rules can match characters of scripts without blanks.
    pub joined_scripts: bool,
    /// Detectors of numbers are in use.
    pub numbers: bool,
    /// Detectors of numbers that begin with words are in use.
    pub words_of_numbers: bool,
    /// The detector of private keys is in use.
    pub private_keys: bool,
    /// Detectors are in use.
    pub detectors: bool,
}

impl Needs {
    /// What covers both.
    pub fn or(self, other: Self) -> Self {
        Self {
            lookahead: self.lookahead.max(other.lookahead),
            joined_scripts: self.joined_scripts || other.joined_scripts,
            numbers: self.numbers || other.numbers,
            words_of_numbers: self.words_of_numbers || other.words_of_numbers,
            private_keys: self.private_keys || other.private_keys,
            detectors: self.detectors || other.detectors,
        }
    }

    /// The longest segment in bytes.
    pub fn longest(&self) -> usize {
        if self.detectors { LONG } else { SHORT }
    }
}

/// A cut to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Where.
    pub at: usize,
    /// The text up to here decides.
    pub known: usize,
    /// Not to be refused; it may be made elsewhere.
    pub forced: bool,
}

/// A place to cut at, once enough of what follows is read.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    at: usize,
    /// The [count](Segmenter::count) that is enough.
    count: usize,
    /// The next words, so many, may show that a number began in front of it.
    words: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Key {
    #[default]
    Outside,
    Within,
    /// Between `-----END` and the dashes behind.
    Ending,
}

/// Reads a lane's text and proposes cuts. All positions are those of the text that the lane holds.
#[derive(Debug, Default)]
pub(crate) struct Segmenter {
    /// Up to here the text is read.
    read: usize,
    /// How many bytes that are when folded, from the lane's start.
    count: usize,
    /// Where the segment starts.
    start: usize,
    /// Where the word starts that is being read.
    word: usize,
    /// Whether it has a digit.
    digit: bool,
    /// Whether a number may have begun with the last one.
    opens: bool,
    /// Whether it has a character that is folded.
    folds: bool,
    /// Whether the last character stayed what it is, beyond ASCII.
    foreign: bool,
    /// Words with a digit keep cuts waiting until two without one have passed.
    loud: u8,
    key: Key,
    /// Cuts whose time has not come.
    waiting: Vec<Waiting>,
}

impl Segmenter {
    /// Where the undecided text starts.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The next cut to try, once enough text is there. It is to be answered with [`accept`](Self::accept), or simply by asking on.
    pub fn next(&mut self, text: &str, needs: &Needs) -> Option<Cut> {
        let bytes = text.as_bytes();
        loop {
            if let Some(at) = self.due() {
                return Some(Cut { at, known: self.read, forced: false });
            }
            if self.read - self.start >= needs.longest() {
                let at = floor(text, self.read - MARGIN);
                return Some(Cut { at, known: self.read, forced: true });
            }
            let byte = *bytes.get(self.read)?;
            let at = self.read;
            let (ascii, width, joined) = if byte.is_ascii() {
                (Some(byte), 1, false)
            } else {
                let character = text::char_at(text, at)?;
                let width = character.len_utf8();
                match fold(character) {
                    Fold::Gone => {
                        self.read += width;
                        self.folds = true;
                        continue;
                    }
                    Fold::To(ascii) => {
                        self.folds = true;
                        (Some(ascii), width, false)
                    }
                    // Whether it is folded may depend on what follows; behind another script's character no number goes on.
                    Fold::Beside(ascii) if !self.foreign => {
                        self.folds = true;
                        (Some(ascii), width, false)
                    }
                    Fold::Beside(_) | Fold::Keep => (None, width, character >= '\u{2e80}' && !needs.joined_scripts),
                }
            };
            self.read += width;
            self.count += if ascii.is_some() { 1 } else { width };
            self.foreign = ascii.is_none();
            let blank = matches!(ascii, Some(b' ' | b'\n' | b'\r' | b'\t'));
            if !blank && !joined {
                self.digit |= ascii.is_some_and(|ascii| ascii.is_ascii_digit());
                continue;
            }
            self.end_word(text, at, needs);
            if ascii == Some(b'\n') {
                self.loud = 0;
                self.waiting.iter_mut().for_each(|cut| cut.words = 0);
            }
            if self.key == Key::Outside && at > self.start {
                let number = if self.loud > 0 { NUMBER } else { 0 };
                let words = if self.opens && ascii != Some(b'\n') { 2 } else { 0 };
                self.waiting.push(Waiting { at, count: self.count + needs.lookahead.max(number), words });
            }
            self.word = if blank { self.read } else { at };
        }
    }

    /// The earliest waiting cut for which the text read so far is enough.
    fn due(&mut self) -> Option<usize> {
        let place = self.waiting.iter().position(|cut| cut.words == 0 && cut.count <= self.count)?;
        Some(self.waiting.remove(place).at)
    }

    fn end_word(&mut self, text: &str, at: usize, needs: &Needs) {
        let length = at.saturating_sub(self.word);
        if needs.private_keys && length >= 5 {
            let word = text.get(self.word..at).unwrap_or_default();
            let folded = if self.folds { Folded::of(word) } else { None };
            let word = folded.as_ref().map_or(word, Folded::text).as_bytes();
            self.key = match self.key {
                Key::Outside if contains(word, b"-----BEGIN") => Key::Within,
                Key::Within if contains(word, b"-----END") => Key::Ending,
                Key::Ending if contains(word, b"-----") => Key::Outside,
                key => key,
            };
        }
        if self.digit && needs.numbers {
            self.loud = 2;
        } else if length > 0 {
            self.loud = self.loud.saturating_sub(1);
        }
        if needs.words_of_numbers && length > 0 {
            self.opens = !self.digit && self.opens_a_number(text, at);
            for cut in self.waiting.iter_mut().filter(|cut| cut.words > 0) {
                if self.digit {
                    cut.count = cut.count.max(self.count + NUMBER);
                }
                cut.words = if self.opens { cut.words - 1 } else { 0 };
            }
        }
        self.digit = false;
        self.folds = false;
    }

    /// Whether a number or a date may begin with the word that ends at `at`, or go on with it.
    fn opens_a_number(&self, text: &str, at: usize) -> bool {
        let word = text.get(self.word..at).unwrap_or_default();
        let folded = if self.folds { Folded::of(word) } else { None };
        detect::opens_a_number(folded.as_ref().map_or(word, Folded::text).as_bytes())
    }

    /// Begins behind so many bytes of context.
    pub fn skip(&mut self, bytes: usize) {
        (self.read, self.start, self.word) = (bytes, bytes, bytes);
    }

    /// Starts the next segment at an accepted cut.
    pub fn accept(&mut self, cut: &Cut) {
        self.start = cut.at;
        self.word = self.word.max(cut.at);
        self.waiting.retain(|waiting| waiting.at > cut.at);
        if cut.forced {
            self.key = Key::Outside;
        }
    }

    /// Takes note that so many bytes were taken off the front of the text.
    pub fn shift(&mut self, bytes: usize) {
        self.read -= bytes;
        self.start -= bytes;
        self.word = self.word.saturating_sub(bytes);
        for cut in &mut self.waiting {
            cut.at -= bytes;
        }
    }
}

fn contains(word: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(word, what).is_some()
}

/// The last place between two characters at or before `position`.
pub(crate) fn floor(text: &str, position: usize) -> usize {
    let mut at = position.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
