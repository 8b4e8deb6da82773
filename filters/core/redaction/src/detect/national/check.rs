//! The arithmetic of check digits and dates. Everything works on ASCII digits and upper-case letters.

use crate::text;

/// What a digit counts. A letter counts as in the Brazilian CNPJ: its distance from `0` in ASCII.
pub(super) fn digit(byte: u8) -> u32 {
    u32::from(byte.wrapping_sub(b'0'))
}

/// The digit at `at`, 0 beyond the end.
pub(super) fn digit_at(number: &[u8], at: usize) -> u32 {
    number.get(at).map_or(0, |&byte| digit(byte))
}

/// The number that `length` digits from `at` on stand for; at most nine.
pub(super) fn value(number: &[u8], at: usize, length: usize) -> u32 {
    text::slice(number, at..at + length)
        .iter()
        .fold(0, |value: u32, &byte| value.wrapping_mul(10).wrapping_add(digit(byte)))
}

/// The number that all digits stand for, left over by the modulus.
pub(super) fn modulo(number: &[u8], modulus: u32) -> u32 {
    number.iter().fold(0, |rest, &byte| (rest * 10 + digit(byte)) % modulus)
}

/// Each digit times its weight. What has no weight does not count.
pub(super) fn sum(number: &[u8], weights: &[u8]) -> u32 {
    number.iter().zip(weights).map(|(&byte, &weight)| digit(byte) * u32::from(weight)).sum()
}

/// The sum of ISO/IEC 7812-1 annex B, by ten: 0 if the last digit is right.
pub(super) fn luhn(number: &[u8]) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = number.iter().rev().map(|&byte| digit(byte)).enumerate();
    digits.map(|(place, digit)| if place % 2 == 0 { digit } else { doubled(digit) }).sum::<u32>() % 10
}

/// ISO/IEC 7064 MOD 11,10: whether the last digit is right.
pub(super) fn mod_11_10(number: &[u8]) -> bool {
    let Some((last, body)) = number.split_last() else { return false };
    let product = body.iter().fold(10, |product, &byte| {
        let sum = (product + digit(byte)) % 10;
        if sum == 0 { 9 } else { sum * 2 % 11 }
    });
    (11 - product) % 10 == digit(*last)
}

/// J. Verhoeff, "Error Detecting Decimal Codes": whether the last digit is right.
pub(super) fn verhoeff(number: &[u8]) -> bool {
    // The permutation that each place applies once more than the one behind it.
    const NEXT: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |place: usize, digit: u32| {
        (0..place % 8).fold(digit, |digit, _| NEXT.get(digit as usize).copied().unwrap_or(0))
    };
    // The dihedral group of the pentagon: 0 to 4 turn it, 5 to 9 mirror it.
    let combined = |left: u32, right: u32| match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right) % 5 + 5,
        (false, true) => (left + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    };
    let digits = number.iter().rev().map(|&byte| digit(byte)).enumerate();
    digits.fold(0, |check, (place, digit)| combined(check, permuted(place, digit))) == 0
}

/// Whether there is, was or soon will be such a day of birth: from 1850 to [`LAST_YEAR`].
pub(super) fn date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1850..=LAST_YEAR).contains(&year) && (1..=days).contains(&day)
}

/// The last year that people in a text may be born in. Not today's: a module that finds something else next year is no module to rely on.
const LAST_YEAR: u32 = 2039;

/// The same where the century is not told.
pub(super) fn short_date(year: u32, month: u32, day: u32) -> bool {
    date(1900 + year, month, day) || date(2000 + year, month, day)
}

/// The check letter of Irish numbers: seven digits, and what a letter behind the check letter counts.
pub(super) fn irish(number: &[u8], second: u32) -> u8 {
    let place = (sum(number, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23;
    b"WABCDEFGHIJKLMNOPQRSTUV".get(place as usize).copied().unwrap_or(0)
}

/// A Spanish person's number: DNI, NIE, or what starts with K, L or M for those who have neither.
pub(super) fn es_person(number: &[u8]) -> bool {
    let Some((letter, body)) = number.split_last() else { return false };
    let (front, body) = match body {
        [b'K' | b'L' | b'M', rest @ ..] => (0, rest),
        [first @ b'X'..=b'Z', rest @ ..] => (u32::from(first - b'X'), rest),
        body => (0, body),
    };
    let digits = value(body, 0, body.len());
    let place = (digits + front * 10_000_000) % 23;
    body.iter().all(u8::is_ascii_digit) && b"TRWAGMYFPDXBNJZSQVHLCKE".get(place as usize) == Some(letter)
}

/// A Spanish company's number, its check a digit or a letter.
pub(super) fn es_company(number: &[u8]) -> bool {
    let [kind, body @ .., last] = number else { return false };
    // As if the check digit were 0: what the sum lacks is the digit.
    let mut digits = [b'0'; 8];
    for (place, &byte) in digits.iter_mut().zip(body) {
        *place = byte;
    }
    let check = (10 - luhn(&digits)) % 10;
    let (digit, letter) = (b'0' + check as u8, b"JABCDEFGHI".get(check as usize).copied());
    // Which kinds have a letter and which a digit is told differently by different offices.
    b"ABCDEFGHJNPQRSUVW".contains(kind) && (*last == digit || Some(*last) == letter)
}
