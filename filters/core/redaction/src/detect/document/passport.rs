//! Passport numbers.

use crate::detect::announced::{self, Kind};
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{LIKELY, WEAK};
use crate::detect::word::Word;

/// How issuers compose the number: `A` is a letter, `9` a digit, `*` either. From the PRADO register of the Council of the EU and the issuers'
/// own pages; letters first.
const SHAPES: &[&[u8]] = &[
    // Portugal, Saudi Arabia
    b"A999999",
    // India, Australia, China, Japan before 1992, Switzerland, Austria, Vietnam
    b"A9999999",
    // United States, China, South Korea, Turkey, Mexico, South Africa, Malaysia, Taiwan
    b"A99999999",
    // Singapore, Philippines
    b"A9999999A",
    // Canada, Brazil, Belgium, New Zealand, Greece, Hungary, Ukraine, Colombia
    b"AA999999",
    // Italy, Japan, Australia, Poland, Finland, Ireland, Pakistan, Thailand, Philippines, Sri Lanka
    b"AA9999999",
    // Philippines, Thailand
    b"AA9999999A",
    // Spain, Argentina, Norway
    b"AAA999999",
    // Norway
    b"AAA99999",
    // South Korea since 2021
    b"A999A9999",
    // France
    b"99AA99999",
    // Indonesia, Lithuania
    b"99999999A",
    // The Netherlands
    b"AA******9",
];

/// The letters and digits of a German number: none that is read as another, and no vowels.
const GERMAN: &[u8] = b"0123456789CFGHJKLMNPRTVWXYZ";

/// Looks at a word of letters and digits.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    let bytes = word.bytes();
    if !(7..=10).contains(&bytes.len()) || !(SHAPES.iter().any(|shape| fits(bytes, shape)) || german(bytes)) {
        return;
    }
    let range = word.range();
    let announced = announced::number(word.text(), &range, sink.around());
    let announced = announced.is_some_and(|announced| announced.kind == Kind::Passport);
    sink.emit(Detector::Passport, range, if announced { LIKELY } else { WEAK });
}

fn fits(word: &[u8], shape: &[u8]) -> bool {
    word.len() == shape.len()
        && word.iter().zip(shape).all(|(byte, kind)| match kind {
            b'A' => byte.is_ascii_alphabetic(),
            b'9' => byte.is_ascii_digit(),
            _ => true,
        })
        && word.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
}

/// The number's own alphabet, one of the letters that passports start with, and the check digit of ICAO 9303 where it is written.
fn german(word: &[u8]) -> bool {
    let upper = |byte: &u8| byte.to_ascii_uppercase();
    let first = word.first().map(upper);
    let Some((number, check)) = word.split_at_checked(9) else { return false };
    matches!(first, Some(b'C' | b'F' | b'G' | b'H' | b'J' | b'K'))
        && number.iter().map(upper).all(|byte| GERMAN.contains(&byte))
        && number.iter().filter(|byte| byte.is_ascii_digit()).count() >= 2
        && (check.is_empty() || check.first() == Some(&super::mrz::check_digit(number)))
}

/// Whether issuers have numbers of so many digits: the United States, the United Kingdom (9), Israel, Sweden (8), Russia (10).
pub(super) fn has_digits(count: usize) -> bool {
    (8..=10).contains(&count)
}
