//! Numbers of the Nordic and Baltic countries.

use super::check::{date, digit_at, luhn, sum, value};
use super::rule::Rule::{Also, DayMonthYear, Luhn, Sum, YearMonthDay};
use super::{CERTAIN, FAIR, Id, LIKELY, POOR, WEAK};
use crate::detect::registry::Detector;
use crate::text;

pub(super) const IDS: &[Id] = &[
    Id {
        detector: Detector::SePersonnummer,
        shapes: &[("9999999999", FAIR)],
        rules: &[Luhn, YearMonthDay(0)],
        words: SE_WORDS,
    },
    Id {
        detector: Detector::SePersonnummer,
        shapes: &[("999999-9999", LIKELY), ("999999+9999", LIKELY), ("9999999999", POOR)],
        rules: &[Luhn, Also(|number| se_date(number, 1900) || se_date(number, 2000))],
        words: SE_WORDS,
    },
    // With the century. Times in digits, to the minute, start with 20 as well.
    Id {
        detector: Detector::SePersonnummer,
        shapes: &[("99999999-9999", CERTAIN), ("999999999999", LIKELY)],
        rules: &[Also(|number| {
            se_long(number) && (!number.starts_with(b"20") || value(number, 8, 4) > 2359 || value(number, 10, 2) > 59)
        })],
        words: SE_WORDS,
    },
    Id {
        detector: Detector::SePersonnummer,
        shapes: &[("99999999-9999", LIKELY), ("999999999999", POOR)],
        rules: &[Also(se_long)],
        words: SE_WORDS,
    },
    // Skatteetaten: two check digits; D, H and test numbers have more in day or month.
    Id {
        detector: Detector::NoFodselsnummer,
        shapes: &[
            ("99999999999", CERTAIN),
            ("999999 99999", CERTAIN),
            ("999999-99999", CERTAIN),
            ("999999.99999", CERTAIN),
        ],
        rules: &[
            Sum { weights: &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1], modulus: 11, remainder: 0 },
            Sum { weights: &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 },
            Also(no_date),
        ],
        words: &["fødselsnummer", "fodselsnummer", "personnummer", "d-nummer"],
    },
    // Väestötietojärjestelmä: further separators since 2023, decree 690/2022.
    Id {
        detector: Detector::FiHetu,
        shapes: &[("999999-999X", CERTAIN), ("999999+999X", CERTAIN), ("999999A999X", CERTAIN)],
        rules: &[Also(fi_hetu)],
        words: &["hetu", "henkilötunnus", "henkilotunnus", "personbeteckning"],
    },
    // Det Centrale Personregister: modulus 11 ended in 2007, so that it only speaks for a number.
    Id {
        detector: Detector::DkCpr,
        shapes: &[("999999-9999", LIKELY), ("9999999999", POOR)],
        rules: &[DayMonthYear(0), Sum { weights: &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 }],
        words: DK_WORDS,
    },
    Id {
        detector: Detector::DkCpr,
        shapes: &[("999999-9999", FAIR), ("9999999999", WEAK)],
        rules: &[DayMonthYear(0)],
        words: DK_WORDS,
    },
    // Þjóðskrá: the day of a company has 40 more, the century is the last digit.
    Id {
        detector: Detector::IsKennitala,
        shapes: &[("999999-9999", CERTAIN), ("999999 9999", LIKELY), ("9999999999", FAIR)],
        rules: &[
            Sum { weights: &[3, 2, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 },
            Also(|number| {
                let century = match number.get(9) {
                    Some(b'8') => 1800,
                    Some(b'9') => 1900,
                    Some(b'0') => 2000,
                    _ => return false,
                };
                let day = value(number, 0, 2);
                date(century + value(number, 4, 2), value(number, 2, 2), if day > 40 { day - 40 } else { day })
            }),
        ],
        words: &["kennitala", "kt"],
    },
    Id {
        detector: Detector::EeIsikukood,
        shapes: &[("99999999999", FAIR)],
        rules: &[Also(|number| baltic_date(number) && baltic_check(number))],
        words: &["isikukood", "isikukoodi"],
    },
    Id {
        detector: Detector::LtAsmensKodas,
        shapes: &[("99999999999", FAIR)],
        rules: &[Also(|number| baltic_date(number) && baltic_check(number))],
        words: &["asmens kodas", "asmens kodo", "asmens kodą"],
    },
    // Without a date since 2017, starting with 32.
    Id {
        detector: Detector::LvPersonasKods,
        shapes: &[("999999-99999", LIKELY), ("99999999999", POOR)],
        rules: &[Also(lv_code)],
        words: &["personas kods", "personas kodu", "personas koda"],
    },
];

const SE_WORDS: &[&str] = &["personnummer", "personnr", "samordningsnummer", "pnr", "person nr"];
const DK_WORDS: &[&str] = &["cpr", "personnummer", "cpr-nr", "cpr-nummer"];

/// The day of a number that is given until a person has one of their own has 60 more.
fn se_date(number: &[u8], century: u32) -> bool {
    let day = value(number, 4, 2);
    date(century + value(number, 0, 2), value(number, 2, 2), if day > 60 { day - 60 } else { day })
}

fn se_long(number: &[u8]) -> bool {
    let short = text::tail(number, 2);
    luhn(short) == 0 && se_date(short, value(number, 0, 2) * 100)
}

fn no_date(number: &[u8]) -> bool {
    let (day, month, year, person) =
        (value(number, 0, 2), value(number, 2, 2), value(number, 4, 2), value(number, 6, 3));
    let day = if day > 40 { day - 40 } else { day };
    // H numbers 40, the tax office's test numbers 80, the welfare office's 40 or 65.
    let month = [80, 65, 40].into_iter().find(|&added| month > added).map_or(month, |added| month - added);
    let century = match person {
        0..500 => 1900,
        500..750 if year >= 54 => 1800,
        500.. if year < 40 => 2000,
        900.. => 1900,
        _ => return false,
    };
    date(century + year, month, day)
}

fn fi_hetu(number: &[u8]) -> bool {
    // The separator is among what is left if it was a letter.
    let (century, person) = match text::tail(number, 6) {
        [b'A'..=b'F', rest @ ..] => (2000, rest),
        [b'U'..=b'Y', rest @ ..] => (1900, rest),
        rest if number.len() == 10 => (1900, rest),
        _ => return false,
    };
    let [serial @ .., check] = person else { return false };
    let digits = value(number, 0, 6) * 1000 + value(serial, 0, 3);
    let year = value(number, 4, 2);
    // With a plus sign it is the century before.
    let exists = |century| date(century + year, value(number, 2, 2), value(number, 0, 2));
    serial.iter().all(u8::is_ascii_digit)
        && value(serial, 0, 3) >= 2
        && (exists(century) || (number.len() == 10 && exists(1800)))
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY".get((digits % 31) as usize) == Some(check)
}

/// Sex and century, then a date.
fn baltic_date(number: &[u8]) -> bool {
    let century = match number.first() {
        Some(b'1' | b'2') => 1800,
        Some(b'3' | b'4') => 1900,
        Some(b'5' | b'6') => 2000,
        _ => return false,
    };
    date(century + value(number, 1, 2), value(number, 3, 2), value(number, 5, 2))
}

/// The check digit of Estonian and Lithuanian numbers: other weights where the first leave ten.
pub(super) fn baltic_check(number: &[u8]) -> bool {
    const WEIGHTS: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4];
    let Some((_, body)) = number.split_last() else { return false };
    let check = match sum(body, WEIGHTS) % 11 {
        10 => sum(body, text::tail(WEIGHTS, 2)) % 11 % 10,
        check => check,
    };
    check == digit_at(number, body.len())
}

pub(super) fn lv_code(number: &[u8]) -> bool {
    let century = match number.get(6) {
        Some(b'0') => 1800,
        Some(b'1') => 1900,
        _ => 2000,
    };
    let born = date(century + value(number, 4, 2), value(number, 2, 2), value(number, 0, 2));
    let check = (1 + sum(number, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    (number.starts_with(b"32") || born) && check == digit_at(number, 10)
}
