//! Payment card numbers.

use std::ops::Range;

use super::number::{Run, Separator, Window, value};
use crate::text;

/// ISO/IEC 7812-1: an account number has at most 19 digits.
const MAX_DIGITS: usize = 19;
/// The shortest that is in use, some of Maestro's.
const MIN_DIGITS: usize = 12;

/// How far in front of a number a context word is looked for, in bytes.
const CONTEXT: usize = 40;
/// Words after which a number with the right check digit is a card's even if no network is known to issue it: shops and banks have
/// cards of their own, and ranges are handed out faster than lists of them are kept.
const WORDS: &[&str] = &[
    "card",
    "cards",
    "creditcard",
    "cc",
    "visa",
    "mastercard",
    "amex",
    "maestro",
    "discover",
    "diners",
    "jcb",
    "unionpay",
];

/// The card numbers of a run.
pub(super) fn find(run: &Run<'_>, mut found: impl FnMut(Range<usize>)) {
    let mut first = 0;
    while first < run.len() {
        let mut best = None;
        let mut digits = 0;
        for last in first..run.len() {
            digits += run.group(last).len();
            if digits > MAX_DIGITS {
                break;
            }
            if digits >= MIN_DIGITS && is_card(run, &run.window(first, last)) {
                best = Some(last);
            }
        }
        match best {
            Some(last) => {
                found(run.window(first, last).range());
                first = last + 1;
            }
            None => first += 1,
        }
    }
}

fn is_card(run: &Run<'_>, window: &Window<'_>) -> bool {
    if !shape(run, window) || !window.stands_alone() {
        return false;
    }
    let Some(digits) = window.digits::<MAX_DIGITS>() else { return false };
    let digits = digits.as_slice();
    luhn(digits) && (issued(digits) || text::word_before(window.text, window.range().start, CONTEXT, WORDS))
}

/// How card numbers are written: bare, in the groups printed on the card, or as all of a run in any groups.
fn shape(run: &Run<'_>, window: &Window<'_>) -> bool {
    let Some(separator) = window.uniform() else { return false };
    let joined = |separator: Option<Separator>| matches!(separator, Some(Separator::Dash | Separator::Dot));
    match separator {
        // A dash or dot in front joins: short ones are the tail of an identifier. One behind may set off the expiry date.
        Separator::Start => {
            (!joined(window.before()) || window.digit_count() >= 15) && window.after != Some(Separator::Dot)
        }
        Separator::Space | Separator::Dash | Separator::Dot => {
            let all = window.groups.len() == run.len();
            let printed = window.sizes(&[4, 4, 4, 4])
                || window.sizes(&[4, 6, 5])
                || window.sizes(&[4, 6, 4])
                || window.sizes(&[4, 4, 4, 4, 3])
                || window.sizes(&[4, 4, 4, 3]);
            all || printed
        }
        Separator::Slash | Separator::Parenthesis => false,
    }
}

/// The check digit of ISO/IEC 7812-1 annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit);
            match (place % 2, digit) {
                (0, _) => digit,
                (_, 0..=4) => digit * 2,
                _ => digit * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a network issues numbers of this prefix and length.
fn issued(digits: &[u8]) -> bool {
    let length = digits.len();
    let six = value(text::slice(digits, 0..6));
    let prefix = |count: u32| six / 10u32.pow(6 - count);
    match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        // Visa
        (4, ..) => matches!(length, 13 | 16 | 19),
        // Mastercard
        (5, 51..=55, ..) | (2, _, _, 2221..=2720) => length == 16,
        // Mir
        (2, _, _, 2200..=2204) => (16..=19).contains(&length),
        // American Express
        (3, 34 | 37, ..) => length == 15,
        // Diners Club
        (3, _, 300..=305, _) | (3, _, _, 3095) | (3, 36 | 38 | 39, ..) => (14..=19).contains(&length),
        // JCB, and its cards from before 1989
        (3, _, _, 3528..=3589) => (16..=19).contains(&length),
        (_, _, _, 1800 | 2131) => length == 15,
        // Discover, RuPay
        (6, 65, ..) | (6, _, 644..=649, _) | (6, _, _, 6011) | (6, 60, ..) => (16..=19).contains(&length),
        // UnionPay, which Discover shares; RuPay
        (6, 62, ..) | (8, 81 | 82, ..) | (5, _, 508, _) => (16..=19).contains(&length),
        // Troy
        (9, _, _, 9792) => length == 16,
        // Verve, within Maestro's range
        (5, ..) if (506_099..=506_198).contains(&six) => matches!(length, 16 | 18 | 19),
        // Maestro
        (5, 50 | 56..=58, ..) | (6, ..) => (12..=19).contains(&length),
        _ => false,
    }
}
