//! United States social security numbers.

use super::number::{Run, Separator, Window, value};
use super::registry::Detector;
use super::scan::Sink;
use super::score::{CERTAIN, Context, LIKELY, WEAK};
use crate::text;

/// Words that make nine digits without dashes a social security number.
pub(super) const CONTEXT: Context = Context::of(&[
    "ssn",
    "ssns",
    "social security",
    "social sec",
    "soc sec",
    "ss#",
    "ss no",
    "ss number",
    "taxpayer id",
    "tax id",
]);

/// Reports the social security numbers of a run.
pub(super) fn find(run: &Run<'_>, sink: &mut Sink<'_>) {
    for first in 0..run.len() {
        for groups in [3, 1] {
            let window = run.window(first, first + groups - 1);
            if window.groups.len() == groups
                && let Some(score) = score(&window, sink)
            {
                sink.emit(Detector::UsSsn, window.range(), score);
            }
        }
    }
}

/// How sure it is that the window is one; None if it is not.
fn score(window: &Window<'_>, sink: &mut Sink<'_>) -> Option<u8> {
    let by_itself = match window.uniform()? {
        Separator::Dash => CERTAIN,
        Separator::Space | Separator::Dot | Separator::Start => WEAK,
        _ => return None,
    };
    let shaped = (window.sizes(&[3, 2, 4]) || window.sizes(&[9])) && window.set_apart() && window.stands_alone();
    if !shaped || !window.digits::<9>().is_some_and(|digits| issued(digits.as_slice())) {
        return None;
    }
    Some(if by_itself < LIKELY {
        CONTEXT.weigh(&sink.near(window.text, &window.range()), by_itself)
    } else {
        by_itself
    })
}

/// Social Security Administration, "Social Security Number Randomization", and the numbers it voided for being published.
fn issued(digits: &[u8]) -> bool {
    let area = value(text::slice(digits, 0..3));
    let group = value(text::slice(digits, 3..5));
    let serial = value(text::slice(digits, 5..9));
    let void = matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999));
    (1..=899).contains(&area) && area != 666 && group != 0 && serial != 0 && !void
}
