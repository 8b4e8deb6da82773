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
}

pub(crate) static O200K: Table = Table::read(include_bytes!("tables/o200k.bin"));
pub(crate) static CL100K: Table = Table::read(include_bytes!("tables/cl100k.bin"));

impl Table {
    // Evaluated by the compiler, where an index out of bounds is an error of the build.
    #[allow(clippy::indexing_slicing)]
    const fn read(bytes: &[u8; SIZE]) -> Self {
        let mut table = Self { letters: [0; LETTER_SLOTS], kinds: [0; KIND_SLOTS] };
        let mut slot = 0;
        while slot < LETTER_SLOTS {
            table.letters[slot] = bytes[slot];
            slot += 1;
        }
        slot = 0;
        while slot < KIND_SLOTS {
            let at = LETTER_SLOTS + 2 * slot;
            table.kinds[slot] = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            slot += 1;
        }
        table
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
