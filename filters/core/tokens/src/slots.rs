//! Where the price of each character is found: the one walk over a text, for counting and for calibration.

use crate::class::{self, KINDS, LETTERS};

/// Prices of small ASCII letters, by the letter and the two before it.
pub const LETTER_SLOTS: usize = LETTERS * LETTERS * LETTERS;
/// Prices of all other characters, by their kind and the kind before it.
pub const KIND_SLOTS: usize = KINDS * KINDS;

/// The price of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// In the table of letters, below [`LETTER_SLOTS`].
    Letter(usize),
    /// In the table of kinds (the kind itself is the remainder by [`KINDS`]), below [`KIND_SLOTS`].
    Kind(usize),
    /// A digit that begins a group of three costs one token, the others none, in both vocabularies.
    Digit(bool),
}

/// What came before: all that the price of the next character depends on.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The last two letters, five bits each.
    letters: usize,
    /// Its kind, runs told apart.
    kind: u8,
    /// Its kind as [`class::kind`] has it.
    plain: u8,
    /// How often that kind came in a row.
    run: u8,
}

/// A context as [`crate::block`] sees it, kinds by the bytes that stand for them.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) struct Codes {
    /// The last two letters.
    pub letters: [u8; 2],
    pub plain: u8,
    pub kind: u8,
    pub run: u8,
}

impl Default for Context {
    fn default() -> Self {
        Self { letters: 28 << 5 | 28, kind: class::START, plain: class::START, run: 0 }
    }
}

impl Context {
    /// Takes the small ASCII letters that `bytes` starts with, and tells of each in which slot of the letters its price is found. Does what
    /// [`step`](Self::step) does for each of them, for the loop that most of most texts is spent in. Returns how many there are.
    #[inline]
    pub fn lower_case(&mut self, bytes: &[u8], mut slot: impl FnMut(usize)) -> usize {
        let mut letters = self.letters;
        let mut count = 0;
        for byte in bytes {
            let letter = byte.wrapping_sub(b'a');
            if letter >= 26 {
                break;
            }
            letters = (letters << 5 | usize::from(letter)) & (LETTER_SLOTS - 1);
            slot(letters);
            count += 1;
        }
        if count > 0 {
            self.letters = letters & (LETTERS * LETTERS - 1);
            self.kind = class::LOWER;
            self.plain = class::LOWER;
        }
        count
    }

    /// What [`crate::block`] needs to know; nothing where it has no name for the kind before.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    pub(crate) fn codes(&self) -> Option<Codes> {
        let (plain, kind) = (class::code_of_kind(self.plain), class::code_of_kind(self.kind));
        let letters = [(self.letters >> 5 & 31) as u8, (self.letters & 31) as u8];
        (plain != 0 && kind != 0).then_some(Codes { letters, plain, kind, run: self.run })
    }

    /// How many digits in a row come before, or as many as make no difference to the groups they are in.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    pub(crate) fn digits(&self) -> usize {
        if self.plain == class::DIGIT { usize::from(self.run) + 1 } else { 0 }
    }

    /// The context behind a block; `run` is how often its last kind repeats before it.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    pub(crate) fn of_codes(letters: [u8; 2], plain: u8, kind: u8, run: usize) -> Self {
        let [older, old] = letters.map(usize::from);
        let (plain, kind) = (class::kind_of_code(plain), class::kind_of_code(kind));
        // 255 is a multiple of three, so going on from 0 keeps the groups of digits.
        Self { letters: older << 5 | old, kind, plain, run: (run % 255) as u8 }
    }

    /// Where the price of `c` is found, being the next character.
    #[inline]
    pub fn step(&mut self, c: char) -> Slot {
        let before = self.kind;
        if c.is_ascii_lowercase() {
            // Most of most texts; runs of these do not matter.
            let letters = self.letters << 5 | (c as usize - 'a' as usize);
            self.letters = letters & (LETTERS * LETTERS - 1);
            self.kind = class::LOWER;
            self.plain = class::LOWER;
            return Slot::Letter(letters & (LETTER_SLOTS - 1));
        }
        let plain = class::kind(c);
        self.letters = (self.letters << 5 | usize::from(class::letter(c))) & (LETTERS * LETTERS - 1);
        self.run = if plain == self.plain { self.run.saturating_add(1) } else { 0 };
        self.plain = plain;
        self.kind = match self.run {
            0 => plain,
            1 if plain == class::SPACE => class::SPACE_AGAIN,
            2.. if plain == class::SPACE => class::SPACE_RUN,
            2.. if class::is_mark(plain) => class::MARK_RUN,
            _ => plain,
        };
        if plain == class::DIGIT {
            // 255 is a multiple of three, so going on from 0 keeps the groups.
            self.run %= u8::MAX;
            return Slot::Digit(self.run.is_multiple_of(3));
        }
        Slot::Kind((usize::from(before) * KINDS + usize::from(self.kind)) & (KIND_SLOTS - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn a_run_of_small_letters_is_as_its_letters_one_by_one() {
        for text in ["", "a", "quick", "ab3cd", "word, word", "a, b", "xyzé", "Azure", "  zz"] {
            let (mut by_run, mut by_step) = (Context::default(), Context::default());
            let mut rest = text;
            while let Some(c) = rest.chars().next() {
                let mut slots = Vec::new();
                let count = by_run.lower_case(rest.as_bytes(), |slot| slots.push(Slot::Letter(slot)));
                if count == 0 {
                    slots.push(by_run.step(c));
                }
                let (run, behind) = rest.split_at(count.max(c.len_utf8()));
                assert_eq!(slots, run.chars().map(|c| by_step.step(c)).collect::<Vec<_>>(), "{text}");
                rest = behind;
            }
        }
    }
}
