//! International bank account numbers.

use std::ops::Range;

use crate::text;

/// Country codes and total lengths, from the IBAN registry that SWIFT keeps for ISO 13616.
#[rustfmt::skip]
const LENGTHS: &[(&[u8; 2], u8)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22), (b"BH", 22),
    (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24), (b"DE", 22), (b"DJ", 27),
    (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18), (b"FK", 18), (b"FO", 18), (b"FR", 27),
    (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27), (b"GT", 28), (b"HN", 28), (b"HR", 21), (b"HU", 28),
    (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27), (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28),
    (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22),
    (b"MK", 19), (b"MN", 20), (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23),
    (b"PK", 24), (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25), (b"SV", 28),
    (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

/// The IBAN whose check digits start at `digit`.
pub(super) fn find(text: &[u8], digit: usize) -> Option<Range<usize>> {
    let start = digit.checked_sub(2)?;
    if !text::at(text, start).is_ascii_alphabetic() || !text::at(text, start + 1).is_ascii_alphabetic() {
        return None;
    }
    let country = [text::at(text, start).to_ascii_uppercase(), text::at(text, start + 1).to_ascii_uppercase()];
    let length = LENGTHS.iter().find(|(code, _)| **code == country).map(|&(_, length)| usize::from(length))?;
    let mut at = start;
    let mut remainder = Mod97::default();
    for place in 0..length {
        if place >= 4 {
            at += match text::at(text, at) {
                b' ' | b'-' => 1,
                0xc2 if text::at(text, at + 1) == 0xa0 => 2,
                _ => 0,
            };
        }
        let byte = text::at(text, at);
        // Country, check digits, then the account, which ISO 13616 puts in front for the check.
        let fits = match place {
            0 | 1 => byte.is_ascii_alphabetic(),
            2 | 3 => byte.is_ascii_digit(),
            _ => byte.is_ascii_alphanumeric(),
        };
        if !fits {
            return None;
        }
        if place >= 4 {
            remainder.push(byte);
        }
        at += 1;
    }
    for &byte in &country {
        remainder.push(byte);
    }
    remainder.push(text::at(text, digit));
    remainder.push(text::at(text, digit + 1));
    let range = start..at;
    (remainder.0 == 1 && text::stands_alone(text, &range)).then_some(range)
}

/// The remainder by 97 of the digits so far, letters counting 10 to 35 (ISO/IEC 7064, MOD 97-10).
#[derive(Default)]
struct Mod97(u32);

impl Mod97 {
    fn push(&mut self, byte: u8) {
        self.0 = match byte {
            b'0'..=b'9' => (self.0 * 10 + u32::from(byte - b'0')) % 97,
            b'A'..=b'Z' => (self.0 * 100 + u32::from(byte - b'A') + 10) % 97,
            _ => (self.0 * 100 + u32::from(byte.to_ascii_lowercase().wrapping_sub(b'a')) + 10) % 97,
        };
    }
}
