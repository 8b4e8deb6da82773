//! Where some literal may start: one bit of a table for each word of the text, however many literals there are.

use super::block::{BLOCK, places};
use crate::text;

/// Bits of a table.
const BITS: usize = 1 << 16;
/// The starts of literals, without regard to case. A place that is not among them starts none of the literals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Starts {
    /// By a hash of four bytes.
    keys: Table,
    /// By a hash of three bytes, for literals that have no more.
    triples: Table,
    /// By two bytes, for those that have no more than that.
    pairs: Table,
    /// First bytes that are no letters: such a literal may start anywhere, not only where a word does.
    odd: Option<Box<[bool; 256]>>,
    /// Blanks among the first bytes: the least of them.
    blank: Option<usize>,
}

/// A set of numbers below [`BITS`], of a size known beforehand: a look at it is not checked.
#[derive(Debug, Clone)]
struct Table {
    bits: Box<[u64; BITS / 64]>,
    is_empty: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self { bits: Box::new([0; BITS / 64]), is_empty: true }
    }
}

impl Table {
    fn insert(&mut self, index: u16) {
        if let Some(word) = self.bits.get_mut(usize::from(index / 64)) {
            *word |= 1 << (index % 64);
        }
        self.is_empty = false;
    }

    #[inline]
    fn holds(&self, index: u16) -> bool {
        self.bit(index) == 1
    }

    /// [`holds`](Self::holds), as a number.
    #[inline]
    fn bit(&self, index: u16) -> u64 {
        self.bits.get(usize::from(index / 64)).map_or(0, |word| word >> (index % 64) & 1)
    }
}

impl Starts {
    /// How many bytes of a literal are looked at, where it has as many.
    pub const KEY: usize = 4;

    /// Adds a literal; the empty one is not added.
    pub fn insert(&mut self, literal: &[u8]) {
        let Some(&first) = literal.first() else { return };
        if !first.is_ascii_alphabetic() {
            let odd = self.odd.get_or_insert_with(|| Box::new([false; 256]));
            if let Some(slot) = odd.get_mut(usize::from(first)) {
                *slot = true;
            }
        }
        // Behind a literal anything may follow.
        let blank = literal.iter().take(Self::KEY).position(|byte| *byte == b' ').unwrap_or(literal.len());
        self.blank = Some(self.blank.unwrap_or(Self::KEY).min(blank));
        match literal {
            [a] => (0..=u8::MAX).for_each(|any| self.pairs.insert(pair(*a, any))),
            [a, b] => self.pairs.insert(pair(*a, *b)),
            [a, b, c] => self.triples.insert(hash(u32::from_le_bytes([*a, *b, *c, 0]))),
            [a, b, c, d, ..] => self.keys.insert(hash(u32::from_le_bytes([*a, *b, *c, *d]))),
            [] => {}
        }
    }

    /// Adds a literal of three bytes that only some bytes may follow: quicker to look for than one that any may.
    pub fn insert_before(&mut self, literal: &[u8], follows: impl Fn(u8) -> bool) {
        match literal {
            [a, b, c] => (0..=u8::MAX).filter(|byte| follows(*byte)).for_each(|d| self.insert(&[*a, *b, *c, d])),
            _ => self.insert(literal),
        }
    }

    /// Of places in a block, those where the text does not go on with a blank before any literal has one: short words are the most
    /// common ones.
    #[inline]
    pub fn solid(&self, words: u64, block: &[u8; BLOCK]) -> u64 {
        let least = self.blank.unwrap_or(0);
        if least < 3 || words == 0 {
            return words;
        }
        let blanks = places(block, b' ');
        // What comes behind the block is unknown, and counts as no blank.
        words & !(blanks >> 1 | blanks >> 2 | if least > 3 { blanks >> 3 } else { 0 })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty && self.triples.is_empty && self.pairs.is_empty
    }

    /// Of the `places` in a block, those where the text may go on with a literal; it starts at `start`.
    #[inline]
    pub fn among(&self, mut places: u64, bytes: &[u8], start: usize) -> u64 {
        let mut literals = 0;
        let Some(window) = text::tail(bytes, start).first_chunk::<{ BLOCK + Self::KEY - 1 }>() else {
            while places != 0 {
                let at = places.trailing_zeros() as usize;
                literals |= u64::from(self.may_start(bytes, start + at)) << at;
                places &= places - 1;
            }
            return literals;
        };
        // The mask tells the compiler what is known: no bit is beyond the block.
        let place = |places: u64| places.trailing_zeros() as usize & (BLOCK - 1);
        let key = |at: usize| window.get(at..at + Self::KEY).and_then(|key| key.first_chunk().copied());
        if self.triples.is_empty && self.pairs.is_empty {
            while places != 0 {
                let at = place(places);
                literals |= self.keys.bit(hash(u32::from_le_bytes(key(at).unwrap_or_default()))) << at;
                places &= places - 1;
            }
        }
        while places != 0 {
            let at = place(places);
            literals |= u64::from(self.hold(key(at).unwrap_or_default())) << at;
            places &= places - 1;
        }
        literals
    }

    /// Whether the text may go on with a literal at `place`.
    #[inline]
    pub fn may_start(&self, bytes: &[u8], place: usize) -> bool {
        let byte = |at: usize| text::at(bytes, place + at);
        self.hold([byte(0), byte(1), byte(2), byte(3)])
    }

    /// Whether a literal may start with these bytes.
    #[inline]
    fn hold(&self, key: [u8; Self::KEY]) -> bool {
        let [first, second, ..] = key;
        let key = u32::from_le_bytes(key);
        // Without a branch: it would be taken at random.
        (self.keys.holds(hash(key)) | self.triples.holds(hash(key & TRIPLE)))
            || (!self.pairs.is_empty && self.pairs.holds(pair(first, second)))
    }

    /// The bytes of a block that start literals although they are no letters, a bit each.
    #[inline]
    pub fn odd(&self, block: &[u8; BLOCK]) -> u64 {
        let Some(odd) = &self.odd else { return 0 };
        let is_odd = |byte: &u8| odd.get(usize::from(*byte)).copied().unwrap_or(false);
        block.iter().rev().fold(0, |mask, byte| mask << 1 | u64::from(is_odd(byte)))
    }
}

/// Letters alike in both cases; some other bytes become alike as well, which does no harm.
const CASE: u8 = 0x20;

/// The first three bytes of a key.
pub(super) const TRIPLE: u32 = 0x00ff_ffff;

/// Where in a table a key is, without regard to case.
#[inline]
pub(super) fn hash(key: u32) -> u16 {
    // Knuth's multiplicative hashing: the high bits depend on all bytes.
    ((key | u32::from_le_bytes([CASE; Starts::KEY])).wrapping_mul(0x9e37_79b1) >> 16) as u16
}

#[inline]
fn pair(first: u8, second: u8) -> u16 {
    u16::from_be_bytes([first | CASE, second | CASE])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn literals_of_every_length_are_seen_in_both_cases_and_others_mostly_not() {
        let literals = ["q", "vw", "sk-", "AKIA", "password", "ключ", "机"];
        let mut starts = Starts::default();
        literals.iter().for_each(|literal| starts.insert(literal.as_bytes()));
        for literal in literals {
            for written in [literal.to_owned(), literal.to_ascii_uppercase(), format!("{literal} and more")] {
                let text = format!("ab {written}");
                assert!(starts.may_start(text.as_bytes(), 3), "{written}");
            }
        }
        let others = (b'a'..=b'p').flat_map(|a| (b'a'..=b'z').map(move |b| [a, b, a, b'#', b' ']));
        assert!(others.filter(|text| starts.may_start(text, 0)).count() < 16);
        assert!(!starts.may_start(b"ab", 2) && !starts.is_empty() && Starts::default().is_empty());
    }
}
