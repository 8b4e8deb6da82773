//! Where a stream may be cut: places that no finding lies across.
//!
//! The rules cannot be asked about a text whose end is still to come, and asking them again with every piece would make the outcome
//! depend on the pieces. So the text is cut into segments, at places that depend on nothing but the text, and each segment is decided
//! once, when so much of what follows is known as its last finding may need.
//!
//! A cut is tried at every blank, and at characters of scripts that are written without blanks. Built-in detectors find nothing across
//! one but numbers, account numbers and private keys: after a word with a digit in it, a cut has to wait until two words without
//! one, a line's end, or [`NUMBER`] bytes have passed; within a private key there is none. User rules that can match a blank make every cut wait for as
//! many bytes as they can match. What still lies across is not cut.

use crate::text;

/// How much of a text behind a number has to be known, in bytes: the longest number (an IBAN of 33 in groups) and what follows it.
const NUMBER: usize = 64;
/// The longest segment in bytes. At this length it is cut wherever that is.
pub(crate) const MAX: usize = 8192;

/// What the rules in use need to know about what follows a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    /// The longest match of a user rule that can hold a blank, in bytes; 0 without such rules.
    pub lookahead: usize,
    /// User rules can match characters of scripts without blanks.
    pub joined_scripts: bool,
    /// Detectors of numbers are in use.
    pub numbers: bool,
    /// The detector of private keys is in use.
    pub private_keys: bool,
}

/// A cut to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Where.
    pub at: usize,
    /// The text up to here decides.
    pub known: usize,
    /// Not to be refused.
    pub forced: bool,
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
    /// Where the segment starts.
    start: usize,
    /// Where the word starts that is being read.
    word: usize,
    /// Whether it has a digit.
    digit: bool,
    /// Words with a digit keep cuts waiting until two without one have passed.
    loud: u8,
    key: Key,
    /// Cuts whose time has not come.
    waiting: Vec<Cut>,
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
            if let Some(cut) = self.due() {
                return Some(cut);
            }
            if self.read - self.start >= MAX {
                let at = floor(text, self.start + MAX);
                return Some(Cut { at, known: at, forced: true });
            }
            let byte = *bytes.get(self.read)?;
            let at = self.read;
            let width = match byte {
                b' ' | b'\n' | b'\r' | b'\t' => 1,
                0xe2.. if !needs.joined_scripts => match text::char_at(text, at) {
                    Some(character) if character >= '\u{2e80}' => character.len_utf8(),
                    _ => 0,
                },
                _ => 0,
            };
            self.read += width.max(1);
            if width == 0 {
                self.digit |= byte.is_ascii_digit();
                continue;
            }
            self.end_word(bytes, at, needs);
            if byte == b'\n' {
                self.loud = 0;
            }
            if self.key == Key::Outside && at > self.start {
                let number = if self.loud > 0 { NUMBER } else { 0 };
                let known = at + width + needs.lookahead.max(number);
                self.waiting.push(Cut { at, known, forced: false });
            }
            self.word = if byte < 0x80 { self.read } else { at };
        }
    }

    /// The earliest waiting cut for which the text read so far is enough.
    fn due(&mut self) -> Option<Cut> {
        let place = self.waiting.iter().position(|cut| cut.known <= self.read)?;
        Some(self.waiting.remove(place))
    }

    fn end_word(&mut self, bytes: &[u8], at: usize, needs: &Needs) {
        let word = text::slice(bytes, self.word..at);
        if needs.private_keys && word.len() >= 5 {
            self.key = match self.key {
                Key::Outside if contains(word, b"-----BEGIN") => Key::Within,
                Key::Within if contains(word, b"-----END") => Key::Ending,
                Key::Ending if contains(word, b"-----") => Key::Outside,
                key => key,
            };
        }
        if self.digit && needs.numbers {
            self.loud = 2;
        } else if !word.is_empty() {
            self.loud = self.loud.saturating_sub(1);
        }
        self.digit = false;
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
            cut.known -= bytes;
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
