//! What numbers keep.

use super::check::{luhn, mod_11_10, short_date, sum, value, verhoeff};

/// One thing that a number keeps. Numbers are ASCII digits and upper-case letters, as long as their shape says.
pub(super) enum Rule {
    /// The digits, each times its weight, add up to the remainder by the modulus.
    Sum {
        weights: &'static [u8],
        modulus: u32,
        remainder: u32,
    },
    /// The digit behind those with a weight is what their sum leaves by eleven, 10 being 0.
    Leaves(&'static [u8]),
    /// It is what their sum lacks to a multiple of eleven, 10 being 0.
    Lacks(&'static [u8]),
    /// As [`Rule::Lacks`], 11 being 1.
    Eleven(&'static [u8]),
    /// ISO/IEC 7812-1 annex B over all.
    Luhn,
    /// ISO/IEC 7064 MOD 11,10 over all.
    Mod1110,
    Verhoeff,
    /// Year, month and day, two digits each, from here on.
    YearMonthDay(usize),
    /// Day, month and year, two digits each, from here on.
    DayMonthYear(usize),
    /// The letter or digit here is one of these.
    At(usize, &'static [u8]),
    /// The two digits here are one of these ranges.
    Within(usize, &'static [(u8, u8)]),
    /// The two letters in front are none of these.
    Not(&'static [&'static [u8]]),
    /// Anything else.
    Also(fn(&[u8]) -> bool),
}

impl Rule {
    /// Whether the number keeps it.
    pub fn kept(&self, number: &[u8]) -> bool {
        match *self {
            Self::Sum { weights, modulus, remainder } => sum(number, weights) % modulus == remainder,
            Self::Leaves(weights) => check_is(number, weights, sum(number, weights) % 11 % 10),
            Self::Lacks(weights) => check_is(number, weights, (11 - sum(number, weights) % 11) % 11 % 10),
            Self::Eleven(weights) => check_is(number, weights, (11 - sum(number, weights) % 11) % 10),
            Self::Luhn => luhn(number) == 0,
            Self::Mod1110 => mod_11_10(number),
            Self::Verhoeff => verhoeff(number),
            Self::YearMonthDay(at) => {
                short_date(value(number, at, 2), value(number, at + 2, 2), value(number, at + 4, 2))
            }
            Self::DayMonthYear(at) => {
                short_date(value(number, at + 4, 2), value(number, at + 2, 2), value(number, at, 2))
            }
            Self::At(at, those) => number.get(at).is_some_and(|byte| those.contains(byte)),
            Self::Within(at, ranges) => {
                let value = value(number, at, 2);
                ranges.iter().any(|&(low, high)| (u32::from(low)..=u32::from(high)).contains(&value))
            }
            Self::Not(those) => !those.iter().any(|those| number.starts_with(those)),
            Self::Also(kept) => kept(number),
        }
    }
}

/// Whether the digit behind those with a weight is the one.
fn check_is(number: &[u8], weights: &[u8], check: u32) -> bool {
    number.get(weights.len()).is_some_and(|&byte| super::check::digit(byte) == check)
}
