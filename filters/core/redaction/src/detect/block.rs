//! What stands in a block of text, as bits: the look that most of most texts never get more than.

/// Bytes looked at together.
pub(super) const BLOCK: usize = 64;

/// ASCII digits.
pub(super) const DIGITS: u8 = 1;
/// ASCII letters.
pub(super) const LETTERS: u8 = 2 | 4;
/// What numbers are written with: digits and the separators between groups of them, and some bytes that are neither.
pub(super) const NUMBERS: u8 = DIGITS | 8 | 16 | 32;
/// `:` and `<`.
const COLON: u8 = 128;
/// `@` and `~`, besides two letters.
const AT: u8 = 64;
const SIGNS: u8 = COLON | AT;

/// Classes of bytes: one bit each of what the low nibble of a byte allows and what its high nibble does, so that a class is a product of
/// nibbles and a block is looked up with two shuffles (the technique is known from simdjson's classification of bytes).
#[rustfmt::skip]
const LOW: [u8; 16] = {
    const ALPHA: u8 = LETTERS | 16 | DIGITS;
    [
        (ALPHA & !2) | 8 | AT, ALPHA, ALPHA | 32, ALPHA, ALPHA, ALPHA, ALPHA, ALPHA, ALPHA | 8, ALPHA | 8,
        (ALPHA & !DIGITS) | COLON, 2 | 16, 2 | 16 | COLON, 2 | 16 | 8, 2 | 16 | 8 | AT, 2 | 16 | 8,
    ]
};
/// The separators of numbers stand in the third row of ASCII; what separates them beyond ASCII are the bytes of U+00A0 and of U+2000 to
/// U+202F: `c2`, `e2`, and any that go on.
const HIGH: [u8; 16] = [0, 0, 8, DIGITS | COLON, 2 | AT, 4, 2, 4 | AT, 16, 16, 16, 0, 32, 0, 32, 0];

/// What every block of a text is asked: a bit for each byte, the lowest for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Masks {
    /// ASCII digits.
    pub digits: u64,
    /// ASCII letters.
    pub letters: u64,
    /// `@`, `~`, `:` and `<`.
    pub signs: u64,
}

/// The classes of the bytes of a block.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) struct Classes([std::arch::wasm32::v128; BLOCK / 16]);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Classes {
    /// Looks at a block.
    #[inline]
    pub fn of(block: &[u8; BLOCK]) -> Self {
        use std::arch::wasm32::{u8x16_shr, u8x16_splat, u8x16_swizzle, v128_and};
        let (low, high) = (vector(&LOW), vector(&HIGH));
        let mut classes = Self([u8x16_splat(0); BLOCK / 16]);
        for (class, bytes) in classes.0.iter_mut().zip(block.as_chunks::<16>().0) {
            let text = vector(bytes);
            let by_low = u8x16_swizzle(low, v128_and(text, u8x16_splat(15)));
            *class = v128_and(by_low, u8x16_swizzle(high, u8x16_shr(text, 4)));
        }
        classes
    }

    /// Where bytes are of one of the classes.
    #[inline]
    pub fn mask(&self, classes: u8) -> u64 {
        use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, u8x16_splat, v128_and};
        !self.0.iter().rev().fold(0, |mask, class| {
            let none = i8x16_eq(v128_and(*class, u8x16_splat(classes)), u8x16_splat(0));
            mask << 16 | u64::from(i8x16_bitmask(none))
        })
    }

    /// What every block is asked.
    #[inline]
    pub fn masks(&self) -> Masks {
        let letters = self.mask(LETTERS);
        Masks { digits: self.mask(DIGITS), letters, signs: self.mask(SIGNS) & !letters }
    }
}

/// The classes of the bytes of a block.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) struct Classes([u64; BLOCK / 8]);

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Classes {
    /// Looks at a block.
    #[inline]
    pub fn of(block: &[u8; BLOCK]) -> Self {
        let mut classes = Self([0; BLOCK / 8]);
        for (class, bytes) in classes.0.iter_mut().zip(block.as_chunks::<8>().0) {
            *class = u64::from_le_bytes(bytes.map(self::class));
        }
        classes
    }

    /// Where bytes are of one of the classes.
    #[inline]
    pub fn mask(&self, classes: u8) -> u64 {
        let wanted = 0x0101_0101_0101_0101 * u64::from(classes);
        self.0.iter().rev().fold(0, |mask, class| mask << 8 | gather(class & wanted))
    }

    /// What every block is asked.
    #[inline]
    pub fn masks(&self) -> Masks {
        let letters = self.mask(LETTERS);
        Masks { digits: self.mask(DIGITS), letters, signs: self.mask(SIGNS) & !letters }
    }
}

/// Bytes as a vector.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(super) fn vector(bytes: &[u8; 16]) -> std::arch::wasm32::v128 {
    let bytes = u128::from_le_bytes(*bytes);
    std::arch::wasm32::u64x2(bytes as u64, (bytes >> 64) as u64)
}

/// The places of a byte in a block.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(super) fn places(block: &[u8; BLOCK], byte: u8) -> u64 {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, u8x16_splat};
    let wanted = u8x16_splat(byte);
    block
        .as_chunks::<16>()
        .0
        .iter()
        .rev()
        .fold(0, |places, bytes| places << 16 | u64::from(i8x16_bitmask(i8x16_eq(vector(bytes), wanted))))
}

/// The places of a byte in a block.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(super) fn places(block: &[u8; BLOCK], byte: u8) -> u64 {
    let wanted = u64::from(byte) * 0x0101_0101_0101_0101;
    block.as_chunks::<8>().0.iter().enumerate().fold(0, |places, (index, bytes)| {
        let others = gather(u64::from_le_bytes(*bytes) ^ wanted);
        places | (others ^ 0xff) << (8 * index)
    })
}

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn class(byte: u8) -> u8 {
    static CLASSES: [u8; 256] = {
        let mut classes = [0; 256];
        let mut byte = 0;
        // Evaluated by the compiler, where an index out of bounds is an error of the build.
        #[allow(clippy::indexing_slicing)]
        while byte < 256 {
            classes[byte] = LOW[byte & 15] & HIGH[byte >> 4];
            byte += 1;
        }
        classes
    };
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// One bit for each byte that is not 0.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn gather(bytes: u64) -> u64 {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let some = (((bytes & LOW_BITS) + LOW_BITS) | bytes) & !LOW_BITS;
    // The bits of the bytes, brought together in the highest byte by one multiplication.
    (some >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Shifts towards the first byte; what comes in from behind the block is unknown, and counts as set.
#[inline]
pub(super) fn ahead(mask: u64, by: u32) -> u64 {
    mask >> by | !(u64::MAX >> by)
}

/// Shifts away from the first byte; `before` has the block before, whose last bytes come in.
#[inline]
pub(super) fn behind(mask: u64, before: u64, by: u32) -> u64 {
    mask << by | before >> (64 - by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_byte_has_its_classes_at_every_place() {
        for byte in 0..=u8::MAX {
            let separator = matches!(byte, b' ' | b'(' | b')' | b'-' | b'.' | b'/' | 0x80..=0xaf | 0xc2 | 0xe2);
            for place in 0..BLOCK {
                let bit = |is: bool| u64::from(is) << place;
                let mut block = [0; BLOCK];
                block[place] = byte;
                let classes = Classes::of(&block);
                let expected = Masks {
                    digits: bit(byte.is_ascii_digit()),
                    letters: bit(byte.is_ascii_alphabetic()),
                    signs: bit(b"@~:<".contains(&byte)),
                };
                assert_eq!(classes.masks(), expected, "{byte:#x} at {place}");
                assert_eq!(classes.mask(NUMBERS), bit(byte.is_ascii_digit() || separator), "{byte:#x} at {place}");
                if byte != 0 {
                    assert_eq!((places(&block, byte), places(&block, 0)), (1 << place, !(1 << place)));
                }
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn bytes_of_a_block_do_not_disturb_each_other() {
        let block: [u8; BLOCK] = std::array::from_fn(|at| (at * 37 + 11) as u8);
        let (masks, numbers) = (Classes::of(&block).masks(), Classes::of(&block).mask(NUMBERS));
        for (place, &byte) in block.iter().enumerate() {
            let is = |mask: u64| mask >> place & 1 == 1;
            assert_eq!(is(masks.digits), byte.is_ascii_digit());
            assert_eq!(is(masks.letters), byte.is_ascii_alphabetic());
            assert_eq!(is(numbers), class(byte) & NUMBERS != 0);
            assert_eq!(is(masks.signs), b"@~:<".contains(&byte));
        }
    }

    #[test]
    fn shifts_know_what_they_do_not_know() {
        assert_eq!(ahead(1 << 5, 3), 1 << 2 | 7 << 61);
        assert_eq!(behind(1 << 5, 1 << 63, 3), 1 << 8 | 1 << 2);
    }
}
