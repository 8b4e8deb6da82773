//! Telephone numbers.

use std::ops::Range;

use super::country;
use super::number::{Group, Run, Separator, Window, value};
use crate::text;

/// Most groups of a number as people write it: `+41 (0)96 471 07 95` has six, and a prefix may add one.
const MAX_GROUPS: usize = 8;
/// E.164's 15 digits, two for `00`, one for a trunk zero in parentheses.
const MAX_DIGITS: usize = 18;
/// How far in front of a number a context word is looked for, in bytes.
const CONTEXT: usize = 40;
/// How far behind.
const CONTEXT_BEHIND: usize = 12;

/// Words after which even a bare number is a telephone number.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "phone", "phones", "telephone", "tel", "telefon", "telefono", "teléfono", "téléphone", "mobile", "mobil", "handy", "móvil", "portable",
    "cell", "cellphone", "cellular", "celular", "fax", "call", "calls", "calling", "called", "dial", "dialing", "desk", "hotline", "helpline",
    "whatsapp", "signal", "sms", "ring me", "text me", "texting", "voicemail", "landline", "answering", "messages to", "message on",
    "message to", "reach me", "reach us", "reached", "contact number", "my number", "his number", "her number", "their number", "fon",
];
/// Words that say the same behind it, as signatures and address books have them.
const WORDS_BEHIND: &[&str] = &["office", "fax", "mobile", "cell", "home", "work", "direct", "phone", "tel", "desk"];

/// The telephone numbers of a run.
pub(super) fn find(run: &Run<'_>, text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut first = 0;
    while first < run.len() {
        let widest = (first + MAX_GROUPS).min(run.len());
        let hit =
            (first..widest).rev().find_map(|last| number(&run.window(first, last), text).map(|range| (last, range)));
        match hit {
            Some((last, range)) => {
                found(range);
                first = last + 1;
            }
            None => first += 1,
        }
    }
}

/// The window as a telephone number, with its sign, opening parenthesis and extension.
fn number(window: &Window<'_>, text: &[u8]) -> Option<Range<usize>> {
    let count = window.digit_count();
    if !(7..=MAX_DIGITS).contains(&count) {
        return None;
    }
    let digits = window.digits::<MAX_DIGITS>()?;
    let digits = digits.as_slice();
    let groups = window.range();
    let opening = opening(window, text);
    let range = opening.start..extension(text, groups.end).unwrap_or(groups.end);
    if !text::stands_alone(text, &range) {
        return None;
    }
    if opening.plus {
        return international(window, digits).then_some(range);
    }
    if !window.set_apart() {
        return None;
    }
    let several = window.groups.len() > 1;
    let strong = match digits {
        [0, 0, rest @ ..] if several => international(window, rest),
        _ if north_american(window, digits) => true,
        _ if trunk_zero(window, digits, opening.parenthesis) => true,
        _ => opening.parenthesis && (window.sizes(&[2, 4, 4]) || window.sizes(&[2, 5, 4])),
    };
    let is_number = strong || (weak(window, digits) && in_context(text, &range));
    is_number.then_some(range)
}

/// What stands in front of the first digit and belongs to the number.
struct Opening {
    start: usize,
    plus: bool,
    parenthesis: bool,
}

fn opening(window: &Window<'_>, text: &[u8]) -> Opening {
    let first = window.range().start;
    let mut opening = Opening { start: first, plus: false, parenthesis: false };
    if text::before(text, opening.start) == b'(' {
        opening.parenthesis = true;
        opening.start -= 1;
    }
    if text::before(text, opening.start) == b'+' {
        opening.plus = true;
        opening.start -= 1;
        if !opening.parenthesis && text::before(text, opening.start) == b'(' {
            opening.parenthesis = true;
            opening.start -= 1;
        }
    }
    // A parenthesis around the whole number, or around a remark, is the sentence's: one of the number's closes before another opens.
    let next = window.groups.iter().skip(1).find(|group| group.separator == Separator::Parenthesis);
    let closes_inside = next.is_some_and(|group| text::before(text, group.start) != b'(' && closed(text, group));
    if opening.parenthesis && !closes_inside {
        opening.parenthesis = false;
        opening.start = if opening.plus { first - 1 } else { first };
    }
    opening
}

/// Whether a closing parenthesis is part of the separator in front of the group.
fn closed(text: &[u8], group: &Group) -> bool {
    group.separator == Separator::Parenthesis
        && text::slice(text, group.start.saturating_sub(3)..group.start).contains(&b')')
}

/// A country code and a number of the length its plan has. A trunk zero may be shown in parentheses: `+44 (0)20 7946 0958`.
fn international(window: &Window<'_>, digits: &[u8]) -> bool {
    let Some((code, lengths)) = country::plan(digits) else { return false };
    let national = text::tail(digits, code);
    let trunk = usize::from(
        national.first() == Some(&0) && window.groups.iter().any(|group| group.separator == Separator::Parenthesis),
    );
    let national = text::tail(national, trunk);
    let plausible = match digits.first() {
        // North American area codes start with 2 to 9.
        Some(1) => national.first().is_some_and(|&digit| digit > 1),
        _ => true,
    };
    plausible && lengths.contains(&national.len())
}

/// Area code, exchange, line number (North American Numbering Plan), maybe with the 1 in front. In blanks only, which any list of
/// numbers may have, the exchange must be one that exists; with dashes, dots or parentheses made-up numbers are found as well.
fn north_american(window: &Window<'_>, digits: &[u8]) -> bool {
    let grouped = window.sizes(&[3, 3, 4]) || (window.sizes(&[1, 3, 3, 4]) && digits.first() == Some(&1));
    let national = text::tail(digits, digits.len().saturating_sub(10));
    let valid = match window.uniform() {
        Some(Separator::Space) => matches!(national, [2..=9, _, _, 2..=9, ..]),
        Some(Separator::Slash) => false,
        _ => matches!(national, [2..=9, ..]),
    };
    grouped && valid
}

/// A national number with its trunk zero, in groups of one style: most of Europe, Africa, Asia and Oceania. Social security numbers and
/// a postal code in front of another number look alike.
fn trunk_zero(window: &Window<'_>, digits: &[u8], parenthesis: bool) -> bool {
    let [0, 1..=9, ..] = digits else { return false };
    if !(9..=11).contains(&digits.len()) {
        return false;
    }
    let Some((area, rest)) = window.groups.split_first() else { return false };
    let style = if parenthesis { true } else { window.uniform().is_some() };
    let other = window.sizes(&[5, 4]) || (window.sizes(&[3, 2, 4]) && window.uniform() == Some(Separator::Dash));
    let sizes = !other && (2..=5).contains(&area.len()) && rest.iter().all(|group| (2..=8).contains(&group.len()));
    style && sizes && !rest.is_empty() && rest.len() <= 4
}

/// What may be a telephone number if a word says so: anything of the right length that is not written like something else.
fn weak(window: &Window<'_>, digits: &[u8]) -> bool {
    let uniform = window.uniform();
    let style = uniform.is_some() || window.groups.iter().any(|group| group.separator == Separator::Parenthesis);
    let lengths = (7..=12).contains(&digits.len());
    let sizes =
        window.groups.len() <= 5 && (window.groups.len() == 1 || window.groups.iter().all(|group| group.len() >= 2));
    let address = uniform == Some(Separator::Dot) && window.groups.len() == 4 && digits.len() < 10;
    let social = uniform == Some(Separator::Dash) && window.sizes(&[3, 2, 4]);
    let postal = window.sizes(&[5, 4]);
    style && lengths && sizes && !address && !social && !postal && !date(window, digits)
}

/// A date, in groups or as eight digits.
fn date(window: &Window<'_>, digits: &[u8]) -> bool {
    let year = |digits: &[u8]| matches!(digits, [1, 9, ..] | [2, 0, ..]);
    let month_and_day = |digits: &[u8]| {
        let first = value(text::slice(digits, 0..2));
        let second = value(text::slice(digits, 2..4));
        (1..=31).contains(&first) && (1..=31).contains(&second) && (first <= 12 || second <= 12)
    };
    if digits.len() != 8 {
        return false;
    }
    let year_first = year(digits) && month_and_day(text::tail(digits, 4));
    let year_last = year(text::tail(digits, 4)) && month_and_day(digits);
    (window.sizes(&[4, 2, 2]) && year_first)
        || (window.sizes(&[2, 2, 4]) && year_last)
        || (window.sizes(&[8]) && year_first)
}

fn in_context(text: &[u8], range: &Range<usize>) -> bool {
    if text::word_before(text, range.start, CONTEXT, WORDS) {
        return true;
    }
    // Only on the same line: the next one is about something else.
    let behind = range.end..(range.end + CONTEXT_BEHIND).min(text.len());
    let line = text::count(text::slice(text, behind.clone()), 0, |byte| byte != b'\n');
    text::has_word(text, behind.start..behind.start + line, WORDS_BEHIND)
}

/// Where the extension behind a number ends: `x123`, `ext. 123`, `extension 123`, `#123`.
fn extension(text: &[u8], end: usize) -> Option<usize> {
    let blank = |at: usize| at + text::count(text, at, |byte| byte == b' ').min(1);
    let mut at = blank(end);
    if text::at(text, at) == b',' {
        at = blank(at + 1);
    }
    let words: [&[u8]; 5] = [b"extension", b"ext.", b"ext", b"x", b"#"];
    let word = words.iter().find(|word| text::slice(text, at..at + word.len()).eq_ignore_ascii_case(word))?;
    let digits = blank(at + word.len());
    let count = text::count(text, digits, |byte| byte.is_ascii_digit());
    (1..=6).contains(&count).then_some(digits + count)
}
