//! The prices, as `examples/calibrate.rs` writes them.
//!
//! A file holds one byte for each slot of letters, in 1/256 of a token, then two bytes (little-endian) for each slot
//! of kinds, in 1/4096.

use crate::slots::{KIND_SLOTS, LETTER_SLOTS, Slot};

/// Prices are in this fraction of a token.
pub(crate) const ONE: u64 = 4096;

const SIZE: usize = LETTER_SLOTS + 2 * KIND_SLOTS;

/// The prices of one vocabulary.
#[derive(Debug)]
pub(crate) struct Table {
    letters: [u8; LETTER_SLOTS],
    kinds: [u16; KIND_SLOTS],
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    characters: std::sync::OnceLock<Box<Characters>>,
}

/// Prices of the characters of ASCII as [`crate::block`] has them: those of letters, then, from the half on, those of kinds in the order of
/// ASCII. As long as its index reaches, so that none has to be checked.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) type Characters = [u16; 1 << 16];

pub(crate) static O200K: Table = Table::read(include_bytes!("tables/o200k.bin"));
pub(crate) static CL100K: Table = Table::read(include_bytes!("tables/cl100k.bin"));

impl Table {
    // Evaluated by the compiler, where an index out of bounds is an error of the build.
    #[allow(clippy::indexing_slicing)]
    const fn read(bytes: &[u8; SIZE]) -> Self {
        let (mut letters, mut kinds) = ([0; LETTER_SLOTS], [0; KIND_SLOTS]);
        let mut slot = 0;
        while slot < LETTER_SLOTS {
            letters[slot] = bytes[slot];
            slot += 1;
        }
        slot = 0;
        while slot < KIND_SLOTS {
            let at = LETTER_SLOTS + 2 * slot;
            kinds[slot] = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            slot += 1;
        }
        Self {
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            characters: std::sync::OnceLock::new(),
            letters,
            kinds,
        }
    }

    /// The prices of ASCII but for digits, which have none here. Made of the others when they are first wanted: the module need not hold
    /// them.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline]
    pub(crate) fn characters(&self) -> &Characters {
        self.characters.get_or_init(|| characters(&self.letters, &self.kinds))
    }

    /// The price in a slot of letters.
    #[inline]
    pub(crate) fn letter(&self, slot: usize) -> u64 {
        u64::from(self.letters.get(slot).copied().unwrap_or(u8::MAX)) << 4
    }

    #[inline]
    pub(crate) fn price(&self, slot: Slot) -> u64 {
        match slot {
            Slot::Letter(index) => self.letter(index),
            Slot::Kind(index) => self.kinds.get(index).copied().map_or(ONE, u64::from),
            Slot::Digit(begins) => u64::from(begins) * ONE,
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn characters(letters: &[u8; LETTER_SLOTS], kinds: &[u16; KIND_SLOTS]) -> Box<Characters> {
    use crate::class::{DIGIT, KINDS, kind_of_code};
    let mut characters = Box::new([0; 1 << 16]);
    for (price, letter) in characters.iter_mut().zip(letters) {
        *price = u16::from(*letter) << 4;
    }
    for (code, price) in characters.iter_mut().skip(LETTER_SLOTS).take(KIND_SLOTS).enumerate() {
        let (before, kind) = (kind_of_code((code / KINDS) as u8), kind_of_code((code % KINDS) as u8));
        if kind != DIGIT {
            *price = kinds.get(usize::from(before) * KINDS + usize::from(kind)).copied().unwrap_or(0);
        }
    }
    characters
}
