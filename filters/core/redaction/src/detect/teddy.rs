//! Finding which of some literals a text holds, anywhere in it and without regard to case.
//!
//! Three bytes of each literal, its rarest ones, are its fingerprint. Fingerprints share eight buckets, a bit each; tables say for each byte of
//! a fingerprint in which buckets it may be, and where the three agree on a bucket, the literals are compared (the technique is the Teddy
//! algorithm of Hyperscan).

use super::starts::{Table, hash};
use crate::text;
use tollgate_wire::order::sort_by;

/// Bytes of a fingerprint.
const PRINT: usize = 3;
const BUCKETS: usize = 8;
/// Places looked at together.
const BLOCK: usize = 16;

struct Literal {
    /// In lower case.
    bytes: Vec<u8>,
    /// Where in it the fingerprint stands.
    print_at: usize,
}

/// A nibble's buckets, for each value of it.
type Nibbles = [u8; 16];

/// A set of literals.
#[derive(Default)]
pub(crate) struct Teddy {
    literals: Vec<Literal>,
    /// Fingerprints and the indexes of their literals, sorted.
    prints: Vec<([u8; PRINT], usize)>,
    /// The fingerprints once more, to tell quickly what only looks like one.
    known: Table,
    /// For each byte of a fingerprint, by its low and its high nibble.
    low: [Nibbles; PRINT],
    high: [Nibbles; PRINT],
}

impl Teddy {
    /// Bytes that a literal has to have; of shorter ones nothing is found.
    pub const LEAST: usize = PRINT;

    /// A set; literals are told apart by their index.
    pub fn new(literals: Vec<Vec<u8>>) -> Self {
        let literals: Vec<_> = literals.into_iter().map(|bytes| bytes.to_ascii_lowercase()).collect();
        let shared = |wanted: &[u8; PRINT]| {
            let holds = |bytes: &&Vec<u8>| bytes.windows(PRINT).any(|window| window == wanted);
            literals.iter().filter(holds).take(4).count()
        };
        // Rare is good, and so is one for several: fewer of them let less else in.
        let cost = |window: &[u8; PRINT]| {
            let rarity: usize = window.iter().map(|&byte| commonness(byte)).sum();
            (rarity + 40 - 10 * shared(window), *window)
        };
        let mut teddy = Self::default();
        for (index, bytes) in literals.iter().enumerate() {
            let windows = bytes.windows(PRINT).filter_map(|window| window.first_chunk().copied());
            let print = windows.enumerate().min_by_key(|(_, window)| cost(window));
            let print_at = print.map_or(0, |(place, _)| place);
            if let Some((_, [a, b, c])) = print {
                teddy.prints.push(([a | CASE, b | CASE, c | CASE], index));
                teddy.known.insert(hash([a, b, c, 0]));
            }
            teddy.literals.push(Literal { bytes: bytes.clone(), print_at });
        }
        // Neighbours in order begin alike, so that a bucket of theirs lets less else in.
        sort_by(&mut teddy.prints, |left, right| left < right);
        let mut distinct: Vec<_> = teddy.prints.iter().map(|&(print, _)| print).collect();
        distinct.dedup();
        for (place, print) in distinct.iter().enumerate() {
            let bucket = 1 << (place * BUCKETS / distinct.len());
            for ((byte, low), high) in print.iter().zip(&mut teddy.low).zip(&mut teddy.high) {
                if let (Some(low), Some(high)) =
                    (low.get_mut(usize::from(byte & 15)), high.get_mut(usize::from(byte >> 4)))
                {
                    *low |= bucket;
                    *high |= bucket;
                }
            }
        }
        teddy
    }

    /// Tells which literals stand in the text from `from` on, and where each starts, in no certain order.
    pub fn find(&self, bytes: &[u8], from: usize, mut found: impl FnMut(usize, usize)) {
        if self.prints.is_empty() {
            return;
        }
        let mut at = from;
        while let Some(window) = text::tail(bytes, at).first_chunk::<{ BLOCK + PRINT - 1 }>() {
            let mut places = self.candidates(window);
            while places != 0 {
                self.compare(bytes, from, at + places.trailing_zeros() as usize, &mut found);
                places &= places - 1;
            }
            at += BLOCK;
        }
        let rest = text::tail(bytes, at);
        if rest.len() >= PRINT {
            let mut window = [0; BLOCK + PRINT - 1];
            window.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let mut places = self.candidates(&window);
            while places != 0 {
                self.compare(bytes, from, at + places.trailing_zeros() as usize, &mut found);
                places &= places - 1;
            }
        }
    }

    /// Where in the window a fingerprint may stand.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline]
    fn candidates(&self, window: &[u8; BLOCK + PRINT - 1]) -> u32 {
        use std::arch::wasm32::{
            i8x16_bitmask, i8x16_eq, u8x16_shr, u8x16_splat, u8x16_swizzle, u64x2, v128, v128_and, v128_or,
        };
        let vector = |bytes: &[u8; 16]| -> v128 {
            let bytes = u128::from_le_bytes(*bytes);
            u64x2(bytes as u64, (bytes >> 64) as u64)
        };
        let mut buckets = u8x16_splat(u8::MAX);
        for (at, (low, high)) in self.low.iter().zip(&self.high).enumerate() {
            let Some(text) = window.get(at..).and_then(|rest| rest.first_chunk()) else { return 0 };
            let text = v128_or(vector(text), u8x16_splat(CASE));
            let low = u8x16_swizzle(vector(low), v128_and(text, u8x16_splat(15)));
            let high = u8x16_swizzle(vector(high), u8x16_shr(text, 4));
            buckets = v128_and(buckets, v128_and(low, high));
        }
        u32::from(!i8x16_bitmask(i8x16_eq(buckets, u8x16_splat(0))))
    }

    /// Where in the window a fingerprint may stand.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline]
    fn candidates(&self, window: &[u8; BLOCK + PRINT - 1]) -> u32 {
        let mut places = 0;
        for (place, print) in window.windows(PRINT).enumerate() {
            let mut buckets = u8::MAX;
            for ((&byte, low), high) in print.iter().zip(&self.low).zip(&self.high) {
                let byte = byte | CASE;
                let low = low.get(usize::from(byte & 15)).copied().unwrap_or(0);
                buckets &= low & high.get(usize::from(byte >> 4)).copied().unwrap_or(0);
            }
            places |= u32::from(buckets != 0) << place;
        }
        places
    }

    /// Compares the literals whose fingerprint may stand at `place`.
    fn compare(&self, bytes: &[u8], from: usize, place: usize, found: &mut impl FnMut(usize, usize)) {
        let Some(&[a, b, c]) = text::tail(bytes, place).first_chunk::<PRINT>() else { return };
        if !self.known.holds(hash([a, b, c, 0])) {
            return;
        }
        let print = [a | CASE, b | CASE, c | CASE];
        let first = self.prints.partition_point(|(other, _)| *other < print);
        for &(_, index) in self.prints.get(first..).unwrap_or_default().iter().take_while(|(other, _)| *other == print)
        {
            if let Some(literal) = self.literals.get(index)
                && let Some(start) = place.checked_sub(literal.print_at).filter(|&start| start >= from)
                && text::slice(bytes, start..start + literal.bytes.len()).eq_ignore_ascii_case(&literal.bytes)
            {
                found(index, start);
            }
        }
    }
}

/// Letters alike in both cases; some other bytes become alike as well, which does no harm.
const CASE: u8 = 0x20;

/// How common a byte is in texts, roughly: the letters of English in their order, and the blank before them all.
fn commonness(byte: u8) -> usize {
    const ORDER: &[u8] = b"zqxjkvbywgpfmucdlhrsnioate ";
    ORDER.iter().position(|&common| common == byte.to_ascii_lowercase()).map_or(4, |place| place + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[&str], text: &str, from: usize) -> Vec<usize> {
        let teddy = Teddy::new(literals.iter().map(|literal| literal.as_bytes().to_vec()).collect());
        let mut found = Vec::new();
        teddy.find(text.as_bytes(), from, |literal, _| found.push(literal));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn a_literal_is_found_at_every_place_and_behind_the_start_only() {
        let literals = ["acme-", "Ticket", "été", "ab", "key"];
        for length in 0..70 {
            for before in 0..=length {
                let text = format!("{}TICKET{}", ".".repeat(before), ".".repeat(length - before));
                assert_eq!(found(&literals, &text, 0), [1], "{before} of {length}");
                assert_eq!(found(&literals, &text, before), [1]);
                assert!(found(&literals, &text, before + 1).is_empty());
            }
        }
        assert_eq!(found(&literals, "ACME-1, été, keys: Ab", 0), [0, 2, 4]);
        assert!(found(&[], "anything at all, however long it is", 0).is_empty());
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            literals in proptest::collection::vec("[a-d@\\-é]{3,6}", 0..40),
            text in "[a-dA-D@`é -]{0,200}",
            from in 0_usize..40,
        ) {
            let tail = text.as_bytes().get(from..).unwrap_or_default();
            let names: Vec<_> = literals.iter().map(String::as_str).collect();
            let holds = |literal: &&str| {
                tail.windows(literal.len()).any(|window| window.eq_ignore_ascii_case(literal.as_bytes()))
            };
            let expected: Vec<_> = (0..names.len()).filter(|&index| holds(&names[index])).collect();
            proptest::prop_assert_eq!(found(&names, &text, from), expected);
        }
    }
}
