//! Sixteen characters of ASCII at once, with the vectors of wasm: what [`Context::step`] does for each of them, without its branches.
//!
//! Where the price of each character is found is computed for all of them together, so that only the look-up itself is done one by one. Kinds
//! are told apart by the byte itself here, small letters taken as one and runs put in the place of control characters; the table has a
//! part in that order.

use std::arch::wasm32::{
    i8x16_bitmask, i8x16_eq, i8x16_extract_lane, i8x16_gt, i8x16_lt, i8x16_shuffle, i8x16_splat, i8x16_sub,
    i16x8_extend_high_i8x16, i16x8_extend_high_u8x16, i16x8_extend_low_i8x16, i16x8_extend_low_u8x16, i16x8_shl,
    i16x8_splat, i32x4_add, i32x4_extadd_pairwise_u16x8, i32x4_extract_lane, i64x2_extract_lane, u8x16_le, u8x16_splat,
    u8x16_sub, u16x8, u16x8_sub_sat, u64x2, v128, v128_and, v128_andnot, v128_any_true, v128_bitselect, v128_or,
};

use crate::counter::DEAR;
use crate::slots::Context;
use crate::tables::{Characters, Table};

/// Characters of a block.
const BLOCK: usize = 16;

/// The second space in a row, the third and further ones, and a third mark: see [`class::SPACE_AGAIN`] and its neighbours.
pub(crate) const SPACE_AGAIN: u8 = 1;
pub(crate) const SPACE_RUN: u8 = 2;
pub(crate) const MARK_RUN: u8 = 3;

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Bytes.
    pub length: usize,
    /// Their prices, but for digits.
    pub price: u64,
    /// What small letters cost above [`DEAR`].
    pub dear: u64,
    /// Groups of digits that begin in it.
    pub groups: u64,
}

/// The bytes before a block, as far as prices depend on them, each in the last lanes.
#[derive(Clone, Copy)]
struct Before {
    letters: v128,
    plain: v128,
    kinds: v128,
}

/// Counts whole blocks from the start of `bytes` on; stops at what is not plain ASCII.
pub(crate) fn count(table: &Table, context: &mut Context, bytes: &[u8]) -> Counted {
    let mut counted = Counted::default();
    let blocks = bytes.as_chunks::<BLOCK>().0;
    // Around a character beyond ASCII this is asked again and again.
    if blocks.first().is_none_or(|block| !block.is_ascii()) {
        return counted;
    }
    let Some(before) = context.codes() else { return counted };
    let last = |second: u8, first: u8| u64x2(0, u64::from(first) << 56 | u64::from(second) << 48);
    let [older, old] = before.letters;
    let mut before = Before {
        letters: last(older, old),
        plain: last(if before.run > 0 { before.plain } else { u8::MAX }, before.plain),
        kinds: last(0, before.kind),
    };
    let table = table.characters();
    let (mut prices, mut dear) = (u8x16_splat(0), u8x16_splat(0));
    // How many digits the run at the end of what was counted has.
    let mut digit_run = context.digits();
    for block in blocks {
        let bytes = u128::from_le_bytes(*block);
        let text = u64x2(bytes as u64, (bytes >> 64) as u64);
        let space = i8x16_eq(text, u8x16_splat(b' '));
        let control = i8x16_lt(text, i8x16_splat(0x20));
        let newline = v128_or(i8x16_eq(text, u8x16_splat(b'\n')), i8x16_eq(text, u8x16_splat(b'\t')));
        let newline = v128_or(newline, i8x16_eq(text, u8x16_splat(b'\r')));
        // What is beyond ASCII is negative, and so a control character here.
        let unfit = v128_or(v128_andnot(control, newline), i8x16_eq(text, u8x16_splat(0x7f)));
        if v128_any_true(unfit) {
            break;
        }
        let alphabet = u8x16_sub(v128_or(text, u8x16_splat(0x20)), u8x16_splat(b'a'));
        let alphabetic = u8x16_le(alphabet, u8x16_splat(25));
        let lower = v128_and(alphabetic, i8x16_gt(text, i8x16_splat(0x5f)));
        let digit = u8x16_le(u8x16_sub(text, u8x16_splat(b'0')), u8x16_splat(9));
        // As `class::letter` has them.
        let underscore = v128_and(i8x16_eq(text, u8x16_splat(b'_')), u8x16_splat(2));
        let others = i8x16_sub(u8x16_splat(29), digit);
        let others = v128_or(others, underscore);
        let others = v128_bitselect(u8x16_splat(28), others, control);
        let others = v128_bitselect(u8x16_splat(26), others, space);
        let letters = v128_bitselect(alphabet, others, alphabetic);
        let plain = v128_bitselect(u8x16_splat(b'a'), text, lower);
        let again = i8x16_eq(plain, behind::<1>(before.plain, plain));
        let twice = v128_and(again, i8x16_eq(plain, behind::<2>(before.plain, plain)));
        let no_mark = v128_or(v128_or(alphabetic, digit), v128_or(control, space));
        let mut kinds = v128_bitselect(u8x16_splat(MARK_RUN), plain, v128_andnot(twice, no_mark));
        kinds = v128_bitselect(u8x16_splat(SPACE_AGAIN), kinds, v128_and(again, space));
        kinds = v128_bitselect(u8x16_splat(SPACE_RUN), kinds, v128_and(twice, space));

        let (one, two) = (behind::<1>(before.letters, letters), behind::<2>(before.letters, letters));
        let kind_before = behind::<1>(before.kinds, kinds);
        let low = slots(
            [i16x8_extend_low_u8x16(two), i16x8_extend_low_u8x16(one), i16x8_extend_low_u8x16(letters)],
            [i16x8_extend_low_u8x16(kind_before), i16x8_extend_low_u8x16(kinds)],
            i16x8_extend_low_i8x16(lower),
        );
        let high = slots(
            [i16x8_extend_high_u8x16(two), i16x8_extend_high_u8x16(one), i16x8_extend_high_u8x16(letters)],
            [i16x8_extend_high_u8x16(kind_before), i16x8_extend_high_u8x16(kinds)],
            i16x8_extend_high_i8x16(lower),
        );
        for (slots, lower) in [(low, i16x8_extend_low_i8x16(lower)), (high, i16x8_extend_high_i8x16(lower))] {
            let price = look_up(table, slots);
            prices = i32x4_add(prices, i32x4_extadd_pairwise_u16x8(price));
            let above = v128_and(u16x8_sub_sat(price, i16x8_splat(DEAR as i16)), lower);
            dear = i32x4_add(dear, i32x4_extadd_pairwise_u16x8(above));
        }
        let digits = u32::from(i8x16_bitmask(digit));
        counted.groups += groups(digits, &mut digit_run);
        before = Before { letters, plain, kinds };
        counted.length += BLOCK;
        if counted.length >= LONGEST {
            break;
        }
    }
    if counted.length > 0 {
        counted.price = sum(prices);
        counted.dear = sum(dear);
        let last = |vector: v128| i8x16_extract_lane::<15>(vector) as u8;
        let older = |vector: v128| i8x16_extract_lane::<14>(vector) as u8;
        let repeats = |by: u8| {
            let plain = before.plain;
            match by {
                1 => last(plain) == older(plain),
                _ => last(plain) == i8x16_extract_lane::<13>(plain) as u8,
            }
        };
        let run =
            if digit_run > 0 { digit_run - 1 } else { usize::from(repeats(1)) + usize::from(repeats(1) && repeats(2)) };
        *context = Context::of_codes(
            [older(before.letters), last(before.letters)],
            last(before.plain),
            last(before.kinds),
            run,
        );
    }
    counted
}

/// Most bytes counted at a time: sums of prices are 32 bits wide in each of four lanes, and a price is at most 2^16.
const LONGEST: usize = 1 << 16;

/// The vector `by` bytes further back.
#[inline]
fn behind<const BY: usize>(before: v128, now: v128) -> v128 {
    match BY {
        1 => i8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(before, now),
        _ => i8x16_shuffle::<14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29>(before, now),
    }
}

/// Slots of the table by characters: of three letters for a small one, of two kinds for any other.
#[inline]
fn slots([two, one, letter]: [v128; 3], [before, kind]: [v128; 2], lower: v128) -> v128 {
    let letters = v128_or(v128_or(i16x8_shl(two, 10), i16x8_shl(one, 5)), letter);
    let kinds = v128_or(v128_or(i16x8_shl(before, 7), kind), i16x8_splat(i16::MIN));
    v128_bitselect(letters, kinds, lower)
}

#[inline]
fn look_up(table: &Characters, slots: v128) -> v128 {
    let (low, high) = (i64x2_extract_lane::<0>(slots) as u64, i64x2_extract_lane::<1>(slots) as u64);
    let price = |slots: u64, at: u32| table.get(usize::from((slots >> (16 * at)) as u16)).copied().unwrap_or(0);
    u16x8(
        price(low, 0),
        price(low, 1),
        price(low, 2),
        price(low, 3),
        price(high, 0),
        price(high, 1),
        price(high, 2),
        price(high, 3),
    )
}

/// How many groups of three digits begin in a block, whose digits are the bits of `digits`; `run` is how many digits end before it, and behind it.
#[inline]
fn groups(digits: u32, run: &mut usize) -> u64 {
    const ALL: u32 = 0xffff;
    if digits == 0 {
        *run = 0;
        return 0;
    }
    let mut begins = digits & !(digits << 1);
    if *run > 0 {
        // The group that goes on from before ends after up to two more digits.
        let more = (3 - *run % 3) % 3;
        let next = 1 << more;
        let reached = digits & (next * 2 - 1) == next * 2 - 1;
        begins = begins & !1 | if reached { next } else { 0 };
    }
    let whole = digits & digits << 1 & digits << 2;
    let mut count = 0;
    while begins != 0 {
        count += begins.count_ones();
        begins = begins << 3 & whole;
    }
    *run = if digits == ALL { *run + BLOCK } else { (digits << 16).leading_ones() as usize };
    u64::from(count)
}

fn sum(lanes: v128) -> u64 {
    let lane = |value: i32| u64::from(value as u32);
    lane(i32x4_extract_lane::<0>(lanes))
        + lane(i32x4_extract_lane::<1>(lanes))
        + lane(i32x4_extract_lane::<2>(lanes))
        + lane(i32x4_extract_lane::<3>(lanes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Slot;
    use crate::tables::{O200K, ONE};

    /// What [`count`] and then [`Context::step`] make of a text, and where that leaves the context.
    fn counted(text: &str, mut context: Context) -> (u64, u64, String) {
        let counted = count(&O200K, &mut context, text.as_bytes());
        let (price, dear, after) = stepped(text.get(counted.length..).unwrap(), context);
        (counted.price + counted.groups * ONE + price, counted.dear + dear, after)
    }

    fn stepped(text: &str, mut context: Context) -> (u64, u64, String) {
        let (mut price, mut dear) = (0, 0);
        for c in text.chars() {
            let slot = context.step(c);
            price += O200K.price(slot);
            dear += if let Slot::Letter(_) = slot { O200K.price(slot).saturating_sub(DEAR) } else { 0 };
        }
        // What comes next tells the contexts apart as far as they matter.
        let next = ["a", "  ", "7777", "--", "\n\n", "A", "b "].map(|next| {
            let mut context = context;
            next.chars().map(|c| O200K.price(context.step(c))).sum::<u64>()
        });
        (price, dear, format!("{next:?}"))
    }

    #[wasm_bindgen_test::wasm_bindgen_test]
    fn a_block_is_as_its_characters_one_by_one() {
        let pieces = [
            "The quick brown fox ",
            "jumps, over   the  lazy dog....\n",
            "12 345 6789 1234567890123456789012345",
            "    ",
            "\t\t\r\n\n",
            "let x_y: HashMap<String, u32> = a[0] + b::c();",
            "======================",
            "----",
            "x",
            "7",
            "\u{1}",
            "\u{7f}",
            "é",
            "中文",
            "UPPER Case",
            "{\"id\":42,\"at\":\"2025-01-02T03:04:05.678Z\"}",
            "____",
            "~`!@#$%^&*()_+|}{\":?><",
        ];
        let mut state = 1_u32;
        for _ in 0..3000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            for before in ["z", "zz ", "9", "99", "999", "..", "  ", "a_", "\n"] {
                let mut context = Context::default();
                before.chars().for_each(|c| {
                    context.step(c);
                });
                assert_eq!(counted(&text, context), stepped(&text, context), "{before:?}, then {text:?}");
            }
        }
    }

    #[wasm_bindgen_test::wasm_bindgen_test]
    fn whole_blocks_are_taken_and_what_is_no_plain_ascii_is_left() {
        let length = |text: &str, context| count(&O200K, &mut { context }, text.as_bytes()).length;
        let mut context = Context::default();
        let text = "sixteen of them\nsixteen more....é";
        assert_eq!(length(text, context), 0, "the start of a text has no name");
        context.step('a');
        assert_eq!(length(text, context), 32);
        assert_eq!(length("a character of \u{1} control", context), 0);
        assert_eq!(length(&"abcdefgh".repeat(LONGEST), context), LONGEST);
    }
}
