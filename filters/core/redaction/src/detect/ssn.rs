//! United States social security numbers.

use std::ops::Range;

use super::number::{Run, Separator, Window, value};
use crate::text;

/// How far in front of the number a context word is looked for, in bytes.
const CONTEXT: usize = 40;
/// Words that make nine digits without dashes a social security number.
const WORDS: &[&str] =
    &["ssn", "ssns", "social security", "social sec", "soc sec", "ss#", "ss no", "ss number", "taxpayer id", "tax id"];

/// The social security numbers of a run.
pub(super) fn find(run: &Run<'_>, mut found: impl FnMut(Range<usize>)) {
    for first in 0..run.len() {
        for groups in [3, 1] {
            let window = run.window(first, first + groups - 1);
            if window.groups.len() == groups && is_ssn(&window) {
                found(window.range());
            }
        }
    }
}

fn is_ssn(window: &Window<'_>) -> bool {
    let weak = match window.uniform() {
        Some(Separator::Dash) => false,
        Some(Separator::Space | Separator::Dot | Separator::Start) => true,
        _ => return false,
    };
    if !(window.sizes(&[3, 2, 4]) || window.sizes(&[9])) || !window.set_apart() || !window.stands_alone() {
        return false;
    }
    if weak && !text::word_before(window.text, window.range().start, CONTEXT, WORDS) {
        return false;
    }
    window.digits::<9>().is_some_and(|digits| issued(digits.as_slice()))
}

/// Social Security Administration, "Social Security Number Randomization", and the numbers it voided for being published.
fn issued(digits: &[u8]) -> bool {
    let area = value(text::slice(digits, 0..3));
    let group = value(text::slice(digits, 3..5));
    let serial = value(text::slice(digits, 5..9));
    let void = matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999));
    (1..=899).contains(&area) && area != 666 && group != 0 && serial != 0 && !void
}
