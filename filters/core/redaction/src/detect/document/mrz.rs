//! Machine-readable zones of travel documents (ICAO Doc 9303 parts 4 to 6), line by line.

use std::ops::Range;

use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::CERTAIN;
use crate::detect::word::Word;
use crate::text;

/// The longest line: passports. Cards have three of 30 or two of 36.
const LONGEST: usize = 44;

/// Looks at the line around the `<` at `filler`; where it ends.
pub(in crate::detect) fn find(bytes: &[u8], filler: usize, sink: &mut Sink<'_>) -> usize {
    let head = text::slice(bytes, filler.saturating_sub(LONGEST + 1)..filler);
    let start = filler - head.iter().rev().take_while(|byte| part(byte)).count();
    let length = text::slice(bytes, filler..(filler + LONGEST + 1).min(bytes.len()))
        .iter()
        .take_while(|byte| part(byte))
        .count();
    let range = start..filler + length;
    let end = range.end;
    check(bytes, range, sink);
    end
}

/// A line without a filler is a word.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if matches!(word.bytes().len(), 30 | 36 | 44) {
        check(word.text(), word.range(), sink);
    }
}

fn check(bytes: &[u8], range: Range<usize>, sink: &mut Sink<'_>) {
    let line = text::slice(bytes, range.clone());
    let is_line = match line.len() {
        44 | 36 => names(line, true) || holder(line, 0) && number(line, 0),
        30 => {
            names(line, false)
                || number(line, 5) && line.first().is_some_and(|kind| b"ACI".contains(kind))
                || card_holder(line)
        }
        _ => false,
    };
    if is_line {
        sink.emit(Detector::Passport, range, CERTAIN);
    }
}

fn part(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<'
}

/// The holder's names, in passports behind the kind of document and the issuing state.
fn names(line: &[u8], with_kind: bool) -> bool {
    let kind =
        line.first().is_some_and(|kind| if with_kind { b"PVACI".contains(kind) } else { kind.is_ascii_uppercase() });
    let letters = line.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let apart = line.windows(2).any(|pair| pair == b"<<");
    // Nothing but fillers behind the last name.
    kind && apart && letters >= if with_kind { 5 } else { 3 } && !line.iter().any(u8::is_ascii_digit)
}

/// The number of the document, nine places, and its check digit; that of a longer number stands elsewhere.
fn number(line: &[u8], at: usize) -> bool {
    let check = text::at(line, at + 9);
    let number = text::slice(line, at..at + 9);
    check == check_digit(number) || (check == b'<' && number.iter().all(|byte| *byte != b'<'))
}

/// Nationality, date of birth, sex and date of expiry as passports and the longer cards have them.
fn holder(line: &[u8], at: usize) -> bool {
    state(text::slice(line, at + 10..at + 13)) && dates(line, at + 13)
}

/// The second line of the shorter cards.
fn card_holder(line: &[u8]) -> bool {
    dates(line, 0) && state(text::slice(line, 15..18))
}

fn state(code: &[u8]) -> bool {
    code.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
}

/// Date of birth, sex, date of expiry, each date with its check digit.
fn dates(line: &[u8], at: usize) -> bool {
    let date = |at: usize| {
        let date = text::slice(line, at..at + 6);
        date.iter().all(|byte| byte.is_ascii_digit() || *byte == b'<') && text::at(line, at + 6) == check_digit(date)
    };
    date(at) && matches!(text::at(line, at + 7), b'M' | b'F' | b'X' | b'<') && date(at + 8)
}

/// ICAO Doc 9303 part 3, section 4.9: weights 7, 3, 1; letters count 10 to 35, fillers 0.
pub(super) fn check_digit(field: &[u8]) -> u8 {
    let sum: u32 = field
        .iter()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(byte, weight)| weight * (*byte as char).to_digit(36).unwrap_or(0))
        .sum();
    // Below ten.
    b'0' + (sum % 10) as u8
}
