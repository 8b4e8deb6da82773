//! Payment card numbers.

use super::number::{Run, Separator, Window, value};
use super::registry::Detector;
use super::scan::Sink;
use super::score::{CERTAIN, Context, WEAK};
use crate::text;

/// ISO/IEC 7812-1: an account number has at most 19 digits.
const MAX_DIGITS: usize = 19;
/// The shortest that is in use, some of Maestro's.
const MIN_DIGITS: usize = 12;

/// Words beside which a number with the right check digit is a card's even if no network is known to issue it: shops and banks have
/// cards of their own, and ranges are handed out faster than lists of them are kept.
pub(super) const CONTEXT: Context = Context::of(&[
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
]);

/// Reports the card numbers of a run.
pub(super) fn find(run: &Run<'_>, sink: &mut Sink<'_>) {
    let mut first = 0;
    while first < run.len() {
        let mut best = None;
        let mut digits = 0;
        for last in first..run.len() {
            digits += run.group(last).len();
            if digits > MAX_DIGITS {
                break;
            }
            if digits >= MIN_DIGITS
                && let Some(score) = score(run, &run.window(first, last), sink)
                && best.is_none_or(|(_, other)| score >= other)
            {
                best = Some((last, score));
            }
        }
        match best {
            Some((last, score)) => {
                sink.emit(Detector::CreditCard, run.window(first, last).range(), score);
                // What is weak leaves room for another that overlaps it.
                first = if score == WEAK { first } else { last } + 1;
            }
            None => first += 1,
        }
    }
}

/// How sure it is that the window is one; None if it is not.
fn score(run: &Run<'_>, window: &Window<'_>, sink: &mut Sink<'_>) -> Option<u8> {
    if !shape(run, window) || !window.stands_alone() {
        return None;
    }
    let digits = window.digits::<MAX_DIGITS>()?;
    let digits = digits.as_slice();
    if !luhn(digits) {
        return None;
    }
    Some(if issued(digits) { CERTAIN } else { CONTEXT.weigh(&sink.near(window.text, &window.range()), WEAK) })
}

/// How card numbers are written: bare, in the groups printed on the card, or as all of a run in any groups.
fn shape(run: &Run<'_>, window: &Window<'_>) -> bool {
    let Some(separator) = window.uniform() else { return false };
    match separator {
        // A dash in front joins: what is short is the tail of an identifier. One behind may set off the expiry date. Dots make a fraction.
        Separator::Start => {
            let tail = window.before() == Some(Separator::Dash) && window.digit_count() < 15;
            !tail && window.before() != Some(Separator::Dot) && window.after != Some(Separator::Dot)
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
