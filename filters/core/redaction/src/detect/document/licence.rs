//! Driving licence numbers.

use std::ops::Range;

use crate::detect::announced::{self, Kind};
use crate::detect::number::{Separator, Window};
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{CERTAIN, LIKELY};
use crate::detect::word::Word;
use crate::text;

/// The longest, of New York, with its dashes.
const LONGEST: usize = 24;

/// Looks at a word of letters and digits, and what dashes join to it.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if word.bytes().len() == 16 && british(word.bytes()) {
        sink.emit(Detector::DrivingLicence, word.range(), CERTAIN);
        return;
    }
    let Some(range) = joined(word.text(), word.range()) else { return };
    let number = text::slice(word.text(), range.clone());
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = number.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    // All of the United States but Kansas (and New York's eight letters), Canada, Europe, Australia, Asia: some letters, more digits.
    if !(5..=19).contains(&(digits + letters)) || digits < 3 || letters > 7 {
        return;
    }
    if announced::number(word.text(), &range, sink.around()).is_some_and(|announced| announced.kind == Kind::Licence) {
        sink.emit(Detector::DrivingLicence, range, LIKELY);
    }
}

/// The word with others that single dashes join to it; None if that is too long.
fn joined(bytes: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let head = text::slice(bytes, word.start.saturating_sub(LONGEST)..word.start);
    let mut start = word.start - head.iter().rev().take_while(|byte| part(**byte)).count();
    let tail = text::slice(bytes, word.end..(word.end + LONGEST).min(bytes.len()));
    let mut end = word.end + tail.iter().take_while(|byte| part(**byte)).count();
    while text::at(bytes, start) == b'-' {
        start += 1;
    }
    while text::before(bytes, end) == b'-' {
        end -= 1;
    }
    (end - start <= LONGEST).then_some(start..end)
}

/// The DVLA's number: five letters of the surname filled up with nines, the birth year's decade, the month (of women plus 50) and day of birth, the
/// year's last digit, two initials or nines, a digit or letter, and two check letters.
fn british(word: &[u8]) -> bool {
    let two = |at: usize| {
        text::slice(word, at..at + 2)
            .iter()
            .fold(0, |value, &byte| if byte.is_ascii_digit() { value * 10 + u32::from(byte - b'0') } else { 1000 })
    };
    let surname = text::slice(word, 0..5);
    let letters = text::count(surname, 0, |byte| byte.is_ascii_alphabetic());
    let initial = |at: usize| text::at(word, at).is_ascii_alphabetic() || text::at(word, at) == b'9';
    letters > 0
        && text::tail(surname, letters).iter().all(|&byte| byte == b'9')
        && text::at(word, 5).is_ascii_digit()
        && matches!(two(6), 1..=12 | 51..=62)
        && (1..=31).contains(&two(8))
        && text::at(word, 10).is_ascii_digit()
        && initial(11)
        && initial(12)
        && text::tail(word, 14).iter().all(u8::is_ascii_alphabetic)
}

/// Whether groups of digits may be one: neither a date nor written like a telephone or social security number.
pub(super) fn has_digits(window: &Window<'_>) -> bool {
    let other: [&[usize]; 7] = [&[3, 2, 4], &[3, 3, 4], &[1, 3, 3, 4], &[4, 2, 2], &[2, 2, 4], &[1, 2, 4], &[1, 1, 4]];
    (5..=16).contains(&window.digit_count()) && !other.iter().any(|sizes| window.sizes(sizes))
}

/// South Korea's form, whose first two digits are one of its regions: 2-2-6-2 with dashes.
pub(super) fn korean(window: &Window<'_>) -> bool {
    window.sizes(&[2, 2, 6, 2])
        && window.uniform() == Some(Separator::Dash)
        && window.digits::<12>().is_some_and(|digits| matches!(digits.as_slice(), [1, 1..=9, ..] | [2, 0..=8, ..]))
}
