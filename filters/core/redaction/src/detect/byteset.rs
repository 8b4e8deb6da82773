//! Finding the first byte of a set: the loop that most bytes of most texts never leave.

use crate::text;

/// Bytes looked at together.
const BLOCK: usize = 16;

/// A set of ASCII bytes.
///
/// Bit `h` of `rows[l]` says whether the byte with the high nibble `h` and the low nibble `l` is in the set. ASCII has eight high nibbles, so a byte holds
/// them, and a block of text is looked up with two shuffles (the technique is known from simdjson's classification of bytes).
#[derive(Debug, Clone, Default)]
pub(super) struct ByteSet {
    rows: [u8; 16],
}

impl ByteSet {
    /// Adds a byte; what is not ASCII is not added.
    pub fn insert(&mut self, byte: u8) {
        if let Some(row) = self.rows.get_mut(usize::from(byte & 15)).filter(|_| byte.is_ascii()) {
            *row |= 1 << (byte >> 4);
        }
    }

    #[inline]
    fn contains(&self, byte: u8) -> bool {
        byte.is_ascii() && self.rows.get(usize::from(byte & 15)).is_some_and(|row| row >> (byte >> 4) & 1 == 1)
    }

    /// The first byte of the set at or behind `from`.
    #[inline]
    pub fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let (blocks, tail) = text::tail(bytes, from).as_chunks::<BLOCK>();
        let mut at = from;
        for block in blocks {
            if let Some(within) = self.find_in_block(block) {
                return Some(at + within);
            }
            at += BLOCK;
        }
        tail.iter().position(|&byte| self.contains(byte)).map(|within| at + within)
    }

    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline]
    fn find_in_block(&self, block: &[u8; BLOCK]) -> Option<usize> {
        use std::arch::wasm32::{
            i8x16_bitmask, u8x16_ne, u8x16_shr, u8x16_splat, u8x16_swizzle, u64x2, v128, v128_and,
        };
        let vector = |bytes: &[u8; BLOCK]| -> v128 {
            let bytes = u128::from_le_bytes(*bytes);
            u64x2(bytes as u64, (bytes >> 64) as u64)
        };
        // A swizzle index of 16 and more, as those of bytes beyond ASCII would be without the zeros, gives 0 as well.
        const BITS: [u8; BLOCK] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
        let text = vector(block);
        let row = u8x16_swizzle(vector(&self.rows), v128_and(text, u8x16_splat(15)));
        let bit = u8x16_swizzle(vector(&BITS), u8x16_shr(text, 4));
        let found = i8x16_bitmask(u8x16_ne(v128_and(row, bit), u8x16_splat(0)));
        (found != 0).then_some(found.trailing_zeros() as usize)
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline]
    fn find_in_block(&self, block: &[u8; BLOCK]) -> Option<usize> {
        // Without a branch per byte, so that the compiler may unroll it.
        let any = block.iter().fold(false, |any, &byte| any | self.contains(byte));
        if any { block.iter().position(|&byte| self.contains(byte)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn finds_every_byte_of_the_set_and_no_other_at_every_place() {
        let members = b"0159@:-J_~\0";
        let mut set = ByteSet::default();
        members.iter().chain(&[0x80, 0xff]).for_each(|&byte| set.insert(byte));
        for byte in 0..=u8::MAX {
            for length in 1..40 {
                for place in 0..length {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    assert_eq!(
                        set.find(&text, 0),
                        members.contains(&byte).then_some(place),
                        "{byte:#x} at {place} of {length}"
                    );
                    assert_eq!(set.find(&text, place + 1), None);
                }
            }
        }
        assert_eq!(set.find(b"a0", 9), None);
    }
}
