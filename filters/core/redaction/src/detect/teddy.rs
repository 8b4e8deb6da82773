//! Finding which of some literals a text holds, anywhere in it and without regard to case.
//!
//! Three bytes of each literal, its rarest ones, are its fingerprint. Fingerprints share eight buckets, a bit each; tables say for each byte of
//! a fingerprint in which buckets it may be, and where the three agree on a bucket, the literals are compared (the technique is the Teddy
//! algorithm of Hyperscan).

use super::block::BLOCK;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::block::vector;
use super::starts::{TRIPLE, hash};
use crate::text;
use tollgate_wire::order::sort_by;

/// Bytes of a fingerprint.
const PRINT: usize = 3;
const BUCKETS: usize = 8;
/// Slots that fingerprints are looked up by.
const SLOTS: usize = 1 << 11;
/// How often fingerprints change to a bucket that they fit better.
const ROUNDS: usize = 3;

struct Literal {
    /// In lower case.
    bytes: Vec<u8>,
    /// Where in it the fingerprint stands.
    print_at: usize,
}

/// A nibble's buckets, for each value of it.
type Nibbles = [u8; 16];

/// The buckets that the last bytes in front of a block are in as the first byte of a fingerprint, and as the second.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Carry = [std::arch::wasm32::v128; PRINT - 1];
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Carry = [[u8; PRINT - 1]; PRINT - 1];

/// A set of literals.
#[derive(Default)]
pub(crate) struct Teddy {
    literals: Vec<Literal>,
    /// Fingerprints and the indexes of their literals, by [`slot`].
    prints: Vec<(u32, usize)>,
    /// For each slot the place of its first fingerprint, to tell quickly what only looks like one; nothing if there are none.
    slots: Vec<u32>,
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
                teddy.prints.push((u32::from_le_bytes([a | CASE, b | CASE, c | CASE, 0]), index));
            }
            teddy.literals.push(Literal { bytes: bytes.clone(), print_at });
        }
        sort_by(&mut teddy.prints, |left, right| (slot(left.0), left) < (slot(right.0), right));
        if !teddy.prints.is_empty() {
            teddy.slots = vec![u32::MAX; SLOTS];
        }
        for (place, (print, _)) in teddy.prints.iter().enumerate().rev() {
            if let (Some(first), Ok(place)) = (teddy.slots.get_mut(slot(*print)), u32::try_from(place)) {
                *first = place;
            }
        }
        let print = |print: u32| print.to_le_bytes().first_chunk().copied().unwrap_or_default();
        let mut distinct: Vec<[u8; PRINT]> = teddy.prints.iter().map(|&(bytes, _)| print(bytes)).collect();
        distinct.dedup();
        for (print, bucket) in distinct.iter().zip(buckets(&distinct)) {
            for ((byte, low), high) in print.iter().zip(&mut teddy.low).zip(&mut teddy.high) {
                if let (Some(low), Some(high)) =
                    (low.get_mut(usize::from(byte & 15)), high.get_mut(usize::from(byte >> 4)))
                {
                    *low |= 1 << bucket;
                    *high |= 1 << bucket;
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
        let mut carry = Self::nothing();
        let (blocks, tail) = text::tail(bytes, from).as_chunks::<BLOCK>();
        let mut at = from;
        for block in blocks {
            let ends = self.ends(block, &mut carry);
            if ends != 0 {
                self.compare_all(ends, bytes, from, at, &mut found);
            }
            at += BLOCK;
        }
        if !tail.is_empty() {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
            self.compare_all(self.ends(&block, &mut carry), bytes, from, at, &mut found);
        }
    }

    /// What stands in front of a text.
    fn nothing() -> Carry {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return [std::arch::wasm32::u8x16_splat(0); PRINT - 1];
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Carry::default()
    }

    /// Compares where fingerprints may end in a block, which starts at `start`.
    fn compare_all(
        &self,
        mut ends: u64,
        bytes: &[u8],
        from: usize,
        start: usize,
        found: &mut impl FnMut(usize, usize),
    ) {
        while ends != 0 {
            let place = (start + ends.trailing_zeros() as usize).saturating_sub(PRINT - 1);
            ends &= ends - 1;
            let print = match text::tail(bytes, place).first_chunk() {
                Some(print) => u32::from_le_bytes(*print) & TRIPLE,
                None => u32::from_le_bytes([
                    text::at(bytes, place),
                    text::at(bytes, place + 1),
                    text::at(bytes, place + 2),
                    0,
                ]),
            };
            let print = print | u32::from_le_bytes([CASE, CASE, CASE, 0]);
            // Most that look like one are none.
            if let Some(&first) = self.slots.get(slot(print))
                && first < u32::MAX
            {
                self.compare(bytes, from, place, print, first as usize, found);
            }
        }
    }

    /// Compares the literals that have this fingerprint, which stands at `place`; the slot's first is `first`.
    fn compare(
        &self,
        bytes: &[u8],
        from: usize,
        place: usize,
        print: u32,
        first: usize,
        found: &mut impl FnMut(usize, usize),
    ) {
        let slotted = self.prints.get(first..).unwrap_or_default().iter();
        for &(_, index) in
            slotted.take_while(|(other, _)| slot(*other) == slot(print)).filter(|(other, _)| *other == print)
        {
            if let Some(literal) = self.literals.get(index)
                && let Some(start) = place.checked_sub(literal.print_at).filter(|&start| start >= from)
                && text::slice(bytes, start..start + literal.bytes.len()).eq_ignore_ascii_case(&literal.bytes)
            {
                found(index, start);
            }
        }
    }

    /// Where in the block a fingerprint may end.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline]
    fn ends(&self, block: &[u8; BLOCK], carry: &mut Carry) -> u64 {
        use std::arch::wasm32::{
            i8x16_bitmask, i8x16_eq, i8x16_shuffle, u8x16_shr, u8x16_splat, u8x16_swizzle, v128_and, v128_or,
        };
        let ([low0, low1, low2], [high0, high1, high2]) = (&self.low, &self.high);
        let mut none = |bytes: &[u8; 16]| {
            let text = v128_or(vector(bytes), u8x16_splat(CASE));
            let (low, high) = (v128_and(text, u8x16_splat(15)), u8x16_shr(text, 4));
            let buckets = |of_low: &Nibbles, of_high: &Nibbles| {
                v128_and(u8x16_swizzle(vector(of_low), low), u8x16_swizzle(vector(of_high), high))
            };
            let (first, second, third) = (buckets(low0, high0), buckets(low1, high1), buckets(low2, high2));
            // Each as far back as it stands in front of the third.
            let [before_first, before_second] = *carry;
            let back_two =
                i8x16_shuffle::<14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29>(before_first, first);
            let back_one =
                i8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(before_second, second);
            *carry = [first, second];
            let all = v128_and(v128_and(back_two, back_one), third);
            u64::from(i8x16_bitmask(i8x16_eq(all, u8x16_splat(0))))
        };
        // Spelled out: as a loop it is not unrolled.
        let ([first, second, third, fourth], _) = block.as_chunks() else { return 0 };
        !(none(first) | none(second) << 16 | none(third) << 32 | none(fourth) << 48)
    }

    /// Where in the block a fingerprint may end.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline]
    fn ends(&self, block: &[u8; BLOCK], carry: &mut Carry) -> u64 {
        let mut ends = 0;
        for (place, &byte) in block.iter().enumerate() {
            let byte = byte | CASE;
            let mut buckets = self.low.iter().zip(&self.high).map(|(low, high)| {
                let low = low.get(usize::from(byte & 15)).copied().unwrap_or(0);
                low & high.get(usize::from(byte >> 4)).copied().unwrap_or(0)
            });
            let mut next = || buckets.next().unwrap_or(0);
            let (first, second, third) = (next(), next(), next());
            let [[two_back, one_back], [_, second_back]] = *carry;
            *carry = [[one_back, first], [second_back, second]];
            ends |= u64::from(two_back & second_back & third != 0) << place;
        }
        ends
    }
}

/// Letters alike in both cases; some other bytes become alike as well, which does no harm.
const CASE: u8 = 0x20;

/// Where a fingerprint is looked up.
#[inline]
fn slot(print: u32) -> usize {
    usize::from(hash(print) >> 5)
}

/// A bucket for each fingerprint, such that few others look as if they were in it: one is in a bucket if each of its nibbles is one of a
/// fingerprint there, at its place.
#[inline(never)]
fn buckets(prints: &[[u8; PRINT]]) -> Vec<usize> {
    let mut buckets = vec![BUCKETS; prints.len()];
    for _ in 0..ROUNDS {
        for (index, print) in prints.iter().enumerate() {
            if let Some(bucket) = buckets.get_mut(index) {
                *bucket = BUCKETS;
            }
            let growth = |bucket: &usize| {
                let mut looks = Looks::default();
                let members = prints.iter().zip(&buckets).filter(|(_, other)| *other == bucket);
                members.for_each(|(print, _)| looks.add(print));
                let before = looks.cost();
                looks.add(print);
                looks.cost() - before
            };
            let best = (0..BUCKETS).min_by_key(growth);
            if let (Some(bucket), Some(best)) = (buckets.get_mut(index), best) {
                *bucket = best;
            }
        }
    }
    buckets
}

/// The nibbles of the fingerprints in a bucket, low and high ones at each place, a bit each.
#[derive(Default)]
struct Looks([(u16, u16); PRINT]);

// A policy's fingerprints are put into buckets once: calls are small, and quick enough.
impl Looks {
    #[inline(never)]
    fn add(&mut self, print: &[u8; PRINT]) {
        for ((low, high), byte) in self.0.iter_mut().zip(print) {
            *low |= 1 << (byte & 15);
            *high |= 1 << (byte >> 4);
        }
    }

    /// How often a text looks so, roughly and in no certain unit.
    fn cost(&self) -> u64 {
        self.0.iter().map(|&(low, high)| Self::commonness(low, high)).product()
    }

    #[inline(never)]
    fn commonness(low: u16, high: u16) -> u64 {
        let mut cost = 8 * u64::from(low.count_ones() * high.count_ones());
        for (place, byte) in (1..).zip(BY_COMMONNESS) {
            cost += place * place * u64::from(low >> (byte & 15) & high >> (byte >> 4) & 1);
        }
        cost
    }
}

/// The letters of English in their order, the most common last, and the blank behind them all.
const BY_COMMONNESS: &[u8] = b"zqxjkvbywgpfmucdlhrsnioate ";

/// How common a byte is in texts, roughly.
fn commonness(byte: u8) -> usize {
    let place = BY_COMMONNESS.iter().position(|&common| common == byte.to_ascii_lowercase());
    place.map_or(4, |place| place + 4)
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
