//! What each country's VAT numbers keep, where the common rules do not say it.

use crate::detect::national::check::{digit, digit_at, irish, luhn, modulo, sum, value};
use crate::detect::national::north::{baltic_check, lv_code};
use crate::detect::national::rule::Rule::{self, Leaves};
use crate::text;

fn digits(number: &[u8]) -> bool {
    number.iter().all(u8::is_ascii_digit)
}

/// What Luhn's sum over the seven digits in front lacks to 6.
pub(super) fn at(number: &[u8]) -> bool {
    (luhn(text::slice(number, 1..8)) + digit_at(number, 8) + 4).is_multiple_of(10)
}

/// With a leading zero or, until 2007, without.
pub(super) fn be(number: &[u8]) -> bool {
    let split = number.len() - 2;
    (number.len() == 9 || matches!(number.first(), Some(b'0' | b'1')))
        && (value(number, 0, split) + value(number, split, 2)).is_multiple_of(97)
}

/// Nine digits of a company; ten of a person, a foreigner or others.
pub(super) fn bg(number: &[u8]) -> bool {
    if number.len() == 9 {
        let check = match sum(number, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11 {
            10 => sum(number, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10,
            check => check,
        };
        return check == digit_at(number, 8);
    }
    Leaves(&[2, 4, 8, 5, 10, 9, 7, 3, 6]).kept(number)
        || sum(number, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == digit_at(number, 9)
        || Rule::Sum { weights: &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 }.kept(number)
}

pub(super) fn cy(number: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some((letter, body)) = number.split_last() else { return false };
    let values = body.iter().enumerate().map(|(at, &byte)| {
        let digit = digit(byte);
        if at % 2 == 0 { ODD.get(digit as usize).copied().unwrap_or(0) } else { digit }
    });
    digits(body) && !body.starts_with(b"12") && values.sum::<u32>() % 26 == u32::from(letter.wrapping_sub(b'A'))
}

/// Companies have eight digits; people their birth number, or nine digits that start with 6.
pub(super) fn cz(number: &[u8]) -> bool {
    match number.len() {
        8 => {
            let check = match (11 - sum(number, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11 {
                0 => 1,
                check => check % 10,
            };
            number.first() != Some(&b'9') && check == digit_at(number, 7)
        }
        9 if number.first() == Some(&b'6') => {
            let rest = sum(text::tail(number, 1), &[8, 7, 6, 5, 4, 3, 2]) % 11;
            (18 - (21 - rest) % 11) % 10 == digit_at(number, 8)
        }
        9 => value(number, 0, 2) < 54 && (1..=31).contains(&value(number, 4, 2)),
        _ => modulo(number, 11) == 0 && (1..=31).contains(&value(number, 4, 2)),
    }
}

/// Two check digits or letters, then the SIREN, which Monaco's numbers are not.
pub(super) fn fr(number: &[u8]) -> bool {
    let siren = text::tail(number, 2);
    if !digits(siren) || (luhn(siren) != 0 && !siren.starts_with(b"000")) {
        return false;
    }
    // Without I and O.
    let place = |at: usize| {
        let byte = number.get(at)?;
        b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ".iter().position(|letter| letter == byte).map(|place| place as u32)
    };
    let (Some(first), Some(second)) = (place(0), place(1)) else { return false };
    let company = value(siren, 0, 9);
    if first < 10 && second < 10 {
        return first * 10 + second == (company % 97 * 100 + 12) % 97;
    }
    let check = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
    (company + 1 + check / 11) % 11 == check % 11
}

/// Nine digits, three more for a branch.
pub(super) fn gb(number: &[u8]) -> bool {
    let rest = sum(number, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    rest == 0 || (value(number, 0, 3) >= 100 && matches!(rest, 42 | 55))
}

pub(super) fn ie(number: &[u8]) -> bool {
    let letter = |byte: u8| if byte == b'W' { 0 } else { u32::from(byte.wrapping_sub(b'A')) + 1 };
    let letters = text::tail(number, 7);
    if !letters.iter().all(|byte| (b'A'..=b'W').contains(byte)) {
        return false;
    }
    if digits(text::slice(number, 0..7)) {
        return number.get(7) == Some(&irish(number, letters.get(1).map_or(0, |&byte| letter(byte))));
    }
    // Before 2013: a letter in the second place, and the digit in front of it last.
    let [first, b'A'..=b'Z', body @ .., check] = number else { return false };
    let [a, b, c, d, e] = *body else { return false };
    digits(body) && first.is_ascii_digit() && *check == irish(&[b'0', a, b, c, d, e, *first], 0)
}

/// A serial, the province that gave it, Luhn.
pub(super) fn it(number: &[u8]) -> bool {
    value(number, 0, 7) > 0 && matches!(value(number, 7, 3), 1..=100 | 120 | 121 | 888 | 999)
}

pub(super) fn lt(number: &[u8]) -> bool {
    number.get(number.len() - 2) == Some(&b'1') && baltic_check(number)
}

/// Companies start with 4 or more; people have their personal code.
pub(super) fn lv(number: &[u8]) -> bool {
    if digit_at(number, 0) <= 3 {
        return lv_code(number);
    }
    sum(number, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
}

/// The citizen's number or, since 2020, ISO/IEC 7064 MOD 97-10 over all with the prefix.
pub(super) fn nl(number: &[u8]) -> bool {
    let (head, tail) = (text::slice(number, 0..9), text::tail(number, 10));
    let citizen = sum(head, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11);
    // N, L and B are 23, 21 and 11.
    let fold = |rest: u32, bytes: &[u8]| bytes.iter().fold(rest, |rest, &byte| (rest * 10 + digit(byte)) % 97);
    number.get(9) == Some(&b'B')
        && digits(head)
        && digits(tail)
        && value(tail, 0, 2) > 0
        && (citizen || fold((fold(2321, head) * 100 + 11) % 97, tail) == 1)
}

pub(super) fn no(number: &[u8]) -> bool {
    digits(text::slice(number, 0..9)) && sum(number, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn ro(number: &[u8]) -> bool {
    const WEIGHTS: &[u8] = &[7, 5, 3, 2, 1, 7, 5, 3, 2];
    let Some((_, body)) = number.split_last() else { return false };
    let weights = text::tail(WEIGHTS, WEIGHTS.len().saturating_sub(body.len()));
    sum(body, weights) * 10 % 11 % 10 == digit_at(number, body.len())
}

/// What the sum lacks to a multiple of eleven, 10 being 0; what would be 11 is not given out.
pub(super) fn si(number: &[u8]) -> bool {
    let lacks = 11 - sum(number, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    lacks < 11 && lacks % 10 == digit_at(number, 7)
}
